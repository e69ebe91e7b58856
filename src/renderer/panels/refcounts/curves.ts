/**
 * Curves of several watches as the one table of rows recharts wants: every moment at which one of them changes, or equal stretches where
 * there are too many of those. Pure.
 */
import type { Ns } from '../../../shared/contract/types.ts';
import type { WatchAnswer, WatchIdx, WatchSeries } from '../../../shared/contract/watches.ts';

/** More only cost; what is between is in the band from least to most. */
export const MOST_ROWS = 500;
/** Several counts so far apart are shown on a logarithmic axis: on the other the small ones would all be 0. */
const LOG_FROM = 50;

export interface CurveRow {
  t: Ns;
  /** For each watch, by its index: what holds from here on; null: no count. */
  last: Record<WatchIdx, number | null>;
  /** Least and most until the next row, where they differ. */
  band: Record<WatchIdx, [number, number] | null>;
}

/** The point in force at a time; -1 before the first. */
function pointAt(series: WatchSeries, t: Ns): number {
  let [low, high] = [0, series.times.length];
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (series.times[mid] <= t) low = mid + 1;
    else high = mid;
  }
  return low - 1;
}

function timesOf(watches: readonly WatchAnswer[], start: Ns, end: Ns): Ns[] {
  const every = new Set<Ns>();
  for (const { series } of watches) {
    for (const t of series.times) every.add(t);
    if (series.times.length > 0) every.add(series.until);
  }
  if (every.size <= MOST_ROWS) return [...every].sort((a, b) => a - b);
  const first = Math.max(start, Math.min(...every));
  const last = Math.min(end, Math.max(...every));
  return Array.from({ length: MOST_ROWS }, (_, k) => first + ((last - first) * k) / (MOST_ROWS - 1));
}

function valueAt({ series }: WatchAnswer, t: Ns, next: Ns): { last: number | null; band: [number, number] | null } {
  const from = pointAt(series, t);
  if (from < 0 || t > series.until) return { last: null, band: null };
  const to = Math.max(from, pointAt(series, next - 1e-3));
  let [min, max] = [Infinity, -Infinity];
  for (let i = from; i <= to; i++) {
    if (series.min[i] < min) min = series.min[i];
    if (series.max[i] > max) max = series.max[i];
  }
  const last = series.last[to];
  return { last: Number.isNaN(last) ? null : last, band: min < max ? [min, max] : null };
}

export function curveRows(watches: readonly WatchAnswer[], start: Ns, end: Ns): CurveRow[] {
  const times = timesOf(watches, start, end);
  return times.map((t, k) => {
    const row: CurveRow = { t, last: {}, band: {} };
    for (const watch of watches) {
      const { last, band } = valueAt(watch, t, times[k + 1] ?? t);
      row.last[watch.watch] = last;
      row.band[watch.watch] = band;
    }
    return row;
  });
}

export interface Scale {
  log: boolean;
  domain: [number, number];
}

/** Of all counts in view. */
export function scaleOf(watches: readonly WatchAnswer[]): Scale {
  let [least, most] = [Infinity, 0];
  for (const { series } of watches) {
    for (const value of series.min) if (value < least) least = value;
    for (const value of series.max) if (value > most) most = value;
  }
  if (most === 0) return { log: false, domain: [0, 1] };
  const log = watches.length > 1 && least >= 1 && most / least >= LOG_FROM;
  // Room for the line's own width.
  return { log, domain: log ? [least / 1.4, most * 1.4] : [0, Math.max(2, Math.ceil(most * 1.08))] };
}

/** Whether there is a band to be drawn for a watch. */
export const hasBand = (rows: readonly CurveRow[], watch: WatchIdx): boolean =>
  rows.some(({ band }) => band[watch] !== null);

/** Lines are told apart by more than their colour. */
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 4', '12 4'];
export const dashOf = (watch: WatchIdx): string => DASHES[watch % DASHES.length];

/** The value of a watch at a time, as the chart shows it. */
export function readAt(rows: readonly CurveRow[], t: Ns): CurveRow | null {
  let found: CurveRow | null = null;
  for (const row of rows) {
    if (row.t > t) break;
    found = row;
  }
  return found;
}
