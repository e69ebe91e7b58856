/**
 * How the state of a thread over an interval is packed into the words of a SpanColumn, and what is summed over it.
 * Written by builder.ts and released.ts, read by every query.
 */
import { IntervalFlag, ThreadState } from '../contract/types.ts';

export const NO_GIL = 0xffff;
/** No core known; or, of a released interval, no CPU fraction. */
export const NOT_KNOWN = 0xffff;
const FRACTION_STEPS = 0xfffe;

/** Index of each sum; 0 to 5 are nanoseconds by ThreadState. */
export const Sum = {
  ...ThreadState,
  holds: 6,
  waits: 7,
  preempted: 8,
  voluntary: 9,
  /** Nanoseconds of released intervals that were waits for a lock. */
  lock: 10,
} as const;
export const SUM_WIDTH = 11;

/** `extra`: the core of a hold or wait, or the fraction of a released interval. */
export const packState = (state: number, flags: number, extra: number): number => state | (flags << 3) | (extra << 16);
export const stateOf = (meta: number): ThreadState => (meta & 7) as ThreadState;
export const flagsOf = (meta: number): number => (meta >>> 3) & 127;
export const extraOf = (meta: number): number => meta >>> 16;
export const withFlags = (meta: number, flags: number): number => meta | (flags << 3);

export const fractionCode = (fraction: number): number =>
  Math.round(Math.min(Math.max(fraction, 0), 1) * FRACTION_STEPS);

const isReleased = (state: number): boolean => state === ThreadState.running || state === ThreadState.blocked;

/** Core of a hold or wait; -1 when not known. */
export function coreOf(meta: number): number {
  const extra = extraOf(meta);
  return extra === NOT_KNOWN || isReleased(meta & 7) ? -1 : extra;
}

/** Fraction of a released interval on CPU; null when not measured. */
export function fractionOf(meta: number): number | null {
  const extra = extraOf(meta);
  return extra === NOT_KNOWN || !isReleased(meta & 7) ? null : extra / FRACTION_STEPS;
}

export function weighState(sums: Float64Array, meta: number, ns: number): void {
  const state = meta & 7;
  sums[state] += ns;
  if (state === ThreadState.hold) {
    const flags = flagsOf(meta);
    sums[Sum.holds]++;
    if (flags & IntervalFlag.preempted) sums[Sum.preempted]++;
    else if (flags & IntervalFlag.voluntary) sums[Sum.voluntary]++;
  } else if (state === ThreadState.wait) {
    sums[Sum.waits]++;
  } else if (flagsOf(meta) & IntervalFlag.lock) {
    sums[Sum.lock] += ns;
  }
}
