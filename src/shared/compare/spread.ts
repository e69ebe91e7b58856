/** Figures over repeated runs, and how one variant's stand to another's. Pure; used by the engine's comparison and by verdict.ts. */
import type { Difference, Spread } from '../contract/compare.ts';

/** How likely it may be at most that runs of equal programs fall so cleanly apart by chance. */
const CHANCE = 0.05;

/** Of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Null when there is no value. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), values: [...values] };
}

/**
 * Whether so many runs of each could tell two variants apart at all: were they equal, one of the (n+m)!/(n!m!) orders of all runs would put
 * all of one before all of the other, either way round, by chance.
 */
export function enoughRuns(n: number, m: number): boolean {
  let orders = 1;
  for (let i = 1; i <= m; i++) orders = (orders * (n + i)) / i;
  return n > 0 && m > 0 && orders >= 2 / CHANCE;
}

/** How `b` stands to `a`. A figure that was 0 throughout has no ratio: it is NaN where both are, infinite where only `a` is. */
export function difference(a: Spread, b: Spread): Difference {
  const apart = b.min > a.max || b.max < a.min;
  return {
    ratio: b.median / a.median,
    low: b.min / a.max,
    high: b.max / a.min,
    clear: apart && enoughRuns(a.values.length, b.values.length),
  };
}
