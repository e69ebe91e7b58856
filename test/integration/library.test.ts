/** `gilscope library`: the list that the window shows, for the command line. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { Library } from '../../src/engine/library.ts';
import { Recents } from '../../src/engine/recents.ts';
import type { Summary } from '../../src/shared/contract/types.ts';
import { file, gilscope, GILSCOPE, home, newest, start, untilOutput, work } from './helpers.ts';

interface Listed {
  id: string;
  path: string;
  title: string;
  name: string | null;
  tags: string[];
  note: string;
  command: string[];
  wall_s: number;
  threads: number;
  gil_held_share: number;
  exists: boolean;
  recording: boolean;
}

const library = (...args: string[]) => gilscope(['library', ...args]);
const list = async (...args: string[]): Promise<Listed[]> => {
  const { status, stdout } = await library('list', '--json', ...args);
  expect(status).toBe(0);
  return JSON.parse(stdout) as Listed[];
};

let one: Listed;
let two: Listed;

beforeAll(async () => {
  expect((await library()).stderr).toBe('gilscope: nothing was recorded yet\n');
  const script = file('sum it.py', 'import sys; print(sum(range(int(sys.argv[1]))))\n');
  // Into the library, by themselves.
  for (const n of ['1000', '2000'])
    expect(await gilscope(['record', '-q', '--', newest.path, script, n])).toMatchObject({ status: 0 });
  [two, one] = await list();
});

it('lists what was recorded, newest first, with the figures of stats', async () => {
  expect([one, two].map(({ command }) => command.at(-1))).toEqual(['1000', '2000']);
  const summary = JSON.parse((await gilscope(['stats', '--json', one.path])).stdout) as Summary;
  const [{ gils }] = summary.processes;
  expect(one.wall_s).toBe(summary.wall_s);
  expect(one.threads).toBe(summary.processes[0].threads.length);
  expect(one.gil_held_share).toBeCloseTo(gils[0].held_s / (gils[0].held_s + gils[0].free_s), 9);
  const { stdout } = await library();
  expect(stdout.split('\n')[0]).toMatch(/^id +when +length +threads +held +contended +Python +size +name +tags$/);
  expect(stdout).toContain(one.id);
  expect(stdout).toContain('sum it.py 2000');
});

it('gives names, notes and tags, which are found, and which the window sees', async () => {
  expect(await library('name', one.id, 'before the \u001b[31m fix')).toMatchObject({ status: 0 });
  expect(await library('note', one.path, 'on a quiet machine')).toMatchObject({ status: 0 });
  expect(await library('tag', one.id.slice(0, 5), 'slow', 'ticket 7')).toMatchObject({ status: 0 });
  expect(await list('BEFORE', 'quiet')).toMatchObject([{ id: one.id, tags: ['slow', 'ticket 7'] }]);
  expect(await list('--tag', 'slow')).toHaveLength(1);
  expect(await list('--tag', 'slow', '--tag', 'fast')).toEqual([]);
  // What a terminal would obey is spelled out.
  expect((await library('show', one.id)).stdout).not.toContain('\u001b');
  const seen = await new Recents(home, new Library(home)).list();
  expect(seen.find(({ path }) => path === one.path)).toMatchObject({
    note: 'on a quiet machine',
    tags: one.tags.concat('slow', 'ticket 7'),
  });
  await library('tag', '--remove', one.id, 'ticket 7');
  await library('name', one.id, '');
  expect(await list('quiet')).toMatchObject([{ name: null, tags: ['slow'] }]);
});

it('deletes, and for a day brings back, with all that was said of it', async () => {
  const bytes = readFileSync(one.path);
  const gone = await library('delete', one.id, two.id);
  expect(gone).toMatchObject({ status: 0 });
  expect(gone.stderr).toContain(`gilscope library restore ${one.id}`);
  expect([one, two].map(({ path }) => existsSync(path))).toEqual([false, false]);
  expect(await list()).toEqual([]);
  // The gilscopes that deleted them have ended, and others have gone through what others left.
  const { stdout } = await library('deleted', '--json');
  const kept = JSON.parse(stdout) as { id: string; until: string }[];
  expect(kept.map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
  for (const { until } of kept) expect(Date.parse(until) - Date.now()).toBeGreaterThan(3600_000);
  expect(await library('restore', one.id)).toMatchObject({ status: 0 });
  expect(readFileSync(one.path).equals(bytes)).toBe(true);
  expect(await list()).toMatchObject([{ id: one.id, tags: ['slow'], note: 'on a quiet machine' }]);
  const again = await library('restore', one.id);
  expect(again).toMatchObject({ status: 2, stdout: '' });
  expect(again.stderr).toMatch(/^gilscope: no deleted recording .* lists those that can\n$/);
  // Something else is there by now: neither is lost.
  writeFileSync(two.path, 'another');
  expect(await library('restore', two.id)).toMatchObject({ status: 2 });
  expect(readFileSync(two.path, 'utf8')).toBe('another');
});

it('refuses what is recorded into, and what is none or several', async () => {
  const sleeper = file('sleeper.py', 'import sys, time\nprint("up", flush=True)\nsys.stdin.read()\n');
  const { child, done } = start(process.execPath, [GILSCOPE, 'record', '-q', '--', newest.path, sleeper]);
  await untilOutput(child, /up/);
  const [busy] = await list('sleeper');
  expect(busy.recording).toBe(true);
  const refused = await library('delete', busy.id);
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toContain('is being recorded and cannot be deleted');
  expect(existsSync(busy.path)).toBe(true);
  child.stdin?.end();
  expect(await done).toMatchObject({ status: 0 });
  expect(await library('show', 'nothing')).toMatchObject({ status: 2, stdout: '' });
  expect(await library('delete', busy.id, 'nothing')).toMatchObject({ status: 2 });
  // The first stays when the second is none.
  expect(existsSync(busy.path)).toBe(true);
  for (const id of [busy.id, one.id]) await library('name', id, 'the same');
  expect((await library('show', 'the same')).stderr).toContain('"the same" are 2 recordings; choose one of');
  expect(await library('name', one.id, 'x'.repeat(300))).toMatchObject({ status: 2 });
  expect((await library('rename')).stderr).toMatch(/^gilscope: .*\n$/);
});

it('records into the folder that is chosen', async () => {
  const own = (await library('folder')).stdout.trim();
  const chosen = join(work, 'chosen');
  expect(await library('folder', chosen)).toMatchObject({ status: 2 });
  mkdirSync(chosen);
  expect((await library('folder', chosen)).stdout).toBe(`${chosen}\n`);
  expect(await gilscope(['record', '-q', '--', newest.path, '-c', 'pass'])).toMatchObject({ status: 0 });
  const [last] = await list();
  expect(last.path).toBe(join(chosen, basename(last.path)));
  expect((await library('folder', '--default')).stdout.trim()).toBe(own);
});
