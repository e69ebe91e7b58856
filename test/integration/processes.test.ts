/** Process trees: every Python child of a recorded program in the same session, whole; other children named; the program none the wiser. */
import { describe, expect, it } from 'vitest';
import { parseControl } from '../../src/shared/protocol/control.ts';
import { FrameKind } from '../../src/shared/protocol/frames.ts';
import { file, framesOf, newest, record, start, type Recorded } from './helpers.ts';
import {
  expectForks,
  expectPools,
  expectSubprocesses,
  expectWhole,
  forks,
  LAUNCHED,
  LONG_MS,
  pools,
  recorded,
  startMethods,
  subprocesses,
  three,
} from './trees.ts';

/** What a program prints and how it ends is the same without gilscope. */
async function expectUnnoticed(ran: Recorded, python: string, args: string[]): Promise<void> {
  const plain = await start(python, args).done;
  expect({ status: ran.status, stdout: ran.stdout, stderr: ran.stderr }).toEqual({
    status: plain.status,
    stdout: plain.stdout,
    stderr: plain.stderr,
  });
}

describe.each(three)('multiprocessing on $version', ({ path }) => {
  it.each(startMethods)(
    'start method %s',
    async (method, prefix) => {
      const args = [file('pools.py', pools(LAUNCHED)), method];
      const ran = await record(path, args);
      await expectUnnoticed(ran, path, args);
      expectPools(ran, method, prefix);
    },
    LONG_MS,
  );
});

describe.each(three)('subprocess on $version', ({ path }) => {
  it(
    'Python is followed, other programs are listed, no environment shows it',
    async () => {
      const script = file('subprocesses.py', subprocesses(LAUNCHED));
      const ran = await record(path, [script]);
      // GILSCOPE_HOME, which these tests set, is the user's own and stays.
      expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 1, stderr: '' });
      await expectUnnoticed(ran, path, [script]);
      expectSubprocesses(ran);
    },
    LONG_MS,
  );
});

const PREFORK = `
import os, signal, socket, sys, threading
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen(16)
pids = []
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        for _ in range(4):
            connection, _ = listener.accept()
            connection.sendall(b"%d" % sum(range(20_000))); connection.close()
        os._exit(0)
    pids.append(pid)
answers = []
for _ in range(12):
    with socket.create_connection(listener.getsockname()) as client:
        answers.append(client.recv(100))
for pid in pids: assert os.waitpid(pid, 0)[1] == 0
listener.close()
print(set(answers), len(answers))
`;

describe.each(three)('os.fork on $version', ({ path }) => {
  it(
    'nested, beside threads that compute',
    async () => {
      const ran = await record(path, ['-W', 'ignore', file('forks.py', forks(LAUNCHED))]);
      expect({ status: ran.status, stdout: ran.stdout, stderr: ran.stderr }).toEqual({
        status: 0,
        stdout: 'done\n',
        stderr: '',
      });
      expectForks(ran);
    },
    LONG_MS,
  );

  it(
    'a pre-fork server, without a warning of ours',
    async () => {
      const script = file('prefork.py', PREFORK);
      const ran = await record(path, ['-W', 'error', script]);
      await expectUnnoticed(ran, path, ['-W', 'error', script]);
      expect(recorded(ran)).toHaveLength(4);
      recorded(ran).forEach(expectWhole);
    },
    LONG_MS,
  );
});

const HUNDRED = `
import os, sys
living = []
for n in range(100):
    pid = os.fork()
    if pid == 0:
        sum(range(20_000)); os._exit(n % 50)
    living.append(pid)
    if len(living) == int(sys.argv[1]):
        for pid in living: os.waitpid(pid, 0)
        living = []
print("done")
`;

/** gilscope itself stands still while they are born and end. */
const CROWD = `
import os, signal
os.kill(os.getppid(), signal.SIGSTOP)
for _ in range(400):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
print("done", flush=True)
os.kill(os.getppid(), signal.SIGCONT)
os._exit(0)
`;

describe('many', () => {
  it.each([1, 10])(
    'a hundred short-lived children, %i at a time, are recorded whole',
    async (together) => {
      const ran = await record(newest.path, [file('hundred.py', HUNDRED), String(together)]);
      expect(ran.stdout).toBe('done\n');
      const children = recorded(ran).slice(1);
      expect(children).toHaveLength(100);
      children.forEach(expectWhole);
      const codes = children.map((one) => one.exit_code ?? -1).sort((x, y) => x - y);
      expect(codes).toEqual(Array.from({ length: 100 }, (_, n) => Math.floor(n / 2)));
      const frames = await framesOf(ran.file);
      expect(frames.filter(({ kind }) => kind === FrameKind.hello)).toHaveLength(101);
      const ends = frames.flatMap((frame) => {
        const control = parseControl(frame);
        return control?.kind === FrameKind.process && control.value.ended_ns != null ? [frame.stream] : [];
      });
      expect(new Set(ends).size).toBe(101);
    },
    LONG_MS,
  );

  it(
    'those that gilscope had no time for before the program ended are let in then',
    async () => {
      const ran = await record(newest.path, [file('crowd.py', CROWD)]);
      expect(ran.stdout).toBe('done\n');
      expect(recorded(ran)).toHaveLength(401);
      recorded(ran).forEach(expectWhole);
    },
    LONG_MS,
  );

  it('children are left alone with --no-children', async () => {
    const ran = await record(newest.path, [file('hundred.py', HUNDRED), '10'], ['--no-children']);
    expect(ran.stdout).toBe('done\n');
    expect(recorded(ran)).toHaveLength(1);
  });

  it('the end of the program is the end of `record`, whoever lives on', async () => {
    const text = `
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys, time; sys.stdin.readline(); time.sleep(60)"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False)
child.stdin.close()
import time; time.sleep(0.5)
print(child.pid, flush=True)
import os; os._exit(4)
`;
    const ran = await record(newest.path, [file('outlived.py', text)]);
    const pid = Number(ran.stdout);
    try {
      expect(ran.status).toBe(4);
      expect(ran.stderr).toBe('');
      expect(recorded(ran).map((one) => one.exit_code)).toEqual([4, null]);
      expect(process.kill(pid, 0)).toBe(true);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });
});
