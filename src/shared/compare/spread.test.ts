import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { difference, enoughRuns, spreadOf } from './spread.ts';

const spread = (...values: number[]) => spreadOf(values)!;

describe('a spread', () => {
  it.each<[string, number[], [number, number, number]]>([
    ['one value', [3], [3, 3, 3]],
    ['an odd number', [9, 1, 5], [5, 1, 9]],
    ['an even number: the mean of the middle two', [4, 1, 10, 2], [3, 1, 10]],
    ['ties', [2, 2, 2, 7], [2, 2, 7]],
    ['zeros', [0, 0], [0, 0, 0]],
  ])('of %s', (_name, values, [median, min, max]) => {
    expect(spreadOf(values)).toEqual({ median, min, max, values });
  });

  it('of nothing is none', () => expect(spreadOf([])).toBeNull());

  test('has the median within its ends, and as many values above as below', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const { median, min, max } = spreadOf(values)!;
        expect(median).toBeGreaterThanOrEqual(min);
        expect(median).toBeLessThanOrEqual(max);
        expect(values.filter((v) => v < median).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((v) => v > median).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe('runs enough', () => {
  // By hand: two equal programs part completely, either way round, in 2 of C(2n, n) orders.
  it.each<[number, number, boolean]>([
    [1, 1, false], // 2 of 2
    [3, 3, false], // 2 of 20: 10 %
    [4, 4, true], // 2 of 70: 2.9 %
    [3, 4, false], // 2 of 35: 5.7 %
    [3, 5, true], // 2 of 56: 3.6 %
    [2, 7, false], // 2 of 36: 5.6 %
    [2, 8, true], // 2 of 45: 4.4 %
    [1, 38, false], // 2 of 39: 5.1 %
    [1, 39, true], // 2 of 40: 5 %
    [0, 100, false],
  ])('%d against %d: %s', (n, m, enough) => {
    expect(enoughRuns(n, m)).toBe(enough);
    expect(enoughRuns(m, n)).toBe(enough);
  });

  test('are counted as dealing out the ranks counts them', () => {
    const ranks = [0, 1, 2, 3, 4, 5, 6, 7];
    let parted = 0;
    let all = 0;
    // Every way to deal eight ranks to two programs of four runs.
    for (let mask = 0; mask < 256; mask++) {
      const a = ranks.filter((rank) => (mask & (1 << rank)) !== 0);
      const b = ranks.filter((rank) => (mask & (1 << rank)) === 0);
      if (a.length !== 4) continue;
      all++;
      if (Math.max(...a) < Math.min(...b) || Math.max(...b) < Math.min(...a)) parted++;
    }
    expect([parted, all]).toEqual([2, 70]);
  });
});

describe('a difference', () => {
  it('is the ratio of medians, from least over most to most over least', () => {
    expect(difference(spread(10, 11, 12, 13), spread(4, 5, 6, 7))).toEqual({
      ratio: 5.5 / 11.5,
      low: 4 / 13,
      high: 7 / 10,
      clear: true,
    });
  });

  it.each<[string, number[], number[]]>([
    ['ranges that touch', [1, 2, 3, 4], [4, 5, 6, 7]],
    ['ranges that lie in each other', [1, 2, 3, 10], [4, 5, 6, 7]],
    ['too few runs', [1, 2, 3], [7, 8, 9]],
    ['one run each', [1], [100]],
    ['the same', [2, 2, 2, 2], [2, 2, 2, 2]],
    ['nothing at all', [0, 0, 0, 0], [0, 0, 0, 0]],
  ])('is not clear: %s', (_name, a, b) => {
    expect(difference(spread(...a), spread(...b)).clear).toBe(false);
    expect(difference(spread(...b), spread(...a)).clear).toBe(false);
  });

  it('from nothing to something is clear, and has no ratio', () => {
    const { ratio, clear } = difference(spread(0, 0, 0, 0), spread(1, 1, 1, 2));
    expect(ratio).toBe(Infinity);
    expect(clear).toBe(true);
    expect(difference(spread(0), spread(0)).ratio).toBeNaN();
  });

  const runs = fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), { minLength: 1, maxLength: 12 });

  test('is clear the other way round too, and holds its ratio between its ends', () => {
    fc.assert(
      fc.property(runs, runs, (a, b) => {
        const [to, from] = [difference(spread(...a), spread(...b)), difference(spread(...b), spread(...a))];
        expect(to.clear).toBe(from.clear);
        expect(to.low).toBeLessThanOrEqual(to.ratio);
        expect(to.ratio).toBeLessThanOrEqual(to.high);
        expect(to.low * from.high).toBeCloseTo(1, 9);
        // Clear: every run of the one is on the same side of every run of the other.
        if (to.clear) expect(to.low > 1 || to.high < 1).toBe(true);
      }),
    );
  });

  test('is never clear between a program and itself', () => {
    fc.assert(fc.property(runs, (a) => !difference(spread(...a), spread(...a)).clear));
  });
});
