/** Calls on a flame chart: all of them at full zoom, bounded at any, against plain rules on random calls. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLAME_LEVELS, type FlameReply } from '../contract/functions.ts';
import { encodeControl } from '../protocol/control.ts';
import { encodeEvents, EventKind } from '../protocol/events.ts';
import { encodeFrame, FrameKind } from '../protocol/frames.ts';
import { CallKind, decodeCalls, encodeCalls, type CallBlock, type CallInput } from '../protocol/functionTrace.ts';
import { encodeWatermark } from '../protocol/sample.ts';
import { CallRoom, TrackCalls } from './calls.ts';
import { fullRange } from './figures.ts';
import { flame, type FlameQuery } from './flame.ts';
import { functionsReply } from './functions.ts';
import type { SessionModel } from './session.ts';
import { Store } from './store.ts';
import { callsFrame, callsFrames, treeOf, type Step, type TrueCall } from './testing/callTree.ts';
import { at, modelOf, ORIGIN } from './testing/recording.ts';

const hello = encodeControl(FrameKind.hello, {
  ...{
    protocol: 1,
    token: '',
    pid: 1,
    python: '3.12.1',
    implementation: 'cpython',
    argv: [],
    engine: 'exact' as const,
  },
  start_ns: String(ORIGIN),
});
const watermark = (ns: number): Uint8Array => encodeFrame(FrameKind.watermark, encodeWatermark(at(ns)));
const named = (id: number, name: string, file = 'app.py', builtin = false): Uint8Array =>
  encodeControl(FrameKind.site, { id, name, file, first_line: builtin ? 0 : id, builtin });
const sites = [1, 2, 3, 4, 5].map((id) => named(id, `f${id}`, id === 5 ? 'time' : `lib/m${id}.py`, id === 5));

const steps = (maxLength = 120): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom('call' as const, 'call' as const, 'return' as const, 'return' as const, 'tell' as const),
      dt: fc.integer({ min: 1, max: 30 }),
      site: fc.integer({ min: 1, max: 5 }),
    }),
    { maxLength },
  );

interface Shown {
  start: number;
  end: number;
  depth: number;
  name: string;
  count: number;
  open: boolean;
}

function shown(reply: FlameReply, thread = 0): Shown[] {
  const { spans } = reply.threads.find((one) => one.thread === thread)!;
  const names = new Map(reply.functions.map(({ idx, name }) => [idx, name]));
  return Array.from(spans.start, (start, i) => ({
    ...{ start, end: spans.end[i], depth: spans.depth[i], name: names.get(spans.function[i]) ?? '' },
    ...{ count: spans.count[i], open: spans.open[i] === 1 },
  }));
}

const ask = (model: SessionModel, query: Partial<FlameQuery> = {}): Shown[] =>
  shown(model.flame({ start: 0, end: Math.max(1, model.endNs), px: 1e6, threads: [0], ...query }));

const expected = (calls: readonly TrueCall[], edge: number): Shown[] =>
  calls
    .map(({ start, end, depth, site }) => ({
      ...{ start, end: end ?? edge, depth, name: `f${site}`, count: 1, open: end === null },
    }))
    .sort((a, b) => a.depth - b.depth || a.start - b.start);

const record = (kind: CallKind, ns: number, depth = 0, site = 1, length = 0): CallInput => ({
  kind,
  ns: at(ns),
  depth,
  site,
  length,
});
const { call, open, close, forget } = CallKind;

describe('the stack that is rebuilt from records', () => {
  it('loses no call at full zoom, in whatever frames they come, and none is where it was not', () => {
    fc.assert(
      fc.property(steps(), fc.nat(40), fc.integer({ min: 1, max: 20 }), (list, leastNs, size) => {
        const { calls, records, endNs } = treeOf(list, leastNs);
        const model = modelOf([hello, ...callsFrames(records, size), ...sites, watermark(endNs + 5)]);
        if (records.length === 0) return;
        expect(ask(model)).toEqual(expected(calls, endNs + 5));
        const deepest = Math.max(...calls.map(({ depth }) => depth));
        expect(model.threads[0].callLevels).toBe(deepest + 1);
      }),
    );
  });

  it('ignores what opens what is open, and what closes what is not', () => {
    const records = [
      record(close, 5, 3),
      record(open, 10, 0, 1, 10),
      record(open, 20, 0, 2, 5),
      record(call, 25, 0, 3, 2),
      record(close, 30),
      record(close, 40),
    ];
    expect(ask(modelOf([hello, callsFrame(records), ...sites, watermark(100)]))).toEqual([
      { start: 0, end: 30, depth: 0, name: 'f1', count: 1, open: false },
    ]);
  });

  it('FORGET ends what is open, at an end that is not known; tracing may begin anew', () => {
    const records = [
      record(open, 10, 0, 1, 10),
      record(open, 10, 1, 2, 5),
      record(forget, 30),
      record(close, 40, 1),
      record(open, 60, 0, 3, 10),
    ];
    const model = modelOf([hello, callsFrame(records), ...sites, watermark(100)]);
    expect(ask(model).map(({ start, end, name, open: cut }) => [start, end, name, cut])).toEqual([
      [0, 30, 'f1', true],
      [50, 100, 'f3', true],
      [5, 30, 'f2', true],
    ]);
  });

  it('a call that ends takes along what it called, if nobody said that this had ended', () => {
    const records = [record(open, 10, 0, 1, 10), record(open, 20, 2, 2, 5), record(close, 50, 0)];
    expect(ask(modelOf([hello, callsFrame(records), ...sites, watermark(100)]))).toMatchObject([
      { end: 50, depth: 0, open: false },
      { end: 50, depth: 2, open: true },
    ]);
  });

  it('what is open reaches to the end of its thread, to the live edge, or to where its process was lost', () => {
    const opened = (serial: number): Uint8Array => callsFrame([record(open, 10, 0, serial, 4)], serial);
    const events = (serial: number, ...kinds: [EventKind, number][]): Uint8Array =>
      encodeFrame(
        FrameKind.events,
        encodeEvents({ serial, tid: 1000 + serial, events: kinds.map(([kind, ns]) => ({ kind, ns: at(ns) })) }),
      );
    const { take, drop, end } = EventKind;
    const frames = [
      hello,
      events(1, [take, 1], [drop, 40], [end, 50]),
      events(2, [take, 45], [drop, 48]),
      ...[opened(1), opened(2), ...sites, watermark(80)],
    ];
    const model = modelOf(frames);
    const ends = (): [number, boolean][] =>
      [0, 1].map((thread) => {
        const [only] = shown(model.flame({ start: 0, end: 100, px: 100, threads: [thread] }), thread);
        return [only.end, only.open];
      });
    expect(ends()).toEqual([
      [50, true],
      [80, true],
    ]);
    const lost = encodeControl(FrameKind.process, { pid: 1, ended_ns: String(at(95)), lost: 'killed' });
    for (const each of [lost, callsFrame([record(close, 99)], 2)])
      model.apply({ kind: each[4], stream: 0, payload: each.subarray(8) });
    expect(ends()).toEqual([
      [50, true],
      [80, true],
    ]);
  });

  it('after an exec another image has threads and functions of its own', () => {
    const model = modelOf([
      hello,
      ...[callsFrame([record(open, 10, 0, 1, 4)]), named(1, 'before'), watermark(50)],
      encodeControl(FrameKind.goodbye, { reason: 'exec' }),
      hello,
      ...[callsFrame([record(call, 70, 0, 1, 10)]), named(1, 'after'), watermark(100)],
    ]);
    const query = { start: 0, end: 100, px: 100, threads: [0, 1] };
    expect(shown(model.flame(query), 0)).toMatchObject([{ start: 6, end: 50, name: 'before', open: true }]);
    expect(shown(model.flame(query), 1)).toMatchObject([{ start: 60, end: 70, name: 'after', open: false }]);
  });

  it('what lies too deep is not drawn, and what does not fit is counted', () => {
    const deep = Array.from({ length: 65_536 }, (_, depth) => record(call, 100_000, 65_535 - depth, 1, 10));
    const model = modelOf([hello, callsFrame(deep), ...sites, watermark(100_001)]);
    expect(model.threads[0].callLevels).toBe(FLAME_LEVELS);
    expect(ask(model)).toHaveLength(FLAME_LEVELS);
    expect(model.functions().dropped).toBe(0);

    const opened = Array.from({ length: 40 }, (_, i) => record(open, 10, i % 2, 1, 1));
    const calls = new TrackCalls(new CallRoom(17));
    const block = decodeCalls(encodeCalls({ serial: 1, tid: 1, dropped: 7, records: opened }), ORIGIN);
    calls.apply({ ...block, depths: block.depths.map((_, i) => i) }, block.sites);
    expect([calls.levels.length, calls.dropped]).toEqual([1, 7 + 39]);
  });
});

describe('when memory is short', () => {
  const LEVELS = 3;
  const MOST = 16 * LEVELS + 200;
  const lengths = fc.array(
    fc.record({
      depth: fc.nat(LEVELS - 1),
      length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 })),
      told: fc.boolean(),
    }),
    { minLength: 150, maxLength: 900 },
  );

  /** One call after another on each level; `told`: it is told when it begins. */
  function blockOf(list: readonly { depth: number; length: number; told: boolean }[]): CallBlock {
    const clocks = new Array<number>(LEVELS).fill(0);
    const rows = list.flatMap(
      ({ depth, length, told }): { kind: CallKind; time: number; depth: number; length: number }[] => {
        const from = (clocks[depth] += 7);
        const until = (clocks[depth] += length);
        return told
          ? [
              { kind: open, time: from, depth, length: 0 },
              { kind: close, time: until, depth, length: 0 },
            ]
          : [{ kind: call, time: until, depth, length }];
      },
    );
    return {
      ...{ serial: 1, tid: 1, dropped: 0, count: rows.length },
      kinds: Uint8Array.from(rows, ({ kind }) => kind),
      times: Float64Array.from(rows, ({ time }) => time),
      depths: Uint16Array.from(rows, ({ depth }) => depth),
      sites: Uint32Array.from(rows, (_, i) => i),
      lengths: Float64Array.from(rows, ({ length }) => length),
    };
  }

  it('the shorter calls are given up, and no longer taken in; what is left is right', () => {
    fc.assert(
      fc.property(lengths, (list) => {
        const room = new CallRoom(MOST);
        const calls = new TrackCalls(room);
        const block = blockOf(list);
        calls.apply(block, block.sites);
        const kept = calls.levels.flatMap((level, depth) =>
          Array.from(
            { length: level.length },
            (_, i) => `${depth} ${level.endOf(i, 0)} ${level.endOf(i, 0) - level.start(i)}`,
          ),
        );
        const clocks = new Array<number>(LEVELS).fill(0);
        const all = list.map(({ depth, length }) => {
          clocks[depth] += 7 + length;
          return { length, text: `${depth} ${clocks[depth]} ${length}` };
        });
        const texts = new Set(all.map(({ text }) => text));
        expect(kept.filter((text) => !texts.has(text))).toEqual([]);
        const found = new Set(kept);
        const missing = all.filter(({ length, text }) => length >= room.leastNs && !found.has(text));
        expect(missing).toEqual([]);
        expect(kept.length).toBeLessThanOrEqual(200);
        // Half of the room at least is used, once it was full.
        if (list.length > 200) expect(kept.length).toBeGreaterThan(50);
        expect(calls.dropped).toBe(0);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('says from which length on calls are drawn', () => {
    const room = new CallRoom(200);
    const calls = new TrackCalls(room);
    const long = (i: number): boolean => i % 10 === 0;
    const records = Array.from({ length: 1000 }, (_, i) => record(call, 1000 * (i + 1), 0, 1, long(i) ? 900 : 100));
    const block = decodeCalls(encodeCalls({ serial: 1, tid: 1, records }), ORIGIN);
    calls.apply(block, block.sites);
    expect([calls.levels[0].length, calls.dropped]).toEqual([100, 0]);
    expect(room.leastNs).toBeGreaterThan(100);

    const store = new Store();
    store.process(0).functions.minNs = 10;
    const minNs = (): number | null => functionsReply(store, fullRange(store), {}).states[0].minNs;
    expect(minNs()).toBe(10);
    store.callRoom.leastNs = room.leastNs;
    expect(minNs()).toBe(room.leastNs);
  });
});

describe('a flame chart of few pixels', () => {
  const filters = fc.record(
    { minNs: fc.nat(60), search: fc.constantFrom('f1', 'LIB m2', 'time.f5', 'f', 'nothing', ' ') },
    { requiredKeys: [] },
  );
  const matches = (search: string | undefined, { site }: TrueCall): boolean => {
    const text = site === 5 ? 'time.f5' : `f${site} lib/m${site}.py`;
    const words = (search ?? '').toLowerCase().split(' ');
    return words.every((word) => text.includes(word));
  };

  it('shows each call as long as a pixel, counts the others, and is bounded', () => {
    const window = fc.record({ a: fc.nat(1500), b: fc.nat(1500), px: fc.integer({ min: 1, max: 60 }) });
    fc.assert(
      fc.property(steps(200), window, filters, (list, { a, b, px }, { minNs, search }) => {
        const { calls, records, endNs } = treeOf(list);
        if (records.length === 0) return;
        const model = modelOf([hello, ...callsFrames(records, 7), ...sites, watermark(endNs)]);
        const [start, end] = [Math.min(a, b), Math.max(a, b, Math.min(a, b) + 1)];
        const width = (end - start) / px;
        const all = ask(model, { start, end, px, minNs, search });
        const wanted = calls.filter((one) => {
          const until = one.end ?? endNs;
          return one.start < end && until > start && until - one.start >= (minNs ?? 0) && matches(search, one);
        });
        const [together, alone] = [all.filter(({ count }) => count > 1), all.filter(({ count }) => count === 1)];
        const exact = expected(wanted, endNs);
        // Whoever stands alone is one of them; whoever is long enough stands alone.
        for (const one of alone) expect(exact).toContainEqual(one);
        for (const one of exact) if (one.end - one.start >= width) expect(alone).toContainEqual(one);
        // Each other one is in the group that lies where it lies.
        for (const { start: from, end: until, depth, count, name } of together) {
          const within = exact.filter((one) => one.depth === depth && one.start >= from && one.end <= until);
          expect([within.length, name]).toEqual([count, '']);
          expect(until - from).toBeLessThan(2 * width);
        }
        expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(wanted.length);
        // In the order of depth, then of begin; never over each other.
        for (let i = 1; i < all.length; i++) {
          const [before, after] = [all[i - 1], all[i]];
          if (before.depth === after.depth) expect(after.start).toBeGreaterThanOrEqual(before.end);
          else expect(after.depth).toBeGreaterThan(before.depth);
        }
        for (const depth of new Set(all.map((one) => one.depth)))
          expect(all.filter((one) => one.depth === depth).length).toBeLessThanOrEqual(2 * px + 2);
      }),
      { numRuns: 300 },
    );
  });

  it('of a million calls is a few, at once', () => {
    const level = new TrackCalls(new CallRoom());
    const n = 1_000_000;
    const count = n / 10;
    for (let part = 0; part < 10; part++) {
      level.apply(
        {
          ...{ serial: 1, tid: 1, dropped: 0, count, kinds: new Uint8Array(count).fill(call) },
          times: Float64Array.from({ length: count }, (_, i) => (part * count + i) * 100 + 50),
          ...{ depths: new Uint16Array(count), sites: new Uint32Array(count) },
          lengths: new Float64Array(count).fill(40),
        },
        new Uint32Array(count).fill(1),
      );
    }
    const store = new Store();
    store.addThread(store.process(0), 1, 1, 0).calls = level;
    const began = performance.now();
    const [{ spans }] = flame(store, { start: 0, end: n * 100, px: 1000, threads: [0] }).threads;
    expect(performance.now() - began).toBeLessThan(200);
    expect(spans.start.length).toBeLessThanOrEqual(2002);
    expect(spans.count.reduce((sum, count) => sum + count, 0)).toBe(n);
  });

  it('tells only the functions it names, and nothing of threads that are not there', () => {
    const records = [record(call, 50, 0, 1, 20), record(call, 90, 0, 2, 20)];
    const model = modelOf([hello, callsFrame(records), ...sites, watermark(100)]);
    const reply = model.flame({ start: 0, end: 60, px: 60, threads: [0, 0, 7] });
    expect(reply.threads.map(({ thread, levels }) => [thread, levels])).toEqual([[0, 1]]);
    expect(reply.functions).toEqual([
      { idx: 1, process: 0, name: 'f1', qualname: null, file: 'lib/m1.py', firstLine: 1, builtin: false },
    ]);
    expect(model.flame({ start: 60, end: 0, px: 0.5, threads: [0] })).toMatchObject({ start: 0, end: 60 });
  });
});
