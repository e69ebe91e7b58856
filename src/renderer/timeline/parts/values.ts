/** Sampled values in words, for tooltips and labels of core and counter rows. Pure. */
import type { Ns, TimelineReply } from '../../../shared/contract/types.ts';
import { formatBytes, formatPercent, threeFigures } from '../../lib/format.ts';
import { ALL_CORES } from '../../../shared/draw/chartData.ts';
import type { CounterName, Row } from '../model/rows.ts';
import { lastAtOrBefore } from '../../../shared/draw/search.ts';
import { COUNTER_TITLES } from './names.ts';

export function formatCounter(counter: CounterName, value: number): string {
  if (counter === 'rssBytes') return formatBytes(value);
  return counter === 'switchesPerS' ? `${threeFigures(value)} /s` : String(Number(value.toFixed(2)));
}

export interface Told {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The core's sample whose interval holds `at`: samples speak for the time that ends with them. */
function coreAt(cores: TimelineReply['cores'], core: number, at: Ns): Told | null {
  const index = lastAtOrBefore(cores.times, at) + 1;
  if (index < 1 || index >= cores.times.length) return null;
  const chosen = core === ALL_CORES ? cores.series : cores.series.filter((s) => s.core === core);
  const known = chosen.filter((s) => !Number.isNaN(s.target[index]) && !Number.isNaN(s.others[index]));
  if (known.length === 0) return null;
  const target = known.reduce((sum, s) => sum + s.target[index], 0) / known.length;
  const others = known.reduce((sum, s) => sum + s.others[index], 0) / known.length;
  const idle = Math.max(0, 1 - target - others);
  return {
    title: `${core === ALL_CORES ? 'All cores' : `Core ${core}`} ${formatPercent(target + others)} busy`,
    lines: [`this program ${formatPercent(target)}`, `others ${formatPercent(others)} · idle ${formatPercent(idle)}`],
  };
}

function counterAt(reply: TimelineReply, counter: CounterName, at: Ns): Told | null {
  const series = reply.counters[counter];
  const index = Math.min(lastAtOrBefore(series.times, at) + 1, series.times.length - 1);
  const value = index < 0 ? NaN : series.values[index];
  return Number.isNaN(value)
    ? null
    : { title: `${COUNTER_TITLES[counter]}: ${formatCounter(counter, value)}`, lines: [] };
}

export function valuesAt(reply: TimelineReply, row: Row, at: Ns): Told | null {
  if (row.kind === 'core') return coreAt(reply.cores, row.core, at);
  return row.kind === 'counter' ? counterAt(reply, row.counter, at) : null;
}
