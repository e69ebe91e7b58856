/**
 * Blame against plain rules: on drawings that show what is meant, and on random schedules, where every overlap of a wait with a hold
 * is counted one by one. Sums agree with the figures to the nanosecond.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OTHERS, type BlameReply } from '../contract/blame.ts';
import { ThreadState } from '../contract/types.ts';
import { encodeControl } from '../protocol/control.ts';
import { EventKind } from '../protocol/events.ts';
import { FrameKind, FrameReader } from '../protocol/frames.ts';
import { SessionModel } from './session.ts';
import { modelOfArt } from './testing/ascii.ts';
import { at, ORIGIN, Recording } from './testing/recording.ts';
import { longSchedule, schedulesOf, type Expected, type Schedule } from './testing/schedule.ts';

const MS = 1e6;
const RUNS = { numRuns: 60, interruptAfterTimeLimit: 15_000 };
/** Functions of two sites (lines) each. */
const SITES = 4;

interface Cell {
  waiter: number;
  holder: number;
  ns: number;
  waits: number;
}

function cellsOf({ cells, waiters, holders }: BlameReply): Cell[] {
  return Array.from(cells.ns, (ns, i) => ({
    waiter: waiters[cells.waiter[i]].thread,
    holder: holders[cells.holder[i]].thread,
    ns,
    waits: cells.waits[i],
  }));
}

const byPair = (a: Cell, b: Cell): number => a.waiter - b.waiter || a.holder - b.holder;
const total = (list: readonly { ns: number }[]): number => list.reduce((sum, { ns }) => sum + ns, 0);

describe('blame of a drawing', () => {
  const art = `
    A: HHHHHHwwHHHH..
    B: _wwwwwHHwwwwww
  `;

  it('says who made whom wait, how long and in how many waits', () => {
    const reply = modelOfArt(art).blame();
    expect(cellsOf(reply).sort(byPair)).toEqual([
      { waiter: 0, holder: 1, ns: 2 * MS, waits: 1 },
      { waiter: 1, holder: 0, ns: 9 * MS, waits: 2 },
    ]);
    expect(reply.waiters).toEqual([
      { thread: 1, waitNs: 11 * MS, waits: 2, unheldNs: 2 * MS },
      { thread: 0, waitNs: 2 * MS, waits: 1, unheldNs: 0 },
    ]);
    expect(reply.holders).toEqual([
      { thread: 0, causedNs: 9 * MS, own: false },
      { thread: 1, causedNs: 2 * MS, own: false },
    ]);
    expect(reply).toMatchObject({ start: 0, end: 14 * MS, waitNs: 13 * MS, unheldNs: 2 * MS, holds: 3, placed: 0 });
    expect(reply.functions.map(({ place, causedNs }) => ({ place, causedNs }))).toEqual([
      { place: null, causedNs: 11 * MS },
    ]);
  });

  it('is clipped to the range', () => {
    const reply = modelOfArt(art).blame({ start: 4 * MS, end: 7 * MS });
    expect(cellsOf(reply).sort(byPair)).toEqual([
      { waiter: 0, holder: 1, ns: MS, waits: 1 },
      { waiter: 1, holder: 0, ns: 2 * MS, waits: 1 },
    ]);
    expect(reply).toMatchObject({ start: 4 * MS, end: 7 * MS, waitNs: 3 * MS, unheldNs: 0 });
  });

  it('keeps gilscope’s own thread as a holder, says so, and never as a waiter', () => {
    const reply = modelOfArt(`
      A: HHHHwwwwHHHH
      agent!: _wwwHHHH....
    `).blame();
    expect(reply.waiters.map(({ thread }) => thread)).toEqual([0]);
    expect(reply.holders).toEqual([{ thread: 1, causedNs: 4 * MS, own: true }]);
    expect(reply.functions.map(({ own }) => own)).toEqual([true]);
    expect(reply.holds).toBe(2);
  });

  it('blames nobody of another GIL, and has nothing to say where nobody waits', () => {
    const reply = modelOfArt(`
      A: HHHHHHHH
      B@1: HHHHHHHH
    `).blame();
    expect(reply).toMatchObject({ waitNs: 0, waiters: [], holders: [], functions: [], holds: 2 });
    expect(reply.releases).toHaveLength(1);
  });

  it('counts a time without a known holder for nobody', () => {
    const reply = modelOfArt(`
      A: HHxxxx..HH
      B: _wwwwwwwHH
    `).blame();
    expect(cellsOf(reply)).toEqual([]);
    expect(reply.waiters).toEqual([{ thread: 1, waitNs: 7 * MS, waits: 1, unheldNs: 7 * MS }]);
  });

  it('knows a thread that waits for one GIL, then for another, then again, all within one hold', () => {
    const recording = new Recording();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => recording.thread(name).events);
    a.push({ kind: EventKind.take, ns: at(0), gil: 0 }, { kind: EventKind.drop, ns: at(100) });
    b.push({ kind: EventKind.take, ns: at(0), gil: 1 }, { kind: EventKind.drop, ns: at(70) });
    c.push(
      { kind: EventKind.wait, ns: at(10), gil: 0 },
      { kind: EventKind.wait, ns: at(30), gil: 1 },
      { kind: EventKind.wait, ns: at(80), gil: 0 },
      { kind: EventKind.take, ns: at(110) },
      { kind: EventKind.drop, ns: at(120) },
    );
    const model = recording.model();
    const reply = model.blame();
    expect(cellsOf(reply).sort(byPair)).toEqual([
      { waiter: 2, holder: 0, ns: 40, waits: 2 },
      { waiter: 2, holder: 1, ns: 40, waits: 1 },
    ]);
    expect(reply.waiters).toEqual([{ thread: 2, waitNs: 100, waits: 3, unheldNs: 20 }]);
    checkSums(model, reply);
  });

  it('adds up who is beyond the first two hundred as others, and loses nothing', () => {
    const recording = new Recording();
    const count = 230;
    for (let t = 0; t < count; t++) {
      const { events } = recording.thread(`t${t}`);
      events.push(
        { kind: EventKind.wait, ns: at(0), gil: 0 },
        { kind: EventKind.take, ns: at(10 + t) },
        { kind: EventKind.drop, ns: at(11 + t) },
      );
    }
    const reply = recording.model().blame();
    expect(reply.waiters).toHaveLength(201);
    expect(reply.waiters.at(-1)!.thread).toBe(OTHERS);
    expect(reply.holders).toHaveLength(201);
    expect(reply.holders.at(-1)!.thread).toBe(OTHERS);
    expect(total(cellsOf(reply)) + reply.unheldNs).toBe(reply.waitNs);
    expect(reply.waitNs).toBe((count * (10 + 10 + count - 1)) / 2);
    const caused = reply.holders.reduce((sum, { causedNs }) => sum + causedNs, 0);
    expect(caused).toBe(total(cellsOf(reply)));
  });
});

const functionOf = (site: number): string | null => (site === 0 ? null : `f${site % 2}`);

/** Two functions, several places in each. */
const schedules = schedulesOf({
  ...{ threads: { min: 1, max: 5 }, steps: { min: 1, max: 600 }, pause: 3000 },
  sites: Array.from({ length: SITES }, (_, i) => i + 1).map((id) => ({
    ...{ id, name: functionOf(id)!, file: '/srv/app.py', first_line: 1, line: id },
  })),
});

const modelOf = ({ recording, endNs }: Schedule): SessionModel => recording.model({ watermarks: [endNs] });
const ranges = fc.record({
  from: fc.double({ min: 0, max: 0.9, noNaN: true }),
  length: fc.double({ min: 0, max: 1.2, noNaN: true }),
});

interface Overlap {
  wait: Expected;
  hold: Expected;
  ns: number;
}

/** Every overlap of a wait and a hold of its GIL in the range, each by itself. */
function overlapsOf(intervals: readonly Expected[], start: number, end: number): Overlap[] {
  const found: Overlap[] = [];
  for (const wait of intervals.filter((i) => i.state === ThreadState.wait))
    for (const hold of intervals.filter((i) => i.state === ThreadState.hold && i.gil === wait.gil)) {
      const ns = Math.min(wait.end, hold.end, end) - Math.max(wait.start, hold.start, start);
      if (ns > 0) found.push({ wait, hold, ns });
    }
  return found;
}

function expectedCells(overlaps: readonly Overlap[]): Cell[] {
  const cells = new Map<string, Cell & { met: Set<Expected> }>();
  for (const { wait, hold, ns } of overlaps) {
    const key = `${wait.thread} ${hold.thread}`;
    const cell = cells.get(key) ?? { waiter: wait.thread, holder: hold.thread, ns: 0, waits: 0, met: new Set() };
    cell.ns += ns;
    cell.waits = cell.met.add(wait).size;
    cells.set(key, cell);
  }
  return [...cells.values()].map(({ waiter, holder, ns, waits }) => ({ waiter, holder, ns, waits }));
}

/** Wait by function, and in how many waits. */
function expectedFunctions(overlaps: readonly Overlap[]): { name: string | null; ns: number; waits: number }[] {
  const names = [...new Set(overlaps.map(({ hold }) => functionOf(hold.site)))];
  return names.map((name) => {
    const mine = overlaps.filter(({ hold }) => functionOf(hold.site) === name);
    return { name, ns: total(mine), waits: new Set(mine.map(({ wait }) => wait)).size };
  });
}

const byName = (a: { name: string | null }, b: { name: string | null }): number =>
  String(a.name).localeCompare(String(b.name));

const told = ({ functions }: BlameReply) =>
  functions.map(({ place, causedNs, waits }) => ({ name: place?.name ?? null, ns: causedNs, waits })).sort(byName);

/** What every answer must keep, whatever was recorded: nothing is lost, nothing is counted twice. */
function checkSums(model: SessionModel, reply: BlameReply): void {
  const cells = cellsOf(reply);
  const stats = model.stats({ start: reply.start, end: reply.end });
  for (const { thread, waitNs, unheldNs } of reply.waiters) {
    expect(total(cells.filter(({ waiter }) => waiter === thread)) + unheldNs).toBe(waitNs);
    expect(unheldNs).toBeGreaterThanOrEqual(0);
  }
  for (const { thread, waitS } of stats.threads)
    expect((reply.waiters.find((waiter) => waiter.thread === thread)?.waitNs ?? 0) / 1e9).toBe(waitS);
  for (const { thread, causedNs } of reply.holders)
    expect(total(cells.filter(({ holder }) => holder === thread))).toBe(causedNs);
  const caused = total(cells);
  expect(caused + reply.unheldNs).toBe(reply.waitNs);
  for (const rows of [reply.functions, reply.releases])
    expect(rows.reduce((sum, { causedNs }) => sum + causedNs, 0)).toBe(caused);
  const gils = stats.summary.processes.flatMap((process) => process.gils);
  const count = (pick: 'preempted' | 'voluntary'): number[] => [
    reply.releases.reduce((sum, row) => sum + row[pick], 0),
    gils.reduce((sum, gil) => sum + gil[pick], 0),
  ];
  for (const pick of ['preempted', 'voluntary'] as const) expect(count(pick)[0]).toBe(count(pick)[1]);
  const held = reply.releases.reduce((sum, { heldNs }) => sum + heldNs, 0);
  expect(held / 1e9).toBeCloseTo(
    gils.reduce((sum, gil) => sum + gil.held_s, 0),
    12,
  );
}

describe('blame on random schedules', () => {
  it('is every overlap of a wait with a hold, by thread and by function, in any range', () => {
    fc.assert(
      fc.property(schedules, ranges, (schedule, { from, length }) => {
        const model = modelOf(schedule);
        const start = Math.floor(from * schedule.endNs);
        const end = Math.min(schedule.endNs, start + Math.floor(length * schedule.endNs));
        const reply = model.blame({ start, end });
        const overlaps = overlapsOf(schedule.intervals, start, end);
        expect(cellsOf(reply).sort(byPair)).toEqual(expectedCells(overlaps).sort(byPair));
        expect(told(reply)).toEqual(expectedFunctions(overlaps).sort(byName));
        checkSums(model, reply);
      }),
      RUNS,
    );
  });

  it('narrows functions and places to one waiter, one holder, or both, and leaves the matrix', () => {
    fc.assert(
      fc.property(schedules, fc.nat(4), fc.nat(4), (schedule, waiter, holder) => {
        const model = modelOf(schedule);
        const overlaps = overlapsOf(schedule.intervals, 0, schedule.endNs);
        for (const filter of [{ waiter }, { holder }, { waiter, holder }]) {
          const mine = overlaps.filter(
            ({ wait, hold }) =>
              wait.thread === (filter.waiter ?? wait.thread) && hold.thread === (filter.holder ?? hold.thread),
          );
          const reply = model.blame({}, filter);
          expect(told(reply)).toEqual(expectedFunctions(mine).sort(byName));
          expect(reply.releases.reduce((sum, { causedNs }) => sum + causedNs, 0)).toBe(total(mine));
          expect(reply.cells).toEqual(model.blame().cells);
        }
      }),
      RUNS,
    );
  });

  it('of a long session is right too', () => {
    const schedule = longSchedule(11, 20_000);
    const model = modelOf(schedule);
    checkSums(model, model.blame());
    const [start, end] = [Math.floor(schedule.endNs / 3), Math.floor(schedule.endNs / 2)];
    const few = schedule.intervals.filter((i) => i.end > start && i.start < end);
    const reply = model.blame({ start, end });
    expect(cellsOf(reply).sort(byPair)).toEqual(expectedCells(overlapsOf(few, start, end)).sort(byPair));
    checkSums(model, reply);
  });

  it('keeps the sums where events were dropped', () => {
    const losses = fc.array(fc.record({ thread: fc.nat(4), part: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(schedules, losses, ranges, (schedule, lost, { from, length }) => {
        for (const { thread, part } of lost) {
          const { events, lostBefore } = schedule.recording.threads[thread % schedule.recording.threads.length];
          lostBefore.set(Math.floor(part * events.length), 1);
        }
        const model = modelOf(schedule);
        const start = Math.floor(from * schedule.endNs);
        checkSums(model, model.blame({ start, end: start + Math.floor(length * schedule.endNs) }));
      }),
      RUNS,
    );
  });

  it('keeps processes apart, and adds their functions up', () => {
    fc.assert(
      fc.property(schedules, schedules, (one, other) => {
        const model = new SessionModel();
        const endNs = Math.max(one.endNs, other.endNs);
        [one, other].forEach(({ recording }, stream) => {
          const reader = new FrameReader();
          for (const bytes of recording.frames({ watermarks: [endNs] }))
            for (const frame of reader.push(bytes))
              if (stream === 0 || frame.kind !== FrameKind.session) model.apply({ ...frame, stream });
        });
        const reply = model.blame();
        checkSums(model, reply);
        const offset = one.recording.threads.length;
        // Nothing ends but what the schedule ends: what is open then goes on to the common end.
        const open = ({ intervals, endNs: own }: Schedule, by: number): Expected[] =>
          intervals.map((i) => ({ ...i, thread: i.thread + by, end: i.end === own ? endNs : i.end }));
        const overlaps = [...overlapsOf(open(one, 0), 0, endNs), ...overlapsOf(open(other, offset), 0, endNs)];
        expect(cellsOf(reply).sort(byPair)).toEqual(expectedCells(overlaps).sort(byPair));
        expect(told(reply)).toEqual(expectedFunctions(overlaps).sort(byName));
      }),
      RUNS,
    );
  });

  it('is kept while nothing changes, and made anew when something does', () => {
    const model = modelOf(longSchedule(3, 2000));
    const before = model.blame();
    expect(model.blame()).toEqual(before);
    const [frame] = new FrameReader().push(
      encodeControl(FrameKind.end, { ns: String(ORIGIN + 10n ** 9n), reason: 'exit' }),
    );
    model.apply(frame);
    const after = model.blame();
    expect(after.revision).toBeGreaterThan(before.revision);
    expect(after.end).toBeGreaterThan(before.end);
  });
});

describe('the summary', () => {
  it('names the few who made others wait most', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const model = modelOf(schedule);
        const { blame = [] } = model.summary();
        const overlaps = overlapsOf(schedule.intervals, 0, schedule.endNs);
        const waits = new Map(model.blame().waiters.map(({ thread, waitNs }) => [`t${thread}`, waitNs]));
        for (const entry of blame) {
          const mine = overlaps.filter(
            ({ wait, hold }) =>
              `t${wait.thread}` === entry.waiter &&
              `t${hold.thread}` === entry.holder &&
              functionOf(hold.site) === entry.function,
          );
          expect(entry.wait_s).toBe(total(mine) / 1e9);
          expect(entry.waits).toBe(new Set(mine.map(({ wait }) => wait)).size);
          expect(entry.share).toBe(total(mine) / waits.get(entry.waiter)!);
          expect(entry).toMatchObject({ pid: 4242, own: false, file: entry.function && '/srv/app.py' });
        }
        const seconds = blame.map(({ wait_s }) => wait_s);
        expect(seconds).toEqual([...seconds].sort((a, b) => b - a));
        if (blame.length < 20) expect(seconds.reduce((a, b) => a + b, 0)).toBeCloseTo(total(overlaps) / 1e9, 12);
      }),
      RUNS,
    );
  });
});
