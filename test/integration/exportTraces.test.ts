/** perfetto and chrome of real recordings, read back by a Python script that knows the formats and nothing of us. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Summary, SummaryThread } from '../../src/shared/contract/types.ts';
import { gilscope, newest, pythons, record, ROOT, work } from './helpers.ts';

const READER = join(ROOT, 'test', 'integration', 'programs', 'read_traces.py');

const PROGRAM = join(ROOT, 'test', 'integration', 'programs', 'odd_names.py');

interface ReadThread {
  name: string;
  /** By name: how many, and nanoseconds. */
  slices: Partial<Record<string, [number, number]>>;
  ended: Partial<Record<string, number>>;
  where: string[];
}
interface Read {
  threads: Record<string, ReadThread>;
  lanes: Record<string, [number, number]>;
  instants: Record<string, number>;
  /** How many values, and the largest. */
  counters: Record<string, [number, number]>;
  arrows: number;
  about: Record<string, string>;
}

let exports = 0;

async function readBack(session: string, format: 'perfetto' | 'chrome', options: string[] = []): Promise<Read> {
  const path = join(work, `trace-${++exports}`);
  const ran = await gilscope(['export', session, '--to', format, '-o', path, ...options]);
  expect(ran.status, ran.stderr).toBe(0);
  const read = spawnSync('python3', [READER, format, path], { encoding: 'utf8', timeout: 60_000 });
  expect(read.stderr).toBe('');
  return JSON.parse(read.stdout) as Read;
}

async function statsOf(session: string): Promise<Summary> {
  const { stdout } = await gilscope(['stats', session, '--json']);
  return JSON.parse(stdout) as Summary;
}

/** To the nanosecond. */
function expectSame(read: ReadThread, told: SummaryThread): void {
  const [holds, holdNs] = read.slices['holds GIL'] ?? [0, 0];
  const [waits, waitNs] = read.slices['waits for GIL'] ?? [0, 0];
  expect(read.name).toBe(told.name);
  expect([holds, waits]).toEqual([told.takes, told.waits]);
  expect(holdNs).toBe(Math.round(told.held_s * 1e9));
  expect(waitNs).toBe(Math.round(told.wait_s * 1e9));
  expect(read.ended['pre-empted'] ?? 0).toBe(told.preempted);
  expect(read.ended.voluntary ?? 0).toBe(told.voluntary);
}

describe.each([...new Set([pythons[0], newest])].map((one) => [one.version!, one.path]))('Python %s', (_, python) => {
  it('totals are those of the summary', async () => {
    const { file: session } = await record(python, [PROGRAM], ['--functions']);
    const stats = await statsOf(session);
    const [process] = stats.processes;
    const traces = [await readBack(session, 'perfetto'), await readBack(session, 'chrome')];
    for (const read of traces) {
      const threads = process.threads.filter(({ takes }) => takes > 0);
      expect(threads.length).toBeGreaterThanOrEqual(4);
      for (const told of threads) expectSame(read.threads[told.tid], told);
      const [gil] = process.gils;
      const [, heldNs] = Object.entries(read.lanes).find(([name]) => name.endsWith('who holds it'))![1];
      expect(heldNs).toBe(Math.round(gil.held_s * 1e9));
      expect(read.about.engine).toBe(stats.engine);
      expect(read.about.verdict).toBe(stats.verdict.text);
      // As many as wait at once: the two that spin, at least.
      expect(read.counters['GIL: threads that wait'][1]).toBeGreaterThanOrEqual(1);
      expect(Object.keys(read.counters)).toEqual(expect.arrayContaining(['memory (RSS)', 'switches/s of GIL']));
      expect(read.arrows).toBeGreaterThan(10);
    }
    // What one says the other says.
    expect(traces[0].arrows).toBe(traces[1].arrows);
    const functions = Object.entries(traces[0].lanes).filter(([name]) => name === 'functions');
    expect(functions).toHaveLength(1);
    const chromeCalls = Object.entries(traces[1].lanes).filter(([name]) => name.endsWith(': functions'));
    expect(chromeCalls.reduce((sum, [, [calls]]) => sum + calls, 0)).toBe(functions[0][1][0]);
  });
});

it('a range and a thread: only what is in it', async () => {
  const { file: session } = await record(newest.path, [PROGRAM]);
  const whole = await statsOf(session);
  const until = whole.wall_s / 2;
  for (const format of ['perfetto', 'chrome'] as const) {
    const read = await readBack(session, format, ['--until', String(until), '--thread', 'two\nlines']);
    const [[, thread]] = Object.entries(read.threads);
    expect(Object.keys(read.threads)).toHaveLength(1);
    expect(thread.name).toBe('two\nlines');
    expect(read.arrows).toBe(0);
    const [, holdNs] = thread.slices['holds GIL'] ?? [0, 0];
    expect(holdNs).toBeLessThanOrEqual(until * 1e9);
  }
});
