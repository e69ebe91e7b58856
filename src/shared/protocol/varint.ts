/**
 * Varints (unsigned LEB128) of the binary frames, and times in them: read with bounds, written by tests. Used by events.ts and functionTrace.ts.
 */
import { ProtocolError } from './frames.ts';

/** Times further from the origin than this are not exact in a double: 104 days. */
export const MAX_NS = Number.MAX_SAFE_INTEGER;

/** Position in a payload; a class so that reading varints allocates nothing. */
export class Cursor {
  /** @param what it is, for the reasons: "an event block" */
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly what: string,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) this.refuse('is cut short');
    return byte;
  }

  /** An unsigned LEB128 of at most 10 bytes that fits a double exactly. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte === undefined) this.refuse('is cut short');
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (let i = 1; i < 10; i++) {
      byte = bytes[this.at++];
      if (byte === undefined) this.refuse('is cut short');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > MAX_NS) throw new ProtocolError(`a number in ${this.what} is too large`);
        return value;
      }
      scale *= 128;
    }
    throw new ProtocolError(`a number in ${this.what} is longer than 10 bytes`);
  }

  u16(of: string): number {
    const value = this.varint();
    if (value > 0xffff) throw new ProtocolError(`a ${of} number in ${this.what} is too large`);
    return value;
  }

  u32(of: string): number {
    const value = this.varint();
    if (value > 0xffffffff) throw new ProtocolError(`a ${of} number in ${this.what} is too large`);
    return value;
  }

  /** All has been read. */
  end(last: string): void {
    if (this.at !== this.bytes.length) this.refuse(`has bytes after its last ${last}`);
  }

  refuse(why: string): never {
    throw new ProtocolError(`${this.what} ${why}`);
  }
}

/** An absolute time from the origin on. */
export function relative(ns: bigint, originNs: bigint, what: string): number {
  const rebased = Number(ns - originNs);
  if (Math.abs(rebased) > MAX_NS) throw new ProtocolError(`the time of ${what} is out of range`);
  return rebased;
}

export function pushVarint(out: number[], value: bigint): void {
  if (value < 0n) throw new RangeError('a varint is not negative: records must be in the order of time');
  while (value > 0x7fn) {
    out.push(Number(value & 0x7fn) | 0x80);
    value >>= 7n;
  }
  out.push(Number(value));
}
