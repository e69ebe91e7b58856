import { describe, expect, it } from 'vitest';
import type { WatchAnswer, WatchSeries } from '../../../shared/contract/watches.ts';
import { curveRows, MOST_ROWS, readAt, scaleOf } from './curves.ts';

function watch(index: number, points: [number, number][], until: number, more: Partial<WatchSeries> = {}): WatchAnswer {
  const values = Float64Array.from(points, ([, value]) => value);
  return {
    watch: index,
    process: 0,
    expression: `m:w${index}`,
    state: 'counted',
    reason: null,
    type: 'list',
    rateHz: 100,
    split: false,
    min: null,
    max: null,
    current: null,
    immortal: false,
    sizeBytes: null,
    replaced: 0,
    series: {
      form: 'raw',
      times: Float64Array.from(points, ([time]) => time),
      min: values,
      max: values,
      last: values,
      until,
      ...more,
    },
  };
}

describe('curves', () => {
  it('has a row for every change of any of them, and holds the others', () => {
    const rows = curveRows(
      [
        watch(
          0,
          [
            [10, 1],
            [30, 5],
          ],
          50,
        ),
        watch(
          3,
          [
            [20, 7],
            [40, NaN],
          ],
          45,
        ),
      ],
      0,
      100,
    );
    expect(rows.map(({ t, last }) => [t, last[0], last[3]])).toEqual([
      [10, 1, null],
      [20, 1, 7],
      [30, 5, 7],
      [40, 5, null],
      [45, 5, null],
      [50, 5, null],
    ]);
  });

  it('is bounded, and keeps the extremes of what it leaves out', () => {
    const many = Array.from({ length: 2000 }, (_, i): [number, number] => [i, i === 777 ? 1000 : 1 + (i % 3)]);
    const rows = curveRows([watch(0, many, 2000)], 0, 2000);
    expect(rows).toHaveLength(MOST_ROWS);
    expect(Math.max(...rows.map(({ band }) => band[0]?.[1] ?? 0))).toBe(1000);
    expect(Math.min(...rows.map(({ band }) => band[0]?.[0] ?? Infinity))).toBe(1);
  });

  it('shows counts of very different size on a logarithmic axis', () => {
    expect(scaleOf([watch(0, [[0, 2]], 1)])).toEqual({ log: false, domain: [0, 3] });
    expect(scaleOf([watch(0, [[0, 2]], 1), watch(1, [[0, 2000]], 1)]).log).toBe(true);
    expect(
      scaleOf([
        watch(
          0,
          [
            [0, 0],
            [1, 2000],
          ],
          2,
        ),
      ]).log,
    ).toBe(false);
    // One alone has its own axis; and what falls to nothing needs one with a nought.
    const wide = [
      watch(
        0,
        [
          [0, 1],
          [1, 2000],
        ],
        2,
      ),
      watch(1, [[0, 0]], 2),
    ];
    expect([scaleOf(wide.slice(0, 1)).log, scaleOf(wide).log]).toEqual([false, false]);
    expect(scaleOf([watch(0, [[0, NaN]], 1)])).toEqual({ log: false, domain: [0, 1] });
    expect(scaleOf([])).toEqual({ log: false, domain: [0, 1] });
  });

  it('reads the row in force', () => {
    const rows = curveRows(
      [
        watch(
          0,
          [
            [10, 1],
            [30, 5],
          ],
          50,
        ),
      ],
      0,
      100,
    );
    expect([readAt(rows, 5), readAt(rows, 29)?.last[0], readAt(rows, 30)?.last[0]]).toEqual([null, 1, 5]);
  });
});
