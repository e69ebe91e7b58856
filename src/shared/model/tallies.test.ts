/** Sums over ranges of time against plain addition, with all the room there is and with hardly any. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TALLY_WIDTH } from '../protocol/functionTrace.ts';
import { TallyRoom, type TallyColumn } from './tallies.ts';

interface Interval {
  gap: number;
  length: number;
  rows: { fn: number; calls: number }[];
}

const interval: fc.Arbitrary<Interval> = fc.record({
  gap: fc.nat(3),
  length: fc.integer({ min: 1, max: 20 }),
  rows: fc.uniqueArray(fc.record({ fn: fc.nat(6), calls: fc.nat(1000) }), { selector: ({ fn }) => fn, maxLength: 5 }),
});

/** The intervals one after another; each figure of a row is its calls and a bit. */
function fill(column: TallyColumn, intervals: readonly Interval[]): { from: number; until: number; each: Interval }[] {
  let now = 0;
  return intervals.map((each) => {
    const from = now + each.gap;
    now = from + each.length;
    const sums = Float64Array.from(each.rows.flatMap(({ calls }) => rowOf(calls)));
    column.push(
      from,
      now,
      Uint32Array.from(each.rows, ({ fn }) => fn),
      sums,
    );
    return { from, until: now, each };
  });
}

const rowOf = (calls: number): number[] => Array.from({ length: TALLY_WIDTH }, (_, w) => calls * (w + 1));

function ask(column: TallyColumn, start: number, end: number): { sums: Map<number, number[]>; cut: boolean } {
  const sums = new Map<number, number[]>();
  const cut = column.add(start, end, (fn, figures, at, share) => {
    const row = sums.get(fn) ?? new Array<number>(TALLY_WIDTH).fill(0);
    sums.set(
      fn,
      row.map((before, w) => before + figures[at + w] * share),
    );
  });
  return { sums, cut };
}

/** How many blocks are in memory. */
const blocksOf = (column: TallyColumn): number => column['levels'].flat().filter((block) => block !== null).length;

const total = (sums: Map<number, number[]>): number => [...sums.values()].reduce((sum, [calls]) => sum + calls, 0);

describe('a column of sums', () => {
  it('answers for any range what addition does, in proportion at its ends', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 150 }), fc.nat(2000), fc.nat(2000), (intervals, a, b) => {
        const column = new TallyRoom().column();
        const filled = fill(column, intervals);
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const { sums, cut } = ask(column, start, end);
        const wanted = new Map<number, number[]>();
        let halved = false;
        for (const { from, until, each } of filled) {
          const share = Math.max(0, Math.min(until, end) - Math.max(from, start)) / (until - from);
          if (share === 0) continue;
          if (share < 1 && each.rows.length > 0) halved = true;
          for (const { fn, calls } of each.rows) {
            const row = wanted.get(fn) ?? new Array<number>(TALLY_WIDTH).fill(0);
            wanted.set(
              fn,
              row.map((before, w) => before + rowOf(calls)[w] * share),
            );
          }
        }
        expect(cut).toBe(halved);
        expect([...sums.keys()].sort()).toEqual([...wanted.keys()].sort());
        for (const [fn, row] of wanted) row.forEach((figure, w) => expect(sums.get(fn)![w]).toBeCloseTo(figure, 6));
      }),
    );
  });

  it('looks at few blocks however long it is', () => {
    const column = new TallyRoom().column();
    const n = 50_000;
    fill(column, new Array<Interval>(n).fill({ gap: 0, length: 10, rows: [{ fn: 1, calls: 1 }] }));
    for (const [start, end] of [
      [0, n * 10],
      [10, n * 10 - 10],
      [123_450, 345_670],
    ]) {
      let looks = 0;
      let calls = 0;
      const cut = column.add(start, end, (_fn, sums, at, share) => {
        looks++;
        calls += sums[at] * share;
      });
      expect([cut, calls]).toEqual([false, (end - start) / 10]);
      expect(looks).toBeLessThan(100);
    }
  });

  it('keeps its sums when there is no room for all its blocks; ranges are coarser then, and say so', () => {
    fc.assert(
      fc.property(fc.array(fc.array(interval, { maxLength: 80 }), { maxLength: 5 }), (threads) => {
        const room = new TallyRoom(40);
        for (const intervals of threads) {
          const column = room.column();
          const filled = fill(column, intervals);
          const calls = intervals.reduce((sum, { rows }) => rows.reduce((n, row) => n + row.calls, sum), 0);
          expect(total(ask(column, -Infinity, Infinity).sums)).toBe(calls);
          expect(room.rows).toBeGreaterThanOrEqual(0);
          // Two halves are the whole, wherever it is cut.
          const middle = filled[filled.length >> 1]?.until ?? 0;
          const [left, right] = [ask(column, -Infinity, middle), ask(column, middle, Infinity)];
          expect(total(left.sums) + total(right.sums)).toBeCloseTo(calls, 6);
        }
      }),
    );
  });

  it('gives up what is finest and oldest, not what there is', () => {
    const room = new TallyRoom(1000);
    const column = room.column();
    const n = 20_000;
    fill(
      column,
      new Array<Interval>(n).fill({
        gap: 0,
        length: 10,
        rows: [
          { fn: 1, calls: 1 },
          { fn: 2, calls: 2 },
        ],
      }),
    );
    expect(room.rows).toBeLessThanOrEqual(1000);
    expect(total(ask(column, 0, n * 10).sums)).toBe(3 * n);
    // The last seconds are as fine as ever.
    expect(ask(column, n * 10 - 30, n * 10).cut).toBe(false);
    const old = ask(column, 40_010, 80_030);
    expect(old.cut).toBe(true);
    expect(total(old.sums) / (3 * 4002)).toBeCloseTo(1, 1);
  });

  it('has a bound that nothing exceeds: functions beyond it are one that is not known', () => {
    const room = new TallyRoom(200);
    let calls = 0;
    for (let thread = 0; thread < 50; thread++) {
      const rows = Array.from({ length: 20 }, (_, i) => ({ fn: 1 + thread * 20 + i, calls: 1 }));
      const column = room.column();
      fill(column, [{ gap: 0, length: 1, rows }]);
      calls += total(ask(column, -Infinity, Infinity).sums);
    }
    expect(calls).toBe(1000);
    // One function for each thread, and the block that it is in.
    expect(room.rows).toBeLessThan(2 * 200 + 20 + 50 * 9);
  });

  it('keeps nothing of intervals without rows but how far the time is', () => {
    const room = new TallyRoom();
    const column = room.column();
    const empty = { gap: 0, length: 1, rows: [] };
    fill(column, new Array<Interval>(10_000).fill(empty));
    expect([room.rows, blocksOf(column)]).toEqual([0, 0]);
    column.push(0, 10_010, Uint32Array.of(1), Float64Array.from(rowOf(8)));
    expect(ask(column, 0, 10_000).sums.size).toBe(0);
    expect(total(ask(column, 10_000, 10_010).sums)).toBe(8);
  });

  it('counts what a block takes beside its rows, merged ones too: so many small ones are bounded', () => {
    const room = new TallyRoom(10_000);
    const columns = [room.column(), room.column()];
    for (const column of columns)
      fill(column, new Array<Interval>(20_000).fill({ gap: 0, length: 10, rows: [{ fn: 1, calls: 1 }] }));
    // Of 500 bytes each, in a room of 60 bytes a row.
    const blocks = columns.reduce((sum, column) => sum + blocksOf(column), 0);
    expect(blocks).toBeGreaterThan(0);
    expect(blocks * 500).toBeLessThan(10_000 * 60);
    for (const column of columns) expect(total(ask(column, -Infinity, Infinity).sums)).toBe(20_000);
  });

  it('intervals that overlap, as a broken peer has them, stay in order', () => {
    const column = new TallyRoom().column();
    const one = (from: number, until: number): void =>
      column.push(from, until, Uint32Array.of(1), Float64Array.from(rowOf(8)));
    one(0, 100);
    one(50, 60);
    one(20, 200);
    expect(total(ask(column, 0, 100).sums)).toBe(16);
    expect(total(ask(column, 0, 150).sums)).toBe(20);
    expect(total(ask(column, -Infinity, Infinity).sums)).toBe(24);
  });
});
