/**
 * MARK: a region or an instant that the program marked itself. docs/protocol.md, "MARK".
 * Written by the agents (python-agent/gilscope_agent/marks.py), read by SessionModel; encoded here for tests.
 */
import { ProtocolError } from './frames.ts';

export const MarkKind = {
  /** Tells `dropped` only. */
  none: 0,
  instant: 1,
  begin: 2,
  end: 3,
} as const;
export type MarkKind = (typeof MarkKind)[keyof typeof MarkKind];

export interface Mark {
  what: MarkKind;
  /** Marks of the process that were not sent, so far. */
  dropped: number;
  /** Absolute CLOCK_MONOTONIC of the caller. */
  ns: bigint;
  /** What an end shares with its begin; 0 for an instant. */
  id: bigint;
  /** Of the thread, of a begin or instant; 0: not known, then `tid`. */
  serial: number;
  tid: number;
  name: string;
}

const HEAD = 32;
const MOST_CHARACTERS = 200;
/** Four bytes a character. */
const MOST_BYTES = HEAD + 4 * MOST_CHARACTERS;

/** The payload of a MARK frame. */
export function encodeMark(mark: Mark): Uint8Array {
  const name = new TextEncoder().encode(mark.name);
  const bytes = new Uint8Array(HEAD + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, mark.what);
  view.setUint32(4, mark.dropped, true);
  view.setBigUint64(8, mark.ns, true);
  view.setBigUint64(16, mark.id, true);
  view.setUint32(24, mark.serial, true);
  view.setUint32(28, mark.tid, true);
  bytes.set(name, HEAD);
  return bytes;
}

const isKind = (what: number): what is MarkKind => what <= MarkKind.end;

export function decodeMark(payload: Uint8Array): Mark {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < HEAD) throw new ProtocolError('a MARK message is cut short');
  if (payload.length > MOST_BYTES) throw new ProtocolError('a MARK message is too long');
  const what = view.getUint8(0);
  if (!isKind(what) || view.getUint8(1) !== 0 || view.getUint16(2, true) !== 0)
    throw new ProtocolError('a MARK message uses what is reserved');
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload.subarray(HEAD));
  } catch {
    throw new ProtocolError('the name in a MARK message is no text');
  }
  return {
    what,
    dropped: view.getUint32(4, true),
    ns: view.getBigUint64(8, true),
    id: view.getBigUint64(16, true),
    serial: view.getUint32(24, true),
    tid: view.getUint32(28, true),
    name,
  };
}
