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
/** Of a tag, a length and a timestamp with its tag. */
const MOST_HEAD = 1 + 5 + 1 + 10;

function varintSize(value: number): number {
  let size = 1;
  for (; value > 127; value = Math.floor(value / 128)) size++;
  return size;
}

export class Output {
  /** Intervals told. */
  done = 0;
  private bytes = new Uint8Array(2 * FULL);
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
    this.varint(packet.length);
    this.bytes.set(packet, this.at);
    this.at += packet.length;
  }

  /** A packet that is encoded but for its time. There are millions of these. */
  timed(time: number, packet: Uint8Array): void {
    this.need(packet.length);
    this.bytes[this.at++] = PACKET;
    this.varint(packet.length + 1 + varintSize(time));
    this.bytes[this.at++] = TIMESTAMP;
    this.varint(time);
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < packet.length; i++) bytes[at++] = packet[i];
    this.at = at;
  }

  private need(length: number): void {
    const needed = this.at + length + MOST_HEAD;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(2 * needed);
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }

  private varint(value: number): void {
    for (; value > 127; value = Math.floor(value / 128)) this.bytes[this.at++] = (value % 128) | 128;
    this.bytes[this.at++] = value;
  }

  /** What was gathered. */
  piece(): Piece {
    const packets = this.deflate(this.bytes.subarray(0, this.at));
    this.at = 0;
    return { bytes: encode('Trace', { packet: [{ compressedPackets: packets }] }), done: this.done };
  }
}
