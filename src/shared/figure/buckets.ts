/** A log-spaced histogram cut to what holds something, with its axis. Pure. */
import type { Histogram } from '../contract/types.ts';
import { formatNs } from '../pageFormat.ts';

export interface Bucket {
  low: number;
  high: number;
  /** Holds that ended voluntarily, and those pre-empted. */
  voluntary: number;
  preempted: number;
  waits: number;
}

export type Kind = 'holds' | 'waits';
export const totalOf = (b: Bucket, kind: Kind): number => (kind === 'waits' ? b.waits : b.voluntary + b.preempted);

/** Fewer bars than this look like an accident. */
const LEAST_BUCKETS = 10;

export function bucketsOf({ edges, holds, holdsPreempted, waits }: Histogram, kind: Kind): Bucket[] {
  const all = holds.map((n, i) => ({
    low: edges[i],
    high: edges[i + 1] ?? Infinity,
    voluntary: n - (holdsPreempted[i] ?? 0),
    preempted: holdsPreempted[i] ?? 0,
    waits: waits[i] ?? 0,
  }));
  let from = all.findIndex((b) => totalOf(b, kind) > 0);
  if (from < 0) return [];
  let until = all.findLastIndex((b) => totalOf(b, kind) > 0) + 1;
  while (until - from < LEAST_BUCKETS && (from > 0 || until < all.length)) {
    if (from > 0) from--;
    if (until - from < LEAST_BUCKETS && until < all.length) until++;
  }
  return all.slice(from, until);
}

/** "1 µs", "100 ms": a decade without decimals. */
export const decadeLabel = (ns: number): string =>
  formatNs(ns)
    .replace('.00', '')
    .replace(/\.0(?=\D)/, '');

/** Indices of the buckets whose lower edge is a decade, thinned until they are at most `most`. */
export function decadeTicks(buckets: readonly Bucket[], most: number): number[] {
  const decades = buckets.flatMap((b, i) => {
    const exponent = Math.log10(b.low);
    return b.low > 0 && Math.abs(exponent - Math.round(exponent)) < 1e-6 ? [i] : [];
  });
  const step = Math.max(1, Math.ceil(decades.length / most));
  return decades.filter((_, i) => i % step === 0);
}
