import { describe, expect, test } from 'vitest';
import type { CompareVariant } from '../../../shared/contract/compare.ts';
import { spreadOf } from '../../../shared/compare/spread.ts';
import { formatBetween } from './figures.ts';
import {
  differencesCsv,
  differencesMarkdown,
  figureRows,
  medianText,
  outputText,
  rangeText,
  ratioRangeText,
  ratioText,
  type FigureRow,
} from './table.ts';

const NONE: CompareVariant = {
  name: 'none',
  command: [],
  file: null,
  engine: 'exact',
  python: '3.12.1',
  host: 'h',
  mode: null,
  wall_s: null,
  cpu_s: null,
  effective_cores: null,
  processes: 1,
  start_up_s: null,
  start_up: null,
  gil_held_share: null,
  gil_contended_share: null,
  gil_free_share: null,
  gil_wait_s: null,
  wait_p95_s: null,
  lock_wait_s: null,
  switches: null,
  memory_bytes: null,
  call: [],
  outputs: [],
  shown: 0,
};
const variant = (name: string, wall: number[], more: Partial<CompareVariant> = {}): CompareVariant => ({
  ...NONE,
  name,
  wall_s: spreadOf(wall),
  ...more,
});
const wallRow = (variants: CompareVariant[]): FigureRow =>
  figureRows(variants).find((row) => row.figure.id === 'wall_s')!;

// Worked by hand: medians 2 and 1, so half; from 0.9 / 2.2 to 1.1 / 1.9.
const SLOW = variant('threads', [2, 1.9, 2.1, 2.2, 2]);
const FAST = variant('a|b, "c"', [1, 0.9, 1.1, 1, 1]);

describe('differences', () => {
  test('a clear one: ratio of the medians, with what the runs allow', () => {
    const row = wallRow([SLOW, FAST]);
    expect(medianText(row, row.cells[1])).toBe('1.00\u00a0s');
    expect(rangeText(row, row.cells[0])).toBe('1.90–2.20\u00a0s');
    const { difference, remark } = row.cells[1];
    expect(difference).toMatchObject({ ratio: 0.5, clear: true });
    expect(ratioText(difference!)).toBe('0.500\u00a0×');
    expect(ratioRangeText(difference!)).toBe('0.409–0.579\u00a0×');
    expect(remark).toBe('');
    expect(row.cells[0].difference).toBeNull();
  });

  test('what is not clear says why', () => {
    const remark = (a: number[], b: number[]) => wallRow([variant('a', a), variant('b', b)]).cells[1].remark;
    expect(remark([1, 2, 3, 4, 5], [1.5, 2.5, 3.5, 4.5, 5.5])).toBe('within the spread');
    expect(remark([1, 1.1], [2, 2.1])).toBe('too few runs');
    expect(remark([1], [2])).toBe('one run each');
  });

  test('figures of the GIL are not compared between engines, wall-clock is', () => {
    const wait = { gil_wait_s: spreadOf([1, 2]) };
    const rows = figureRows([
      { ...SLOW, ...wait },
      { ...FAST, ...wait, engine: 'estimated' },
    ]);
    const cell = (id: string) => rows.find((row) => row.figure.id === id)!.cells[1];
    expect(cell('gil_wait_s')).toMatchObject({ difference: null, remark: 'exact beside estimated' });
    expect(cell('wall_s').difference).not.toBeNull();
  });

  test('nothing to divide by gives no ratio; next to nothing is not told in noughts', () => {
    const ratio = (a: number[], b: number[]) =>
      ratioText(wallRow([variant('a', a), variant('b', b)]).cells[1].difference!);
    expect(ratio([0, 0], [1, 1])).toBe('–');
    expect(ratio([1000, 1000], [1, 1])).toBe('< 0.01\u00a0×');
  });

  test('shares, and what may be next to nothing, stand alone', () => {
    const more = { start_up_s: spreadOf([6e-6, 7e-6]), gil_free_share: spreadOf([0.01, 0.02]) };
    const rows = figureRows([
      { ...SLOW, ...more },
      { ...FAST, ...more },
    ]);
    const cell = (id: string) => rows.find((row) => row.figure.id === id)!.cells[1];
    for (const id of ['start_up_s', 'gil_free_share']) expect(cell(id)).toMatchObject({ difference: null, remark: '' });
  });

  test('rows nobody has a figure for are left out; one that failed has dashes', () => {
    const rows = figureRows([SLOW, NONE]);
    expect(rows.map((row) => row.figure.id)).toEqual(['wall_s']);
    expect(medianText(rows[0], rows[0].cells[1])).toBe('–');
  });

  test('output is told against the first', () => {
    const of = (...outputs: string[]) => ({ ...NONE, outputs });
    const first = of('x');
    const texts = [first, of('x'), of('y'), of('x', 'y'), of()].map((v) => outputText(v, first));
    expect(texts).toEqual(['the one to match', 'the same', 'different', 'differs from run to run', null]);
  });
});

describe('copies', () => {
  test('as CSV: names quoted, figures raw', () => {
    const [head, wall] = differencesCsv(figureRows([SLOW, FAST]), [SLOW, FAST]).split('\r\n');
    expect(head).toContain('A threads median,A threads min,A threads max,"B a|b, ""c"" median"');
    expect(wall).toMatch(/^Wall-clock,s,2,1\.9,2\.2,1,0\.9,1\.1,0\.5,0\.409\d*,0\.578\d*,$/);
  });

  test('as Markdown: bars in names do not end a cell', () => {
    const [head, rule, wall] = differencesMarkdown(figureRows([SLOW, FAST]), [SLOW, FAST]).split('\n');
    expect(head).toBe('|  | A · threads | B · a\\|b, "c" |');
    expect(rule).toBe('| --- | ---: | ---: |');
    expect(wall).toContain('1.00\u00a0s (900\u00a0ms–1.10\u00a0s), 0.500\u00a0×');
  });
});

test('a range names its unit once where it is one', () => {
  expect(formatBetween(1.02, 1.1, 's')).toBe('1.02–1.10\u00a0s');
  expect(formatBetween(0.98, 1.1, 's')).toBe('980\u00a0ms–1.10\u00a0s');
  expect(formatBetween(3, 3, 'count')).toBe('3');
});
