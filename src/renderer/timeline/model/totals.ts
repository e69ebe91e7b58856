/**
 * The live totals of the label column for the visible range, from the data that is drawn. Pure. Single intervals are clipped to
 * the range exactly; of bins that straddle an end of the range the part inside counts (below a pixel).
 */
import {
  ThreadState,
  type GilStrip,
  type Ns,
  type ThreadLane,
  type TimelineReply,
} from '../../../shared/contract/types.ts';
import { lastAtOrBefore } from '../../../shared/draw/search.ts';

interface Window {
  readonly start: Ns;
  readonly end: Ns;
}

/** Index of the first interval that may reach into the range. */
const firstIn = (starts: Float64Array, from: Ns) => Math.max(0, lastAtOrBefore(starts, from));

const clip = (start: Ns, end: Ns, range: Window) =>
  Math.max(0, Math.min(end, range.end) - Math.max(start, range.start));

/** Sum over the bins of fraction × the part of the bin inside the range, in ns. */
function sumBins(fractions: Float32Array, window: Window, range: Window): Ns {
  const width = (window.end - window.start) / fractions.length;
  const from = Math.max(0, Math.floor((range.start - window.start) / width));
  const until = Math.min(fractions.length, Math.ceil((range.end - window.start) / width));
  let sum = 0;
  for (let i = from; i < until; i++) {
    const fraction = fractions[i];
    if (fraction > 0) sum += fraction * clip(window.start + i * width, window.start + (i + 1) * width, range);
  }
  return sum;
}

export interface LaneTotals {
  readonly hold: Ns;
  readonly wait: Ns;
}

export function laneTotals(lane: ThreadLane, window: Window, range: Window): LaneTotals {
  if (lane.form === 'bins') {
    return { hold: sumBins(lane.hold, window, range), wait: sumBins(lane.wait, window, range) };
  }
  let hold = 0;
  let wait = 0;
  for (let i = firstIn(lane.start, range.start); i < lane.start.length && lane.start[i] < range.end; i++) {
    const part = clip(lane.start[i], lane.end[i], range);
    if (lane.state[i] === ThreadState.hold) hold += part;
    else if (lane.state[i] === ThreadState.wait) wait += part;
  }
  return { hold, wait };
}

export interface GilTotals {
  /** Fraction of the range in which the GIL was held. */
  readonly held: number;
  /** Changes of holder; null when only bins are known. */
  readonly switches: number | null;
}

/** @param range should already be cut to what was recorded, so that what is yet to come does not count as free */
export function gilTotals(strip: GilStrip, window: Window, range: Window): GilTotals {
  const length = Math.max(1, range.end - range.start);
  if (strip.form === 'bins') return { held: sumBins(strip.held, window, range) / length, switches: null };
  let held = 0;
  let switches = 0;
  for (let i = firstIn(strip.start, range.start); i < strip.start.length && strip.start[i] < range.end; i++) {
    held += clip(strip.start[i], strip.end[i], range);
    if (i > 0 && strip.thread[i] !== strip.thread[i - 1] && strip.start[i] >= range.start) switches++;
  }
  return { held: held / length, switches };
}

export interface CoreTotals {
  readonly busy: number;
  readonly target: number;
}

/** Time-weighted mean over the range; a sample speaks for the time since the one before. Null without a sample. */
export function coreTotals(cores: TimelineReply['cores'], which: number | 'all', range: Window): CoreTotals | null {
  const chosen = which === 'all' ? cores.series : cores.series.filter((s) => s.core === which);
  let weight = 0;
  let target = 0;
  let others = 0;
  for (let i = 1; i < cores.times.length; i++) {
    const part = clip(cores.times[i - 1], cores.times[i], range);
    if (part <= 0) continue;
    for (const series of chosen) {
      const [t, o] = [series.target[i], series.others[i]];
      if (Number.isNaN(t) || Number.isNaN(o)) continue;
      weight += part;
      target += t * part;
      others += o * part;
    }
  }
  return weight > 0 ? { busy: (target + others) / weight, target: target / weight } : null;
}

/** The last known value in the range and the greatest. */
export function counterTotals(
  counter: { times: Float64Array; values: Float32Array },
  range: Window,
): { last: number; max: number } | null {
  let last = NaN;
  let max = -Infinity;
  for (let i = 0; i < counter.times.length; i++) {
    const at = counter.times[i];
    const value = counter.values[i];
    if (at < range.start || at > range.end || Number.isNaN(value)) continue;
    last = value;
    if (value > max) max = value;
  }
  return max > -Infinity ? { last, max } : null;
}
