/**
 * Frames between the socket and the session: reading must not wait for the model, or the program's agent has nowhere to put a
 * burst, and windows must not wait for either. So frames are queued as they come and handed on in slices of a few
 * milliseconds. Used by agentConnection.ts.
 */
import type { Frame } from '../shared/protocol/frames.ts';

const SLICE_MS = 8;
/** Frames handed on at once, between two looks at the clock. */
const BATCH = 16;
/** From here on the socket is not read until half of it is worked off: memory is bounded, the agent then drops and counts. */
export const FULL_BYTES = 128 << 20;

export class FrameQueue {
  private frames: Frame[] = [];
  private next = 0;
  private queuedBytes = 0;
  private scheduled = false;

  /** `handle` may throw: then what is left is thrown away and `onError` is told. */
  constructor(
    private readonly handle: (frames: Frame[]) => void,
    private readonly onError: (error: unknown) => void,
    /** Called after each slice. */
    private readonly onProgress: () => void,
  ) {}

  get bytes(): number {
    return this.queuedBytes;
  }

  get empty(): boolean {
    return this.next >= this.frames.length;
  }

  push(frames: Frame[]): void {
    for (const frame of frames) {
      this.frames.push(frame);
      this.queuedBytes += frame.payload.length;
    }
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.empty) return;
    this.scheduled = true;
    setImmediate(() => this.slice());
  }

  private slice(): void {
    this.scheduled = false;
    const until = performance.now() + SLICE_MS;
    try {
      while (!this.empty && performance.now() < until) {
        const batch = this.frames.slice(this.next, this.next + BATCH);
        this.next += batch.length;
        for (const { payload } of batch) this.queuedBytes -= payload.length;
        this.handle(batch);
      }
    } catch (error) {
      this.clear();
      this.onError(error);
    }
    this.compact();
    this.onProgress();
    this.schedule();
  }

  /** Memory of what has been handed on is let go now and then, not with each batch. */
  private compact(): void {
    if (this.empty) {
      this.frames = [];
      this.next = 0;
    } else if (this.next > 1024) {
      this.frames = this.frames.slice(this.next);
      this.next = 0;
    }
  }

  private clear(): void {
    this.frames = [];
    this.next = 0;
    this.queuedBytes = 0;
  }
}
