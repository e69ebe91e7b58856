/**
 * REFCOUNT: one round of looking at the watched objects of a process. docs/protocol.md, "REFCOUNT".
 * Written by the agents (python-agent/gilscope_agent/watches.py), read by SessionModel; encoded here for tests.
 */
import { ProtocolError } from './frames.ts';

/** Flags of a row. */
export const RefcountFlag = {
  /** Nobody counts references of this object. */
  immortal: 1,
  /** There was no object; the WATCH frame before says why. */
  absent: 2,
  /** Not the object of the row before. */
  another: 4,
} as const;

export interface RefcountRow {
  watch: number;
  flags: number;
  /** References of the program; 0 where there is no count. */
  count: number;
  /** Bytes as sys.getsizeof tells them; NaN when it was not asked. */
  sizeBytes: number;
}

export interface RefcountRound {
  /** Absolute CLOCK_MONOTONIC at its begin. */
  ns: bigint;
  /** How long the round took, all rows together. */
  costNs: number;
  /** Counts of a free-threaded build: sums of two fields. */
  split: boolean;
  rows: RefcountRow[];
}

const HEAD = 16;
const ROW = 20;
const NO_SIZE = (1n << 64n) - 1n;

/** The payload of a REFCOUNT frame. */
export function encodeRefcount(round: RefcountRound): Uint8Array {
  const bytes = new Uint8Array(HEAD + ROW * round.rows.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, round.ns, true);
  view.setUint32(8, round.costNs, true);
  view.setUint16(12, round.rows.length, true);
  view.setUint16(14, round.split ? 1 : 0, true);
  round.rows.forEach((row, i) => {
    const at = HEAD + ROW * i;
    view.setUint16(at, row.watch, true);
    view.setUint8(at + 2, row.flags);
    view.setBigUint64(at + 4, BigInt(row.count), true);
    view.setBigUint64(at + 12, Number.isNaN(row.sizeBytes) ? NO_SIZE : BigInt(row.sizeBytes), true);
  });
  return bytes;
}

/** Refuses a payload that is not exactly as long as it says. */
export function decodeRefcount(payload: Uint8Array): RefcountRound {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < HEAD) throw new ProtocolError('a REFCOUNT message is cut short');
  const count = view.getUint16(12, true);
  if (payload.length !== HEAD + ROW * count)
    throw new ProtocolError('a REFCOUNT message has another length than it says');
  const rows: RefcountRow[] = [];
  for (let at = HEAD; at < payload.length; at += ROW) {
    const size = view.getBigUint64(at + 12, true);
    rows.push({
      watch: view.getUint16(at, true),
      flags: view.getUint8(at + 2),
      count: Number(view.getBigUint64(at + 4, true)),
      sizeBytes: size === NO_SIZE ? NaN : Number(size),
    });
  }
  return {
    ns: view.getBigUint64(0, true),
    costNs: view.getUint32(8, true),
    split: (view.getUint16(14, true) & 1) === 1,
    rows,
  };
}
