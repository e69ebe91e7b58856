/**
 * Marks in answers: the lanes of a window, bounded by its pixels, and the sums of a range by name. Pure functions over marks.ts;
 * called by timeline.ts and summary.ts.
 */
import {
  MARK_LEVELS,
  type MarkInstants,
  type MarkLane,
  type MarkLevel,
  type SummaryMark,
  type SummaryMarks,
} from '../contract/marks.ts';
import type { Ns } from '../contract/types.ts';
import { toSeconds } from '../units.ts';
import { edgeOf, type Bins } from './bins.ts';
import { lowerBound } from './columns.ts';
import type { FullRange } from './figures.ts';
import { MarkTotals, type MarkSums } from './marks.ts';
import type { RegionColumn, TrackMarks } from './regions.ts';
import { SpanCursor } from './spans.ts';
import { SUM_WIDTH } from './states.ts';
import type { Store } from './store.ts';
import type { Track } from './track.ts';

/** This many marks for each pixel are still sent one by one. */
const RAW_PER_PIXEL = 2;
/** Names told one by one in a summary. */
const MOST_TOLD = 500;

/** The names of one answer, told once each. */
class Told {
  readonly names: string[] = [];
  private readonly index = new Map<number, number>();

  constructor(private readonly all: readonly string[]) {}

  of(name: number): number {
    let idx = this.index.get(name);
    if (idx === undefined) {
      idx = this.names.push(this.all[name]) - 1;
      this.index.set(name, idx);
    }
    return idx;
  }
}

function levelOf(level: RegionColumn, bins: Bins, edge: Ns, told: Told): MarkLevel {
  const from = level.firstEndingAfter(bins.start, edge);
  const n = Math.max(0, level.lowerBound(bins.end) - from);
  if (n <= RAW_PER_PIXEL * bins.count) {
    return {
      form: 'raw',
      start: Float64Array.from({ length: n }, (_, k) => level.start(from + k)),
      end: Float64Array.from({ length: n }, (_, k) => level.endOf(from + k, edge)),
      name: Uint32Array.from({ length: n }, (_, k) => told.of(level.name(from + k))),
      open: Uint8Array.from({ length: n }, (_, k) => (level.isOpen(from + k) ? 1 : 0)),
    };
  }
  const covered = new Float32Array(bins.count);
  const begins = new Uint32Array(bins.count);
  const width = (bins.end - bins.start) / bins.count;
  let at = level.lowerBound(bins.start);
  let before = level.coveredBefore(bins.start, edge);
  for (let k = 0; k < bins.count; k++) {
    const until = edgeOf(bins, k + 1);
    const next = level.lowerBound(until, at);
    const after = level.coveredBefore(until, edge, at);
    covered[k] = (after - before) / width;
    begins[k] = next - at;
    [at, before] = [next, after];
  }
  return { form: 'bins', covered, begins };
}

function instantsOf({ instantNs, instantNames }: TrackMarks, bins: Bins, told: Told): MarkInstants {
  const find = (t: Ns, from = 0): number => lowerBound(instantNs.length, (i) => instantNs.get(i), t, from);
  const from = find(bins.start);
  const n = find(bins.end, from) - from;
  if (n <= RAW_PER_PIXEL * bins.count) {
    return {
      form: 'raw',
      at: Float64Array.from({ length: n }, (_, k) => instantNs.get(from + k)),
      name: Uint32Array.from({ length: n }, (_, k) => told.of(instantNames.get(from + k))),
    };
  }
  const count = new Uint32Array(bins.count);
  let at = from;
  for (let k = 0; k < bins.count; k++) {
    const next = find(edgeOf(bins, k + 1), at);
    count[k] = next - at;
    at = next;
  }
  return { form: 'bins', count };
}

/** The lanes of those of the threads that have marks. */
export function markLanes(store: Store, tracks: readonly Track[], bins: Bins): { marks: MarkLane[]; names: string[] } {
  const told = new Told(store.marks.names);
  const marks = tracks.flatMap(({ info, marks: own }) => {
    if (own === null) return [];
    const edge = store.processes[info.process].endNs;
    const levels = own.levels.slice(0, MARK_LEVELS).map((level) => levelOf(level, bins, edge, told));
    return [{ thread: info.idx, levels, instants: instantsOf(own, bins, told) }];
  });
  return { marks, names: told.names };
}

/** Regions from `first` on that reach into the range, clipped to it. */
function addRegions(
  track: Track,
  level: RegionColumn,
  first: number,
  range: FullRange,
  edge: Ns,
  to: MarkTotals,
): void {
  const cursor = new SpanCursor(track.rows);
  const [before, sums] = [new Float64Array(SUM_WIDTH), new Float64Array(SUM_WIDTH)];
  for (let i = Math.max(first, level.firstEndingAfter(range.start, edge)); i < level.length; i++) {
    const [start, end] = [level.start(i), level.endOf(i, edge)];
    if (start > range.end || (start === range.end && !range.whole)) break;
    const from = Math.max(start, range.start);
    const until = Math.max(from, Math.min(end, range.end));
    cursor.sumsAt(from, before);
    cursor.sumsAt(until, sums);
    for (let w = 0; w < SUM_WIDTH; w++) sums[w] -= before[w];
    to.of(level.name(i)).add(start >= range.start ? 1 : 0, until - from, sums);
  }
}

function totalsOf(store: Store, range: FullRange): MarkTotals {
  const totals = new MarkTotals();
  if (range.whole) store.marks.whole.copyInto(totals);
  for (const track of store.userTracks()) {
    const { marks } = track;
    if (marks === null) continue;
    const edge = store.processes[track.info.process].endNs;
    for (const level of marks.levels) addRegions(track, level, range.whole ? level.settled : 0, range, edge, totals);
    if (range.whole) continue;
    const { instantNs, instantNames } = marks;
    const at = (i: number): Ns => instantNs.get(i);
    const last = lowerBound(instantNs.length, at, range.end);
    for (let i = lowerBound(instantNs.length, at, range.start); i < last; i++)
      totals.of(instantNames.get(i)).instants++;
  }
  return totals;
}

function tell(name: string, sums: MarkSums): SummaryMark[] {
  const found: SummaryMark[] = [];
  if (sums.regions > 0 || sums.ns > 0)
    found.push({
      name,
      kind: 'region',
      count: sums.regions,
      total_s: toSeconds(sums.ns),
      held_s: toSeconds(sums.hold),
      wait_s: toSeconds(sums.wait),
      released_s: toSeconds(sums.released),
    });
  if (sums.instants > 0)
    found.push({
      name,
      kind: 'instant',
      count: sums.instants,
      total_s: null,
      held_s: null,
      wait_s: null,
      released_s: null,
    });
  return found;
}

export function marksSummary(store: Store, range: FullRange): SummaryMarks {
  const all: SummaryMark[] = [];
  totalsOf(store, range).each((name, sums) => all.push(...tell(store.marks.names[name], sums)));
  all.sort((a, b) => (b.total_s ?? -1) - (a.total_s ?? -1) || b.count - a.count);
  return { by_name: all.slice(0, MOST_TOLD), more: Math.max(0, all.length - MOST_TOLD), dropped: store.marks.dropped };
}
