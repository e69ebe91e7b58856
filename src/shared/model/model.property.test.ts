/**
 * The model against plain rules, on random schedules: intervals, levels of detail against brute force, holds never overlap,
 * sums agree, and the answers do not depend on how watermarks cut the stream.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalFlag, ThreadState, type GilStrip, type ThreadLane } from '../contract/types.ts';
import type { SessionModel } from './session.ts';
import { longSchedule, schedulesOf, type Expected, type Schedule } from './testing/schedule.ts';

/** Bounded in time: shrinking a long schedule must not outlast patience. */
const RUNS = { numRuns: 60, interruptAfterTimeLimit: 15_000 };
const STEPS = 800;
const KNOWN = IntervalFlag.preempted | IntervalFlag.voluntary | IntervalFlag.requested;

const schedules = (most: number): fc.Arbitrary<Schedule> =>
  schedulesOf({ threads: { min: 1, max: 5 }, steps: { min: 1, max: most }, pause: 3000, cpu: true });

const modelOf = ({ recording, endNs }: Schedule, watermarks: number[] = []): SessionModel =>
  recording.model({ watermarks: [...watermarks.filter((w) => w < endNs).sort((a, b) => a - b), endNs] });

const overlap = (i: { start: number; end: number }, from: number, to: number): number =>
  Math.max(0, Math.min(i.end, to) - Math.max(i.start, from));

/** Enough pixels that every interval is told. */
const raw = (model: SessionModel) => model.timeline({ start: 0, end: model.endNs, px: 5000 });

/** A lane does not tell the GIL. */
const withoutGil = ({ thread, state, start, end, flags }: Expected): Omit<Expected, 'gil' | 'site'> => ({
  thread,
  state,
  start,
  end,
  flags,
});

function asExpected(lane: ThreadLane): Omit<Expected, 'gil' | 'site'>[] {
  if (lane.form !== 'raw') throw new Error('raw expected');
  return Array.from(lane.start, (start, i) => ({
    thread: lane.thread,
    state: lane.state[i] as ThreadState,
    start,
    end: lane.end[i],
    flags: lane.flags[i] & KNOWN,
  }));
}

const threadsOf = (model: SessionModel): number[] => model.threads.map((t) => t.idx);

describe('on random schedules', () => {
  it('intervals are those of the plain rules', () => {
    fc.assert(
      fc.property(schedules(STEPS), (schedule) => {
        const reply = raw(modelOf(schedule));
        for (const lane of reply.threads) {
          const expected = schedule.intervals.filter((i) => i.thread === lane.thread).map(withoutGil);
          expect(asExpected(lane)).toEqual(expected);
        }
      }),
      RUNS,
    );
  });

  it('holds of one GIL never overlap, and are the holds of the threads', () => {
    fc.assert(
      fc.property(schedules(STEPS), (schedule) => {
        const model = modelOf(schedule);
        for (const strip of raw(model).gils) {
          if (strip.form !== 'raw') throw new Error('raw expected');
          const got = Array.from(strip.start, (start, i) => ({ start, end: strip.end[i], thread: strip.thread[i] }));
          for (let i = 1; i < got.length; i++) expect(got[i].start).toBeGreaterThanOrEqual(got[i - 1].end);
          const { id } = model.gils[strip.gil];
          const expected = schedule.intervals
            .filter((i) => i.gil === id && i.state === ThreadState.hold)
            .map(({ start, end, thread }) => ({ start, end, thread }));
          expect(got).toEqual(expected);
        }
        expect(model.anomalies(0)).toEqual({ takeWhileHeld: 0, dropWithoutHold: 0, late: 0, other: 0 });
      }),
      RUNS,
    );
  });

  const windows = fc.record({
    from: fc.double({ min: -0.1, max: 0.9, noNaN: true }),
    length: fc.double({ min: 0.001, max: 1.2, noNaN: true }),
    px: fc.integer({ min: 1, max: 40 }),
  });

  it('bins agree with brute force', () => {
    fc.assert(
      fc.property(schedules(STEPS), windows, (schedule, { from, length, px }) => {
        const model = modelOf(schedule);
        const start = from * schedule.endNs;
        const end = start + length * schedule.endNs;
        const reply = model.timeline({ start, end, px });
        for (const lane of reply.threads) checkLane(lane, schedule, start, end, px);
        for (const strip of reply.gils) checkStrip(strip, model, schedule, start, end, px);
      }),
      RUNS,
    );
  });

  it('bins of a long session agree with brute force: the groups of groups are right', () => {
    const schedule = longSchedule(7, 60_000);
    const model = modelOf(schedule);
    for (const [start, end, px] of [
      [0, schedule.endNs, 3],
      [schedule.endNs * 0.123, schedule.endNs * 0.987, 7],
    ]) {
      const reply = model.timeline({ start, end, px });
      for (const lane of reply.threads) checkLane(lane, schedule, start, end, px);
      for (const strip of reply.gils) {
        expect(strip.form).toBe('bins');
        checkStrip(strip, model, schedule, start, end, px);
      }
    }
  });

  it('figures of a range agree with brute force', () => {
    fc.assert(
      fc.property(schedules(STEPS), windows, (schedule, { from, length }) => {
        const model = modelOf(schedule);
        const start = Math.max(0, from * schedule.endNs);
        const end = Math.min(schedule.endNs, start + length * schedule.endNs);
        const stats = model.stats({ start, end });
        for (const t of stats.threads) {
          const mine = schedule.intervals.filter((i) => i.thread === t.thread);
          const within = mine.filter((i) => i.start >= start && i.start < end);
          const of = (state: ThreadState): number => sum(mine, start, end, (i) => i.state === state) / 1e9;
          expect(t.holdS).toBeCloseTo(of(ThreadState.hold), 12);
          expect(t.waitS).toBeCloseTo(of(ThreadState.wait), 12);
          expect(t.runningS).toBeCloseTo(of(ThreadState.running), 12);
          expect(t.blockedS).toBeCloseTo(of(ThreadState.blocked), 12);
          const holds = within.filter((i) => i.state === ThreadState.hold);
          const waits = within.filter((i) => i.state === ThreadState.wait).map((i) => i.end - i.start);
          expect([t.takes, t.waits]).toEqual([holds.length, waits.length]);
          expect(t.preempted).toBe(holds.filter((i) => i.flags & IntervalFlag.preempted).length);
          expect(t.voluntary).toBe(holds.filter((i) => i.flags & IntervalFlag.voluntary).length);
          waits.sort((a, b) => a - b);
          expect(t.waitP50S).toBe(waits.length ? waits[Math.ceil(waits.length / 2) - 1] / 1e9 : null);
        }
      }),
      RUNS,
    );
  });

  it('the holders of a wait and its free time add up to the wait, to the nanosecond', () => {
    fc.assert(
      fc.property(schedules(STEPS), (schedule) => {
        const model = modelOf(schedule);
        for (const wait of schedule.intervals.filter((i) => i.state === ThreadState.wait).slice(0, 30)) {
          const details = model.details(wait.thread, wait.start)!;
          expect(details).toMatchObject({ state: ThreadState.wait, start: wait.start, end: wait.end });
          const held = details.holders.reduce((total, holder) => total + holder.ns, 0);
          expect(held + details.unheldNs).toBe(wait.end - wait.start);
          for (const { thread, ns } of details.holders)
            expect(ns).toBe(
              sum(
                schedule.intervals,
                wait.start,
                wait.end,
                (i) => i.thread === thread && i.state === ThreadState.hold && i.gil === wait.gil,
              ),
            );
        }
      }),
      RUNS,
    );
  });

  it('the answers do not depend on how watermarks cut the stream', () => {
    fc.assert(
      fc.property(schedules(STEPS), fc.array(fc.nat(600_000), { maxLength: 40 }), (schedule, watermarks) => {
        const whole = modelOf(schedule);
        const cut = modelOf(schedule, watermarks);
        for (const ask of [
          (m: SessionModel) => ({ ...m.timeline({ start: 0, end: m.endNs, px: 30 }), revision: 0 }),
          (m: SessionModel) => ({ ...m.overview(50), revision: 0 }),
          (m: SessionModel) => ({ ...m.stats(), revision: 0 }),
        ])
          expect(byTid(cut, ask)).toEqual(byTid(whole, ask));
      }),
      RUNS,
    );
  });
});

/** Threads are numbered by THREAD frames here, GILs as they come up: the same in both. */
const byTid = (model: SessionModel, ask: (model: SessionModel) => unknown): unknown => {
  expect(model.threads.map((t) => t.tid)).toEqual(model.threads.map((_, i) => 1001 + i));
  return { ids: model.gils.map((gil) => gil.id), answer: ask(model) };
};

function sum(list: Expected[], from: number, to: number, which: (i: Expected) => boolean): number {
  return list.reduce((total, i) => total + (which(i) ? overlap(i, from, to) : 0), 0);
}

/** Time in which at least one interval of the list is a wait, by sorting all their ends. */
function contendedNs(list: Expected[], from: number, to: number): number {
  const edges = list
    .filter((i) => i.state === ThreadState.wait && overlap(i, from, to) > 0)
    .flatMap((i) => [
      { t: Math.max(from, i.start), change: 1 },
      { t: Math.min(to, i.end), change: -1 },
    ])
    .sort((a, b) => a.t - b.t);
  let waiting = 0;
  let total = 0;
  edges.forEach((edge, k) => {
    if (waiting > 0) total += edge.t - edges[k - 1].t;
    waiting += edge.change;
  });
  return total;
}

function checkStrip(
  strip: GilStrip,
  model: SessionModel,
  schedule: Schedule,
  start: number,
  end: number,
  px: number,
): void {
  if (strip.form !== 'bins') return;
  const width = (end - start) / px;
  const { id } = model.gils[strip.gil];
  const mine = schedule.intervals.filter((i) => i.gil === id);
  for (let k = 0; k < px; k++) {
    const [a, b] = [start + k * width, start + (k + 1) * width];
    const ns = threadsOf(model).map((t) => sum(mine, a, b, (i) => i.thread === t && i.state === ThreadState.hold));
    const held = ns.reduce((x, y) => x + y, 0);
    expect(strip.held[k]).toBeCloseTo(held / width, 5);
    // Two may have held it equally long but for the last bit of a sum.
    if (strip.owner[k] < 0) expect(held).toBeLessThan(1e-6);
    else expect(ns[strip.owner[k]]).toBeCloseTo(Math.max(...ns), 3);
    expect(strip.contended[k]).toBeCloseTo(contendedNs(mine, a, b) / width, 5);
  }
}

function checkLane(lane: ThreadLane, schedule: Schedule, start: number, end: number, px: number): void {
  const mine = schedule.intervals.filter((i) => i.thread === lane.thread);
  if (lane.form === 'raw') {
    const inWindow = mine.filter((i) => i.start < end && i.end > start && i.end > i.start);
    expect(asExpected(lane).filter((i) => i.end > start)).toEqual(inWindow.map(withoutGil));
    return;
  }
  const width = (end - start) / px;
  const states = { hold: 1, wait: 2, running: 3, blocked: 4, unknown: 5 } as const;
  for (let k = 0; k < px; k++) {
    const [a, b] = [start + k * width, start + (k + 1) * width];
    for (const [name, state] of Object.entries(states) as [keyof typeof states, number][])
      expect(lane[name][k]).toBeCloseTo(sum(mine, a, b, (i) => i.state === state) / width, 5);
  }
  const starts = (state: number) => mine.filter((i) => i.state === state && i.start >= start && i.start < end).length;
  expect(lane.takes.reduce((x, y) => x + y, 0)).toBe(starts(1));
  expect(lane.waits.reduce((x, y) => x + y, 0)).toBe(starts(2));
}
