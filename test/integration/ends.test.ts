/** However the program ends, `record` ends the same way, and what was recorded is there. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { file, gilscope, GILSCOPE, home, newest, record, start, testEnv, untilOutput, work } from './helpers.ts';

const python = newest.path;

it.each([
  ['ends well', 'pass', 0],
  ['exits with a status', 'import sys; sys.exit(7)', 7],
  ['exits behind the back of everything', 'import os; os._exit(3)', 3],
  ['raises', 'def f(): raise ValueError("no")\nf()', 1],
  ['aborts', 'import os; os.abort()', 134],
  ['is killed', 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)', 137],
  ['reads at address 0', 'import ctypes; ctypes.string_at(0)', 139],
])('a program that %s', async (_what, code, status) => {
  // Long enough for the first events to have been sent, however it ends.
  const script = file(
    'end.py',
    `import time\nfor _ in range(60): time.sleep(0.005)\nprint("out", flush=True)\n${code}\n`,
  );
  const plain = spawnSync(python, [script], { encoding: 'utf8', cwd: work });
  const { summary, ...ran } = await record(python, [script]);
  expect(ran.status).toBe(status);
  expect(ran.stdout).toBe('out\n');
  expect(ran.stderr).toBe(plain.stderr);
  const [process] = summary.processes;
  expect(process.exit_code).toBe(plain.status);
  expect(process.signal).toBe(plain.signal);
  expect(process.events).toBeGreaterThan(0);
  expect((await gilscope(['stats', ran.file])).status).toBe(0);
});

it('a script that uses os.exec becomes another program, whose end is the end', async () => {
  const script = file('exec.py', 'import os; os.execv("/bin/sh", ["sh", "-c", "echo became; exit 5"])\n');
  const { status, stdout } = await record(python, [script]);
  expect([status, stdout]).toEqual([5, 'became\n']);
});

it('passes input and arguments through, byte for byte', async () => {
  const script = file(
    'cat.py',
    'import sys\nsys.stdout.buffer.write(repr(sys.argv[1:]).encode() + b"\\n" + sys.stdin.buffer.read())\n',
  );
  const target = join(work, 'cat.gilscope');
  const args = ['record', '-q', '-o', target, '--', python, script, '-o', '--', '--summary', 'ä b'];
  const { stdout, stderr } = await gilscope(args, { input: 'tab\tend\r\nüß' });
  expect(stderr).toBe('');
  expect(stdout).toBe("['-o', '--', '--summary', 'ä b']\ntab\tend\r\nüß");
});

it('SIGTERM to gilscope reaches the program, which may handle it', async () => {
  const script = file(
    'term.py',
    'import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *a: sys.exit(9))\nprint("ready", flush=True)\nwhile True: time.sleep(0.05)\n',
  );
  const { child, done } = start(process.execPath, [GILSCOPE, 'record', '-q', '--', python, script]);
  await untilOutput(child, /ready/);
  child.kill('SIGTERM');
  expect((await done).status).toBe(9);
});

it('SIGTERM that ends the program ends gilscope by the same signal', async () => {
  const script = file('term2.py', 'import time\nprint("ready", flush=True)\ntime.sleep(60)\n');
  const { child, done } = start(process.execPath, [GILSCOPE, 'record', '-q', '--', python, script]);
  await untilOutput(child, /ready/);
  child.kill('SIGTERM');
  expect((await done).signal).toBe('SIGTERM');
});

it('gilscope killed in mid-run: the program goes on unharmed, the file opens', async () => {
  const [target, proof, stopFile] = ['killed.gilscope', 'proof.txt', 'stop'].map((name) => join(work, name));
  const script = file(
    'goes_on.py',
    `
import os, threading, time
def work():
    while not os.path.exists(${JSON.stringify(stopFile)}): time.sleep(0.001)
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
print("at work", flush=True)
for thread in threads: thread.join()
open(${JSON.stringify(proof)}, "w").write("went on")
`,
  );
  const { child, done } = start(process.execPath, [GILSCOPE, 'record', '-o', target, '--', python, script]);
  await untilOutput(child, /at work/);
  const before = statSync(target).size;
  await vi.waitFor(() => expect(statSync(target).size).toBeGreaterThan(before + 4000), { timeout: 30_000 });
  child.kill('SIGKILL');
  // The program holds the same pipes, so they close with its end, not with gilscope's.
  file('stop', '');
  expect((await done).signal).toBe('SIGKILL');
  expect(readFileSync(proof, 'utf8')).toBe('went on');
  const { status, stdout, stderr } = await gilscope(['stats', '--json', target]);
  expect([status, stderr]).toEqual([0, '']);
  const summary = JSON.parse(stdout) as { damage: string; processes: { events: number }[] };
  expect(summary.damage).toMatch(/^the recording has no end mark .*everything up to [\d.]+ s is here$/);
  expect(summary.processes[0].events).toBeGreaterThan(50);
});

const WRITES = `
import os, threading
fd = os.open(os.devnull, os.O_WRONLY)
def write():
    for _ in range(60_000): os.write(fd, b"x")
threads = [threading.Thread(target=write) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
`;

const saidBy = (stderr: string): string[] => stderr.split('\n').filter((line) => line.startsWith('gilscope: '));

async function statsOf(path: string): Promise<{ damage: string | null; processes: { events: number }[] }> {
  const { status, stdout, stderr } = await gilscope(['stats', '--json', path]);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof statsOf>>;
}

it('no room for the recording anywhere: the program is unharmed, it is told once, the file opens up to there', async () => {
  const target = join(work, 'limited.gilscope');
  // A file-size limit refuses writes as a full disk does, everywhere, and needs no root.
  const command = ['-c', 'ulimit -S -f 32; exec "$0" "$@"', process.execPath, GILSCOPE, 'record', '-o', target];
  const { done } = start('/bin/sh', [...command, '--', python, file('writes.py', WRITES)]);
  const { status, stdout, stderr } = await done;
  expect([status, stdout]).toEqual([0, 'done\n']);
  expect(saidBy(stderr)).toHaveLength(2);
  expect(saidBy(stderr)[0]).toMatch(/cannot go on writing .*limited\.gilscope: the file would grow past the limit/);
  expect(saidBy(stderr)[1]).toMatch(/what came after the disk refused is lost; the part before is in .*limited/);
  expect((await statsOf(target)).damage).toMatch(/no end mark/);
});

const small = join(work, 'small');
const mounted =
  process.getuid?.() === 0 &&
  spawnSync('sh', ['-c', `mkdir -p '${small}' && mount -t tmpfs -o size=64k none '${small}'`]).status === 0;
afterAll(() => mounted && spawnSync('umount', [small]));

it.runIf(mounted)(
  'a disk that fills up: the program is unharmed, the whole session ends up in the library',
  async () => {
    const target = join(small, 'full.gilscope');
    const args = [
      'record',
      '-o',
      target,
      '--summary',
      join(work, 'full.json'),
      '--',
      python,
      file('writes.py', WRITES),
    ];
    const { status, stdout, stderr } = await gilscope(args);
    expect([status, stdout]).toEqual([0, 'done\n']);
    expect(saidBy(stderr)).toHaveLength(2);
    expect(saidBy(stderr)[0]).toMatch(/cannot go on writing .*full\.gilscope: the disk is full/);
    const saved = /the whole session is in (.*)$/.exec(saidBy(stderr)[1])![1];
    expect(saved.startsWith(join(home, 'sessions'))).toBe(true);
    const summary = JSON.parse(readFileSync(join(work, 'full.json'), 'utf8')) as { processes: { events: number }[] };
    const stats = await statsOf(saved);
    expect(stats.damage).toBeNull();
    expect(stats.processes[0].events).toBe(summary.processes[0].events);
  },
);

it('an unwritable place for the temporary socket is told, and nothing is started', async () => {
  const { status, stdout, stderr } = await gilscope(['record', '--', python, '-c', 'print("ran")'], {
    env: testEnv({ TMPDIR: '/proc' }),
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^gilscope: cannot make a temporary folder in \/proc: .*\n$/);
});
