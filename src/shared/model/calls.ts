/**
 * The calls of threads that took long enough to be drawn, as columns: one for each depth, on which calls follow each other without overlap.
 * Filled by ingest.ts from CALLS frames, read by flame.ts.
 */
import { FLAME_LEVELS } from '../contract/functions.ts';
import type { Ns } from '../contract/types.ts';
import { CallKind, type CallBlock } from '../protocol/functionTrace.ts';
import { StretchColumn } from './stretches.ts';

/** Calls of one thread. */
export class TrackCalls {
  /** The outermost first; at most FLAME_LEVELS. `name` is the index of the function (sites.ts). */
  readonly levels: StretchColumn[] = [];
  /** Calls that are not here: the tracer could not send them, or there was no room. */
  dropped = 0;
  private heard = 0;
  /** How many are open. */
  private open = 0;

  constructor(private readonly room: CallRoom) {}

  /** @param functions of each record the index of its function */
  apply(block: CallBlock, functions: Uint32Array): void {
    this.dropped += Math.max(0, block.dropped - this.heard);
    this.heard = Math.max(this.heard, block.dropped);
    for (let i = 0; i < block.count; i++) {
      const time = block.times[i];
      const depth = block.depths[i];
      switch (block.kinds[i]) {
        case CallKind.call: {
          const level = this.begin(depth, time - block.lengths[i], functions[i]);
          level?.end(time, false);
          break;
        }
        case CallKind.open:
          if (this.begin(depth, time - block.lengths[i], functions[i]) !== null) this.open++;
          break;
        case CallKind.close:
          this.close(depth, time);
          break;
        case CallKind.forget:
          this.forget(time);
          break;
      }
    }
  }

  /** The level on which the call has begun; null where it is left out: too deep, no room, or another is open there. */
  private begin(depth: number, start: Ns, fn: number): StretchColumn | null {
    if (depth >= FLAME_LEVELS || this.levels[depth]?.open) return null;
    if (!this.room.take()) {
      this.dropped++;
      return null;
    }
    while (this.levels.length <= depth) this.levels.push(new StretchColumn());
    const level = this.levels[depth];
    // Columns are in the order of time, whatever a broken peer says.
    const free = level.length === 0 ? 0 : level.endOf(level.length - 1, 0);
    level.begin(Math.max(start, free), fn);
    return level;
  }

  private close(depth: number, ns: Ns): void {
    const level = this.levels[depth];
    if (!level?.open) return;
    // What it called cannot outlast it; a peer that says so forgot to tell their ends.
    if (this.open > 1) this.forget(ns, depth + 1);
    level.end(ns, false);
    this.open--;
  }

  /** What is open from `depth` on ends here, as far as is known. */
  forget(ns: Ns, depth = 0): void {
    for (let i = depth; this.open > 0 && i < this.levels.length; i++) {
      const level = this.levels[i];
      if (!level.open) continue;
      level.end(ns, true);
      this.open--;
    }
  }
}

/** How many calls a session may keep in memory, 20 bytes each: 160 MB. Those beyond are counted as dropped; their sums are kept. */
const MOST_CALLS = 8_000_000;

export class CallRoom {
  private left: number;

  constructor(most = MOST_CALLS) {
    this.left = most;
  }

  take(): boolean {
    if (this.left === 0) return false;
    this.left--;
    return true;
  }
}
