/** What a program marked itself: where it lies, what its thread did meanwhile, at every zoom; against plain rules on random schedules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARK_LEVELS, type MarkLevel, type SummaryMark } from '../contract/marks.ts';
import { ThreadState } from '../contract/types.ts';
import { encodeFrame, FrameKind } from '../protocol/frames.ts';
import { encodeMark, MarkKind, type Mark } from '../protocol/mark.ts';
import type { SessionModel } from './session.ts';
import { recordingOfArt } from './testing/ascii.ts';
import { at, modelOf, type Recording, type RecordingOptions } from './testing/recording.ts';
import { scheduleOf, type Expected } from './testing/schedule.ts';

const MS = 1e6;

const markFrame = (ns: number, mark: Partial<Mark>): Uint8Array => {
  const nothing = { what: MarkKind.none, dropped: 0, id: 0n, serial: 0, tid: 0, name: '' };
  return encodeFrame(FrameKind.mark, encodeMark({ ...nothing, ns: at(ns), ...mark }));
};
const begin = (ns: number, id: number, name: string, serial = 1): Uint8Array =>
  markFrame(ns, { what: MarkKind.begin, id: BigInt(id), name, serial, tid: 1000 + serial });
const end = (ns: number, id: number): Uint8Array => markFrame(ns, { what: MarkKind.end, id: BigInt(id) });
const instant = (ns: number, name: string, serial = 1): Uint8Array =>
  markFrame(ns, { what: MarkKind.instant, name, serial, tid: 1000 + serial });

/** The marks among the frames of a recording, before its events. */
function modelWith(recording: Recording, marks: Uint8Array[], options: RecordingOptions = {}): SessionModel {
  const frames = [...recording.frames(options)];
  const first = frames.findIndex((frame) => frame[4] === FrameKind.events);
  return modelOf([...frames.slice(0, first), ...marks, ...frames.slice(first)]);
}

const byName = (model: SessionModel, from?: number, to?: number): Record<string, SummaryMark> =>
  Object.fromEntries(
    model.stats({ start: from, end: to }).summary.marks.by_name.map((mark) => [`${mark.kind} ${mark.name}`, mark]),
  );

const region = (count: number, total: number, held: number, wait: number, released: number): Partial<SummaryMark> => ({
  ...{ count, total_s: total / 1e3, held_s: held / 1e3, wait_s: wait / 1e3, released_s: released / 1e3 },
});

const lane = (model: SessionModel, thread = 0, px = 500) => {
  const reply = model.timeline({ start: 0, end: model.endNs, px });
  return { ...reply.marks.find((each) => each.thread === thread)!, names: reply.markNames };
};

/** "name start-end" in ms, "…" after what has not ended. */
function told(level: MarkLevel, names: string[]): string[] {
  if (level.form !== 'raw') throw new Error('raw expected');
  const word = (i: number): string => `${names[level.name[i]]} ${level.start[i] / MS}-${level.end[i] / MS}`;
  return Array.from(level.start, (_, i) => word(i) + (level.open[i] === 1 ? '…' : ''));
}

const ART = `
  A: HHHHwwwwHH..
  B: wwwwHHHH....
`;

describe('regions and instants', () => {
  const marks = [
    begin(2 * MS, 1, 'load'),
    instant(3 * MS, 'tick'),
    begin(5 * MS, 2, 'inner'),
    end(9 * MS, 2),
    begin(10 * MS, 3, 'inner'),
    end(11 * MS, 3),
    end(11 * MS, 1),
    begin(4 * MS, 4, 'load', 2),
    end(6 * MS, 4),
    instant(7 * MS, 'tick', 2),
  ];

  it('lie where they were set, within each other', () => {
    const model = modelWith(recordingOfArt(ART).recording, marks, { endNs: 12 * MS });
    const a = lane(model);
    expect(a.levels.map((level) => told(level, a.names))).toEqual([['load 2-11'], ['inner 5-9', 'inner 10-11']]);
    expect(a.instants).toEqual({ form: 'raw', at: Float64Array.of(3 * MS), name: Uint32Array.of(2) });
    expect(a.names[2]).toBe('tick');
    const b = lane(model, 1);
    expect(b.levels.map((level) => told(level, b.names))).toEqual([['load 4-6']]);
    expect(model.threads.map((thread) => thread.markLevels)).toEqual([2, 1]);
  });

  it('say what their thread did meanwhile', () => {
    const model = modelWith(recordingOfArt(ART).recording, marks, { endNs: 12 * MS });
    expect(byName(model)).toMatchObject({
      'region load': region(2, 11, 6, 4, 1),
      'region inner': region(2, 5, 1, 3, 1),
      'instant tick': { count: 2, total_s: null },
    });
    // Clipped to a range; counted where they begin.
    expect(byName(model, 3.5 * MS, 6 * MS)).toMatchObject({
      'region load': region(1, 4.5, 2.5, 2, 0),
      'region inner': region(1, 1, 0, 1, 0),
    });
    expect(byName(model, 3.5 * MS, 6 * MS)).not.toHaveProperty('instant tick');
  });

  it('are open at the live edge, and stay without an end when the process ends in them', () => {
    const open = [begin(2 * MS, 1, 'load'), begin(4 * MS, 2, 'inner')];
    const live = modelWith(recordingOfArt(ART).recording, open, { watermarks: [10 * MS] });
    const now = lane(live);
    expect(now.levels.map((level) => told(level, now.names))).toEqual([['load 2-10…'], ['inner 4-10…']]);
    expect(byName(live)).toMatchObject({ 'region load': region(1, 8, 4, 4, 0) });
    const ended = modelWith(recordingOfArt(ART).recording, open, { endNs: 12 * MS });
    const { levels, names } = lane(ended);
    expect(levels.map((level) => told(level, names))).toEqual([['load 2-12…'], ['inner 4-12…']]);
    expect(byName(ended)).toMatchObject({ 'region load': { count: 1, total_s: 0.01 } });
  });

  it('of tasks that take turns lie beside each other, and a level that is free again is used', () => {
    const turns = [
      ...[begin(1 * MS, 1, 'a'), begin(2 * MS, 2, 'b'), end(3 * MS, 1), begin(4 * MS, 3, 'c'), end(5 * MS, 2)],
      ...[end(6 * MS, 3), begin(7 * MS, 4, 'd'), end(8 * MS, 4)],
    ];
    const { levels, names } = lane(modelWith(recordingOfArt(ART).recording, turns, { endNs: 12 * MS }));
    expect(levels.map((level) => told(level, names))).toEqual([['a 1-3', 'c 4-6', 'd 7-8'], ['b 2-5']]);
  });

  it('deeper than is shown are counted all the same', () => {
    const deep = Array.from({ length: 50 }, (_, i) => begin(1 * MS + i, i + 1, 'deep'));
    const model = modelWith(recordingOfArt(ART).recording, [...deep, ...deep.map((_, i) => end(3 * MS, i + 1))], {
      endNs: 12 * MS,
    });
    expect(lane(model).levels).toHaveLength(MARK_LEVELS);
    expect(model.threads[0].markLevels).toBe(MARK_LEVELS);
    expect(byName(model)['region deep'].count).toBe(50);
  });
});

describe('what does not fit', () => {
  it('an end without a begin, a begin twice, an early begin, a late mark: nothing breaks', () => {
    const model = modelWith(
      recordingOfArt(ART).recording,
      [end(1 * MS, 9), begin(5 * MS, 1, 'twice'), begin(6 * MS, 1, 'again'), begin(3 * MS, 2, 'early'), end(2 * MS, 1)],
      { endNs: 12 * MS },
    );
    const { levels, names } = lane(model);
    expect(levels.map((level) => told(level, names))).toEqual([['twice 5-5'], ['early 6-12…']]);
    model.apply({ kind: FrameKind.mark, stream: 0, payload: instant(1, 'after the end').subarray(8) });
    expect(byName(model)).not.toHaveProperty('instant after the end');
  });

  it('is counted: what the agent dropped, and more regions open at once than there may be', () => {
    const dropped = [markFrame(0, { dropped: 3 }), markFrame(0, { dropped: 2 }), markFrame(0, { dropped: 7 })];
    const many = Array.from({ length: 10_010 }, (_, i) => begin(1, i + 1, 'open'));
    const { marks } = modelWith(recordingOfArt(ART).recording, [...dropped, ...many], { endNs: 12 * MS }).stats()
      .summary;
    expect(marks.dropped).toBe(17);
    expect(marks.by_name[0].count).toBe(10_000);
  });

  it('further names are one', () => {
    const names = Array.from({ length: 10_100 }, (_, i) => instant(1, `name ${i}`));
    const { marks } = modelWith(recordingOfArt(ART).recording, names, { endNs: 12 * MS }).stats().summary;
    expect(marks.by_name.length + marks.more).toBe(10_001);
    expect(marks.by_name[0]).toMatchObject({ name: '(other names)', count: 100 });
  });
});

interface Block {
  thread: number;
  from: number;
  length: number;
  name: number;
}

const overlap = (start: number, end: number, from: number, to: number): number =>
  Math.max(0, Math.min(end, to) - Math.max(start, from));

describe('against plain rules', () => {
  const steps = fc.array(
    fc.record({
      thread: fc.nat(2),
      dt: fc.integer({ min: 1, max: 2000 }),
      will: fc.boolean(),
      cpu: fc.constantFrom(null, 0.1, 0.9),
    }),
    { minLength: 5, maxLength: 150, size: 'max' },
  );
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const blocks = fc.array(
    fc.record({ thread: fc.nat(2), from: part, length: fc.oneof(part, fc.constant(0)), name: fc.nat(3) }),
    { maxLength: 60, size: 'max' },
  );

  /** Regions in session time, and the frames of all in the order of time. */
  function set(endNs: number, wanted: Block[]): { regions: Block[]; frames: Uint8Array[] } {
    const regions = wanted.map((block) => {
      const from = Math.floor(block.from * endNs);
      return { ...block, from, length: Math.floor(block.length * (endNs - from)) };
    });
    const sent = regions.flatMap(({ thread, from, length, name }, i) => [
      { ns: from, order: 1, bytes: begin(from, i + 1, `n${name}`, thread + 1) },
      { ns: from + length, order: length === 0 ? 2 : 0, bytes: end(from + length, i + 1) },
    ]);
    return { regions, frames: sent.sort((a, b) => a.ns - b.ns || a.order - b.order).map(({ bytes }) => bytes) };
  }

  const stateNs = (intervals: Expected[], thread: number, states: number[], from: number, to: number): number =>
    intervals
      .filter((each) => each.thread === thread && states.includes(each.state))
      .reduce((sum, each) => sum + overlap(each.start, each.end, from, to), 0);

  it('sums of any range agree, however the stream was cut', () => {
    fc.assert(
      fc.property(steps, blocks, part, part, fc.array(part, { maxLength: 4 }), (all, wanted, a, b, cuts) => {
        const { recording, endNs, intervals } = scheduleOf(3, 1, all);
        const { regions, frames } = set(endNs, wanted);
        const watermarks = [...cuts.map((cut) => Math.floor(cut * endNs)).sort((x, y) => x - y), endNs];
        const model = modelWith(recording, frames, { watermarks });
        const range = [Math.floor(a * endNs), Math.floor(b * endNs)].sort((x, y) => x - y);
        for (const [from, to] of [range, [0, endNs]]) {
          const whole = from === 0 && to === endNs;
          const got = byName(model, from, to);
          for (let name = 0; name < 4; name++) {
            const mine = regions.filter((each) => each.name === name);
            const counted = mine.filter((each) => each.from >= from && (each.from < to || (whole && each.from === to)));
            const sum = (states: number[] | null): number =>
              mine.reduce((ns, { thread, from: start, length }) => {
                const [first, last] = [Math.max(start, from), Math.min(start + length, to)];
                if (last <= first) return ns;
                return ns + (states === null ? last - first : stateNs(intervals, thread, states, first, last));
              }, 0);
            const mark = got[`region n${name}`] ?? { count: 0, total_s: 0, held_s: 0, wait_s: 0, released_s: 0 };
            expect(mark.count).toBe(counted.length);
            expect(mark.total_s! * 1e9).toBeCloseTo(sum(null), 3);
            expect(mark.held_s! * 1e9).toBeCloseTo(sum([ThreadState.hold]), 3);
            expect(mark.wait_s! * 1e9).toBeCloseTo(sum([ThreadState.wait]), 3);
            expect(mark.released_s! * 1e9).toBeCloseTo(sum([ThreadState.running, ThreadState.blocked]), 3);
          }
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('bins hold what the regions of their level hold, at every zoom', () => {
    fc.assert(
      fc.property(steps, blocks, fc.integer({ min: 1, max: 40 }), part, part, (all, wanted, px, a, b) => {
        const { recording, endNs } = scheduleOf(3, 1, all);
        const model = modelWith(recording, set(endNs, wanted).frames, { watermarks: [endNs] });
        const [start, stop] = [a * endNs, b * endNs].sort((x, y) => x - y);
        const window = { start, end: Math.max(stop, start + 1), px };
        const few = model.timeline(window);
        const many = model.timeline({ start: 0, end: endNs + 1, px: 5000 });
        expect(few.marks.length).toBe(many.marks.length);
        few.marks.forEach((lane, which) => {
          lane.levels.forEach((level, depth) => {
            const every = many.marks[which].levels[depth];
            if (every.form !== 'raw') throw new Error('raw expected');
            if (level.form === 'raw') {
              expect(level.start.length).toBeLessThanOrEqual(2 * px);
              const reach = Array.from(every.start).filter((s, i) => s < window.end && every.end[i] > window.start);
              const told = Array.from(level.start).filter((_, i) => level.end[i] > level.start[i]);
              expect(told).toEqual(reach.filter((s) => every.end[every.start.indexOf(s)] > s));
              return;
            }
            const width = (window.end - window.start) / px;
            for (let k = 0; k < px; k++) {
              const [from, to] = [window.start + k * width, window.start + (k + 1) * width];
              let covered = 0;
              every.start.forEach((s, i) => (covered += overlap(s, every.end[i], from, to)));
              expect(level.covered[k]).toBeCloseTo(covered / width, 3);
            }
            const begun = Array.from(every.start).filter((s) => s >= window.start && s < window.end).length;
            expect(level.begins.reduce((sum, n) => sum + n, 0)).toBe(begun);
          });
        });
      }),
      { numRuns: 100, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('instants are counted in the bin they fall in', () => {
    const frames = Array.from({ length: 1000 }, (_, i) => instant(i * 1000, 'tick'));
    const model = modelWith(recordingOfArt(ART).recording, frames, { endNs: 12 * MS });
    const { instants } = model.timeline({ start: 0, end: MS, px: 10 }).marks[0];
    expect(instants).toEqual({ form: 'bins', count: new Uint32Array(10).fill(100) });
  });
});
