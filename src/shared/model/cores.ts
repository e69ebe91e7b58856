/**
 * Sampled utilization of cores and memory over a window, at most so many points. Called by timeline.ts and figures.ts.
 */
import type { CoreSeries, Ns, TimelineReply } from '../contract/types.ts';
import { NS_PER_S } from '../units.ts';
import { lowerBound } from './columns.ts';
import { valueAt, type SampleSeries } from './samples.ts';

/** Samples whose intervals cover the window: the last one before it, then every `stride`-th up to the first one after it. */
function picks(samples: SampleSeries, start: Ns, end: Ns, most: number): number[] {
  const { times } = samples;
  const at = (i: number): number => times.get(i);
  const first = Math.max(0, lowerBound(times.length, at, start) - 1);
  const last = Math.min(times.length - 1, lowerBound(times.length, at, end));
  const stride = Math.max(1, Math.ceil((last - first) / most));
  const out: number[] = [];
  for (let i = first; i < last; i += stride) out.push(i);
  if (last >= 0) out.push(last);
  return out;
}

/** Of the time between two rounds, the fractions in which a core was busy with this session and with others. */
export function coreShare(
  { times, busy, target }: SampleSeries,
  core: number,
  i: number,
  j: number,
): { target: number; others: number } {
  const seconds = (times.get(j) - times.get(i)) / NS_PER_S;
  // The two clocks differ by a tick: neither may show more than a whole core.
  const used = Math.min(1, Math.max(0, (busy[core].get(j) - busy[core].get(i)) / seconds));
  const ours = (target[core].get(j) - target[core].get(i)) / seconds;
  const share = Math.min(used, Math.max(0, ours));
  return { target: share, others: used - share };
}

/** The first point is where the first interval begins, with the values of that interval. */
export function coreSeries(samples: SampleSeries, start: Ns, end: Ns, most: number): TimelineReply['cores'] {
  const chosen = picks(samples, start, end, most - 2);
  const points = chosen.length < 2 ? 0 : chosen.length;
  const times = Float64Array.from({ length: points }, (_, p) => samples.times.get(chosen[p]));
  const series = samples.busy.map((_, core): CoreSeries => {
    const target = new Float32Array(points);
    const others = new Float32Array(points);
    for (let p = 0; p < points; p++) {
      const [i, j] = p === 0 ? [chosen[0], chosen[1]] : [chosen[p - 1], chosen[p]];
      const share = coreShare(samples, core, i, j);
      target[p] = share.target;
      others[p] = share.others;
    }
    return { core, target, others };
  });
  return { times, series };
}

/** Resident memory of the session's processes as last sampled at `t`; NaN before. */
export function rssAt(samples: SampleSeries, t: Ns): number {
  const i = lowerBound(samples.times.length, (k) => samples.times.get(k), t + 1) - 1;
  return i < 0 ? NaN : samples.rssBytes.get(i);
}

/** Seconds each core was busy in the range, and of those by this session. */
export function coreSeconds(
  samples: SampleSeries,
  start: Ns,
  end: Ns,
): { core: number; busyS: number; targetS: number }[] {
  const { times } = samples;
  return samples.busy.map((busy, core) => {
    const busyS = Math.max(0, valueAt(times, busy, end) - valueAt(times, busy, start));
    const ours = valueAt(times, samples.target[core], end) - valueAt(times, samples.target[core], start);
    return { core, busyS, targetS: Math.min(busyS, Math.max(0, ours)) };
  });
}
