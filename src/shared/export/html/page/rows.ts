/** The rows of a report's timeline, unpacked, at whatever coarseness the zoom wants, and what lies under a point of them. */
import type { GilStrip, ThreadIdx, ThreadLane, TimelineReply } from '../../../contract/types.ts';
import { ThreadState } from '../../../contract/types.ts';
import { lastAtOrBefore } from '../../../draw/search.ts';
import type { Range } from '../../../draw/scale.ts';
import { formatNs, formatPercent } from '../../../pageFormat.ts';
import { coarserLane, coarserStrip } from '../coarser.ts';
import type { ReportData } from '../data.ts';
import { unpackCores, unpackLane, unpackStrip, type BinLane } from '../lanes.ts';

/** CSS pixels. */
export const ROW = 24;
export const CORE_ROW = 28;

export type Row = { name: string; top: number; height: number } & (
  | { kind: 'core'; core: number }
  | { kind: 'gil'; strip: GilStrip }
  | { kind: 'thread'; thread: ThreadIdx; estimated: boolean; lane: ThreadLane }
);

export interface Rows {
  rows: readonly Row[];
  height: number;
  cores: TimelineReply['cores'];
}

/** @param top of the first row */
export function rowsOf(data: ReportData, top: number): Rows {
  let at = top;
  const rows = data.rows.map((row, i): Row => {
    const height = row.kind === 'core' ? CORE_ROW : ROW;
    const place = { name: row.name, top: at, height };
    at += height;
    if (row.kind === 'core') return { ...place, kind: 'core', core: row.core };
    if (row.kind === 'gil') return { ...place, kind: 'gil', strip: unpackStrip(row.strip, i, data.start) };
    const { thread, estimated } = row;
    return { ...place, kind: 'thread', thread, estimated, lane: unpackLane(row.lane, thread, data.start) };
  });
  return { rows, height: at, cores: unpackCores(data.cores) };
}

const lanes = new WeakMap<BinLane, Map<number, BinLane>>();
const strips = new WeakMap<GilStrip, Map<number, GilStrip>>();

function kept<K extends object, V>(cache: WeakMap<K, Map<number, V>>, key: K, size: number, make: () => V): V {
  const bySize = cache.get(key) ?? new Map<number, V>();
  cache.set(key, bySize);
  const value = bySize.get(size) ?? make();
  bySize.set(size, value);
  return value;
}

/** @param size bins to a column */
export const laneAt = (lane: ThreadLane, size: number): ThreadLane =>
  lane.form === 'raw' || size === 1 ? lane : kept(lanes, lane, size, () => coarserLane(lane, size));
export const stripAt = (strip: GilStrip, size: number): GilStrip =>
  strip.form === 'raw' || size === 1 ? strip : kept(strips, strip, size, () => coarserStrip(strip, size));

const WORDS: Readonly<Record<number, string>> = {
  [ThreadState.hold]: 'hold',
  [ThreadState.wait]: 'wait',
  [ThreadState.running]: 'released, running',
  [ThreadState.blocked]: 'released, blocked',
  [ThreadState.unknown]: 'not known',
};

/** Index of the bin, and its length as text. */
function binAt(data: ReportData, bins: number, at: number): { index: number; length: string } {
  const width = (data.end - data.start) / bins;
  return { index: Math.min(bins - 1, Math.max(0, Math.floor((at - data.start) / width))), length: formatNs(width) };
}

function laneTip(lane: ThreadLane, at: number, slack: number, data: ReportData): string[] {
  if (lane.form === 'bins') {
    const { index, length } = binAt(data, lane.hold.length, at);
    const part = (word: string, share: number) => (share > 0 ? [`${word} ${formatPercent(share)}`] : []);
    const parts = [
      ...part('hold', lane.hold[index]),
      ...part('wait', lane.wait[index]),
      ...part('running', lane.running[index]),
      ...part('blocked', lane.blocked[index]),
      ...part('not known', lane.unknown[index]),
    ];
    return [`in ${length}: ${parts.length === 0 ? 'not there' : parts.join(', ')}`];
  }
  let i = lastAtOrBefore(lane.start, at);
  // A tick may be shorter than its pixel.
  if (i + 1 < lane.start.length && lane.start[i + 1] - at <= slack && lane.state[i + 1] === ThreadState.hold) i++;
  if (i < 0 || lane.end[i] < at - slack) return ['not there'];
  const core = lane.core[i] >= 0 && lane.state[i] === ThreadState.hold ? `, core ${lane.core[i]}` : '';
  return [`${WORDS[lane.state[i]] ?? ''} ${formatNs(lane.end[i] - lane.start[i])}${core}`];
}

function stripTip(strip: GilStrip, at: number, data: ReportData): string[] {
  const nameOf = (thread: number) => data.threads[thread]?.[0] ?? 'nobody';
  if (strip.form === 'bins') {
    const { index, length } = binAt(data, strip.held.length, at);
    const held = `in ${length}: held ${formatPercent(strip.held[index])}, contended ${formatPercent(strip.contended[index])}`;
    return strip.owner[index] < 0 ? [held] : [held, `most by ${nameOf(strip.owner[index])}`];
  }
  const i = lastAtOrBefore(strip.start, at);
  if (i < 0 || strip.end[i] < at) return ['free'];
  return [`held by ${nameOf(strip.thread[i])} for ${formatNs(strip.end[i] - strip.start[i])}`];
}

function coreTip({ times, series }: TimelineReply['cores'], core: number, at: number): string[] {
  const i = lastAtOrBefore(times, at) + 1;
  const chosen = series.filter((one) => core < 0 || one.core === core);
  if (i >= times.length || chosen.length === 0) return ['not known'];
  const mean = (of: 'target' | 'others') => chosen.reduce((sum, one) => sum + one[of][i], 0) / chosen.length;
  return [`this program ${formatPercent(mean('target'))}, others ${formatPercent(mean('others'))}`];
}

/** What is told of a row at a time, in lines. @param slack nanoseconds that a pointer may be beside a tick */
export function tipOf(row: Row, at: number, slack: number, data: ReportData, cores: Rows['cores']): string[] {
  if (row.kind === 'thread') return laneTip(row.lane, at, slack, data);
  return row.kind === 'gil' ? stripTip(row.strip, at, data) : coreTip(cores, row.core, at);
}

/** The window of a lane's columns: the last group of bins may reach past the end. */
export function windowOf({ start, end, bins }: ReportData, size: number): Range {
  return { start, end: start + (Math.ceil(bins / size) * size * (end - start)) / bins };
}
