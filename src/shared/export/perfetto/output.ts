/**
 * Where packets of a trace are gathered, and from where they leave as pieces of the file: some 10,000 packets at a time in one
 * `compressed_packets`, which every reader of the format unpacks. Used by perfetto.ts and slices.ts.
 */
import { create, toBinary, type MessageInitShape, type DescMessage } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Piece } from '../types.ts';
import { descriptor, numberOf, type MessageName } from './schema.ts';

/** zlib's format; the writers are pure, so who calls them brings it along. */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

const tag = (number: number, type: WireType): number => (number << 3) | type;
const PACKET = tag(numberOf('Trace', 'packet'), WireType.LengthDelimited);
const COMPRESSED = tag(numberOf('TracePacket', 'compressed_packets'), WireType.LengthDelimited);
const PACKETS_IN_A_PIECE = 10_000;

export type Fields = MessageInitShape<DescMessage>;

export const encode = (name: MessageName, fields: Fields): Uint8Array => {
  const message = descriptor(name);
  return toBinary(message, create(message, fields));
};

export class Output {
  readonly writer = new BinaryWriter();
  private packets = 0;
  /** Intervals told. */
  done = 0;

  constructor(private readonly deflate: Deflate) {}

  get full(): boolean {
    return this.packets >= PACKETS_IN_A_PIECE;
  }

  /** Begins a packet in the writer; `join` it there. */
  begin(): BinaryWriter {
    this.packets++;
    return this.writer.uint32(PACKET).fork();
  }

  packet(fields: Fields): void {
    this.packets++;
    this.writer.uint32(PACKET).bytes(encode('TracePacket', fields));
  }

  /** What was gathered. */
  piece(): Piece {
    this.packets = 0;
    const compressed = this.deflate(this.writer.finish());
    const bytes = new BinaryWriter().uint32(PACKET).fork().uint32(COMPRESSED).bytes(compressed).join().finish();
    return { bytes, done: this.done };
  }
}
