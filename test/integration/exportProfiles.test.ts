/** speedscope, collapsed, gecko and md of real recordings, read back by a Python script that knows the formats and nothing of us. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../src/shared/contract/types.ts';
import { gilscope, newest, pythons, record, ROOT, work } from './helpers.ts';

const READER = join(ROOT, 'test', 'integration', 'programs', 'read_profiles.py');

const PROGRAM = join(ROOT, 'test', 'integration', 'programs', 'odd_names.py');

interface Profile {
  type: string;
  name: string;
  total: number;
}
interface GeckoThread {
  name: string;
  tid: number;
  in_calls_ms: number;
  markers: Partial<Record<string, { count: number; ms: number; category: string }>>;
}

let exports = 0;

async function exported(session: string, format: string): Promise<string> {
  const path = join(work, `export-${++exports}`);
  const ran = await gilscope(['export', session, '--to', format, '-o', path]);
  expect(ran.status, ran.stderr).toBe(0);
  return path;
}

/** What the reader says of the file; its complaints fail the test. */
function readBack(kind: string, path: string): unknown {
  const ran = spawnSync('python3', [READER, kind, path], { encoding: 'utf8', timeout: 60_000 });
  expect(ran.stderr).toBe('');
  return JSON.parse(ran.stdout);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe.each([...new Set([pythons[0], newest])].map((one) => [one.version!, one.path]))('Python %s', (_, python) => {
  it('formats agree with the summary and with each other', async () => {
    const { file: session } = await record(python, [PROGRAM], ['--functions']);
    const stats = JSON.parse((await gilscope(['stats', session, '--json'])).stdout) as Summary;
    const [{ threads, functions }] = stats.processes;
    const waitS = sum(threads.map(({ wait_s }) => wait_s));
    expect(waitS).toBeGreaterThan(0.05);

    const profiles = readBack('speedscope', await exported(session, 'speedscope')) as Profile[];
    const evented = profiles.filter(({ type }) => type === 'evented');
    expect(evented.map(({ name }) => name)).toEqual(expect.arrayContaining(['say; "hi" | <b>@all', 'two\nlines']));
    expect(profiles.at(-1)!.name).toBe('time waiting, by the function that caused it');
    expect(profiles.at(-1)!.total / 1e9).toBeCloseTo(waitS, 6);
    // Sums by function are taken several times a second, calls one by one: they are two accounts of the same.
    const calledS = sum(functions!.by_own.map(({ name, own_s }) => (name === null ? 0 : own_s)));
    const tracedS = sum(evented.map(({ total }) => total)) / 1e9;
    expect(tracedS / calledS).toBeGreaterThan(0.9);
    expect(tracedS / calledS).toBeLessThan(1.1);

    const stacks = readBack('collapsed', await exported(session, 'collapsed')) as Record<string, number>;
    expect(Object.keys(stacks)).toEqual(expect.arrayContaining(['say, "hi" | <b>@all', 'two lines', 'napper 🧵']));
    expect(sum(Object.values(stacks)) / 1e6).toBeCloseTo(tracedS, 5);
    const waits = readBack('collapsed', await exported(session, 'collapsed-waits')) as Record<string, number>;
    expect(sum(Object.values(waits)) / 1e6).toBeCloseTo(waitS, 5);

    const lanes = readBack('gecko', await exported(session, 'gecko')) as GeckoThread[];
    expect(lanes.map(({ tid }) => tid)).toEqual(threads.map(({ tid }) => tid));
    lanes.forEach(({ name, markers, in_calls_ms: inCalls }, i) => {
      const { held_s: held, wait_s: wait, takes, waits: times } = threads[i];
      expect(name).toBe(threads[i].name);
      expect((markers['holds GIL']?.ms ?? 0) / 1e3).toBeCloseTo(held, 6);
      expect((markers['waits for GIL']?.ms ?? 0) / 1e3).toBeCloseTo(wait, 6);
      expect([markers['holds GIL']?.count ?? 0, markers['waits for GIL']?.count ?? 0]).toEqual([takes, times]);
      const traced = evented.find((profile) => profile.name === name)?.total ?? 0;
      expect(inCalls).toBeCloseTo(traced / 1e6, 4);
    });

    const text = readFileSync(await exported(session, 'md'), 'utf8');
    expect(text).toContain('| <code>say; "hi" \\| &lt;b&gt;<span>@</span>all</code> |');
    expect(text).toContain('| <code>two lines</code> |');
    expect(text).toContain('**Functions**');
    for (const line of text.split('\n').filter((one) => one.startsWith('|')))
      expect(line).toMatch(/^\|( ([^|\\]|\\.)* \|)+$/);
  });
});

it('a recording without calls: waits are told, and what there is not is said', async () => {
  const { file: session } = await record(newest.path, [PROGRAM]);
  const profiles = readBack('speedscope', await exported(session, 'speedscope')) as Profile[];
  expect(profiles.map(({ type }) => type)).toEqual(['sampled']);
  expect(profiles[0].total).toBeGreaterThan(0);
  const lanes = readBack('gecko', await exported(session, 'gecko')) as GeckoThread[];
  expect(lanes.map(({ in_calls_ms: ms }) => ms)).toEqual(lanes.map(() => 0));
  const ran = await gilscope(['export', session, '--to', 'collapsed', '-o', join(work, 'none')]);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toMatch(/^gilscope: .*--functions[^\n]*\n$/);
});
