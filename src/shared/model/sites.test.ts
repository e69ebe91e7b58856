/** Which place a hold and a wait are given, from the events of a thread. */
import { describe, expect, it } from 'vitest';
import { encodeControl } from '../protocol/control.ts';
import { encodeEvents, EventKind, type EventInput } from '../protocol/events.ts';
import { encodeFrame, FrameKind, FrameReader } from '../protocol/frames.ts';
import { encodeWatermark } from '../protocol/sample.ts';
import { SessionModel } from './session.ts';
import { U32Column } from './sites.ts';

const T0 = 1_000_000_000n;
const MS = 1_000_000n;
const { take, drop, wait, site, end } = EventKind;

const hello = encodeControl(FrameKind.hello, {
  protocol: 1,
  token: '',
  pid: 1,
  python: '3.12.1',
  implementation: 'cpython',
  argv: ['x.py'],
  engine: 'exact',
  start_ns: String(T0),
});
const described = (id: number, name: string): Uint8Array =>
  encodeControl(FrameKind.site, { id, name, file: 'x.py', first_line: 10 * id, line: 10 * id + 1 });

/** [kind, milliseconds, site] of one thread; each list is a block of its own. */
function modelOf(...blocks: [EventKind, number, number?][][]): SessionModel {
  const model = new SessionModel();
  const events = blocks.map((rows) =>
    encodeEvents({
      serial: 1,
      tid: 1,
      events: rows.map(([kind, ms, id]): EventInput => ({
        kind,
        ns: T0 + BigInt(ms) * MS,
        flagA: kind === drop,
        site: id,
      })),
    }),
  );
  const bytes = [
    hello,
    ...events.map((payload) => encodeFrame(FrameKind.events, payload)),
    described(1, 'one'),
    described(2, 'two'),
    encodeFrame(FrameKind.watermark, encodeWatermark(T0 + 100n * MS)),
  ];
  for (const part of bytes) for (const frame of new FrameReader().push(part)) model.apply(frame);
  return model;
}

const nameAt = (model: SessionModel, ms: number): string | undefined => model.details(0, ms * 1e6)?.place?.name;

describe('places', () => {
  it('a hold has the place where it ended, what follows the place where the thread had let go', () => {
    const model = modelOf([
      [take, 0],
      [site, 10, 1],
      [drop, 10],
      [wait, 20],
      [take, 30],
      [site, 40, 2],
      [drop, 40],
      [take, 50],
    ]);
    expect([5, 15, 25, 35, 45].map((ms) => nameAt(model, ms))).toEqual(['one', 'one', 'one', 'two', 'two']);
    expect(model.details(0, 35e6)?.place).toMatchObject({ file: 'x.py', line: 21 });
    expect(nameAt(model, 55)).toBeUndefined();
  });

  it('the last hold of a thread, whose functions have all returned, has the place where it began', () => {
    const model = modelOf([
      [take, 0],
      [site, 10, 1],
      [drop, 10],
      [take, 20],
      [site, 30, 0],
      [drop, 30],
      [end, 31],
    ]);
    expect(nameAt(model, 25)).toBe('one');
  });

  it('a block says anew where it is: what an earlier one said does not count', () => {
    const model = modelOf(
      [
        [take, 0],
        [site, 10, 1],
        [drop, 10],
      ],
      [
        [take, 20],
        [drop, 30],
        [take, 40],
        [site, 50, 2],
        [drop, 50],
      ],
    );
    expect([5, 25, 45].map((ms) => nameAt(model, ms))).toEqual(['one', undefined, 'two']);
  });
});

describe('U32Column', () => {
  it('reads as 0 where nothing was set, however far apart', () => {
    const column = new U32Column();
    const rows = [0, 15, 16, 40_000, 3, 100_000];
    rows.forEach((row, i) => column.set(row, i + 1));
    expect(rows.map((row) => column.get(row))).toEqual([1, 2, 3, 4, 5, 6]);
    expect([1, 14, 17, 39_999, 99_999, 100_001, 9_999_999].map((row) => column.get(row))).toEqual([
      0, 0, 0, 0, 0, 0, 0,
    ]);
  });
});
