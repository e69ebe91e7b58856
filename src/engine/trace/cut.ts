/** A file as it comes, in chunks, cut into lines or packets: of traceFile.ts. What is left at the end was cut short. */
import { TraceError } from '../../shared/import/errors.ts';

/** No line and no packet of gilscope's is as long. */
const MAX_PIECE = 64 << 20;
const NEWLINE = 0x0a;
/** Tag of the packets of a perfetto trace: field 1, with a length. */
const PACKET = 0x0a;

export interface Cut {
  /** The pieces that are whole now. Throws TraceError for what is too long, or none. */
  push: (chunk: Uint8Array) => Iterable<Uint8Array>;
}

/** What has come and is not whole; grows by doubling, so that a long piece is not copied for every chunk. */
class Rest {
  private buffer = new Uint8Array(0);
  length = 0;

  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  add(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > MAX_PIECE) throw new TraceError('a part of it is longer than gilscope writes any');
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(2 * needed);
      grown.set(this.bytes);
      this.buffer = grown;
    }
    this.buffer.set(chunk, this.length);
    this.length = needed;
  }

  clear(): void {
    this.length = 0;
  }
}

export class Lines implements Cut {
  private readonly rest = new Rest();

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, at);
      from = at + 1;
      if (this.rest.length === 0) yield piece;
      else {
        this.rest.add(piece);
        const line = this.rest.bytes.slice();
        this.rest.clear();
        yield line;
      }
    }
    this.rest.add(chunk.subarray(from));
  }
}

export class Packets implements Cut {
  private readonly rest = new Rest();

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    this.rest.add(chunk);
    const bytes = this.rest.bytes.slice();
    let at = 0;
    for (let next = packetAt(bytes, at); next !== null; next = packetAt(bytes, at)) {
      yield bytes.subarray(next.from, next.to);
      at = next.to;
    }
    this.rest.clear();
    this.rest.add(bytes.subarray(at));
  }
}

/** Null: it is not whole yet. */
function packetAt(bytes: Uint8Array, at: number): { from: number; to: number } | null {
  if (at >= bytes.length) return null;
  if (bytes[at] !== PACKET) throw new TraceError('what should be a packet is none');
  let length = 0;
  let from = at + 1;
  for (let scale = 1; ; scale *= 128) {
    if (from >= bytes.length) return null;
    const byte = bytes[from++];
    length += (byte & 127) * scale;
    if (length > MAX_PIECE) throw new TraceError('a packet is longer than gilscope writes any');
    if (byte < 128) break;
    if (scale > MAX_PIECE) throw new TraceError('the length of a packet is damaged');
  }
  return from + length > bytes.length ? null : { from, to: from + length };
}
