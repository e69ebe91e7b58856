/** CALLS and TALLY: what is written is read, and what is not exactly as documented is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './frames.ts';
import {
  CallKind,
  decodeCalls,
  decodeTally,
  encodeCalls,
  encodeTally,
  TALLY_WIDTH,
  type TallyFigures,
} from './functionTrace.ts';

const T0 = 1_234_567_890_123_456n;
const u32 = fc.nat(0xffffffff);
const ns = fc.oneof(fc.nat(1000), fc.nat(2 ** 40));

describe('CALLS', () => {
  const record = fc.record({
    kind: fc.constantFrom(...Object.values(CallKind)),
    dt: ns,
    depth: fc.nat(65535),
    site: u32,
    length: ns,
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), u32, (records, dropped) => {
        let now = 0;
        const rows = records.map((row) => ({ ...row, at: (now += row.dt) }));
        const input = rows.map(({ at, ...row }) => ({ ...row, ns: T0 + BigInt(at) }));
        const block = decodeCalls(encodeCalls({ serial: 3, tid: 4, dropped, records: input }), T0);
        expect([block.serial, block.tid, block.dropped, block.count]).toEqual([3, 4, dropped, rows.length]);
        rows.forEach(({ kind, at, depth, site, length }, i) => {
          const begins = kind === CallKind.call || kind === CallKind.open;
          expect([block.kinds[i], block.times[i]]).toEqual([kind, at]);
          expect(block.depths[i]).toBe(kind === CallKind.forget ? 0 : depth);
          expect([block.sites[i], block.lengths[i]]).toEqual(begins ? [site, length] : [0, 0]);
        });
      }),
    );
  });

  const good = encodeCalls({
    serial: 1,
    tid: 1,
    records: [
      { kind: CallKind.open, ns: T0, depth: 0, site: 1, length: 5 },
      { kind: CallKind.call, ns: T0 + 3n, depth: 1, site: 2, length: 3 },
      { kind: CallKind.close, ns: T0 + 4n, depth: 0 },
    ],
  });
  const withBytes = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };
  const withTail = (...tail: number[]): Uint8Array => {
    const bytes = Uint8Array.of(...good.slice(0, 24), ...tail);
    new DataView(bytes.buffer).setUint32(12, 1, true);
    return bytes;
  };
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];

  it.each<[string, Uint8Array]>([
    ['shorter than its head', good.slice(0, 23)],
    ['cut short', good.slice(0, -1)],
    ['bytes after its last record', Uint8Array.of(...good, 1)],
    ['too short for them', withBytes(12, 0xff, 0xff, 0xff, 0xff)],
    ['serial 0', withBytes(0, 0)],
    ['out of range', withBytes(16, 0, 0, 0, 0, 0, 0, 0, 0xff)],
    ['unknown kind', withBytes(24, 5)],
    ['unknown kind', withBytes(24, 0)],
    ['depth number', withTail(3, 0, 0x80, 0x80, 4)],
    ['site number', withTail(1, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x10, 0)],
    ['too large', withTail(1, 0, 0, 0, ...huge)],
    ['longer than 10 bytes', withTail(1, 0, 0, 0, ...huge.slice(0, 8), 0xff, 0xff, 0xff)],
  ])('that are %s are refused', (why, bytes) => {
    expect(() => decodeCalls(bytes, T0)).toThrow(ProtocolError);
    expect(() => decodeCalls(bytes, T0)).toThrow(why);
  });

  it('of random bytes give ProtocolErrors only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, head) => {
        const payload = head ? Uint8Array.of(...good.slice(0, 24), ...bytes) : bytes;
        for (const decode of [decodeCalls, decodeTally]) {
          try {
            decode(payload, T0);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('TALLY', () => {
  const figures = fc.tuple(u32, ns, ns, ns, ns, ns, ns) as fc.Arbitrary<TallyFigures>;

  it('is read as it was written', () => {
    const rows = fc.array(fc.record({ site: u32, sums: figures }), { maxLength: 20 });
    fc.assert(
      fc.property(rows, ns, (list, long) => {
        const input = { serial: 3, tid: 4, from: T0 - 5n, until: T0 + BigInt(long), rows: list };
        const tally = decodeTally(encodeTally(input), T0);
        expect([tally.serial, tally.tid, tally.from, tally.until]).toEqual([3, 4, -5, long]);
        expect([...tally.sites]).toEqual(list.map(({ site }) => site));
        expect([...tally.sums]).toEqual(list.flatMap(({ sums }) => [...sums]));
        expect(tally.sums).toHaveLength(list.length * TALLY_WIDTH);
      }),
    );
  });

  const good = encodeTally({
    ...{ serial: 1, tid: 1, from: T0, until: T0 + 9n },
    rows: [{ site: 1, sums: [1, 2, 3, 4, 5, 6, 7] }],
  });
  const withBytes = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };

  it.each<[string, Uint8Array]>([
    ['shorter than its head', good.slice(0, 31)],
    ['too short for them', good.slice(0, -1)],
    ['too short for them', withBytes(24, 0xff, 0xff, 0xff, 0xff)],
    ['bytes after its last row', Uint8Array.of(...good, 1)],
    ['cut short', withBytes(39, 0x80)],
    ['serial 0', withBytes(0, 0)],
    ['ends before it begins', encodeTally({ serial: 1, tid: 1, from: T0, until: T0 - 1n, rows: [] })],
    ['reserved', withBytes(28, 1)],
    ['out of range', withBytes(16, 0, 0, 0, 0, 0, 0, 0, 0xff)],
  ])('that is %s is refused', (why, bytes) => {
    expect(() => decodeTally(bytes, T0)).toThrow(ProtocolError);
    expect(() => decodeTally(bytes, T0)).toThrow(why);
  });
});
