/** Attach to programs in namespaces of their own, as containers are, or of other users: pids are ours, children are followed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/contract.ts';
import { NATIVE_LIBRARY } from '../../src/engine/paths.ts';
import { childrenOf, commandLine } from '../../src/engine/procfs.ts';
import type { SessionInfo } from '../../src/shared/contract/types.ts';
import { enter, HEAD, sessionUntil } from './attach/recording.ts';
import { newest, start, untilOutput, work } from './helpers.ts';
import { expectWhole, LONG_MS, others, recorded } from './trees.ts';

const isolating =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', '-p', '--fork', '--mount-proc', 'true']).status === 0;

let engine: Engine;
beforeAll(() => (engine = createEngine({ shell: 'server', dataFolder: join(work, 'engine') })));
afterAll(() => engine.close());

const TREE = `${HEAD}
import multiprocessing, subprocess, threading
stop = []
def spin():
    while not stop: sum(range(1000))
threads = [threading.Thread(target=spin, name="busy-%d" % i) for i in range(2)]
for t in threads: t.start()
entered()
pid = os.fork()
if pid == 0:
    inner = threading.Thread(target=sum, args=(range(50_000),), name="inner")
    inner.start(); inner.join()
    os._exit(9)
assert os.waitpid(pid, 0)[1] >> 8 == 9
for n in range(5): subprocess.run(["sh", "-c", "exit %d" % n])
child = subprocess.Popen([sys.executable, "-c", "import sys; print('child up', flush=True); sys.stdin.readline(); sys.exit(6)"])
assert child.wait() == 6
stop.append(1)
for t in threads: t.join()
print(os.getpid(), "done", flush=True)
`;

function descendants(pid: number): number[] {
  const found = [pid];
  for (const one of found) found.push(...childrenOf(one));
  return found.slice(1);
}

describe.runIf(isolating)('a program in a pid namespace', () => {
  // In this order: our files may lie in /tmp themselves.
  const hide = `mount -t tmpfs none '${join(NATIVE_LIBRARY, '../../../..')}' && mount -t tmpfs none /tmp && exec "$@"`;
  it.each([
    ['with its own /proc', ['-p', '--fork', '--mount-proc']],
    ['that sees neither our files nor our /tmp', ['-m', '-p', '--fork', 'sh', '-c', hide, 'sh']],
  ])(
    '%s',
    async (_name, options) => {
      const program = start('unshare', [...options, newest.path, '-W', 'ignore', '-c', TREE], { cwd: '/' });
      await untilOutput(program.child, /ready\n/);
      const [pid] = childrenOf(program.child.pid!);
      const left = (): string[] => readdirSync(`/proc/${pid}/root/tmp`).filter((name) => /^gilscope-.{6}$/.test(name));
      const before = left();
      const { id } = await engine.call('session.attach', { pid, engine: 'auto' });
      program.child.stdin!.write('go\n');
      await untilOutput(program.child, /child up\n/);
      const waiting = descendants(pid).filter((one) => commandLine(one).at(-1)?.includes('child up'));
      const during = left();
      // A process is known by our number only if it still runs when its HELLO is read.
      const greeted = (session: SessionInfo): boolean =>
        session.processes.some((one) => one.pid === waiting[0] && one.engine === 'exact');
      await sessionUntil(engine, id, greeted, 'HELLO under our pid');
      program.child.stdin!.end('on\n');
      await sessionUntil(engine, id, ({ state }) => state === 'ended', 'end of the session');
      const ran = await engine.call('stats.query', { id });
      expect(await program.done).toMatchObject({ status: 0, stderr: '' });
      expect(during).not.toEqual(before);

      const [root, ...children] = recorded(ran);
      [root, ...children].forEach(expectWhole);
      expect(root.pid).toBe(pid);
      expect(root.threads.map(({ name }) => name).sort()).toEqual(['MainThread', 'busy-0', 'busy-1']);
      for (const thread of root.threads) expect(thread.cpu_s, thread.name).toBeGreaterThan(0);
      expect(children).toHaveLength(2);
      const [forked, started] = [9, 6].map((code) => children.find((one) => one.exit_code === code));
      expect(children.map((one) => one.ppid)).toEqual([pid, pid]);
      expect(forked?.threads.map(({ name }) => name).sort()).toEqual(['MainThread', 'inner']);
      expect(started?.pid).toBe(waiting[0]);
      // Gone before anybody could look, perhaps; each is there once, with its end.
      expect(
        others(ran)
          .map(({ name, exit_code }) => [name, exit_code])
          .sort(),
      ).toEqual([0, 1, 2, 3, 4].map((n) => ['sh', n]));
    },
    LONG_MS,
  );
});

const systemPython = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));
const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const changing = process.getuid?.() === 0 && spawnSync('setpriv', [...asNobody, 'true']).status === 0;

it.runIf(changing && systemPython !== undefined)('children of another user’s program', async () => {
  const source = `${HEAD}
import subprocess
entered()
pid = os.fork() or os._exit(4)
assert os.waitpid(pid, 0)[1] >> 8 == 4
sys.exit(subprocess.run([sys.executable, "-c", "import sys; sys.exit(6)"]).returncode)`;
  const program = start('setpriv', [...asNobody, systemPython!, '-c', source], { cwd: '/' });
  await untilOutput(program.child, /ready\n/);
  const theirs = (): string[] =>
    readdirSync('/tmp').filter((name) => statSync(join('/tmp', name), { throwIfNoEntry: false })?.uid === 65534);
  const before = theirs();
  const { done } = await enter(program.child.pid!);
  program.child.stdin!.end('go\n');
  const all = recorded(await done);
  all.forEach(expectWhole);
  // In the order in which they were heard, which is not quite that of their births.
  expect(all.map((one) => one.exit_code).sort()).toEqual([4, 6, 6]);
  expect(await program.done).toMatchObject({ status: 6, stderr: '' });
  expect(theirs()).toEqual(before);
});
