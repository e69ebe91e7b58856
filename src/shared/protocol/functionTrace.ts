/**
 * CALLS and TALLY: the function trace, between bytes and columns. docs/protocol.md, "CALLS" and "TALLY".
 * Written by the agents (python-agent), read by SessionModel, without an object for each record; encoded here for tests.
 */
import { ProtocolError } from './frames.ts';
import { Cursor, MAX_NS, pushVarint, relative } from './varint.ts';

export const CallKind = {
  /** A whole call that ended now. */
  call: 1,
  /** A call that goes on. */
  open: 2,
  /** The open call at that depth has ended now. */
  close: 3,
  /** What is open is closed, its end is not known. */
  forget: 4,
} as const;
export type CallKind = (typeof CallKind)[keyof typeof CallKind];

/** Calls of one thread: one row for each record. */
export interface CallBlock {
  serial: number;
  tid: number;
  /** Records of this thread lost so far, cumulative. */
  dropped: number;
  count: number;
  kinds: Uint8Array;
  /** Nanoseconds since the origin given to decodeCalls. Never decreasing. */
  times: Float64Array;
  /** 0 is the outermost call; 0 where the record has none. */
  depths: Uint16Array;
  sites: Uint32Array;
  /** How long before `times` the call began. */
  lengths: Float64Array;
}

/** Sums over the calls of one thread and an interval of time: one row for each function. */
export interface Tally {
  serial: number;
  tid: number;
  /** Nanoseconds since the origin given to decodeTally. */
  from: number;
  until: number;
  sites: Uint32Array;
  /** TALLY_WIDTH figures of each row, as TallySum names them. */
  sums: Float64Array;
}

/** Where a figure stands in a row of `Tally.sums`; all but the first are nanoseconds. */
export const TallySum = {
  calls: 0,
  ownHold: 1,
  ownWait: 2,
  ownReleased: 3,
  hold: 4,
  wait: 5,
  released: 6,
} as const;
export const TALLY_WIDTH = 7;

const CALLS_HEAD = 24;
const TALLY_HEAD = 32;
/** Kind and delta. */
const LEAST_RECORD = 2;
const LEAST_ROW = 1 + TALLY_WIDTH;

/**
 * Decodes the payload of a CALLS frame. One that is not exactly what the protocol says is refused whole: what follows an unknown kind cannot
 * be told.
 */
export function decodeCalls(payload: Uint8Array, originNs: bigint): CallBlock {
  const what = 'a CALLS message';
  if (payload.length < CALLS_HEAD) throw new ProtocolError(`${what} is shorter than its head`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const count = view.getUint32(12, true);
  if (count * LEAST_RECORD > payload.length - CALLS_HEAD)
    throw new ProtocolError(`${what} announces ${count} records and is too short for them`);
  const block: CallBlock = {
    serial: view.getUint32(0, true),
    tid: view.getUint32(4, true),
    dropped: view.getUint32(8, true),
    count,
    kinds: new Uint8Array(count),
    times: new Float64Array(count),
    depths: new Uint16Array(count),
    sites: new Uint32Array(count),
    lengths: new Float64Array(count),
  };
  if (block.serial === 0) throw new ProtocolError(`${what} has thread serial 0`);
  const cursor = new Cursor(payload, CALLS_HEAD, what);
  // Without records the base means nothing.
  fillCalls(block, cursor, count === 0 ? 0 : relative(view.getBigUint64(16, true), originNs, what));
  cursor.end('record');
  return block;
}

function fillCalls(block: CallBlock, cursor: Cursor, base: number): void {
  let time = base;
  for (let i = 0; i < block.count; i++) {
    const kind = cursor.byte();
    if (kind < CallKind.call || kind > CallKind.forget) cursor.refuse('has a record of an unknown kind');
    time += cursor.varint();
    block.kinds[i] = kind;
    block.times[i] = time;
    if (kind === CallKind.forget) continue;
    block.depths[i] = cursor.u16('depth');
    if (kind === CallKind.close) continue;
    block.sites[i] = cursor.u32('site');
    block.lengths[i] = cursor.varint();
    if (time - block.lengths[i] < -MAX_NS) cursor.refuse('has a call that began too long ago');
  }
  if (time > MAX_NS) cursor.refuse('has a time that is out of range');
}

/** Decodes the payload of a TALLY frame; refuses one that is not exactly what it says. */
export function decodeTally(payload: Uint8Array, originNs: bigint): Tally {
  const what = 'a TALLY message';
  if (payload.length < TALLY_HEAD) throw new ProtocolError(`${what} is shorter than its head`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const count = view.getUint32(24, true);
  if (count * LEAST_ROW > payload.length - TALLY_HEAD)
    throw new ProtocolError(`${what} announces ${count} rows and is too short for them`);
  const tally: Tally = {
    serial: view.getUint32(0, true),
    tid: view.getUint32(4, true),
    from: relative(view.getBigUint64(8, true), originNs, what),
    until: relative(view.getBigUint64(16, true), originNs, what),
    sites: new Uint32Array(count),
    sums: new Float64Array(count * TALLY_WIDTH),
  };
  if (tally.serial === 0) throw new ProtocolError(`${what} has thread serial 0`);
  if (tally.until < tally.from) throw new ProtocolError(`${what} ends before it begins`);
  if (view.getUint32(28, true) !== 0) throw new ProtocolError(`${what} uses what is reserved`);
  const cursor = new Cursor(payload, TALLY_HEAD, what);
  for (let row = 0, at = 0; row < count; row++) {
    tally.sites[row] = cursor.u32('site');
    for (let w = 0; w < TALLY_WIDTH; w++) tally.sums[at++] = cursor.varint();
  }
  cursor.end('row');
  return tally;
}

export type CallInput =
  | { kind: typeof CallKind.call; ns: bigint; depth: number; site: number; length: number }
  | { kind: typeof CallKind.open; ns: bigint; depth: number; site: number; length: number }
  | { kind: typeof CallKind.close; ns: bigint; depth: number }
  | { kind: typeof CallKind.forget; ns: bigint };

export interface CallsInput {
  serial: number;
  tid: number;
  dropped?: number;
  /** In the order of time, which is absolute. */
  records: readonly CallInput[];
}

/** The payload of a CALLS frame. */
export function encodeCalls(input: CallsInput): Uint8Array {
  const base = input.records[0]?.ns ?? 0n;
  const out: number[] = new Array<number>(CALLS_HEAD).fill(0);
  let time = base;
  for (const record of input.records) {
    out.push(record.kind);
    pushVarint(out, record.ns - time);
    time = record.ns;
    if (record.kind === CallKind.forget) continue;
    pushVarint(out, BigInt(record.depth));
    if (record.kind === CallKind.close) continue;
    pushVarint(out, BigInt(record.site));
    pushVarint(out, BigInt(record.length));
  }
  const bytes = Uint8Array.from(out);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, input.serial, true);
  view.setUint32(4, input.tid, true);
  view.setUint32(8, input.dropped ?? 0, true);
  view.setUint32(12, input.records.length, true);
  view.setBigUint64(16, base, true);
  return bytes;
}

/** Calls, then nanoseconds: own holding, waiting, released, total holding, waiting, released. */
export type TallyFigures = readonly [number, number, number, number, number, number, number];

export interface TallyInput {
  serial: number;
  tid: number;
  from: bigint;
  until: bigint;
  rows: readonly { site: number; sums: TallyFigures }[];
}

/** The payload of a TALLY frame. */
export function encodeTally(input: TallyInput): Uint8Array {
  const out: number[] = new Array<number>(TALLY_HEAD).fill(0);
  for (const { site, sums } of input.rows) for (const figure of [site, ...sums]) pushVarint(out, BigInt(figure));
  const bytes = Uint8Array.from(out);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, input.serial, true);
  view.setUint32(4, input.tid, true);
  view.setBigUint64(8, input.from, true);
  view.setBigUint64(16, input.until, true);
  view.setUint32(24, input.rows.length, true);
  return bytes;
}
