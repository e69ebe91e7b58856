/**
 * The calls of threads that took long enough to be drawn, as columns: one for each depth, on which calls follow each other without overlap.
 * Filled by functionIngest.ts from CALLS frames, read by flame.ts.
 */
import { FLAME_LEVELS } from '../contract/functions.ts';
import type { Ns } from '../contract/types.ts';
import { CallKind, type CallBlock } from '../protocol/functionTrace.ts';
import { FIRST_CHUNK } from './columns.ts';
import { StretchColumn } from './stretches.ts';

/** Calls of one thread. */
export class TrackCalls {
  /** The outermost first; at most FLAME_LEVELS. `name` is the index of the function (sites.ts). */
  readonly levels: StretchColumn[] = [];
  /** Calls that are not here: the tracer could not send them, or there was no room at all. */
  dropped = 0;
  private heard = 0;
  /** How many are open. */
  private open = 0;

  constructor(private readonly room: CallRoom) {
    room.tracks.push(this);
  }

  /** @param functions of each record the index of its function */
  apply(block: CallBlock, functions: Uint32Array): void {
    this.dropped += Math.max(0, block.dropped - this.heard);
    this.heard = Math.max(this.heard, block.dropped);
    for (let i = 0; i < block.count; i++) {
      const time = block.times[i];
      const depth = block.depths[i];
      const length = block.lengths[i];
      switch (block.kinds[i]) {
        case CallKind.call:
          this.begin(depth, time - length, length, functions[i])?.end(time, false);
          break;
        case CallKind.open:
          if (this.begin(depth, time - length, OPEN, functions[i]) !== null) this.open++;
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

  /** The level on which the call has begun; null where it is left out: too deep, too short, no room, or another is open there. */
  private begin(depth: number, start: Ns, length: number, fn: number): StretchColumn | null {
    if (depth >= FLAME_LEVELS || this.levels[depth]?.open) return null;
    const fresh = Math.max(0, depth + 1 - this.levels.length);
    if (!this.room.take(length, fresh)) {
      if (length >= this.room.leastNs) this.dropped++;
      return null;
    }
    while (this.levels.length <= depth) this.levels.push(new StretchColumn());
    const level = this.levels[depth];
    // Columns are in the order of time, whatever a broken peer says.
    const free = level.length === 0 ? 0 : level.endOf(level.length - 1, 0);
    level.begin(Math.max(start, free), fn);
    return level;
  }

  /** A whole call as it was; `cut`: its end is not known. Those of one depth in the order of time. */
  restore(depth: number, start: Ns, end: Ns, fn: number, cut: boolean): void {
    this.begin(depth, start, end - start, fn)?.end(end, cut);
  }

  private close(depth: number, ns: Ns): void {
    const level = this.levels[depth];
    if (!level?.open) return;
    // What it called cannot outlast it; a peer that says so forgot to tell their ends.
    if (this.open > 1) this.forget(ns, depth + 1);
    this.end(level, ns, false);
  }

  private end(level: StretchColumn, ns: Ns, cut: boolean): void {
    level.end(ns, cut);
    this.open--;
    const last = level.length - 1;
    this.room.ended(level.endOf(last, ns) - level.start(last));
  }

  /** What is open from `depth` on ends here, as far as is known. */
  forget(ns: Ns, depth = 0): void {
    for (let i = depth; this.open > 0 && i < this.levels.length; i++) {
      if (this.levels[i].open) this.end(this.levels[i], ns, true);
    }
  }

  /** Leaves out shorter calls; returns how many stay. */
  thin(leastNs: number): number {
    this.levels.forEach((level, i) => (this.levels[i] = level.thinned(leastNs)));
    return this.levels.reduce((sum, { length }) => sum + length, 0);
  }
}

/** Of a call that has not ended. */
const OPEN = Infinity;

/** How many calls a session may keep in memory, 20 bytes each: 160 MB. */
const MOST_CALLS = 8_000_000;
/** Lengths are counted in quarters of an octave. */
const STEPS = 4;

/** What the threads of a session share. When it is full the shorter half of all calls is given up, and as short ones are not taken in any more. */
export class CallRoom {
  readonly tracks: TrackCalls[] = [];
  /** Shorter calls are not kept; their sums are (tallies.ts). */
  leastNs = 0;
  private kept = 0;
  private levels = 0;
  /** Of those kept, how many are of each length (stepOf). */
  private readonly lengths = new Float64Array(64 * STEPS + 1);

  constructor(private readonly most = MOST_CALLS) {}

  /** Room for a call; @param fresh levels that it needs besides */
  take(length: number, fresh: number): boolean {
    if (length < this.leastNs) return false;
    if (this.kept + this.levels * FIRST_CHUNK >= this.most) this.thin();
    if (length < this.leastNs || this.kept + (this.levels + fresh) * FIRST_CHUNK >= this.most) return false;
    this.kept++;
    this.levels += fresh;
    this.lengths[stepOf(length)]++;
    return true;
  }

  /** A call that was open. */
  ended(length: number): void {
    this.lengths[stepOf(OPEN)]--;
    this.lengths[stepOf(length)]++;
  }

  private thin(): void {
    let least = 0;
    let left = this.kept;
    while (left > this.most / 2 && least < this.lengths.length - 1) left -= this.lengths[least++];
    const leastNs = 2 ** (least / STEPS);
    if (left === this.kept || leastNs <= this.leastNs) return;
    this.leastNs = leastNs;
    this.lengths.fill(0, 0, least);
    this.kept = this.tracks.reduce((sum, track) => sum + track.thin(leastNs), 0);
  }
}

/** The first step whose calls are all at least 2^(step / STEPS) ns long. */
const stepOf = (length: number): number =>
  length < 1 ? 0 : Math.min(64 * STEPS, Math.floor(Math.log2(length) * STEPS));
