/**
 * The timeline of a window of time: lanes, ownership strips, cores and counters, bounded by the pixels asked for.
 * Called by SessionModel; pure functions over the columns.
 */
import {
  IntervalFlag,
  ThreadState,
  type CounterSeries,
  type GilStrip,
  type Ns,
  type OverviewReply,
  type ThreadLane,
  type TimelineReply,
} from '../contract/types.ts';
import { NS_PER_S } from '../units.ts';
import { edgeOf, type Bins } from './bins.ts';
import { coreSeries, rssAt } from './cores.ts';
import { markLanes } from './marksReply.ts';
import { HolderSums, SWITCH_BIT } from './ownership.ts';
import { SpanCursor } from './spans.ts';
import { coreOf, flagsOf, stateOf, Sum, SUM_WIDTH } from './states.ts';
import type { Store } from './store.ts';
import { WaiterSum, type GilTrack, type Track } from './track.ts';

/** Charts are not lanes: more points than this only cost. Contract. */
export const MOST_POINTS = 500;
/** This many intervals for each pixel are still sent one by one. */
const RAW_PER_PIXEL = 2;
const SWITCH_INDEX = Math.log2(SWITCH_BIT);

export const estimatedFlag = (store: Store, process: number): number =>
  store.processes[process].info.engine === 'estimated' ? IntervalFlag.estimated : 0;

/** Flags of a thread's interval as the contract has them. */
export function shownFlags(store: Store, track: Track, i: number): number {
  const meta = track.rows.meta(i);
  const open = i === track.rows.length - 1 && stateOf(meta) !== ThreadState.none ? IntervalFlag.open : 0;
  return flagsOf(meta) | open | estimatedFlag(store, track.info.process);
}

/** Not the time a thread was not there, nor a release of no length (let go and asked again at the same tick). */
export function isShownState(state: ThreadState, start: Ns, end: Ns): boolean {
  if (state === ThreadState.none) return false;
  return state === ThreadState.hold || state === ThreadState.wait || end > start;
}

export const isShown = ({ rows }: Track, i: number): boolean =>
  isShownState(stateOf(rows.meta(i)), rows.start(i), rows.end(i));

function rawLane(store: Store, track: Track, from: number, to: number): ThreadLane {
  const { rows } = track;
  const wanted: number[] = [];
  for (let i = from; i < to; i++) if (isShown(track, i)) wanted.push(i);
  return {
    form: 'raw',
    thread: track.info.idx,
    start: Float64Array.from(wanted, (i) => rows.start(i)),
    end: Float64Array.from(wanted, (i) => rows.end(i)),
    state: Uint8Array.from(wanted, (i) => stateOf(rows.meta(i))),
    flags: Uint8Array.from(wanted, (i) => shownFlags(store, track, i)),
    core: Int16Array.from(wanted, (i) => coreOf(rows.meta(i))),
  };
}

function binLane(track: Track, bins: Bins): ThreadLane {
  const n = bins.count;
  const lane = {
    form: 'bins' as const,
    thread: track.info.idx,
    hold: new Float32Array(n),
    wait: new Float32Array(n),
    running: new Float32Array(n),
    blocked: new Float32Array(n),
    unknown: new Float32Array(n),
    takes: new Uint32Array(n),
    waits: new Uint32Array(n),
  };
  const cursor = new SpanCursor(track.rows);
  const width = (bins.end - bins.start) / n;
  let before = new Float64Array(SUM_WIDTH);
  let after = new Float64Array(SUM_WIDTH);
  cursor.sumsAt(bins.start, before);
  for (let k = 0; k < n; k++) {
    cursor.sumsAt(edgeOf(bins, k + 1), after);
    lane.hold[k] = (after[Sum.hold] - before[Sum.hold]) / width;
    lane.wait[k] = (after[Sum.wait] - before[Sum.wait]) / width;
    lane.running[k] = (after[Sum.running] - before[Sum.running]) / width;
    lane.blocked[k] = (after[Sum.blocked] - before[Sum.blocked]) / width;
    lane.unknown[k] = (after[Sum.unknown] - before[Sum.unknown]) / width;
    lane.takes[k] = after[Sum.holds] - before[Sum.holds];
    lane.waits[k] = after[Sum.waits] - before[Sum.waits];
    [before, after] = [after, before];
  }
  return lane;
}

function laneOf(store: Store, track: Track, bins: Bins): ThreadLane {
  const from = Math.max(0, track.rows.indexAt(bins.start));
  const to = track.rows.lowerBound(bins.end);
  return to - from <= RAW_PER_PIXEL * bins.count ? rawLane(store, track, from, to) : binLane(track, bins);
}

function rawStrip(store: Store, gil: GilTrack, from: number, to: number): GilStrip {
  const { owner } = gil;
  const extra = estimatedFlag(store, gil.info.process);
  const n = to - from;
  const strip = {
    form: 'raw' as const,
    gil: gil.info.idx,
    start: new Float64Array(n),
    end: new Float64Array(n),
    thread: new Int32Array(n),
    flags: new Uint8Array(n),
  };
  for (let k = 0; k < n; k++) {
    const i = from + k;
    strip.start[k] = owner.start(i);
    strip.end[k] = owner.end(i);
    strip.thread[k] = owner.thread(i);
    strip.flags[k] = (owner.flags(i) & ~SWITCH_BIT) | extra | (owner.isOpen(i) ? IntervalFlag.open : 0);
  }
  return strip;
}

function binStrip(store: Store, gil: GilTrack, bins: Bins): GilStrip {
  const owner = new Int32Array(bins.count);
  const held = new Float32Array(bins.count);
  const sums = new HolderSums(store.tracks.length);
  const width = (bins.end - bins.start) / bins.count;
  for (let k = 0; k < bins.count; k++) {
    sums.clear();
    gil.owner.accumulate(edgeOf(bins, k), edgeOf(bins, k + 1), sums);
    owner[k] = sums.longest();
    held[k] = sums.total() / width;
  }
  const contended = waiterBins(gil, bins, WaiterSum.contended).map((ns) => ns / width);
  return { form: 'bins', gil: gil.info.idx, owner, held, contended };
}

/** The growth of one sum of the waiters' column in each bin. */
function waiterBins(gil: GilTrack, bins: Bins, which: number): Float32Array {
  const out = new Float32Array(bins.count);
  const cursor = new SpanCursor(gil.waiters);
  const sums = new Float64Array(2);
  cursor.sumsAt(bins.start, sums);
  for (let k = 0; k < bins.count; k++) {
    const before = sums[which];
    cursor.sumsAt(edgeOf(bins, k + 1), sums);
    out[k] = sums[which] - before;
  }
  return out;
}

function stripOf(store: Store, gil: GilTrack, bins: Bins): GilStrip {
  const from = gil.owner.firstEndingAfter(bins.start);
  const to = gil.owner.lowerBound(bins.end);
  return to - from <= RAW_PER_PIXEL * bins.count
    ? rawStrip(store, gil, from, Math.max(from, to))
    : binStrip(store, gil, bins);
}

/** Values per bin turned into a series whose points stand at the ends of bins; NaN where nothing is known yet. */
function counterOf(store: Store, bins: Bins, value: (k: number, knownNs: Ns) => number): CounterSeries {
  const times = new Float64Array(bins.count);
  const values = new Float32Array(bins.count);
  for (let k = 0; k < bins.count; k++) {
    const from = Math.max(0, edgeOf(bins, k));
    const to = Math.min(store.endNs, edgeOf(bins, k + 1));
    times[k] = edgeOf(bins, k + 1);
    values[k] = to > from ? value(k, to - from) : NaN;
  }
  return { times, values };
}

function switchCounter(store: Store, bins: Bins): CounterSeries {
  const counts = new Float64Array(bins.count);
  const sums = new HolderSums(store.tracks.length);
  for (const gil of store.gils) {
    for (let k = 0; k < bins.count; k++) {
      sums.clear();
      gil.owner.accumulate(edgeOf(bins, k), edgeOf(bins, k + 1), sums);
      counts[k] += sums.bits[SWITCH_INDEX];
    }
  }
  return counterOf(store, bins, (k, known) => (counts[k] * NS_PER_S) / known);
}

function waiterCounter(store: Store, bins: Bins): CounterSeries {
  const ns = new Float64Array(bins.count);
  for (const gil of store.gils) {
    const each = waiterBins(gil, bins, WaiterSum.waiterNs);
    for (let k = 0; k < bins.count; k++) ns[k] += each[k];
  }
  return counterOf(store, bins, (k, known) => ns[k] / known);
}

export interface TimelineQuery {
  start: Ns;
  end: Ns;
  px: number;
  /** Lanes wanted; every thread that is not gilscope's own when left out. */
  threads?: number[] | undefined;
  /** Strips wanted; every GIL's when left out. */
  gils?: number[] | undefined;
}

export type TimelineAnswer = Omit<TimelineReply, 'session' | 'revision'>;

export function timeline(store: Store, query: TimelineQuery): TimelineAnswer {
  const px = Math.max(1, Math.floor(query.px));
  const start = Math.min(query.start, query.end);
  // A window of no length is asked by accident; it answers for a nanosecond.
  const end = Math.max(query.start, query.end, start + 1);
  const bins = { start, end, count: px };
  const few = { start, end, count: Math.min(px, MOST_POINTS) };
  const tracks = query.threads?.map((i) => store.tracks[i]).filter((t) => t !== undefined) ?? store.userTracks();
  const gils = query.gils?.map((i) => store.gils[i]).filter((gil) => gil !== undefined) ?? store.gils;
  const { marks, names } = markLanes(store, tracks, bins);
  return {
    start,
    end,
    px,
    endNs: store.endNs,
    threads: tracks.map((track) => laneOf(store, track, bins)),
    marks,
    markNames: names,
    gils: gils.map((gil) => stripOf(store, gil, bins)),
    cores: coreSeries(store.samples, start, end, MOST_POINTS),
    counters: {
      switchesPerS: switchCounter(store, few),
      waiters: waiterCounter(store, few),
      rssBytes: counterOf(store, few, (k) => rssAt(store.samples, edgeOf(few, k + 1))),
    },
  };
}

/** All GILs of the session in one strip: the busiest of them tells held and contended, the longest holder the owner. */
export function overview(store: Store, pixels: number): Omit<OverviewReply, 'revision'> {
  const count = Math.max(1, Math.floor(pixels));
  const bins = { start: 0, end: Math.max(store.endNs, 1), count };
  const width = bins.end / count;
  const owner = new Int32Array(count).fill(-1);
  const held = new Float32Array(count);
  const contended = new Float32Array(count);
  const longest = new Float64Array(count);
  const sums = new HolderSums(store.tracks.length);
  for (const gil of store.gils) {
    const waited = waiterBins(gil, bins, WaiterSum.contended);
    for (let k = 0; k < count; k++) {
      sums.clear();
      gil.owner.accumulate(edgeOf(bins, k), edgeOf(bins, k + 1), sums);
      const best = sums.longest();
      if (best >= 0 && sums.ns[best] > longest[k]) {
        longest[k] = sums.ns[best];
        owner[k] = best;
      }
      held[k] = Math.max(held[k], sums.total() / width);
      contended[k] = Math.max(contended[k], waited[k] / width);
    }
  }
  return { endNs: store.endNs, owner, held, contended };
}
