/** The codec: round trips, any chunking, and bytes nobody should have sent. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeControl, parseControl } from './control.ts';
import { decodeEvents, encodeEvents, EventKind, type EventInput } from './events.ts';
import { encodeFrame, FrameKind, FrameReader, MAX_PAYLOAD, ProtocolError, type Frame } from './frames.ts';
import { decodeMark, encodeMark, MarkKind } from './mark.ts';
import { decodeSample, encodeSample, type Sample } from './sample.ts';

const RUNS = { numRuns: 200 };

const frames = fc.array(
  fc.record({
    kind: fc.integer({ min: 1, max: 255 }),
    stream: fc.integer({ min: 0, max: 65535 }),
    payload: fc.uint8Array({ maxLength: 60 }),
  }),
  { maxLength: 8 },
);

function readIn(bytes: Uint8Array, cuts: number[]): { frames: Frame[]; pending: number } {
  const reader = new FrameReader();
  const edges = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const out: Frame[] = [];
  let from = 0;
  for (const to of [...edges, bytes.length]) {
    // A chunk the caller overwrites afterwards, as a socket with one buffer would.
    const chunk = bytes.slice(from, to);
    out.push(...reader.push(chunk));
    chunk.fill(0xee);
    from = to;
  }
  return { frames: out, pending: reader.pendingBytes };
}

describe('frames', () => {
  it('come out the same under any chunking', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 30 }), (sent, cuts) => {
        const bytes = Uint8Array.from(sent.flatMap((f) => [...encodeFrame(f.kind, f.payload, f.stream)]));
        const got = readIn(bytes, cuts);
        expect(got.frames.map((f) => ({ ...f, payload: [...f.payload] }))).toEqual(
          sent.map((f) => ({ ...f, payload: [...f.payload] })),
        );
        expect(got.pending).toBe(0);
      }),
      RUNS,
    );
  });

  it('tell what is left of a stream cut short', () => {
    const bytes = encodeFrame(8, new Uint8Array(20));
    expect(readIn(bytes.slice(0, 25), []).pending).toBe(25);
  });

  it('are refused when too large, and the reader stays shut', () => {
    const reader = new FrameReader();
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, MAX_PAYLOAD + 1, true);
    head[4] = 2;
    expect(() => reader.push(head)).toThrow(ProtocolError);
    expect(() => reader.push(encodeFrame(8, new Uint8Array(1)))).toThrow(/announces/);
    expect(() => encodeFrame(2, new Uint8Array(MAX_PAYLOAD + 1))).toThrow(ProtocolError);
    expect(new FrameReader().push(encodeFrame(2, new Uint8Array(MAX_PAYLOAD)))).toHaveLength(1);
  });
});

const ORIGIN = 5_000_000_000_000_000n;
const events = fc
  .array(
    fc.record({
      kind: fc.integer({ min: 0, max: 7 }) as fc.Arbitrary<EventKind>,
      delta: fc.bigInt({ min: 0n, max: 1n << 40n }),
      flagA: fc.boolean(),
      core: fc.integer({ min: 0, max: 65535 }),
      gil: fc.integer({ min: 0, max: 65535 }),
      cpuNs: fc.nat(),
      site: fc.nat(),
    }),
    { maxLength: 40 },
  )
  .map((rows) => {
    let ns = ORIGIN;
    return rows.map(({ delta, ...row }): EventInput => ({ ...row, ns: (ns += delta) }));
  });

describe('events', () => {
  it('round trip', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 0xffffffff }), (sent, serial) => {
        const block = decodeEvents(encodeEvents({ serial, tid: 1, dropped: 2, events: sent }), ORIGIN);
        expect(block).toMatchObject({ serial, tid: 1, dropped: 2, count: sent.length });
        const got = sent.map((_, i) => ({
          kind: block.kinds[i],
          ns: ORIGIN + BigInt(block.times[i]),
          flagA: block.flags[i] === 1,
          core: block.cores[i],
          gil: block.gils[i],
          cpuNs: block.kinds[i] === EventKind.releaseCpu ? block.numbers![i] : sent[i].cpuNs,
          site: block.kinds[i] === EventKind.site ? block.numbers![i] : sent[i].site,
        }));
        expect(got).toEqual(sent);
      }),
      RUNS,
    );
  });

  const two: EventInput[] = [
    { kind: EventKind.take, ns: ORIGIN },
    { kind: EventKind.drop, ns: ORIGIN + 300n },
  ];
  const good = (): Uint8Array => encodeEvents({ serial: 1, tid: 1, events: two });
  const broken: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['shorter than its head', (b) => b.slice(0, 27)],
    ['too short', (b) => withU32(b, 24, 1 << 30)],
    ['cut short', (b) => b.slice(0, -1)],
    ['bytes after', (b) => Uint8Array.from([...b, 0])],
    ['cut short', (b) => withByte(b, 30, 7)],
    ['reserves', (b) => withByte(b, 28, 16)],
    ['reserves', (b) => withByte(b, 28, 128)],
    ['longer than 10', (b) => Uint8Array.from([...b.slice(0, 29), ...new Array<number>(20).fill(0xff)])],
    ['too large', (b) => withU32(Uint8Array.from([...b.slice(0, 29), ...new Array<number>(9).fill(0xff), 1]), 24, 1)],
    ['out of range', (b) => withU32(withU32(b, 16, 0xffffffff), 20, 0xffffffff)],
    ['serial 0', (b) => withU32(b, 0, 0)],
  ];
  it.each(broken)('are refused when %s', (reason, change) => {
    expect(() => decodeEvents(change(good()), ORIGIN)).toThrow(ProtocolError);
    expect(() => decodeEvents(change(good()), ORIGIN)).toThrow(reason);
  });

  it('of random bytes give a ProtocolError or a block as large as the bytes allow', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const block = onlyProtocolErrors(() => decodeEvents(bytes, 0n));
        if (block) expect(block.count * 2).toBeLessThanOrEqual(bytes.length);
      }),
      RUNS,
    );
  });
});

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const out = bytes.slice();
  out[at] = value;
  return out;
}

function withU32(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const out = bytes.slice();
  new DataView(out.buffer).setUint32(at, value, true);
  return out;
}

/** What `read` gives; null if it refused in the way it should. Any other error fails the test. */
function onlyProtocolErrors<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return null;
  }
}

describe('samples', () => {
  const double = fc.double({ noNaN: true });
  const sample: fc.Arbitrary<Sample> = fc.record({
    ns: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    cores: fc.array(double, { maxLength: 5 }),
    processes: fc.array(
      fc.record({
        stream: fc.integer({ min: 0, max: 65535 }),
        rssBytes: double,
        pssBytes: fc.oneof(double, fc.constant(NaN)),
        cpuS: double,
        threads: fc.array(
          fc.record({
            tid: fc.nat(),
            core: fc.integer({ min: -1, max: 65534 }),
            onCpu: fc.boolean(),
            cpuS: double,
          }),
          { maxLength: 4 },
        ),
      }),
      { maxLength: 3 },
    ),
  });

  it('round trip', () => {
    fc.assert(
      fc.property(sample, (sent) => {
        expect(decodeSample(encodeSample(sent))).toEqual(sent);
      }),
      RUNS,
    );
  });

  it('cut anywhere are refused', () => {
    const bytes = encodeSample({
      ns: 1n,
      cores: [1, 2],
      processes: [
        { stream: 0, rssBytes: 1, pssBytes: 2, cpuS: 3, threads: [{ tid: 1, core: 0, onCpu: true, cpuS: 1 }] },
      ],
    });
    for (let n = 0; n < bytes.length; n++) expect(() => decodeSample(bytes.slice(0, n))).toThrow(ProtocolError);
    expect(() => decodeSample(Uint8Array.from([...bytes, 0]))).toThrow(ProtocolError);
  });
});

describe('control', () => {
  const read = (json: unknown, kind: number = FrameKind.hello): ReturnType<typeof parseControl> =>
    parseControl({ kind, stream: 0, payload: new TextEncoder().encode(JSON.stringify(json)) });
  const hello = {
    protocol: 1 as const,
    token: 'ab',
    pid: 1,
    python: '3.12.1',
    implementation: 'cpython',
    argv: ['python'],
    engine: 'exact' as const,
    start_ns: '18446744073709551615',
  };

  it('gives times as bigint', () => {
    const [frame] = new FrameReader().push(encodeControl(FrameKind.hello, hello));
    expect(parseControl(frame)).toMatchObject({ kind: 1, value: { start_ns: (1n << 64n) - 1n, pid: 1 } });
  });

  it('refuses another protocol before it looks at anything else', () => {
    expect(() => read({ protocol: 2, token: 5 })).toThrow(/protocol 2, not 1/);
  });

  it.each([
    ['a time that is no number', { ...hello, start_ns: '-1' }],
    ['a time beyond 64 bits', { ...hello, start_ns: '18446744073709551616' }],
    ['a missing field', { ...hello, argv: undefined }],
    ['another type', []],
  ])('refuses %s', (_name, value) => {
    expect(() => read(value)).toThrow(ProtocolError);
  });

  it('cuts overlong text and lists, and ignores unknown fields', () => {
    const long = read({
      ...hello,
      argv: new Array(5000).fill('x'.repeat(70000)).slice(0, 10),
      extra: 1,
      python: 'p'.repeat(999),
    });
    expect(long?.value).toMatchObject({ python: 'p'.repeat(256) });
    expect(long?.value).not.toHaveProperty('extra');
    expect((long?.value as { argv: string[] }).argv[0]).toHaveLength(65536);
  });

  it('refuses bytes that are not UTF-8 JSON', () => {
    for (const payload of [Uint8Array.of(0xff, 0xfe), new Uint8Array(0), new TextEncoder().encode('{')])
      expect(() => parseControl({ kind: 1, stream: 0, payload })).toThrow(/not JSON/);
  });

  it('has nothing to say about other kinds', () => {
    expect(parseControl({ kind: FrameKind.events, stream: 0, payload: new Uint8Array(0) })).toBeNull();
    expect(parseControl({ kind: 99, stream: 0, payload: new Uint8Array(0) })).toBeNull();
  });
});

describe('marks', () => {
  const u32 = fc.integer({ min: 0, max: 0xffffffff });
  const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  const mark = fc.record({
    what: fc.constantFrom(...Object.values(MarkKind)),
    dropped: u32,
    ns: u64,
    id: u64,
    serial: u32,
    tid: u32,
    name: fc.string({ unit: 'grapheme', maxLength: 60 }).filter((s) => new TextEncoder().encode(s).length <= 800),
  });

  it('round trip', () => {
    fc.assert(
      fc.property(mark, (sent) => {
        expect(decodeMark(encodeMark(sent))).toEqual(sent);
      }),
      RUNS,
    );
  });

  const good = (): Uint8Array =>
    encodeMark({ what: MarkKind.begin, dropped: 0, ns: 1n, id: 1n, serial: 1, tid: 1, name: 'a' });
  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['cut short', (b) => b.slice(0, 31)],
    ['too long', (b) => Uint8Array.from([...b, ...new Array<number>(800).fill(0x61)])],
    ['reserved', (b) => withByte(b, 0, 4)],
    ['reserved', (b) => withByte(b, 1, 1)],
    ['reserved', (b) => withByte(b, 3, 1)],
    ['no text', (b) => withByte(b, 32, 0xff)],
  ])('are refused when %s', (reason, change) => {
    expect(() => decodeMark(change(good()))).toThrow(ProtocolError);
    expect(() => decodeMark(change(good()))).toThrow(reason);
  });
});
