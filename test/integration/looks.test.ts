/** How often one looks into long holds: as often as asked, or not at all. The programs let go of the GIL only at their ends. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FrameKind } from '../../src/shared/protocol/frames.ts';
import { enter, HEAD } from './attach/recording.ts';
import { file, framesOf, gilscope, newest, record, start, untilOutput, work } from './helpers.ts';

const HOLD = `import sys, threading, time
sys.setswitchinterval(100)
def holds():
    until = time.perf_counter() + 1.2
    while time.perf_counter() < until: pass
thread = threading.Thread(target=holds)
thread.start()
thread.join()
`;

const looksIn = async (path: string): Promise<number> =>
  (await framesOf(path)).filter(({ kind }) => kind === FrameKind.look).length;

async function recorded(options: string[]): Promise<number> {
  const run = await record(newest.path, [file('holds.py', HOLD)], ['--engine', 'exact', ...options]);
  expect(run.status, run.stderr).toBe(0);
  return looksIn(run.file);
}

async function attached(options: string[]): Promise<number> {
  const program = start(newest.path, [file('entered.py', `${HEAD}entered()\n${HOLD}`)]);
  await untilOutput(program.child, /ready/);
  const recording = await enter(program.child.pid!, ['--engine', 'exact', ...options]);
  program.child.stdin!.write('go\n');
  expect((await program.done).status).toBe(0);
  return looksIn((await recording.done).file);
}

it('looks as often as asked, and 50 times a second when nothing is said', async () => {
  const few = await recorded(['--looks', '5']);
  const usual = await recorded([]);
  const many = await recorded(['--looks', '500']);
  // A busy machine may miss some; there are never more than asked for.
  expect(few).toBeGreaterThan(0);
  expect(few).toBeLessThanOrEqual(12);
  expect(usual).toBeGreaterThan(2 * few);
  expect(usual).toBeLessThanOrEqual(100);
  expect(many).toBeGreaterThan(2 * usual);
});

it('so does attach', async () => {
  const few = await attached(['--looks', '5']);
  expect(await attached(['--looks', '500'])).toBeGreaterThan(4 * few);
});

it('does not look at all with 0', async () => {
  expect(await recorded(['--looks', '0'])).toBe(0);
  expect(await attached(['--looks', '0'])).toBe(0);
});

it.each(['-1', '1001', 'often', '', '1e3'])('refuses %j', async (rate) => {
  const output = join(work, 'refused.gilscope');
  const options = [`--looks=${rate}`, '-o', output];
  const commands = [
    ['record', ...options, '--', newest.path, '-c', 'print(1)'],
    ['attach', ...options, String(process.pid)],
  ];
  for (const args of commands) {
    const { status, stdout, stderr } = await gilscope(args);
    expect([status, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(/^gilscope: .*looks a second are a number from 0 \(none\) to 1000[^\n]*\n$/);
    expect(existsSync(output)).toBe(false);
  }
});
