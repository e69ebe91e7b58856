/** Frames nobody should have sent, and agents that break their promises: a ProtocolError or a count, never a crash or an unbounded wait. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeControl } from '../protocol/control.ts';
import { encodeEvents, EventKind, type EventInput } from '../protocol/events.ts';
import { encodeFrame, FrameKind, FrameReader, ProtocolError } from '../protocol/frames.ts';
import { CallKind, encodeCalls, encodeTally } from '../protocol/functionTrace.ts';
import { encodeWatermark } from '../protocol/sample.ts';
import { SessionModel } from './session.ts';
import { at, modelOf, ORIGIN } from './testing/recording.ts';

const hello = encodeControl(FrameKind.hello, {
  protocol: 1,
  token: '',
  pid: 1,
  python: '3.12.1',
  implementation: 'cpython',
  argv: [],
  engine: 'exact',
  start_ns: String(ORIGIN),
});

const events = (serial: number, list: EventInput[]): Uint8Array =>
  encodeFrame(FrameKind.events, encodeEvents({ serial, tid: serial, events: list }));
const mark = (ns: number): Uint8Array => encodeFrame(FrameKind.watermark, encodeWatermark(at(ns)));

/** Every question there is; none may throw. */
function askAll(model: SessionModel): void {
  const end = Math.max(model.endNs, 1);
  model.timeline({ start: 0, end, px: 50 });
  model.timeline({ start: -end, end: end * 2, px: 3 });
  model.timeline({ start: end, end: 0, px: 0 });
  model.overview(20);
  model.stats({ start: end / 3, end: end / 2 });
  model.functions({ start: end / 3, end: end / 2 }, { thread: 1, search: 'f' });
  for (const px of [1, 50])
    model.flame({ start: -end, end: end * 2, px, threads: [0, 1, 2, 99], minNs: px, search: 'f' });
  for (const thread of model.threads) model.details(thread.idx, end / 2);
}

describe('hostile frames', () => {
  const kinds = [...Object.values(FrameKind), 77];

  it('of random bytes give ProtocolErrors only', () => {
    const frame = fc.record({
      kind: fc.constantFrom(...kinds),
      stream: fc.integer({ min: 0, max: 65535 }),
      payload: fc.uint8Array({ maxLength: 80 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), (frames) => {
        const model = modelOf([hello]);
        for (const each of frames) {
          try {
            model.apply(each);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
        askAll(model);
      }),
      { numRuns: 200, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('of valid form in any order give answers all the same', () => {
    const event = fc.record({
      kind: fc.integer({ min: 0, max: 6 }) as fc.Arbitrary<EventKind>,
      gil: fc.integer({ min: 0, max: 2 }),
      core: fc.integer({ min: 0, max: 9 }),
      flagA: fc.boolean(),
      cpuNs: fc.nat(1000),
      dt: fc.nat(100),
    });
    const block = fc.record({
      serial: fc.integer({ min: 1, max: 4 }),
      dropped: fc.nat(3),
      base: fc.nat(2000),
      list: fc.array(event, { maxLength: 12 }),
      mark: fc.option(fc.nat(4000)),
    });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        const model = modelOf([hello]);
        const reader = new FrameReader();
        for (const { serial, dropped, base, list, mark: ns } of blocks) {
          let now = base;
          const stamped = list.map(({ dt, ...e }): EventInput => ({ ...e, ns: at((now += dt)) }));
          const payload = encodeEvents({ serial, tid: serial, dropped, events: stamped });
          const bytes = [encodeFrame(FrameKind.events, payload), ...(ns === null ? [] : [mark(ns)])];
          for (const each of bytes) for (const frame of reader.push(each)) model.apply(frame);
        }
        askAll(model);
        for (const strip of model.timeline({ start: 0, end: 1e6, px: 1000 }).gils) {
          if (strip.form !== 'raw') throw new Error('raw expected');
          for (let i = 1; i < strip.start.length; i++) expect(strip.start[i]).toBeGreaterThanOrEqual(strip.end[i - 1]);
        }
        for (const lane of model.timeline({ start: 0, end: 1e6, px: 1000 }).threads) {
          if (lane.form !== 'raw') throw new Error('raw expected');
          for (let i = 0; i < lane.start.length; i++) {
            expect(lane.end[i]).toBeGreaterThanOrEqual(lane.start[i]);
            if (i > 0) expect(lane.start[i]).toBeGreaterThanOrEqual(lane.end[i - 1]);
          }
        }
      }),
      { numRuns: 300, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('of a function trace, of valid form in any order, give answers all the same', () => {
    const number = fc.oneof(fc.nat(4), fc.nat(70_000));
    const one = fc.record({
      kind: fc.constantFrom(...Object.values(CallKind)),
      dt: fc.nat(100),
      depth: fc.oneof(fc.nat(4), fc.nat(65_535)),
      ...{ site: number, length: fc.oneof(number, fc.constant(2 ** 50)) },
    });
    const figures = fc.tuple(number, number, number, number, number, number, fc.constant(2 ** 53 - 1));
    const frame = fc.record({
      ...{ serial: fc.integer({ min: 1, max: 3 }), dropped: fc.nat(9), base: fc.nat(1000), until: fc.nat(1000) },
      records: fc.array(one, { maxLength: 12 }),
      rows: fc.array(fc.record({ site: number, sums: figures }), { maxLength: 4 }),
      mark: fc.option(fc.nat(4000)),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
        const model = modelOf([hello]);
        const reader = new FrameReader();
        for (const { serial, dropped, base, until, records, rows, mark: ns } of frames) {
          let now = base;
          const stamped = records.map(({ dt, ...each }) => ({ ...each, ns: at((now += dt)) }));
          const thread = { serial, tid: serial };
          const tally = { ...thread, from: at(base), until: at(base + until), rows };
          const bytes = [
            encodeFrame(FrameKind.calls, encodeCalls({ ...thread, dropped, records: stamped })),
            encodeFrame(FrameKind.tally, encodeTally(tally)),
            ...(ns === null ? [] : [mark(ns)]),
          ];
          for (const each of bytes) for (const parsed of reader.push(each)) model.apply(parsed);
        }
        askAll(model);
        const end = Math.max(model.endNs, 1);
        for (const { spans } of model.flame({ start: 0, end, px: 40, threads: [0, 1, 2] }).threads) {
          for (let i = 0; i < spans.start.length; i++) {
            expect(spans.end[i]).toBeGreaterThanOrEqual(spans.start[i]);
            if (i > 0 && spans.depth[i] === spans.depth[i - 1])
              expect(spans.start[i]).toBeGreaterThanOrEqual(spans.end[i - 1]);
          }
        }
      }),
      { numRuns: 200, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('before HELLO are refused', () => {
    expect(() => modelOf([mark(5)])).toThrow(/before HELLO/);
  });

  it('never answer past what is bounded', () => {
    const model = modelOf([hello]);
    expect(() =>
      model.apply({ kind: FrameKind.goodbye, stream: 5000, payload: new TextEncoder().encode('{"reason":"exit"}') }),
    ).toThrow(/processes/);
  });
});

describe('broken promises', () => {
  const take = (ns: number): EventInput => ({ kind: EventKind.take, ns: at(ns) });
  const drop = (ns: number): EventInput => ({ kind: EventKind.drop, ns: at(ns), flagA: true });

  it('events after their watermark are placed at it and counted', () => {
    const model = modelOf([
      hello,
      events(1, [take(10), drop(20)]),
      mark(100),
      events(2, [take(50), drop(120)]),
      mark(200),
    ]);
    expect(model.anomalies(0).late).toBe(1);
    expect(model.stats().threads[1].holdS).toBeCloseTo(20e-9, 15);
  });

  it('at equal times who lets go comes before who takes', () => {
    for (const [a, b] of [
      [1, 2],
      [2, 1],
    ]) {
      const model = modelOf([hello, events(a, [take(10), drop(20)]), events(b, [take(20), drop(30)]), mark(100)]);
      expect(model.anomalies(0).takeWhileHeld).toBe(0);
    }
  });

  it('a first DROP ends a hold that was there when tracing began', () => {
    const model = modelOf([hello, events(1, [drop(500), take(600)]), mark(1000)]);
    expect(model.stats().gils[0].heldS).toBeCloseTo(900e-9, 15);
    expect(model.threads[0].bornNs).toBe(0);
  });

  it('a reused tid is another thread', () => {
    const reused = encodeFrame(FrameKind.events, encodeEvents({ serial: 9, tid: 1, events: [take(50), drop(60)] }));
    const end: EventInput = { kind: EventKind.end, ns: at(30) };
    const model = modelOf([
      hello,
      events(1, [take(10), drop(20), end]),
      reused,
      mark(100),
      encodeControl(FrameKind.thread, { tid: 1, name: 'second' }),
    ]);
    expect(model.threads.map((t) => [t.tid, t.name, t.endedNs])).toEqual([
      [1, 'Thread 1', 30],
      [1, 'second', null],
    ]);
  });

  it('a process that is gone without a word keeps what was merged', () => {
    const model = modelOf([
      hello,
      events(1, [take(10), drop(20), take(30)]),
      mark(100),
      events(1, [drop(150)]),
      encodeControl(FrameKind.process, { pid: 1, ended_ns: String(at(400)), signal: 'SIGKILL', lost: 'killed' }),
    ]);
    expect(model.processes[0]).toMatchObject({ endedNs: 400, signal: 'SIGKILL', lost: 'killed', events: 4 });
    expect(model.stats().gils[0].heldS).toBeCloseTo(80e-9, 15);
    expect(model.summary().wall_s).toBeCloseTo(400e-9, 15);
  });
});
