/** Reference counts: steps, figures of a range, bins against a plain scan, and what frames may not do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeControl, type ControlInput } from '../protocol/control.ts';
import { encodeFrame, FrameKind, FrameReader } from '../protocol/frames.ts';
import { encodeRefcount, RefcountFlag, type RefcountRow } from '../protocol/refcount.ts';
import { StepColumn } from './stepColumn.ts';
import { SessionModel } from './session.ts';
import { at, Recording } from './testing/recording.ts';

type Change = Omit<ControlInput<typeof FrameKind.watch>, 'ns' | 'expression' | 'id'> & { id?: number };

class Watched {
  readonly model = new SessionModel('test');
  private readonly reader = new FrameReader();

  constructor() {
    for (const bytes of new Recording().frames({ watermarks: [100] })) this.take(bytes);
  }

  take(bytes: Uint8Array): void {
    for (const frame of this.reader.push(bytes)) this.model.apply(frame);
  }

  change(ns: number, { id = 1, ...change }: Change): void {
    this.take(encodeControl(FrameKind.watch, { id, expression: `m:watch${id}`, ns: String(at(ns)), ...change }));
  }

  look(ns: number, ...rows: Partial<RefcountRow>[]): void {
    const full = rows.map((row) => ({ watch: 1, flags: 0, count: 0, sizeBytes: NaN, ...row }));
    this.take(encodeFrame(FrameKind.refcount, encodeRefcount({ ns: at(ns), costNs: 1000, split: false, rows: full })));
  }

  ask(start: number, end: number, px = 100) {
    return this.model.watches({ start, end, px }).watches;
  }
}

const started = (): Watched => {
  const watched = new Watched();
  watched.change(10, { state: 'counted', type: 'list', rate_hz: 100 });
  for (const [ns, count] of [
    [10, 1],
    [20, 1],
    [30, 5],
    [40, 5],
    [50, 2],
  ])
    watched.look(ns, { count, sizeBytes: 56 });
  return watched;
};

describe('watches', () => {
  it('keeps a count until it changes, and says nothing of the time before and after', () => {
    const [answer] = started().ask(0, 100);
    expect(answer).toMatchObject({ expression: 'm:watch1', state: 'counted', type: 'list', rateHz: 100 });
    expect(answer).toMatchObject({ min: 1, max: 5, current: 2, sizeBytes: 56, immortal: false, replaced: 0 });
    const { series } = answer;
    expect([series.form, [...series.times], [...series.last], series.until]).toEqual([
      'raw',
      [10, 30, 50],
      [1, 5, 2],
      50,
    ]);
  });

  it('answers for a range: with what was in force at its begin', () => {
    const [answer] = started().ask(35, 45);
    expect(answer).toMatchObject({ min: 5, max: 5, current: 5 });
    expect([[...answer.series.times], [...answer.series.last], answer.series.until]).toEqual([[35], [5], 45]);
    expect(started().ask(60, 70)[0]).toMatchObject({ min: null, max: null, current: null, sizeBytes: null });
    expect(started().ask(0, 5)[0]).toMatchObject({ min: null, current: null, type: null });
  });

  it('tells objects that went, came back as others, and immortal ones', () => {
    const watched = started();
    watched.look(60, { flags: RefcountFlag.absent });
    watched.change(60, { state: 'gone', reason: 'there is no "x"' });
    watched.look(70, { flags: RefcountFlag.absent });
    expect(watched.ask(0, 100)[0]).toMatchObject({
      state: 'gone',
      reason: 'there is no "x"',
      min: 1,
      max: 5,
      current: null,
    });
    watched.change(80, { state: 'immortal', type: 'NoneType' });
    watched.look(80, { flags: RefcountFlag.immortal | RefcountFlag.another, sizeBytes: 16 });
    const [answer] = watched.ask(0, 100);
    expect(answer).toMatchObject({ state: 'immortal', immortal: true, type: 'NoneType', current: null, sizeBytes: 16 });
    expect(answer.replaced).toBe(1);
    expect([...answer.series.last]).toEqual([1, 5, 2, NaN, NaN]);
    // A range before it knows nothing of that.
    expect(watched.ask(0, 55)[0]).toMatchObject({ immortal: false, current: 2, type: 'list', replaced: 0 });
  });

  it('forgets a removed watch, and its number may be given again', () => {
    const watched = started();
    expect(watched.model.findWatch(0)).toEqual({ process: 0, id: 1, expression: 'm:watch1' });
    watched.change(60, { state: 'removed' });
    expect(watched.ask(0, 100)).toEqual([]);
    expect(watched.model.findWatch(0)).toBeNull();
    expect(watched.model.findWatch(7)).toBeNull();
    expect(watched.model.summary().watches).toHaveLength(1);
  });

  it('ends the watches of an image that exec replaced', () => {
    const watched = started();
    for (const bytes of new Recording().frames()) if (bytes[4] === FrameKind.hello) watched.take(bytes);
    expect(watched.ask(0, 100)[0]).toMatchObject({
      state: 'gone',
      reason: 'the process became another program',
      max: 5,
    });
    watched.change(60, { state: 'counted', type: 'set' });
    watched.look(60, { count: 9 });
    expect(watched.ask(0, 100).map((one) => one.max)).toEqual([5, 9]);
  });

  it('counts rounds and what they cost', () => {
    expect(started().model.watches({ start: 0, end: 1, px: 1 }).rounds).toEqual([
      { process: 0, count: 5, meanNs: 1000, maxNs: 1000 },
    ]);
  });

  it('is in the summary', () => {
    expect(started().model.summary({ start: 0, end: 45 }).watches).toEqual([
      {
        pid: 4242,
        expression: 'm:watch1',
        state: 'counted',
        reason: null,
        type: 'list',
        min: 1,
        max: 5,
        current: 5,
        immortal: false,
        size_bytes: 56,
        replaced: 0,
        split: false,
      },
    ]);
  });

  it('passes by rows of watches it has not heard of, and times that go backwards', () => {
    const watched = started();
    watched.look(60, { watch: 9, count: 3 });
    watched.look(45, { count: 99 });
    expect(watched.ask(0, 100)).toHaveLength(1);
    expect(watched.ask(0, 100)[0].max).toBe(5);
  });

  it('refuses what is no REFCOUNT or WATCH', () => {
    const watched = started();
    const good = encodeRefcount({ ns: at(60), costNs: 1, split: false, rows: [] });
    expect(() => watched.take(encodeFrame(FrameKind.refcount, good.subarray(1)))).toThrow('cut short');
    const longer = Uint8Array.of(...good, 0);
    expect(() => watched.take(encodeFrame(FrameKind.refcount, longer))).toThrow('another length');
    const odd = new TextEncoder().encode('{"id":1,"expression":"m:x","ns":"1","state":"flying"}');
    expect(() => watched.take(encodeFrame(FrameKind.watch, odd))).toThrow('malformed');
  });
});

/** What was counted at a time, by a plain scan of the samples. */
const plainAt = (samples: readonly (readonly [number, number])[], ns: number): number =>
  samples.filter(([time]) => time <= ns).at(-1)?.[1] ?? NaN;

describe('levels of detail', () => {
  const samplesOf = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(-1))), {
      minLength: 1,
      maxLength: 400,
    })
    .map((steps) => {
      let ns = 0;
      return steps.map(([dt, count]) => [(ns += dt), count] as const);
    });

  it('bins say the least, the most and the last of what a scan finds', () => {
    fc.assert(
      fc.property(
        samplesOf,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(500),
        fc.integer({ min: 1, max: 3000 }),
        (samples, px, start, length) => {
          const watched = new Watched();
          watched.change(0, { state: 'counted', type: 'list' });
          for (const [ns, count] of samples) watched.look(ns, count < 0 ? { flags: RefcountFlag.absent } : { count });
          const values = samples.map(([ns, count]) => [ns, count < 0 ? NaN : count] as const);
          const end = start + length;
          const [{ series, min, max }] = watched.ask(start, end, px);
          expect(series.times.length).toBeLessThanOrEqual(px);
          expect(series.until).toBeLessThanOrEqual(end);
          const last = values.at(-1)![0];
          const known = (from: number, to: number): number[] => {
            const inside = values.filter(([ns]) => ns > from && ns < to).map(([, value]) => value);
            return [plainAt(values, from), ...inside].filter((value) => !Number.isNaN(value));
          };
          const all = last < start ? [] : known(start, end);
          expect([min, max]).toEqual(all.length === 0 ? [null, null] : [Math.min(...all), Math.max(...all)]);
          series.times.forEach((time, k) => {
            const next = k + 1 < series.times.length ? series.times[k + 1] : Math.max(series.until, time);
            if (series.form === 'raw') {
              expect(series.last[k]).toBe(plainAt(values, time));
              return;
            }
            const edge = k + 1 < series.times.length ? next : Math.min(end, time + (end - start) / px);
            const found = known(time, Math.max(edge, time));
            if (found.length === 0) expect(series.min[k]).toBeNaN();
            else expect([series.min[k], series.max[k]]).toEqual([Math.min(...found), Math.max(...found)]);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('least and most of any rows, over several levels', () => {
    const column = new StepColumn();
    const values = Array.from({ length: 9000 }, (_, i) => (i % 97 === 0 ? NaN : (i * 7919) % 1009));
    values.forEach((value, i) => column.push(i, value));
    fc.assert(
      fc.property(fc.nat(9000), fc.nat(9000), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const real = values.slice(from, to).filter((value) => !Number.isNaN(value));
        expect(column.extremes(from, to)).toEqual({ min: Math.min(...real), max: Math.max(...real) });
      }),
    );
  });
});
