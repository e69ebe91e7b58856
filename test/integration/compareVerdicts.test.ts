/**
 * Verdicts of comparisons of real programs: for each kind one that earns it, and one that nearly does. The programs differ by what they sleep,
 * by much more than a busy machine adds to one run and not to the others; most wait, so they run at the same time.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CompareReport, CompareVerdict } from '../../src/shared/contract/compare.ts';
import { quoteArg } from '../../src/shared/shell.ts';
import { gilscope, newest, record, work, type Ran } from './helpers.ts';

const PROGRAMS = join(import.meta.dirname, 'programs', 'compare');
const command = (...args: string[]): string => [newest.path, ...args].map(quoteArg).join(' ');
const program = (name: string, ...args: string[]): string => command(join(PROGRAMS, name), ...args);
const printing = (code: string): string => command('-c', code);

let count = 0;
/** A file in which a variant counts its rounds. */
const counter = (): string => join(work, `rounds-${++count}`);

interface Compared extends Ran {
  report: CompareReport;
  verdict: CompareVerdict;
}

async function compare(args: string[]): Promise<Compared> {
  const json = join(work, `verdict-${++count}.json`);
  const ran = await gilscope(['compare', '-q', '--json', json, ...args]);
  if (!existsSync(json)) throw new Error(`no report; status ${ran.status}\n${ran.stdout}\n${ran.stderr}`);
  const report = JSON.parse(readFileSync(json, 'utf8')) as CompareReport;
  // What every verdict has, whatever it says.
  expect(report.verdict.limits.length).toBeGreaterThan(0);
  expect(ran.stdout).toContain(report.verdict.text);
  return { ...ran, report, verdict: report.verdict };
}

const told = ({ verdict, report }: Compared): string =>
  JSON.stringify({ verdict, walls: report.variants.map(({ wall_s: wall }) => wall) });

/** `swapped`: the round in which each does it as the other does. */
const waits = (...swapped: string[]): string[] => [
  ...['--names', 'apart,together', '--repeat', '4'],
  ...['apart', 'together'].map((way) => program('waits.py', way, counter(), ...swapped)),
];

describe.concurrent('four runs of each', () => {
  it('that fall apart: faster', async () => {
    const ran = await compare(waits());
    expect(ran.verdict, told(ran)).toMatchObject({ kind: 'faster', winner: 1 });
    expect(ran.verdict.text).toMatch(
      /^together is faster: it takes \d+ % of the time of apart \(\d+ % to \d+ %\)(\.$|, because it waits for several things at the same time)/,
    );
    // The sleeps alone: 0.2 s against 1.0 s.
    const [apart, together] = ran.report.variants;
    expect(apart.wall_s!.min).toBeGreaterThan(1);
    expect(together.wall_s!.min).toBeGreaterThan(0.2);
    expect(ran.status).toBe(0);
  });

  it('with a median five times the other’s, and one run of each that is as the other’s are: no difference', async () => {
    const ran = await compare(waits('2'));
    expect(ran.verdict, told(ran)).toMatchObject({ kind: 'no_difference', winner: null });
    expect(ran.verdict.text).toContain('between together and apart: they differ by as much among themselves');
    const [apart, together] = ran.report.variants;
    expect(together.wall_s!.median).toBeLessThan(apart.wall_s!.median);
  });

  it('of processes that would win but for their start: start-up', async () => {
    const ran = await compare(['--names', 'one,dear', ...['one', 'dear'].map((way) => program('workers.py', way))]);
    expect(ran.verdict.kind, told(ran)).toBe('start_up');
    expect(ran.verdict.text).toMatch(/^dear would be faster than one but for its start: .* is its work/);
    // Two of three were got ready while nothing was done.
    const [one, dear] = ran.report.variants;
    expect([one.start_up, dear.start_up]).toEqual(['interpreter', 'processes']);
    expect(dear.processes).toBe(4);
    expect(dear.start_up_s!.min).toBeGreaterThan(1.2);
    expect(one.start_up_s!.median).toBeLessThan(dear.start_up_s!.median);
    expect(ran.verdict.winner).not.toBe(1);
  });

  it('of processes that start at once and gain nothing: their start is not to blame', async () => {
    const ways = ['one', 'taking-turns'];
    const ran = await compare(['--names', ways.join(), ...ways.map((way) => program('workers.py', way))]);
    expect(['no_difference', 'faster'], told(ran)).toContain(ran.verdict.kind);
    expect(ran.report.variants[1].start_up).toBe('processes');
    expect(ran.report.variants[1].start_up_s!.median).toBeLessThan(1.2);
  });
});

describe('too few runs', () => {
  it('is what one run of each comes to, however far apart; a recording beside itself shows no difference', async () => {
    const [apart, together] = await Promise.all(
      ['apart', 'together'].map((way) => record(newest.path, [join(PROGRAMS, 'waits.py'), way, counter()])),
    );
    const few = await compare(['--names', 'apart,together', apart.file, together.file]);
    expect(few.verdict, told(few)).toMatchObject({ kind: 'too_few_runs', winner: null });
    expect(few.verdict.text).toMatch(/^together took \d+ % of the time of apart/);
    expect(few.verdict.advice).toContain('--repeat 4');
    const same = await compare(['--names', 'this,again', together.file, together.file]);
    expect(same.verdict, told(same)).toMatchObject({ kind: 'no_difference', winner: null });
    expect(same.verdict.evidence.at(-1)).toBe('this took 100 % of the time of again (100 % to 100 %).');
  });
});

describe('different output', () => {
  it('comes before any difference in time, if it is asked for', async () => {
    const ways = ['--repeat', '1', '--names', 'A,B', printing('print(1)'), printing('print(2)')];
    const asked = await compare(['--check-output', ...ways]);
    expect(asked.verdict, told(asked)).toMatchObject({ kind: 'different_output', winner: null });
    expect(asked.verdict.text).toBe('They do not do the same: the results of B are not those of A.');
    expect(asked.status).toBe(1);
    const unasked = await compare(ways);
    expect(unasked.verdict.kind).not.toBe('different_output');
    expect(unasked.status).toBe(0);
  });

  it('is not another way to the same bytes, nor what goes to standard error', async () => {
    const whole = printing('print("one two")');
    const parts = printing(
      'import sys; sys.stdout.write("one "); sys.stdout.flush(); print("two"); print("!", file=sys.stderr)',
    );
    const ran = await compare(['--check-output', '--repeat', '1', whole, parts]);
    expect(['too_few_runs', 'no_difference']).toContain(ran.verdict.kind);
    expect(ran.report.variants[1].outputs).toEqual(ran.report.variants[0].outputs);
  });
});

describe('failed', () => {
  const good = printing('print(1)');
  const bad = printing('raise SystemExit(3)');

  it('is a comparison of which one variant is left', async () => {
    const ran = await compare(['--repeat', '1', '--names', 'good,bad', good, bad]);
    expect(ran.verdict, told(ran)).toMatchObject({ kind: 'failed', winner: null });
    expect(ran.verdict.text).toBe('Nothing can be compared: of bad no run ended well.');
    expect(ran.status).toBe(1);
  });

  it('is not one of which two are: the third is left out, and that is said', async () => {
    const ran = await compare(['--repeat', '1', '--names', 'good,bad,other', good, bad, good]);
    expect(['too_few_runs', 'no_difference'], told(ran)).toContain(ran.verdict.kind);
    expect(ran.verdict.limits[0]).toBe('bad is left out: no run ended well.');
    expect(ran.verdict.text).not.toContain('bad');
    expect(ran.status).toBe(1);
  });
});

describe('mixed engines', () => {
  it('are exact beside estimated, not estimated beside estimated', async () => {
    const args = [join(PROGRAMS, 'waits.py'), 'together', counter()];
    const [exact, estimated] = await Promise.all(
      ['exact', 'estimated'].map((engine) => record(newest.path, args, ['--engine', engine])),
    );
    const mixed = await compare(['--names', 'exact,estimated', exact.file, estimated.file]);
    expect(mixed.verdict, told(mixed)).toMatchObject({ kind: 'mixed_engines', winner: null });
    expect(mixed.verdict.text).toMatch(/^exact was measured exactly, estimated only estimated/);
    expect(mixed.report.notes.join()).toContain('Different engines: exact (exact), estimated (estimated)');
    const alike = await compare(['--names', 'one,other', estimated.file, estimated.file]);
    expect(alike.verdict.kind, told(alike)).toBe('no_difference');
    expect(alike.report.variants.map(({ engine }) => engine)).toEqual(['estimated', 'estimated']);
  });
});
