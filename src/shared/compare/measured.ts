/** What the verdict of a comparison judges by, and sentences that several of its parts use. */
import type { CompareVariant, Spread } from '../contract/compare.ts';
import type { Summary, Verdict } from '../contract/types.ts';
import { formatPercent, formatSeconds } from '../format.ts';
import { difference, median } from './spread.ts';

export type Measured = CompareVariant & { runs: Summary[] };

/** A variant that has figures; `index`: among all. */
export type Timed = Measured & { index: number; wall_s: Spread };

/** Its workers have a GIL each. */
export const hasSeveralGils = ({ mode, start_up }: Measured): boolean =>
  mode === null ? start_up === 'processes' : mode === 'processes' || mode === 'interpreters';

/** "A: 1.02 s (1.00 s to 1.10 s in 4 runs)." */
export function wallEvidence({ name, wall_s: wall }: Timed): string {
  const { length } = wall.values;
  if (length === 1) return `${name}: ${formatSeconds(wall.median)}, one run.`;
  return `${name}: ${formatSeconds(wall.median)} (${formatSeconds(wall.min)} to ${formatSeconds(wall.max)} in ${length} runs).`;
}

/** "52 % of the time of A (50 % to 55 %)". */
export function partOf(other: Timed, fast: Timed): string {
  const { ratio, low, high } = difference(other.wall_s, fast.wall_s);
  return `${formatPercent(ratio)} of the time of ${other.name} (${formatPercent(low)} to ${formatPercent(high)})`;
}

/** The verdict of the run in the middle. */
export function ownVerdict({ runs }: Measured): Verdict | null {
  const sorted = [...runs].sort((a, b) => a.wall_s - b.wall_s);
  return sorted[Math.floor((sorted.length - 1) / 2)]?.verdict ?? null;
}

/** What most of the runs predict, in the middle; null when they do not. */
export function predictedS({ runs }: Measured): number | null {
  const predicted = runs.flatMap(({ verdict }) => verdict.predicted_s ?? []);
  return predicted.length > runs.length / 2 ? median(predicted) : null;
}
