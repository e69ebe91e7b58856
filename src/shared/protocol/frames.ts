/**
 * Frames: how bytes of a socket or a session file become messages. docs/protocol.md, "Frame".
 * Used by the engine (sockets, session files), by SessionModel and by the tests of every side.
 */

/** Version of the protocol that HELLO must name. */
export const PROTOCOL = 1;
/** No payload is larger; a peer that announces one is broken or hostile. */
export const MAX_PAYLOAD = 1 << 20;
export const FRAME_HEAD = 8;

export const FrameKind = {
  hello: 1,
  events: 2,
  watermark: 3,
  thread: 4,
  gil: 5,
  counter: 6,
  state: 7,
  log: 8,
  goodbye: 9,
  reply: 10,
  child: 11,
  site: 12,
  watch: 13,
  refcount: 14,
  mark: 15,
  look: 16,
  calls: 17,
  tally: 18,
  command: 64,
  session: 128,
  process: 129,
  sample: 130,
  terminal: 131,
  end: 132,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export interface Frame {
  /** A value of FrameKind, or a kind this reader does not know (to be skipped). */
  kind: number;
  /** 0 on the wire; in a file the index of the process in the session. */
  stream: number;
  payload: Uint8Array;
}

/** The peer, or the file, does not speak the protocol. `message` is a plain reason, safe to show. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

/** One frame as bytes, ready to be written. */
export function encodeFrame(kind: number, payload: Uint8Array, stream = 0): Uint8Array {
  if (payload.length > MAX_PAYLOAD) throw new ProtocolError(`a payload of ${payload.length} bytes is too large`);
  const out = new Uint8Array(FRAME_HEAD + payload.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, payload.length, true);
  view.setUint8(4, kind);
  view.setUint16(6, stream, true);
  out.set(payload, FRAME_HEAD);
  return out;
}

/**
 * Cuts a stream of bytes into frames, however it was chunked. Payloads are copies, the caller's chunk may be reused.
 * Holds at most one unfinished frame: MAX_PAYLOAD + FRAME_HEAD bytes. After it has thrown, it refuses everything.
 */
export class FrameReader {
  private head = new Uint8Array(FRAME_HEAD);
  private headFill = 0;
  private payload: Uint8Array | null = null;
  private payloadFill = 0;
  private failure: ProtocolError | null = null;

  /** Bytes of a frame that has begun and is not complete: non-zero at the end of a stream means it was cut short. */
  get pendingBytes(): number {
    return this.headFill + this.payloadFill;
  }

  push(chunk: Uint8Array): Frame[] {
    if (this.failure) throw this.failure;
    const frames: Frame[] = [];
    let at = 0;
    while (at < chunk.length) {
      at = this.payload === null ? this.fillHead(chunk, at) : this.fillPayload(chunk, at);
      const frame = this.take();
      if (frame) frames.push(frame);
    }
    return frames;
  }

  private fillHead(chunk: Uint8Array, at: number): number {
    const n = Math.min(FRAME_HEAD - this.headFill, chunk.length - at);
    this.head.set(chunk.subarray(at, at + n), this.headFill);
    this.headFill += n;
    if (this.headFill === FRAME_HEAD) this.payload = this.allocate();
    return at + n;
  }

  private allocate(): Uint8Array {
    const length = new DataView(this.head.buffer).getUint32(0, true);
    if (length > MAX_PAYLOAD) this.fail(`a frame announces ${length} bytes; at most ${MAX_PAYLOAD} are allowed`);
    if (this.head[4] === 0) this.fail('a frame has kind 0');
    if (this.head[5] !== 0) this.fail('a reserved byte of a frame is not 0');
    return new Uint8Array(length);
  }

  private fail(reason: string): never {
    this.failure = new ProtocolError(reason);
    throw this.failure;
  }

  private fillPayload(chunk: Uint8Array, at: number): number {
    const payload = this.payload!;
    const n = Math.min(payload.length - this.payloadFill, chunk.length - at);
    payload.set(chunk.subarray(at, at + n), this.payloadFill);
    this.payloadFill += n;
    return at + n;
  }

  private take(): Frame | null {
    const payload = this.payload;
    if (payload === null || this.payloadFill < payload.length) return null;
    this.payload = null;
    this.payloadFill = 0;
    this.headFill = 0;
    return { kind: this.head[4], stream: this.head[6] | (this.head[7] << 8), payload };
  }
}
