/**
 * Golden bytes: what TypeScript writes does not change unnoticed, and what Python and C wrote is understood. golden/README.md.
 * GOLDEN=write writes the ts-* files anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeControl, isControl, parseControl } from './control.ts';
import { CORE_UNKNOWN, decodeEvents, encodeEvents, EventKind } from './events.ts';
import { encodeFrame, FrameKind, FrameReader, type Frame } from './frames.ts';
import { CallKind, decodeCalls, decodeTally, encodeCalls, encodeTally, TALLY_WIDTH } from './functionTrace.ts';
import { decodeMark, encodeMark, MarkKind } from './mark.ts';
import { decodeRefcount, encodeRefcount, RefcountFlag } from './refcount.ts';
import {
  decodeCounter,
  decodeSample,
  decodeWatermark,
  encodeCounter,
  encodeSample,
  encodeWatermark,
} from './sample.ts';

const FOLDER = new URL('./golden/', import.meta.url);
const KIND_NAMES = ['TAKE', 'DROP', 'WAIT', 'REQUEST', 'SWITCH_WAIT', 'END', 'RELEASE_CPU', 'SITE'];
const CALL_NAMES = ['', 'CALL', 'OPEN', 'CLOSE', 'FORGET'];

interface Golden {
  frames: { kind: number; stream: number; value: unknown }[];
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function eventsOf(payload: Uint8Array): unknown {
  // The first event's absolute time as origin keeps every time exact.
  const base = new DataView(payload.buffer, payload.byteOffset).getBigUint64(16, true);
  const block = decodeEvents(payload, base);
  const events = Array.from(block.times, (time, i) => ({
    kind: KIND_NAMES[block.kinds[i]],
    ns: String(base + BigInt(time)),
    a: block.flags[i] === 1,
    core: block.cores[i] === CORE_UNKNOWN ? null : block.cores[i],
    gil: block.gils[i],
    ...(block.kinds[i] === EventKind.releaseCpu ? { cpu_ns: block.numbers![i] } : {}),
    ...(block.kinds[i] === EventKind.site ? { site: block.numbers![i] } : {}),
  }));
  return { serial: block.serial, tid: block.tid, dropped: block.dropped, events };
}

function callsOf(payload: Uint8Array): unknown {
  const base = new DataView(payload.buffer, payload.byteOffset).getBigUint64(16, true);
  const block = decodeCalls(payload, base);
  const records = Array.from(block.times, (time, i) => {
    const kind = block.kinds[i];
    return {
      kind: CALL_NAMES[kind],
      ns: String(base + BigInt(time)),
      ...(kind === CallKind.forget ? {} : { depth: block.depths[i] }),
      ...(kind === CallKind.call || kind === CallKind.open ? { site: block.sites[i] } : {}),
      ...(kind === CallKind.call ? { duration: block.lengths[i] } : {}),
      ...(kind === CallKind.open ? { age: block.lengths[i] } : {}),
    };
  });
  return { serial: block.serial, tid: block.tid, dropped: block.dropped, records };
}

function tallyOf(payload: Uint8Array): unknown {
  const from = new DataView(payload.buffer, payload.byteOffset).getBigUint64(8, true);
  const tally = decodeTally(payload, from);
  const rows = Array.from(tally.sites, (site, row) => {
    const [calls, ...ns] = tally.sums.subarray(row * TALLY_WIDTH, (row + 1) * TALLY_WIDTH);
    return { site, calls, own: ns.slice(0, 3), total: ns.slice(3) };
  });
  return { serial: tally.serial, tid: tally.tid, from, until: from + BigInt(tally.until), rows };
}

function valueOf(frame: Frame): unknown {
  if (isControl(frame.kind)) {
    expect(parseControl(frame)?.kind).toBe(frame.kind);
    return JSON.parse(new TextDecoder().decode(frame.payload));
  }
  if (frame.kind === FrameKind.events) return eventsOf(frame.payload);
  if (frame.kind === FrameKind.watermark) return { ns: decodeWatermark(frame.payload) };
  if (frame.kind === FrameKind.counter) return decodeCounter(frame.payload);
  if (frame.kind === FrameKind.mark) return decodeMark(frame.payload);
  if (frame.kind === FrameKind.refcount) return decodeRefcount(frame.payload);
  if (frame.kind === FrameKind.calls) return callsOf(frame.payload);
  if (frame.kind === FrameKind.tally) return tallyOf(frame.payload);
  if (frame.kind === FrameKind.sample) return decodeSample(frame.payload);
  return { hex: hexOf(frame.payload) };
}

/** As plain JSON: bigint as decimal string, NaN as null. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? String(v) : v)));

function meaningOf(bytes: Uint8Array): Golden {
  const reader = new FrameReader();
  const frames = reader.push(bytes);
  expect(reader.pendingBytes).toBe(0);
  return plain({ frames: frames.map((f) => ({ kind: f.kind, stream: f.stream, value: valueOf(f) })) }) as Golden;
}

const concat = (parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const T0 = 1_234_567_890_123_456n;
const MAX_U64 = (1n << 64n) - 1n;

const events = encodeEvents({
  serial: 7,
  tid: 31337,
  dropped: 3,
  events: [
    { kind: EventKind.take, ns: T0, flagA: true, core: 2, gil: 0 },
    { kind: EventKind.drop, ns: T0 + 127n, flagA: true },
    { kind: EventKind.releaseCpu, ns: T0 + 2_000_255n, cpuNs: 1_500_000 },
    { kind: EventKind.wait, ns: T0 + 2_000_255n },
    { kind: EventKind.request, ns: T0 + 7_000_255n },
    { kind: EventKind.take, ns: T0 + 7_016_639n, flagA: true, core: 300 },
    { kind: EventKind.site, ns: T0 + 7_016_639n, site: 300 },
    { kind: EventKind.drop, ns: T0 + 7_016_639n },
    { kind: EventKind.switchWait, ns: T0 + 7_016_767n },
    { kind: EventKind.take, ns: T0 + 9_000_000_000n, core: CORE_UNKNOWN, gil: 65535 },
    { kind: EventKind.drop, ns: T0 + 9_000_000_001n, flagA: true },
    { kind: EventKind.end, ns: T0 + 9_007_199_254_740_000n },
  ],
});

const marks = [
  { what: MarkKind.begin, dropped: 0, ns: T0, id: 1n, serial: 7, tid: 31337, name: 'naïve <b>🐍' },
  { what: MarkKind.instant, dropped: 5, ns: T0 + 1n, id: 0n, serial: 0, tid: 0xffffffff, name: 'x'.repeat(200) },
  { what: MarkKind.end, dropped: 6, ns: MAX_U64, id: 1n << 63n, serial: 0, tid: 0, name: '' },
  { what: MarkKind.none, dropped: 0xffffffff, ns: T0, id: 0n, serial: 0, tid: 0, name: '' },
];

const traced = [
  encodeFrame(
    FrameKind.calls,
    encodeCalls({
      serial: 7,
      tid: 31337,
      dropped: 3,
      records: [
        { kind: CallKind.open, ns: T0, depth: 0, site: 1, length: 2_000_000_000 },
        { kind: CallKind.call, ns: T0 + 128n, depth: 1, site: 300, length: 0 },
        { kind: CallKind.call, ns: T0 + 5_000_000n, depth: 65535, site: 0xffffffff, length: 4_000_000 },
        { kind: CallKind.close, ns: T0 + 5_000_000n, depth: 0 },
        { kind: CallKind.open, ns: T0 + 9_000_000_000n, depth: 0, site: 0, length: 1 },
        { kind: CallKind.forget, ns: T0 + 9_007_199_254_740_000n },
      ],
    }),
  ),
  encodeFrame(FrameKind.calls, encodeCalls({ serial: 1, tid: 1, dropped: 0xffffffff, records: [] })),
  encodeFrame(
    FrameKind.tally,
    encodeTally({
      serial: 7,
      tid: 31337,
      from: T0,
      until: T0 + 250_000_000n,
      rows: [
        { site: 1, sums: [0, 1, 2, 3, 249_000_000, 500_000, 500_000] },
        { site: 300, sums: [127, 128, 16_383, 16_384, 128, 16_383, 16_384] },
        { site: 0, sums: [Number.MAX_SAFE_INTEGER, 0, 0, 0, 0, 0, 0] },
      ],
    }),
  ),
  encodeFrame(FrameKind.tally, encodeTally({ serial: 1, tid: 1, from: T0, until: T0, rows: [] })),
  encodeControl(FrameKind.site, { id: 300, name: 'sleep', file: 'time', first_line: 0, builtin: true }),
  encodeControl(FrameKind.state, { functions: true, functions_min_ns: 100_000 }),
  encodeControl(FrameKind.state, { functions: false, functions_reason: 'sys.setprofile is taken' }),
  encodeControl(FrameKind.command, { id: 14, cmd: 'functions', on: true }),
];

const files: Record<string, Uint8Array[]> = {
  'ts-functions': traced,
  'ts-events': [
    encodeFrame(FrameKind.events, events),
    encodeFrame(FrameKind.events, encodeEvents({ serial: 1, tid: 1, dropped: 0xffffffff, events: [] })),
    encodeFrame(FrameKind.watermark, encodeWatermark(T0 + 1n)),
    encodeFrame(FrameKind.counter, encodeCounter({ gil: 2, ns: T0, count: MAX_U64 })),
    encodeFrame(
      FrameKind.refcount,
      encodeRefcount({
        ns: T0 + 2n,
        costNs: 45_678,
        split: true,
        rows: [
          { watch: 1, flags: 0, count: 3, sizeBytes: 56 },
          { watch: 2, flags: RefcountFlag.immortal | RefcountFlag.another, count: 0, sizeBytes: NaN },
          { watch: 65535, flags: RefcountFlag.absent, count: 0, sizeBytes: NaN },
        ],
      }),
    ),
    ...marks.map((mark) => encodeFrame(FrameKind.mark, encodeMark(mark))),
    encodeFrame(77, Uint8Array.of(1, 2, 3)),
  ],
  'ts-control': [
    encodeControl(FrameKind.hello, {
      protocol: 1,
      token: '00ff',
      pid: 4242,
      ppid: 1,
      python: '3.12.1',
      implementation: 'cpython',
      executable: '/usr/bin/python3',
      argv: ['python3', 'naïve “script”.py', ''],
      engine: 'estimated',
      engine_reason: 'no compiler',
      switch_interval_s: 0.005,
      gil_enabled: null,
      start_ns: String(T0),
      main_tid: 4242,
      agent: '0.1.0',
    }),
    encodeControl(FrameKind.thread, { serial: 1, tid: 4242, name: 'MainThread', main: true }),
    encodeControl(FrameKind.thread, { tid: 4243, name: 'gilscope', own: true }),
    encodeControl(FrameKind.gil, { id: 0, ns: String(T0), interpreter: 0, count0: '12' }),
    encodeControl(FrameKind.site, {
      id: 300,
      name: 'wörk',
      qualname: 'Pool.wörk',
      file: '/srv/a "b".py',
      first_line: 7,
      line: 9,
    }),
    encodeControl(FrameKind.state, { switch_interval_s: 0.001, drop_sites: false, threads: 3 }),
    encodeControl(FrameKind.watch, {
      id: 1,
      expression: '__main__:cache["key"]',
      ns: String(T0),
      state: 'counted',
      type: 'list',
      rate_hz: 100,
    }),
    encodeControl(FrameKind.watch, {
      id: 2,
      expression: 'm:x.y',
      ns: String(T0),
      state: 'refused',
      reason: '"y" of X is a property: it is computed, not stored',
      rate_hz: 0.5,
      split: true,
    }),
    encodeControl(FrameKind.log, { level: 'warn', text: '\u001b[31mred\u001b[0m <b>&' }),
    encodeControl(FrameKind.reply, { id: 9, ok: false, error: 'unknown command' }),
    encodeControl(FrameKind.goodbye, { reason: 'exit' }),
    encodeControl(FrameKind.command, { id: 9, cmd: 'set_switch_interval', seconds: 0.0005 }),
    encodeControl(FrameKind.command, { id: 10, cmd: 'stop' }),
    encodeControl(FrameKind.command, { id: 11, cmd: 'watch_add', expression: '__main__:cache["key"]', rate: 12.5 }),
    encodeControl(FrameKind.command, { id: 12, cmd: 'watch_remove', watch: 1 }),
    encodeControl(FrameKind.command, { id: 13, cmd: 'list_names', module: '__main__' }),
  ],
  'ts-file': [
    encodeControl(FrameKind.session, {
      format: 1,
      gilscope: '0.1.0',
      created: '2026-01-02T03:04:05.678Z',
      start_ns: String(T0),
      host: 'host',
      platform: 'linux',
      cores: 2,
      kind: 'launch',
      command: ['python3', 'script.py'],
      cwd: '/tmp',
      clock: 'CLOCK_MONOTONIC',
    }),
    encodeControl(FrameKind.process, { pid: 4242, ppid: 1, argv: ['python3'], born_ns: String(T0) }, 1),
    encodeFrame(
      FrameKind.sample,
      encodeSample({
        ns: T0 + 50_000_000n,
        cores: [12.5, 13.25],
        processes: [
          {
            stream: 1,
            rssBytes: 12_345_678,
            pssBytes: NaN,
            cpuS: 0.75,
            threads: [
              { tid: 4242, core: 1, onCpu: true, cpuS: 0.5 },
              { tid: 4243, core: -1, onCpu: false, cpuS: 0.25 },
            ],
          },
        ],
      }),
    ),
    encodeFrame(FrameKind.terminal, new TextEncoder().encode('hello\r\n'), 1),
    encodeControl(FrameKind.process, { pid: 4242, ended_ns: String(T0 + 99n), signal: 'SIGKILL', lost: 'killed' }, 1),
    encodeControl(FrameKind.end, { ns: String(T0 + 100n), reason: 'exit' }),
  ],
};

const path = (name: string): URL => new URL(name, FOLDER);

describe.each(Object.entries(files))('golden %s', (name, parts) => {
  const bytes = concat(parts);
  if (process.env['GOLDEN'] === 'write') {
    writeFileSync(path(`${name}.bin`), bytes);
    writeFileSync(path(`${name}.json`), `${JSON.stringify(meaningOf(bytes), null, 2)}\n`);
  }

  it('is written byte for byte as before', () => {
    expect(hexOf(bytes)).toBe(hexOf(readFileSync(path(`${name}.bin`))));
  });

  it('means what it says', () => {
    expect(meaningOf(readFileSync(path(`${name}.bin`)))).toEqual(
      JSON.parse(readFileSync(path(`${name}.json`), 'utf8')),
    );
  });
});

/** One EVENTS frame within a JSON, as the native tracer's tests keep it. */
interface GoldenBlock {
  frame: string;
  block: object;
  events: ({ flag: boolean } & Record<string, unknown>)[];
}

describe('golden bytes of the agents', () => {
  const names = readdirSync(FOLDER).filter((name) => /^(python|native)-.*\.json$/.test(name));

  it.each(names)('%s is understood', (name) => {
    const json = JSON.parse(readFileSync(path(name), 'utf8')) as Golden | GoldenBlock;
    if ('frames' in json) {
      expect(meaningOf(readFileSync(path(name.replace(/json$/, 'bin'))))).toEqual({ frames: json.frames });
      return;
    }
    const events = json.events.map(({ flag, ...event }) => ({ ...event, a: flag }));
    const value = { ...json.block, events };
    expect(meaningOf(Buffer.from(json.frame, 'hex'))).toEqual({ frames: [{ kind: 2, stream: 0, value }] });
  });
});
