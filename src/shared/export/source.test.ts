/** Rows of an export against the figures of the same range: sums to the nanosecond, counts, clipping, and what a scope leaves out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalFlag, ThreadState } from '../contract/types.ts';
import type { SessionModel } from '../model/session.ts';
import { modelOfArt } from '../model/testing/ascii.ts';
import { schedulesOf } from '../model/testing/schedule.ts';
import { toSeconds } from '../units.ts';
import { ODD_NAMES, oddModel, sourceOf } from './testing/oddNames.ts';
import type { ExportSource } from './types.ts';

const MS = 1e6;
const RUNS = { numRuns: 60, interruptAfterTimeLimit: 15_000 };

const schedules = schedulesOf({ threads: { min: 1, max: 5 }, steps: { min: 1, max: 500 }, pause: 3000, cpu: true });

/** Whole nanoseconds, within the session or beyond it; null: the whole of it. */
const cuts = fc.option(
  fc.tuple(fc.double({ min: -0.1, max: 1.1, noNaN: true }), fc.double({ min: -0.1, max: 1.1, noNaN: true })),
  { nil: null },
);

const rangeOf = (cut: [number, number] | null, endNs: number): { start?: number; end?: number } =>
  cut === null ? {} : { start: Math.round(Math.min(...cut) * endNs), end: Math.round(Math.max(...cut) * endNs) };

interface Told {
  ns: number[];
  holds: number;
  waits: number;
  preempted: number;
  voluntary: number;
}

/** Rows are reused: what is needed is added up at once. */
function told(source: ExportSource, thread: number): Told {
  const sums: Told = { ns: [0, 0, 0, 0, 0, 0], holds: 0, waits: 0, preempted: 0, voluntary: 0 };
  let last = source.start;
  for (const row of source.intervals(thread)) {
    expect(row.thread).toBe(thread);
    expect(row.start).toBeGreaterThanOrEqual(last);
    expect(row.end).toBeLessThanOrEqual(source.end);
    last = row.end;
    sums.ns[row.state] += row.end - row.start;
    if (row.cutStart) continue;
    if (row.state === ThreadState.wait) sums.waits++;
    if (row.state !== ThreadState.hold) continue;
    sums.holds++;
    if (row.flags & IntervalFlag.preempted) sums.preempted++;
    else if (row.flags & IntervalFlag.voluntary) sums.voluntary++;
  }
  return sums;
}

const count = (rows: Iterable<unknown>): number => {
  const all = rows[Symbol.iterator]();
  let n = 0;
  while (all.next().done !== true) n++;
  return n;
};

function compare(model: SessionModel, range: { start?: number; end?: number }): void {
  const source = sourceOf(model, range);
  const { threads, gils } = model.stats(range);
  expect(source.threads.map(({ idx }) => idx)).toEqual(threads.map(({ thread }) => thread));
  const waited = new Map<number, number>();
  for (const { waiter, waitS } of source.blame()) waited.set(waiter, (waited.get(waiter) ?? 0) + waitS);
  let rows = 0;
  for (const thread of threads) {
    const sums = told(source, thread.thread);
    rows += count(source.intervals(thread.thread));
    expect([1, 2, 3, 4].map((state) => toSeconds(sums.ns[state]))).toEqual([
      ...[thread.holdS, thread.waitS, thread.runningS, thread.blockedS],
    ]);
    expect(sums).toMatchObject({ holds: thread.takes, waits: thread.waits });
    expect(sums).toMatchObject({ preempted: thread.preempted, voluntary: thread.voluntary });
    expect(waited.get(thread.thread) ?? 0).toBeCloseTo(thread.waitS, 12);
  }
  expect(rows).toBeLessThanOrEqual(source.intervalCount);
  for (const [i, gil] of source.summary.processes.flatMap((process) => process.gils).entries())
    expect(count(source.switches(gils[i].gil))).toBe(gil.switches);
  for (const { gil, contendedS } of gils) expect(contendedOf(source, gil)).toBe(contendedS);
}

/** Time in which somebody waits, from the changes. */
function contendedOf(source: ExportSource, gil: number): number {
  let [ns, since] = [0, -1];
  for (const { at, waiting } of source.waiters(gil)) {
    if (since >= 0) ns += at - since;
    since = waiting > 0 ? at : -1;
  }
  return toSeconds(since < 0 ? ns : ns + source.end - since);
}

describe('rows of any schedule and any range', () => {
  it('add up to the figures of that range, to the nanosecond', () => {
    fc.assert(
      fc.property(schedules, cuts, ({ recording, endNs }, cut) =>
        compare(recording.model({ watermarks: [endNs] }), rangeOf(cut, endNs)),
      ),
      RUNS,
    );
  });

  it('are the same when they are asked for twice', () => {
    const source = sourceOf(oddModel());
    const read = (): unknown[] => Array.from(source.intervals(0), (row) => ({ ...row }));
    expect(read()).toEqual(read());
  });
});

describe('a recording with everything', () => {
  const model = oddModel();
  const whole = sourceOf(model);

  it('adds up, whole and in part', () => {
    compare(model, {});
    compare(model, { start: 3 * MS, end: 9.5 * MS });
  });

  it('leaves out gilscope’s own thread, and knows it', () => {
    expect(whole.threads).toHaveLength(4);
    expect(whole.thread(4)).toMatchObject({ own: true });
  });

  it('tells from whom a thread took, when that one had let go, and where', () => {
    const [first] = whole.switches(0);
    expect(first).toMatchObject({ from: 0, to: 1, at: 4 * MS, droppedAt: 4 * MS, preempted: true });
    expect(first.site?.name).toBe(ODD_NAMES[1]);
  });

  it('clips what reaches out of the range, and says so', () => {
    const [hold] = sourceOf(model, { start: MS, end: 2 * MS }).intervals(0);
    expect(hold).toMatchObject({ start: MS, end: 2 * MS, cutStart: true, cutEnd: true, state: ThreadState.hold });
  });

  it('calls come in the order of time, callers first, clipped', () => {
    const calls = Array.from(whole.calls(0), (row) => ({ ...row }));
    expect(calls.map(({ depth }) => depth)).toEqual([0, ...Array.from({ length: 8 }, () => 1)]);
    expect(calls[0]).toMatchObject({ start: 0.5 * MS, end: 19 * MS, open: false });
    expect(calls.slice(1).map(({ start }) => start / MS)).toEqual([0.5, 2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5]);
    const [outer, inner] = Array.from(sourceOf(model, { start: 3 * MS, end: 3.5 * MS }).calls(0), (row) => ({
      ...row,
    }));
    expect([outer.start, outer.end, inner.start, inner.end]).toEqual([3 * MS, 3.5 * MS, 3 * MS, 3.5 * MS]);
  });

  it('regions and instants come in the order of time', () => {
    const marks = Array.from(whole.marks(0), (row) => ({ ...row }));
    expect(marks).toHaveLength(14);
    const starts = marks.map(({ start }) => start);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(marks[0]).toMatchObject({ name: ODD_NAMES[0], start: 0, end: 1.5 * MS, instant: false, open: false });
    expect(marks[1]).toMatchObject({ name: ODD_NAMES[0], start: 0.5 * MS, end: 0.5 * MS, instant: true });
    expect([...whole.marks(1)]).toEqual([]);
  });

  it('cores are told between rounds; their sum is the summary’s', () => {
    const busy = [0, 0];
    for (const { since, at, target, others } of whole.coreSamples())
      busy.forEach((_, core) => (busy[core] += toSeconds(at - since) * (target[core] + others[core])));
    busy.forEach((s, core) => expect(s).toBeCloseTo(whole.summary.cores[core].busy_s, 9));
    expect(count(whole.coreSamples())).toBe(4);
    const [part] = sourceOf(model, { start: 6 * MS, end: 8 * MS }).coreSamples();
    expect([part.since, part.at]).toEqual([6 * MS, 8 * MS]);
    for (const share of part.target) expect(share).toBeCloseTo(0.5, 9);
  });

  it('memory and CPU are those of the samples', () => {
    const rows = Array.from(whole.processSamples(0), (row) => ({ ...row }));
    expect(Math.max(...rows.map(({ rssBytes }) => rssBytes))).toBe(whole.summary.processes[0].rss_max_bytes);
    expect(rows.at(-1)!.cpuS).toBeCloseTo(whole.summary.processes[0].cpu_s!, 9);
    expect([...whole.threadSamples(0)].length).toBe(5);
  });

  it('reference counts are told when they change, and what was in force when a range begins', () => {
    const rows = [...whole.refcounts()];
    const of = (watch: number) => rows.filter((row) => row.watch === watch).map(({ at, count }) => [at / MS, count]);
    expect(of(0)).toEqual([
      [1, 2],
      [5, 3],
      [10, 4],
    ]);
    expect(rows.filter(({ watch }) => watch === 2).every(({ immortal, count }) => immortal && count === null)).toBe(
      true,
    );
    expect(rows.filter(({ watch }) => watch === 3).map(({ absent }) => absent)).toEqual([false, true, false]);
    const part = [...sourceOf(model, { start: 6 * MS, end: 8 * MS }).refcounts()];
    expect(part.filter(({ watch }) => watch === 0)).toMatchObject([{ at: 6 * MS, count: 3, size: 64 }]);
  });

  it('functions and blame add up to the summary’s', () => {
    const functions = [...whole.functions()];
    const own = functions.reduce((sum, { ownS }) => sum + ownS, 0);
    const summed = whole.summary.processes[0].functions!.by_own.reduce((sum, { own_s }) => sum + own_s, 0);
    expect(own).toBeCloseTo(summed, 12);
    expect(
      functions.every(({ ownS, ownHoldS, ownWaitS, ownReleasedS }) => ownS === ownHoldS + ownWaitS + ownReleasedS),
    ).toBe(true);
    const named = [...whole.blame()].filter(({ holder }) => holder !== null);
    for (const { wait_s, waits } of whole.summary.blame!)
      expect(named.some((row) => row.waitS === wait_s && row.waits === waits)).toBe(true);
    expect(named).toHaveLength(whole.summary.blame!.length);
  });
});

describe('a scope', () => {
  const model = modelOfArt(`
    A: HHHHwwwwHHHH
    B: wwwwHHHHwwww
    C: ____________
  `);

  it('of threads leaves the others out, and keeps switches with them', () => {
    const source = sourceOf(model, { threads: [0] });
    expect(source.threads.map(({ name }) => name)).toEqual(['A']);
    expect([...source.switches(0)].length).toBe(2);
    expect([...sourceOf(model, { threads: [2] }).switches(0)]).toEqual([]);
    expect([...source.blame()].map(({ waiter }) => waiter)).toEqual([0]);
    expect(source.processes).toHaveLength(1);
  });

  it('of a process that is not there has nothing', () => {
    const source = sourceOf(model, { processes: [7] });
    expect([source.processes, source.threads, source.gils, [...source.refcounts()]]).toEqual([[], [], [], []]);
    expect(source.intervalCount).toBe(0);
  });
});
