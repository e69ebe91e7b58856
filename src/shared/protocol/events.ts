/**
 * EVENTS: one block of GIL events of one thread, between bytes and columns. docs/protocol.md, "EVENTS (2)".
 * Decoded by SessionModel for every event of a session, so the loop makes no object per event;
 * encoded by tests, golden files and benchmarks only (agents are written in C and Python).
 */
import { ProtocolError } from './frames.ts';
import { Cursor, MAX_NS, pushVarint, relative } from './varint.ts';

export const EventKind = {
  take: 0,
  drop: 1,
  wait: 2,
  request: 3,
  switchWait: 4,
  end: 5,
  releaseCpu: 6,
  site: 7,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

export const CORE_UNKNOWN = 0xffff;
export const BLOCK_HEAD = 28;
/** Head byte and one byte of delta. */
const LEAST_EVENT = 2;
const FLAG_A = 8;
const HAS_CORE = 32;
const HAS_GIL = 64;
const RESERVED = 16 | 128;

/** A decoded block: one row for each event. */
export interface EventBlock {
  serial: number;
  tid: number;
  /** Events of this thread lost so far, cumulative. */
  dropped: number;
  count: number;
  /** Nanoseconds since the origin given to decodeEvents. Never decreasing. */
  times: Float64Array;
  kinds: Uint8Array;
  /** 1 where flag A is set: TAKE: a counted switch; DROP: from a voluntary site; RELEASE_CPU: not CPU time, but the begin of a wait for a lock. */
  flags: Uint8Array;
  /** CORE_UNKNOWN where not known. */
  cores: Uint16Array;
  gils: Uint16Array;
  /** CPU ns of RELEASE_CPU rows and site numbers of SITE rows, 0 elsewhere; null when the block has neither. */
  numbers: Float64Array | null;
}

/**
 * Decodes the payload of an EVENTS frame. A block that is not exactly what the protocol says (cut short, bytes left over,
 * a reserved bit or kind, a number out of range) is refused whole with a ProtocolError: what follows an unknown kind cannot be told.
 */
export function decodeEvents(payload: Uint8Array, originNs: bigint): EventBlock {
  if (payload.length < BLOCK_HEAD) throw new ProtocolError('an event block is shorter than its head');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const count = view.getUint32(24, true);
  if (count * LEAST_EVENT > payload.length - BLOCK_HEAD)
    throw new ProtocolError(`an event block announces ${count} events and is too short for them`);
  const block: EventBlock = {
    serial: view.getUint32(0, true),
    tid: view.getUint32(4, true),
    dropped: view.getUint32(8, true),
    count,
    times: new Float64Array(count),
    kinds: new Uint8Array(count),
    flags: new Uint8Array(count),
    cores: new Uint16Array(count),
    gils: new Uint16Array(count),
    numbers: null,
  };
  if (block.serial === 0) throw new ProtocolError('an event block has thread serial 0');
  const cursor = new Cursor(payload, BLOCK_HEAD, 'an event block');
  // A block without events only tells how many were lost; its base means nothing.
  const base = count === 0 ? 0 : relative(view.getBigUint64(16, true), originNs, 'an event block');
  fill(block, cursor, base, view.getUint16(12, true), view.getUint16(14, true));
  cursor.end('event');
  return block;
}

function fill(block: EventBlock, cursor: Cursor, base: number, gil: number, core: number): void {
  const { bytes } = cursor;
  let time = base;
  for (let i = 0; i < block.count; i++) {
    const head = bytes[cursor.at++];
    if (head === undefined) throw new ProtocolError('an event block is cut short');
    const kind = head & 7;
    if ((head & RESERVED) !== 0) throw new ProtocolError('an event uses what the protocol reserves');
    time += cursor.varint();
    if (head & HAS_CORE) core = cursor.u16('core');
    if (head & HAS_GIL) gil = cursor.u16('GIL');
    if (kind === EventKind.releaseCpu || kind === EventKind.site) {
      block.numbers ??= new Float64Array(block.count);
      block.numbers[i] = cursor.varint();
    }
    block.times[i] = time;
    block.kinds[i] = kind;
    block.flags[i] = head & FLAG_A ? 1 : 0;
    block.cores[i] = core;
    block.gils[i] = gil;
  }
  if (time > MAX_NS) throw new ProtocolError('the time of an event is out of range');
}

export interface EventInput {
  kind: EventKind;
  /** Absolute time, not before that of the event before. */
  ns: bigint;
  flagA?: boolean;
  /** From this event on; left out: as before. */
  core?: number;
  gil?: number;
  /** RELEASE_CPU without flag A only. */
  cpuNs?: number | bigint;
  /** SITE only. */
  site?: number;
}

export interface EventsInput {
  serial: number;
  tid: number;
  dropped?: number;
  events: EventInput[];
}

/** The payload of an EVENTS frame. The first event's core, GIL and time become those of the block's head. */
export function encodeEvents(input: EventsInput): Uint8Array {
  const first = input.events[0];
  let gil = first?.gil ?? 0;
  let core = first?.core ?? CORE_UNKNOWN;
  let time = first?.ns ?? 0n;
  const out: number[] = new Array<number>(BLOCK_HEAD).fill(0);
  const head = { gil, core, base: time };
  for (const event of input.events) {
    const newCore = event.core !== undefined && event.core !== core;
    const newGil = event.gil !== undefined && event.gil !== gil;
    out.push(event.kind | (event.flagA ? FLAG_A : 0) | (newCore ? HAS_CORE : 0) | (newGil ? HAS_GIL : 0));
    pushVarint(out, event.ns - time);
    if (newCore) pushVarint(out, BigInt((core = event.core!)));
    if (newGil) pushVarint(out, BigInt((gil = event.gil!)));
    if (event.kind === EventKind.releaseCpu) pushVarint(out, BigInt(event.cpuNs ?? 0));
    if (event.kind === EventKind.site) pushVarint(out, BigInt(event.site ?? 0));
    time = event.ns;
  }
  const bytes = Uint8Array.from(out);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, input.serial, true);
  view.setUint32(4, input.tid, true);
  view.setUint32(8, input.dropped ?? 0, true);
  view.setUint16(12, head.gil, true);
  view.setUint16(14, head.core, true);
  view.setBigUint64(16, head.base, true);
  view.setUint32(24, input.events.length, true);
  return bytes;
}
