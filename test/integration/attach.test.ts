/** Attach, record, leave, come again: on every CPython of this machine, whatever the program happens to be doing. */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/engine/errors.ts';
import { readProc } from '../../src/engine/procfs.ts';
import { TestEngine } from './attach/engine.ts';
import { blockingCalls, blockingProgram, LIMIT_S, workloads } from './attach/targets.ts';
import { LONG } from './chosen.ts';
import { file, newest, pythons, start, untilOutput, work, type Ran } from './helpers.ts';

let engine: TestEngine;
beforeAll(async () => (engine = await TestEngine.open()));
afterAll(() => engine.close());

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
const threadNames = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((tid) => {
    const name = readProc(`/proc/${pid}/task/${tid}/comm`);
    return name === null ? [] : [name.trim()];
  });
const ourThreads = (pid: number): string[] => threadNames(pid).filter((name) => name.startsWith('gilscope'));

async function target(python: string, source: string) {
  const { child, done } = start(python, ['-S', '-c', source]);
  await untilOutput(child, /ready\n/);
  return { pid: child.pid!, child, done };
}

/** Waits for our own threads to have left: they close the connection a moment before they end. */
async function alone(pid: number): Promise<void> {
  const limit = performance.now() + 5000;
  while (ourThreads(pid).length > 0) {
    if (performance.now() > limit) throw new Error(`still there: ${threadNames(pid).join()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe.each(pythons.map((one) => [one.version!, one.path] as const))('CPython %s', (version, python) => {
  it.each(Object.keys(workloads))('%s: attach, detach, attach again', async (name) => {
    const { pid, child, done } = await target(python, workloads[name]);
    for (let round = 0; round < 2; round++) {
      const { attached, recording } = await engine.attach(pid);
      expect(attached).toMatchObject({ way: 'ptrace', engine: 'exact', python: version });
      expect(recording.hello).toMatchObject({ pid, engine: 'exact', switch_interval_s: 0.005 });
      await recording.until(() => [...recording.names.values()].some(({ main }) => main), 'name of the main thread');
      await recording.stop();
      expect(recording.goodbye).toBe('detach');
      const { captured, counted } = recording.coverage();
      expect(captured).toBe(counted);
      expect(recording.dropped).toBe(0);
      await alone(pid);
      attached.release();
    }
    child.stdin!.end();
    expect(await done).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/result ok\n$/) as string,
      stderr: '',
    });
  });

  const calls = Object.entries(blockingCalls);
  it.each(calls.filter(([, call]) => !call.timed))('%s goes on as if nobody had come', async (_name, program) => {
    const { child, done } = start(python, ['-c', blockingProgram(program)]);
    let port = 0;
    if (program.setup.includes('"port"')) port = Number((await untilOutput(child, /port (\d+)/))[1]);
    else await untilOutput(child, /ready\n/);
    await visit(child.pid!);
    await visit(child.pid!);
    if (port > 0) connect(port, '127.0.0.1').end();
    child.stdin!.end('go');
    const { result, status, stderr } = outcome(await done);
    expect([result, status, stderr]).toEqual([program.expect, 0, '']);
  });

  it('calls with a time limit take as long as they were meant to', async () => {
    const timed = calls.filter(([, call]) => call.timed);
    const results = timed.map(async ([name, program]) => {
      const { child, done } = start(python, ['-c', blockingProgram(program)]);
      await untilOutput(child, /ready\n/);
      await visit(child.pid!);
      const { result, seconds, status, stderr } = outcome(await done);
      expect([name, result, status, stderr]).toEqual([name, program.expect, 0, '']);
      expect(seconds).toBeGreaterThanOrEqual(LIMIT_S - 0.001);
      // Late turns on a busy machine included, but far from a second time round.
      expect(seconds).toBeLessThan(LIMIT_S + 1);
    });
    await Promise.all(results);
  });
});

/** In, and out again. */
async function visit(pid: number): Promise<void> {
  const { recording, attached } = await engine.attach(pid);
  await recording.stop();
  attached.release();
}

function outcome({ stdout, status, stderr }: Ran) {
  const match = /result (\(.*\)) after ([\d.]+)\n$/.exec(stdout);
  return { result: match?.[1], seconds: Number(match?.[2]), status, stderr };
}

describe('signals', () => {
  // Queued signals, counted by the C half of Python's handler: none may be lost, whatever moment they come at.
  const source = `import os, select, signal, sys, time
r, w = os.pipe()
os.set_blocking(w, False)
signal.signal(signal.SIGRTMIN + 3, lambda *_: None)
signal.set_wakeup_fd(w)
print("ready", flush=True)
got = 0
while not select.select([0], [], [], 0.05)[0]:
    while select.select([r], [], [], 0)[0]:
        got += len(os.read(r, 65536))
time.sleep(0.2)
while select.select([r], [], [], 0.2)[0]:
    got += len(os.read(r, 65536))
print("result", got, flush=True)
`;

  it('that arrive meanwhile are all handled', async () => {
    const { pid, child, done } = await target(newest.path, source);
    const storm = `import os, signal, sys, time
n = 0
while not os.path.exists(sys.argv[2]):
    os.kill(int(sys.argv[1]), signal.SIGRTMIN + 3)
    n += 1
    time.sleep(0.0005)
print(n)`;
    const flag = join(work, 'storm-over');
    const sender = start(newest.path, ['-c', storm, String(pid), flag]);
    for (let i = 0; i < 10; i++) await visit(pid);
    file('storm-over', '');
    const sent = Number((await sender.done).stdout);
    expect(sent).toBeGreaterThan(10);
    child.stdin!.end('x');
    expect(await done).toMatchObject({ status: 0, stdout: `ready\nresult ${sent}\n`, stderr: '' });
  });

  it('stop and go on, again and again: entered or refused, never harmed', async () => {
    const { pid, child, done } = await target(newest.path, workloads['busy threads']);
    const outcomes = new Set<string>();
    for (let i = 0; i < 30; i++) {
      process.kill(pid, 'SIGSTOP');
      const attempt = visit(pid).then(
        () => 'entered',
        (error: unknown) => (error instanceof UserError ? 'refused' : String(error)),
      );
      if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
      process.kill(pid, 'SIGCONT');
      outcomes.add(await attempt);
    }
    expect([...outcomes].filter((one) => one !== 'entered' && one !== 'refused')).toEqual([]);
    child.stdin!.end();
    expect(await done).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/result ok\n$/) as string,
      stderr: '',
    });
  });
});

describe('a program without `threading`', () => {
  it.each(pythons.map((one) => [one.version!, one.path] as const))(
    'ends on CPython %s as it always did',
    async (_v, python) => {
      const source = `import sys, os
assert "threading" not in sys.modules
before = list(sys.path), os.listdir("/proc/self/fd"), sys.argv, sys.flags
print("ready", flush=True)
sys.stdin.read()
import threading
same = before == (list(sys.path), os.listdir("/proc/self/fd"), sys.argv, sys.flags)
ours = [n for n in list(sys.modules) + list(sys.path_importer_cache) if "gilscope_" in n or "python-agent" in n]
main = threading.main_thread()
print("result", same, main is threading.current_thread(), main.is_alive(), main.native_id == os.getpid(), len(threading._active),
      ours, sys.getswitchinterval(), flush=True)
threading.Thread(target=lambda: print("last", flush=True)).start()
`;
      const { pid, child, done } = await target(python, source);
      await visit(pid);
      await alone(pid);
      child.stdin!.end();
      const stdout = 'ready\nresult True True True True 1 [] 0.005\nlast\n';
      expect(await done).toMatchObject({ status: 0, stdout, stderr: '' });
    },
  );
});

describe('many rounds', () => {
  const [rounds, timeout] = [LONG ? 200 : 40, 240_000];

  it(`${rounds} on one allocating, threading target leave nothing behind`, { timeout }, async () => {
    const { pid, child, done } = await target(newest.path, workloads['allocating heavily']);
    const round = async (): Promise<void> => {
      const { recording, attached } = await engine.attach(pid);
      await recording.stop();
      const { captured, counted } = recording.coverage();
      expect(captured).toBe(counted);
      attached.release();
      await alone(pid);
    };
    await round();
    const before = { fds: descriptors(pid), threads: threadNames(pid).length, maps: mapped(pid) };
    for (let i = 1; i < rounds; i++) await round();
    expect({ fds: descriptors(pid), threads: threadNames(pid).length, maps: mapped(pid) }).toEqual(before);
    child.stdin!.end();
    expect(await done).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/result ok\n$/) as string,
      stderr: '',
    });
  });
});

/** Mappings of our library: one copy, however often we came. */
const mapped = (pid: number): number =>
  readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => line.includes('libgilscope')).length;
