/** Sums by function: over threads and ranges, what is searched for, what the summary says, and what became of each process. */
import { describe, expect, it } from 'vitest';
import type { FunctionsReply } from '../contract/functions.ts';
import { encodeControl, type ControlInput } from '../protocol/control.ts';
import { encodeFrame, FrameKind } from '../protocol/frames.ts';
import { encodeCalls, encodeTally, type TallyFigures } from '../protocol/functionTrace.ts';
import { encodeWatermark } from '../protocol/sample.ts';
import type { SessionModel } from './session.ts';
import { at, modelOf, ORIGIN } from './testing/recording.ts';

const MS = 1e6;
const hello = (stream = 0): Uint8Array =>
  encodeControl(
    FrameKind.hello,
    {
      ...{ protocol: 1, token: '', pid: 10 + stream, python: '3.12.1', implementation: 'cpython', argv: [] },
      ...{ engine: 'exact', start_ns: String(ORIGIN) },
    },
    stream,
  );
const state = (value: ControlInput<typeof FrameKind.state>, stream = 0): Uint8Array =>
  encodeControl(FrameKind.state, value, stream);
const watermark = (ms: number, stream = 0): Uint8Array =>
  encodeFrame(FrameKind.watermark, encodeWatermark(at(ms * MS)), stream);

/** Figures in ms besides the calls. */
type Row = [site: number, ...figures: TallyFigures];
const tally = (serial: number, fromMs: number, untilMs: number, rows: Row[], stream = 0): Uint8Array =>
  encodeFrame(
    FrameKind.tally,
    encodeTally({
      ...{ serial, tid: 1000 + serial, from: at(fromMs * MS), until: at(untilMs * MS) },
      rows: rows.map(([site, calls, ...ms]) => ({
        site,
        sums: [calls, ...ms.map((each) => each * MS)] as unknown as TallyFigures,
      })),
    }),
    stream,
  );

const sites = [
  encodeControl(FrameKind.site, { id: 1, name: 'work', qualname: 'Pool.work', file: '/srv/app.py', first_line: 7 }),
  encodeControl(FrameKind.site, { id: 2, name: 'sleep', file: 'time', first_line: 0, builtin: true }),
  encodeControl(FrameKind.site, { id: 3, name: 'count', file: '/srv/lib/Count.py', first_line: 3 }),
];

const frames = (): Uint8Array[] => [
  ...[hello(), state({ functions: true, functions_min_ns: '100000' })],
  tally(1, 0, 100, [
    [1, 1, 10, 0, 0, 40, 20, 30],
    [2, 4, 0, 5, 30, 0, 5, 30],
    [3, 1000, 30, 15, 0, 30, 15, 0],
  ]),
  tally(1, 100, 200, [[3, 500, 90, 10, 0, 90, 10, 0]]),
  tally(2, 50, 150, [[2, 1, 0, 0, 100, 0, 0, 100]]),
  ...[...sites, watermark(190)],
];

const told = ({ rows }: FunctionsReply): unknown[] =>
  rows.map(({ function: { name }, calls, own, total, threads }) => [
    ...[name, calls, threads],
    ...[own, total].map(({ holdNs, waitNs, releasedNs }) => [holdNs / MS, waitNs / MS, releasedNs / MS]),
  ]);

describe('sums by function', () => {
  const model = modelOf(frames());

  it('over the whole session are those that were sent, the longest own time first', () => {
    const reply = model.functions();
    expect(told(reply)).toEqual([
      ['count', 1500, 1, [120, 25, 0], [120, 25, 0]],
      ['sleep', 5, 2, [0, 5, 130], [0, 5, 130]],
      ['work', 1, 1, [10, 0, 0], [40, 20, 30]],
    ]);
    expect(reply).toMatchObject({ start: 0, end: 190 * MS, rowCount: 3, calls: 1506, prorated: false, dropped: 0 });
    expect(reply.rows[2].function).toEqual({
      ...{ idx: 1, process: 0, name: 'work', qualname: 'Pool.work', file: '/srv/app.py', firstLine: 7, builtin: false },
    });
    expect(reply.rows[1].function).toMatchObject({ file: 'time', builtin: true });
  });

  it('of a range are in proportion where it cuts an interval, and say so', () => {
    expect(model.functions({ start: 0, end: 50 * MS })).toMatchObject({ prorated: true, rowCount: 3 });
    expect(told(model.functions({ start: 0, end: 50 * MS }))[0]).toEqual(['count', 500, 1, [15, 7.5, 0], [15, 7.5, 0]]);
    const exact = model.functions({ start: 0, end: 100 * MS }, { thread: 0 });
    expect(exact.prorated).toBe(false);
    expect(told(exact)[0]).toEqual(['count', 1000, 1, [30, 15, 0], [30, 15, 0]]);
  });

  it('of one thread, and of what is searched for', () => {
    expect(told(model.functions({}, { thread: 1 }))).toEqual([['sleep', 1, 1, [0, 0, 100], [0, 0, 100]]]);
    expect(model.functions({}, { thread: 77 }).rows).toEqual([]);
    const found = (search: string): string[] =>
      model.functions({}, { search }).rows.map(({ function: { name } }) => name);
    expect(found('srv')).toEqual(['count', 'work']);
    expect(found('SRV count')).toEqual(['count']);
    expect(found('time.sleep')).toEqual(['sleep']);
    expect(found('pool.work')).toEqual(['work']);
    expect(found('work sleep')).toEqual([]);
    expect(found('  ')).toHaveLength(3);
    expect(model.functions({}, { search: 'sleep' }).calls).toBe(5);
  });

  it('leave out gilscope’s own threads', () => {
    const own = encodeControl(FrameKind.thread, { serial: 2, tid: 1002, name: 'gilscope', own: true });
    expect(modelOf([...frames(), own]).functions().calls).toBe(1505);
  });

  it('a function that was never described is told as one that is not known', () => {
    const unknown = modelOf([
      hello(),
      tally(1, 0, 9, [
        [0, 1, 1, 0, 0, 1, 0, 0],
        [9, 2, 1, 0, 0, 1, 0, 0],
      ]),
      watermark(9),
    ]);
    expect(unknown.functions().rows.map(({ function: { idx, name } }) => [idx, name])).toEqual([
      [1, ''],
      [0, ''],
    ]);
  });
});

describe('what is told of a process', () => {
  const states = (model: SessionModel): unknown => model.functions().states;

  it('whether it is traced, and why not; a reason is over with what it was for', () => {
    const off = { process: 0, on: false, ever: false, reason: null, minNs: null };
    expect(states(modelOf([hello()]))).toEqual([off]);
    const refused = state({ functions: false, functions_reason: 'coverage has it' });
    expect(states(modelOf([hello(), refused]))).toEqual([{ ...off, reason: 'coverage has it' }]);
    const on = state({ functions: true, functions_min_ns: 5000 });
    const traced = { ...off, on: true, ever: true, minNs: 5000 };
    expect(states(modelOf([hello(), refused, on]))).toEqual([traced]);
    expect(states(modelOf([hello(), on, state({ threads: 3 }), state({ functions_reason: 'not in "x"' })]))).toEqual([
      { ...traced, reason: 'not in "x"' },
    ]);
    const partly = state({ functions_reason: 'not in "x"' });
    expect(states(modelOf([hello(), on, partly, state({ functions_reason: null })]))).toEqual([traced]);
    expect(states(modelOf([hello(), on, state({ functions: false })]))).toEqual([{ ...traced, on: false }]);
    const ended = encodeControl(FrameKind.goodbye, { reason: 'exit' });
    expect(states(modelOf([hello(), on, ended]))).toEqual([{ ...traced, on: false }]);
  });

  it('the summary has the sums of each process that was traced, and nothing of others', () => {
    const model = modelOf([
      ...frames(),
      ...[hello(1), state({ functions: false, functions_reason: 'a debugger has it' }, 1), hello(2)],
      ...[watermark(150, 1), watermark(150, 2)],
    ]);
    const [first, second, third] = model.summary().processes;
    expect(first.functions).toMatchObject({ more: 0, calls: 1506, prorated: false, dropped: 0, reason: null });
    expect(first.functions!.by_own).toEqual([
      {
        ...{ name: 'count', file: '/srv/lib/Count.py', line: 3, calls: 1500 },
        ...{ own_s: 0.145, own_held_s: 0.12, own_wait_s: 0.025, own_released_s: 0 },
        ...{ total_s: 0.145, held_s: 0.12, wait_s: 0.025, released_s: 0 },
      },
      expect.objectContaining({ name: 'sleep', file: 'time', line: null, own_released_s: 0.13 }),
      expect.objectContaining({ name: 'Pool.work', line: 7, own_s: 0.01, total_s: 0.09 }),
    ]);
    expect(second.functions).toEqual({
      ...{ by_own: [], more: 0, calls: 0, prorated: false, dropped: 0, reason: 'a debugger has it' },
    });
    expect(third).not.toHaveProperty('functions');
    expect(model.stats({ start: 0, end: 50 * MS }).summary.processes[0].functions).toMatchObject({ prorated: true });
  });

  it('the summary tells of a reason that is over: calls are missing', () => {
    const reason = (...frames: Uint8Array[]): unknown =>
      modelOf([hello(), ...frames]).summary().processes[0].functions?.reason;
    const on = state({ functions: true });
    expect(reason(on)).toBeNull();
    expect(reason(on, state({ functions_reason: 'not in "x"' }), state({ functions_reason: null }))).toBe('not in "x"');
    expect(reason(state({ functions: false, functions_reason: 'coverage has it' }), on)).toBe('coverage has it');
  });

  it('calls that were lost are counted, of each thread what it heard last', () => {
    const lost = (serial: number, dropped: number): Uint8Array =>
      encodeFrame(FrameKind.calls, encodeCalls({ serial, tid: 1000 + serial, dropped, records: [] }));
    const model = modelOf([...frames(), lost(1, 3), lost(1, 5), lost(2, 2), lost(1, 5)]);
    expect(model.functions().dropped).toBe(7);
    expect(model.functions({}, { thread: 1 }).dropped).toBe(2);
    expect(model.summary().processes[0].functions!.dropped).toBe(7);
  });
});
