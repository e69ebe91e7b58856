/**
 * Columns of a reply as the rows recharts wants: made once for each reply, at most 500 points (the contract's bound). Pure.
 */
import type { CounterSeries, Ns, TimelineReply } from '../contract/types.ts';

/** The row that stands for all cores when they are folded. */
export const ALL_CORES = -1;

export interface CorePoint {
  t: Ns;
  target: number | null;
  others: number | null;
}
export interface CounterPoint {
  t: Ns;
  value: number | null;
}

const known = (value: number) => (Number.isNaN(value) ? null : value);

export function corePoints(cores: TimelineReply['cores'], core: number): CorePoint[] {
  const chosen = core === ALL_CORES ? cores.series : cores.series.filter((s) => s.core === core);
  if (chosen.length === 0) return [];
  const mean = (i: number, of: 'target' | 'others') => chosen.reduce((sum, s) => sum + s[of][i], 0) / chosen.length;
  return Array.from(cores.times, (t, i) => ({ t, target: known(mean(i, 'target')), others: known(mean(i, 'others')) }));
}

export const counterPoints = (series: CounterSeries): CounterPoint[] =>
  Array.from(series.times, (t, i) => ({ t, value: known(series.values[i]) }));

/** Half of the typical distance between points, in ns; 0 for fewer than two. */
export function spacing(times: Float64Array): Ns {
  return times.length < 2 ? 0 : (times[times.length - 1] - times[0]) / (times.length - 1);
}

/** Points so far apart that a slope between them would claim to know what happened there are drawn as steps. */
export const STEPS_FROM_PX = 12;
