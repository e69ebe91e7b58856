/** What gilscopes that are killed leave behind: the next one takes it away. And output into a pipe that nobody reads yet is all there later. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { file, GILSCOPE, gilscope, home, newest, start, testEnv, untilOutput, work } from '../integration/helpers.ts';

const temporary = join(work, 'left');
mkdirSync(temporary);
const env = testEnv({ TMPDIR: temporary });
const WAITS = file('waits.py', 'import sys\nprint("ready", flush=True)\nsys.stdin.read()\n');
const folders = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('gilscope-'));

/** A `record` of its own library, killed in mid-run; its program goes on and ends. */
async function killed(): Promise<void> {
  const { child, done } = start(process.execPath, [GILSCOPE, 'record', '-q', '--', newest.path, WAITS], { env });
  await untilOutput(child, /ready/);
  child.kill('SIGKILL');
  child.stdin!.end();
  await done;
}

const marks = (): string[] => readdirSync(join(home, 'sessions')).filter((name) => name.endsWith('.recording'));

it('socket folders and marks of killed recorders are swept by the next short recording, and by a server', async () => {
  await killed();
  expect(folders()).toHaveLength(1);
  expect(marks()).toHaveLength(1);
  expect((await gilscope(['record', '-q', '--', newest.path, '-c', 'pass'], { env })).status).toBe(0);
  expect(folders()).toEqual([]);
  await killed();
  expect(folders()).toHaveLength(1);
  const server = start(process.execPath, [GILSCOPE, 'serve'], { env });
  await untilOutput(server.child, /^http/);
  await expect.poll(() => [...folders(), ...marks()], { timeout: 20_000 }).toEqual([]);
  server.child.kill('SIGTERM');
  expect((await server.done).status).toBe(0);
});

it('an attach that is killed in the middle: its folder is swept, the program can be attached to again', async () => {
  // A program in a call that keeps the GIL: the agent gets no turn, so the attach stands where it can be killed.
  const script = file(
    'keeps.py',
    'import re, sys\nprint("ready", flush=True)\nre.match("(a*)*b", "a" * 22)\nsys.stdin.read()\n',
  );
  const { child, done } = start(newest.path, [script]);
  await untilOutput(child, /ready/);
  const before = new Set(readdirSync('/tmp'));
  const stages = (): string[] =>
    readdirSync('/tmp').filter((name) => !before.has(name) && existsSync(join('/tmp', name, 'attach.json')));
  const attach = start(process.execPath, [GILSCOPE, 'attach', '-q', String(child.pid)], { env });
  await expect.poll(stages, { timeout: 30_000, interval: 1 }).toHaveLength(1);
  const [stage] = stages();
  attach.child.kill('SIGKILL');
  await attach.done;
  expect(existsSync(join('/tmp', stage))).toBe(true);
  expect((await gilscope(['record', '-q', '--', newest.path, '-c', 'pass'], { env })).status).toBe(0);
  expect(existsSync(join('/tmp', stage))).toBe(false);
  const again = await gilscope(['attach', '-q', '-d', '0.1', '-o', join(work, 'again.gilscope'), String(child.pid)], {
    env,
  });
  expect([again.status, again.stderr]).toEqual([0, '']);
  child.stdin!.end();
  expect(await done).toMatchObject({ status: 0, signal: null });
});

it('a reader that is slow has everything in the end', async () => {
  const many = file(
    'many.py',
    'import threading\nfor _ in range(400):\n    t = threading.Thread(target=len, args=("",)); t.start(); t.join()\n',
  );
  const recording = join(work, 'many.gilscope');
  expect((await gilscope(['record', '-q', '-o', recording, '--', newest.path, many])).status).toBe(0);
  const slow = start(process.execPath, [GILSCOPE, 'stats', '--json', recording]);
  slow.child.stdout!.pause();
  // More than a pipe holds: it cannot have ended before somebody reads.
  await Promise.race([once(slow.child, 'exit'), sleep(2000)]);
  slow.child.stdout!.resume();
  const { stdout } = await slow.done;
  expect(stdout.length).toBeGreaterThan(100_000);
  expect((JSON.parse(stdout) as { schema: number }).schema).toBe(1);
});
