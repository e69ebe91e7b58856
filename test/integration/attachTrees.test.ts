/** Process trees under attach: what an entered program starts from then on is recorded too, and nothing after detaching. */
import { describe, expect, it } from 'vitest';
import { isAttached } from '../../src/engine/discovery/scan.ts';
import { childrenOf } from '../../src/engine/procfs.ts';
import type { Summary } from '../../src/shared/contract/types.ts';
import { enter, HEAD } from './attach/recording.ts';
import { file, newest, start, untilOutput, type Ran } from './helpers.ts';
import {
  expectForks,
  expectPools,
  expectSubprocesses,
  expectWhole,
  forks,
  LONG_MS,
  others,
  pools,
  recorded,
  startMethods,
  subprocesses,
  three,
} from './trees.ts';

interface Attached {
  program: Ran;
  summary: Summary;
}

/** Enters a program that waits, lets it go on, and records it to its end. */
async function attachAndGo(python: string, args: string[], more: string[] = []): Promise<Attached> {
  const program = start(python, args);
  await untilOutput(program.child, /ready\n/);
  const { done } = await enter(program.child.pid!, more);
  program.child.stdin!.end('go\n');
  const { summary } = await done;
  return { program: await program.done, summary };
}

/** What a program prints and how it ends is the same without gilscope. */
async function expectUnnoticed({ program }: Attached, python: string, args: string[]): Promise<void> {
  const plain = start(python, args);
  plain.child.stdin!.end('go\n');
  expect(program).toEqual(await plain.done);
}

describe.each(three)('multiprocessing on $version', ({ path }) => {
  it.each(startMethods)(
    'start method %s',
    async (method, prefix) => {
      const args = [file('attached-pools.py', pools(HEAD)), method];
      const ran = await attachAndGo(path, args);
      await expectUnnoticed(ran, path, args);
      expect(others(ran)).toEqual([]);
      expectPools(ran, method, prefix);
    },
    LONG_MS,
  );
});

describe.each(three)('children on $version', ({ path }) => {
  it(
    'os.fork, nested, beside threads that compute',
    async () => {
      const ran = await attachAndGo(path, ['-W', 'ignore', file('attached-forks.py', forks(HEAD))]);
      expect(ran.program).toEqual({ status: 0, signal: null, stdout: 'ready\ndone\n', stderr: '' });
      expectForks(ran);
    },
    LONG_MS,
  );

  it(
    'subprocess: Python is followed, other programs are listed, no environment shows it',
    async () => {
      const args = [file('attached-subprocesses.py', subprocesses(HEAD))];
      const ran = await attachAndGo(path, args);
      expect(ran.program.status).toBe(1);
      await expectUnnoticed(ran, path, args);
      expectSubprocesses(ran);
    },
    LONG_MS,
  );
});

const ROUNDS = `${HEAD}
import multiprocessing, subprocess
look = """
import os, sys
maps = open("/proc/self/maps").read()
print("gilscope" in maps, [k for k in os.environ if k[:8] == "GILSCOPE" and k != "GILSCOPE_HOME" or k == "PYTHONPATH"], [p for p in sys.path if "gilscope" in p or "python-agent" in p])
"""
def forked():
    pid = os.fork()
    if pid == 0:
        print("threads", len(os.listdir("/proc/self/task")), flush=True)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
def work(n):
    return n * n
if __name__ == "__main__":
    environment, modules = dict(os.environ), set(sys.modules)
    for _ in range(4):
        entered()
        forked()
        print(subprocess.run([sys.executable, "-c", look], stdout=subprocess.PIPE).stdout.decode().strip(), flush=True)
        pool = multiprocessing.get_context("spawn").Pool(1)
        print(pool.map(work, [2, 3]))
        pool.close(); pool.join()
        ours = [name for name in sys.modules if "gilscope" in name]
        print(environment == dict(os.environ), ours, "PYTHONPATH" in os.environ, flush=True)
`;

describe.each(three)('detach on $version', ({ path }) => {
  it(
    'children started afterwards are left alone; after the next attach they are followed again',
    async () => {
      const program = start(path, [file('attached-rounds.py', ROUNDS)]);
      const lines: string[] = [];
      const round = async (): Promise<string[]> => {
        const over = untilOutput(program.child, /(True|False) \[.*\] (True|False)\n/);
        const text = collect(program.child);
        program.child.stdin!.write('go\n');
        await over;
        return text().trim().split('\n').slice(0, 4);
      };
      await untilOutput(program.child, /ready\n/);
      for (const [n, attaching] of [true, false, true, false].entries()) {
        if (!attaching) {
          lines.push(...(await round()));
          continue;
        }
        const { detach } = await enter(program.child.pid!);
        lines.push(...(await round()));
        const all = recorded(await detach());
        all.forEach(expectWhole);
        expect(all.map((one) => one.name)).toContain(`SpawnPoolWorker-${n + 1}`);
        expect(all).toHaveLength(n === 0 ? 5 : 4);
      }
      program.child.stdin!.end();
      expect(await program.done).toMatchObject({ status: 0, signal: null, stderr: '' });
      const same = ['[4, 9]', 'True [] False'];
      const followed = ['threads 2', 'True [] []', ...same];
      const alone = ['threads 1', 'False [] []', ...same];
      expect(lines).toEqual([...followed, ...alone, ...followed, ...alone]);
    },
    LONG_MS,
  );
});

// A family that grows all the time: children live on, and have children.
const GROWING = `${HEAD}
import signal, time
entered()
born = 0
def grow(depth):
    global born
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            if depth and not born: os.write(1, b"growing\\n")
            if depth: grow(depth - 1)
            os.read(0, 1)
            os._exit(0)
        born += 1
        sum(range(20_000))
while born < 12:
    grow(1)
os.read(0, 1)
try:
    while True: assert os.wait()[1] == 0
except ChildProcessError:
    print("done", flush=True)
`;

it(
  'detach lets go of children that are being born: none is lost, none is waited for',
  async () => {
    for (let round = 0; round < 5; round++) {
      const program = start(newest.path, [file('attached-growing.py', GROWING)]);
      await untilOutput(program.child, /ready\n/);
      const { detach } = await enter(program.child.pid!);
      const growing = untilOutput(program.child, /growing\n/);
      program.child.stdin!.write('go\n');
      await growing;
      const ran = await detach();
      expect(ran.stderr.split('\n').filter((line) => line.startsWith('gilscope:'))).toEqual([
        expect.stringContaining('entered'),
      ]);
      const all = recorded(ran);
      all.forEach(expectWhole);
      expect(all.length).toBeGreaterThan(1);
      const lives = await stillTraced(program.child.pid!);
      expect(lives).toEqual([]);
      program.child.stdin!.end();
      expect(await program.done).toMatchObject({ status: 0, stderr: '', stdout: 'ready\ngrowing\ndone\n' });
    }
  },
  LONG_MS,
);

/** Processes of a family in which our thread still runs, when those that were let go have had time to see to it. */
async function stillTraced(pid: number): Promise<number[]> {
  const traced = (): number[] => family(pid).filter(isAttached);
  for (let i = 0; i < 500 && traced().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return traced();
}

function family(pid: number): number[] {
  const found = [pid];
  for (const one of found) found.push(...childrenOf(one));
  return found;
}

/** What a program prints from now on. */
function collect(child: ReturnType<typeof start>['child']): () => string {
  let text = '';
  child.stdout!.on('data', (chunk: string) => (text += chunk));
  return () => text;
}

const WAITS = `${HEAD}
import subprocess, threading, time
entered()
def spin():
    n = 0
    while time.perf_counter() < until: n += 1
until = time.perf_counter() + 0.3
threads = [threading.Thread(target=spin) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
if os.fork() == 0: os._exit(3)
os.wait()
subprocess.run([sys.executable, "-c", "pass"])
`;

describe('what is left out when it is asked for', () => {
  it('children and functions', async () => {
    const args = [file('waits.py', WAITS)];
    const with_ = await attachAndGo(newest.path, args);
    expect(recorded(with_)).toHaveLength(3);
    expect(with_.summary.blame?.[0]).toMatchObject({ function: 'spin' });
    const without = await attachAndGo(newest.path, args, ['--no-children', '--no-sites']);
    expect(recorded(without)).toHaveLength(1);
    recorded(without).forEach(expectWhole);
    expect(without.summary.blame?.[0]).toMatchObject({ function: null });
  });
});
