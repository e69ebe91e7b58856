/**
 * Where packets of a trace are gathered, and from where they leave as pieces of the file: some thousands of them at a time in one
 * `compressed_packets`, which every reader of the format unpacks. Used by perfetto.ts and sequence.ts.
 */
import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import type { Piece } from '../types.ts';
import { descriptor, numberOf, type MessageName } from './schema.ts';

/** zlib's format; the writers are pure, so who calls them brings it along. */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

export type Fields = MessageInitShape<DescMessage>;

export const encode = (name: MessageName, fields: Fields): Uint8Array => {
  const message = descriptor(name);
  return toBinary(message, create(message, fields));
};

/** One byte each: their numbers are below 16. */
const PACKET = (numberOf('Trace', 'packet') << 3) | WireType.LengthDelimited;
const TIMESTAMP = (numberOf('TracePacket', 'timestamp') << 3) | WireType.Varint;

const FULL = 1 << 18;
/** Of a tag, a length and a timestamp with its tag, and what the last word of a packet is longer than its rest. */
const MOST_MORE = 1 + 5 + 1 + 10 + 3;

/** What whole numbers of 32 bits, which are quicker, can hold. */
const SMALL = 2 ** 31 - 1;

function varintSize(value: number): number {
  let size = 1;
  for (; value > SMALL; value = Math.floor(value / 128)) size++;
  for (; value > 127; value >>>= 7) size++;
  return size;
}

/** Returns where it ends. */
function putVarint(bytes: Uint8Array, at: number, value: number): number {
  for (; value > SMALL; value = Math.floor(value / 128)) bytes[at++] = (value % 128) | 128;
  for (; value > 127; value >>>= 7) bytes[at++] = value | 128;
  bytes[at++] = value;
  return at;
}

/** A packet that is written millions of times, but for its time: as words, which are quicker to put down than bytes. */
export class Encoded {
  readonly length: number;
  readonly words: Int32Array;

  constructor(packet: Uint8Array) {
    this.length = packet.length;
    const padded = new Uint8Array(Math.ceil(packet.length / 4) * 4);
    padded.set(packet);
    const view = new DataView(padded.buffer);
    this.words = Int32Array.from({ length: padded.length / 4 }, (_, i) => view.getInt32(4 * i));
  }
}

export class Output {
  /** Intervals told. */
  done = 0;
  private bytes = new Uint8Array(2 * FULL);
  private view = new DataView(this.bytes.buffer);
  private at = 0;

  constructor(private readonly deflate: Deflate) {}

  /** It is time for `piece`. */
  get full(): boolean {
    return this.at >= FULL;
  }

  packet(fields: Fields): void {
    const packet = encode('TracePacket', fields);
    this.need(packet.length);
    this.bytes[this.at++] = PACKET;
    this.at = putVarint(this.bytes, this.at, packet.length);
    this.bytes.set(packet, this.at);
    this.at += packet.length;
  }

  record(record: unknown): void {
    this.packet({ gilscopeRecord: JSON.stringify(record) });
  }

  timed(time: number, packet: Encoded): void {
    this.need(packet.length);
    const { bytes, view } = this;
    const { words } = packet;
    let { at } = this;
    bytes[at++] = PACKET;
    at = putVarint(bytes, at, packet.length + 1 + varintSize(time));
    bytes[at++] = TIMESTAMP;
    at = putVarint(bytes, at, time);
    for (let i = 0; i < words.length; i++) view.setInt32(at + 4 * i, words[i]);
    this.at = at + packet.length;
  }

  private need(length: number): void {
    const needed = this.at + length + MOST_MORE;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(2 * needed);
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** What was gathered. */
  piece(): Piece {
    const packets = this.deflate(this.bytes.subarray(0, this.at));
    this.at = 0;
    return { bytes: encode('Trace', { packet: [{ compressedPackets: packets }] }), done: this.done };
  }
}
