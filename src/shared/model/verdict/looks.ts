/**
 * What threads did at the same moments, many of them, spread over a range: sums by thread cannot tell what happened at once.
 * Bounded, however long the recording; a part of the time seen in this way is within two hundredths of the true one.
 */
import { IntervalFlag, ThreadState, type ThreadIdx } from '../../contract/types.ts';
import { NS_PER_MS } from '../../units.ts';
import type { FullRange } from '../figures.ts';
import { flagsOf, fractionOf, stateOf } from '../states.ts';
import type { Store } from '../store.ts';
import type { ThreadTraits } from '../traits.ts';

export const LOOKS = 1000;
/** The threads that do most; beside so many the rest changes no verdict. */
const MOST_LANES = 64;
/** Released, on a core for this part: native code ... */
const NATIVE_FRACTION = 0.25;
/** ... or with so much CPU in one piece, for a machine that is short of cores: no mere waiting takes as much, but for a very long one. */
const NATIVE_NS = NS_PER_MS;
const NATIVE_LEAST = 0.01;
/** Moments at equal distances would meet a program's own period again and again. */
const GOLDEN = 0.6180339887498949;

export const Doing = { none: 0, hold: 1, wait: 2, native: 3, blocked: 4, lock: 5 } as const;
export type Doing = (typeof Doing)[keyof typeof Doing];

export interface Lane {
  thread: ThreadIdx;
  /** At each look what it did ... */
  did: Uint8Array;
  /** ... and in which of its rows that is; -1: none. */
  row: Int32Array;
}

export interface Looks {
  /** How many looks; 0 for an empty range. */
  count: number;
  lanes: Lane[];
}

/** Released time of which this part was on CPU counts as native code, though it be called blocked. */
export function isNativePart(fraction: number, ns: number, measured: boolean): boolean {
  return fraction >= NATIVE_FRACTION || (measured && fraction >= NATIVE_LEAST && fraction * ns >= NATIVE_NS);
}

function isNative(meta: number, ns: number): boolean {
  if (stateOf(meta) === ThreadState.running) return true;
  return isNativePart(fractionOf(meta) ?? 0, ns, (flagsOf(meta) & IntervalFlag.sampled) === 0);
}

function doingOf(meta: number, ns: number): Doing {
  const state = stateOf(meta);
  if (state === ThreadState.hold) return Doing.hold;
  if (state === ThreadState.wait) return Doing.wait;
  if (state !== ThreadState.running && state !== ThreadState.blocked) return Doing.none;
  if (flagsOf(meta) & IntervalFlag.lock) return Doing.lock;
  return isNative(meta, ns) ? Doing.native : Doing.blocked;
}

function laneOf(store: Store, thread: ThreadIdx, times: Float64Array): Lane {
  const { rows } = store.tracks[thread];
  const did = new Uint8Array(times.length);
  const row = new Int32Array(times.length).fill(-1);
  let at = 0;
  for (let i = 0; i < times.length; i++) {
    const t = times[i];
    at = rows.lowerBound(t, at);
    if (at >= rows.length || rows.start(at) > t) at--;
    if (at < 0) at = 0;
    else if (t <= rows.end(at)) {
      did[i] = doingOf(rows.meta(at), rows.end(at) - rows.start(at));
      row[i] = at;
    }
  }
  return { thread, did, row };
}

export function looksOf(store: Store, range: FullRange, threads: ThreadTraits[]): Looks {
  const length = range.end - range.start;
  const count = length > 0 ? LOOKS : 0;
  const times = Float64Array.from(
    { length: count },
    (_, i) => range.start + ((i + ((i * GOLDEN) % 1)) / count) * length,
  );
  const most = threads
    .map((t) => ({ thread: t.idx, doesS: t.holdS + t.waitS + t.runningS + (t.lockS ?? 0) }))
    .sort((a, b) => b.doesS - a.doesS)
    .slice(0, MOST_LANES);
  return { count, lanes: most.map(({ thread }) => laneOf(store, thread, times)) };
}

/** In how many looks the lane did this. */
export function seen({ did }: Lane, what: Doing): number {
  let n = 0;
  for (const one of did) if (one === what) n++;
  return n;
}

/** In how many looks it was there at all. */
export const seenAlive = (lane: Lane): number => lane.did.length - seen(lane, Doing.none);
