/** perfetto and chrome: a small recording as it always looks, names that are easily written wrongly, a long recording in little memory. */
import { deflateSync, inflateSync } from 'node:zlib';
import { fromBinary, type DescMessage } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { recordingOfArt } from '../../model/testing/ascii.ts';
import { longSchedule } from '../../model/testing/schedule.ts';
import { chrome, micros } from '../chrome/chrome.ts';
import { perfetto } from '../perfetto/perfetto.ts';
import { descriptor } from '../perfetto/schema.ts';
import { ODD_NAMES, oddSource, sourceOf } from '../testing/oddNames.ts';
import type { ExportSource, FormatWriter, Piece } from '../types.ts';
import { traceHead } from './head.ts';

const writers = { perfetto: perfetto((bytes) => deflateSync(bytes, { level: 3 })), chrome };

const bytesOf = (writer: FormatWriter, source: ExportSource): Buffer =>
  Buffer.concat(Array.from(writer(source), ({ bytes }) => bytes));

type Json = { [key: string]: Json } & Json[];

const DECODER = new TextDecoder();

/** Without what is empty; large numbers as text. */
const plain = (message: unknown): Json =>
  JSON.parse(
    JSON.stringify(message, (key, value: unknown) => {
      if (key === '$typeName' || (Array.isArray(value) && value.length === 0)) return undefined;
      if (value instanceof Uint8Array) return DECODER.decode(value);
      return typeof value === 'bigint' ? String(value) : value;
    }),
  ) as Json;

/** As the library that wrote them reads them; test/integration/exportTraces.test.ts reads them without it. */
function packetsOf(trace: Uint8Array): Json[] {
  const type: DescMessage = descriptor('Trace');
  const read = (bytes: Uint8Array) =>
    (fromBinary(type, bytes) as unknown as { packet: Record<string, unknown>[] }).packet;
  return read(trace).flatMap(({ compressedPackets }) =>
    read(inflateSync(compressedPackets as Uint8Array)).map((packet) => plain(packet)),
  );
}

const chromeOf = (source: ExportSource): Json => JSON.parse(bytesOf(writers.chrome, source).toString('utf8')) as Json;

const small = (): ExportSource => {
  const { recording, endNs } = recordingOfArt(`
    A: __HHwwwwwwHH
    B: __wwHHHHHH.l
    agent!: HH..........
  `);
  return sourceOf(recording.model({ watermarks: [endNs], endNs }));
};

describe('a small recording', () => {
  it('perfetto', async () => {
    const lines = packetsOf(bytesOf(writers.perfetto, small())).map((packet) => JSON.stringify(packet));
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/small.perfetto.jsonl');
  });
  it('chrome', async () => {
    await expect(bytesOf(writers.chrome, small()).toString('utf8')).toMatchFileSnapshot('golden/small.trace.json');
  });
});

describe('odd names', () => {
  const wanted = ODD_NAMES.slice(0, 4);
  it('come back in perfetto', () => {
    const packets = packetsOf(bytesOf(writers.perfetto, oddSource()));
    const threads = packets.flatMap(({ trackDescriptor }) => trackDescriptor?.thread?.threadName ?? []);
    expect(threads).toEqual(wanted);
    const places = packets.flatMap(({ internedData }) => internedData?.sourceLocations ?? []);
    expect(places.map(({ fileName }) => fileName)).toEqual(expect.arrayContaining([ODD_NAMES[4], ODD_NAMES[5]]));
  });
  it('come back in chrome, and half a character is none', () => {
    const bytes = bytesOf(writers.chrome, oddSource());
    expect(bytes.toString('utf8')).not.toMatch(/\\ud[89a-f]/);
    const { traceEvents } = chromeOf(oddSource());
    const threads = traceEvents.filter(({ name, tid }) => (name as unknown) === 'thread_name' && Number(tid) < 2 ** 24);
    expect(threads.map(({ args }) => args.name)).toEqual(wanted);
    expect(JSON.stringify(traceEvents)).toContain('cut in two \ufffd');
  });
  it('of the recording as a whole, for programs', () => {
    const { gilscope } = chromeOf(oddSource());
    expect(
      traceHead
        .parse(gilscope)
        .threads.slice(0, 4)
        .map(({ name }) => name),
    ).toEqual(wanted);
  });
});

it('times are exact to the nanosecond', () => {
  expect([0, 1, 999, 1000, 1_000_000_001, 2 ** 53 - 1].map(micros)).toEqual([
    ...['0', '0.001', '0.999', '1', '1000000.001', '9007199254740.991'],
  ]);
});

describe.each(Object.entries(writers))('%s of a long recording', (_, writer) => {
  it('is told in small pieces that go forward, twice the same', () => {
    const source = sourceOf(longSchedule(7, 20_000).recording.model());
    const tell = (): Piece[] => Array.from(writer(source), ({ bytes, done }) => ({ bytes: bytes.slice(), done }));
    const [once, again] = [tell(), tell()];
    expect(Buffer.concat(once.map(({ bytes }) => bytes)).equals(Buffer.concat(again.map(({ bytes }) => bytes)))).toBe(
      true,
    );
    expect(once.length).toBeGreaterThan(2);
    expect(Math.max(...once.map(({ bytes }) => bytes.length))).toBeLessThan(512 << 10);
    expect(once.every(({ done }, i) => i === 0 || done >= once[i - 1].done)).toBe(true);
    expect(once.at(-1)!.done).toBeLessThanOrEqual(source.intervalCount);
  });
});
