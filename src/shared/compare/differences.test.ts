import { describe, expect, test } from 'vitest';
import type { CompareVariant } from '../contract/compare.ts';
import { differencesMarkdown } from '../export/compare/md.ts';
import {
  figureRows,
  medianText,
  outputText,
  rangeText,
  ratioRangeText,
  ratioText,
  type FigureRow,
} from './differences.ts';
import { formatBetween } from './figures.ts';
import { spreadOf } from './spread.ts';
import { NO_FIGURES, variantTook } from './testing/variants.ts';

const wallRow = (variants: CompareVariant[]): FigureRow =>
  figureRows(variants).find((row) => row.figure.id === 'wall_s')!;

// Worked by hand: medians 2 and 1, so half; from 0.9 / 2.2 to 1.1 / 1.9.
const SLOW = variantTook('threads', [2, 1.9, 2.1, 2.2, 2]);
const FAST = variantTook('a|b, "c"', [1, 0.9, 1.1, 1, 1]);

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
    const remark = (a: number[], b: number[]) => wallRow([variantTook('a', a), variantTook('b', b)]).cells[1].remark;
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
      ratioText(wallRow([variantTook('a', a), variantTook('b', b)]).cells[1].difference!);
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
    const rows = figureRows([SLOW, NO_FIGURES]);
    expect(rows.map((row) => row.figure.id)).toEqual(['wall_s']);
    expect(medianText(rows[0], rows[0].cells[1])).toBe('–');
  });

  test('output is told against the first', () => {
    const of = (...outputs: string[]) => ({ ...NO_FIGURES, outputs });
    const first = of('x');
    const texts = [first, of('x'), of('y'), of('x', 'y'), of()].map((v) => outputText(v, first));
    expect(texts).toEqual(['the one to match', 'the same', 'different', 'differs from run to run', null]);
  });
});

test('a range names its unit once where it is one', () => {
  expect(formatBetween(1.02, 1.1, 's')).toBe('1.02–1.10\u00a0s');
  expect(formatBetween(0.98, 1.1, 's')).toBe('980\u00a0ms–1.10\u00a0s');
  expect(formatBetween(3, 3, 'count')).toBe('3');
});

test('as Markdown: bars in names do not end a cell', () => {
  const [head, rule, wall] = differencesMarkdown([SLOW, FAST]).split('\n');
  expect(head).toBe('|  | A · threads | B · a\\|b, "c" |');
  expect(rule).toBe('| --- | ---: | ---: |');
  expect(wall).toContain('1.00\u00a0s (900\u00a0ms–1.10\u00a0s), 0.500\u00a0×');
});
