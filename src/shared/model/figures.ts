/**
 * The figures of a range: what each thread and each GIL did in it. Exact sums, clipped at the ends of the range.
 * Called by session.ts; summary.ts and verdict.ts say them in words.
 */
import { type Ns, type StatsReply } from '../contract/types.ts';
import { toSeconds } from '../units.ts';
import type { Distribution } from './distribution.ts';
import { distributionOf } from './lengths.ts';
import { HolderSums, SWITCH_BIT } from './ownership.ts';
import { valueAt } from './samples.ts';
import { sumsBetween } from './spans.ts';
import { Sum } from './states.ts';
import type { Store } from './store.ts';
import { WaiterSum, type GilTrack, type ProcessTrack, type Track } from './track.ts';

/** Both ends optional: the whole session where left out. */
export interface Range {
  start?: Ns | undefined;
  end?: Ns | undefined;
}

export interface FullRange {
  start: Ns;
  end: Ns;
  whole: boolean;
}

export type ThreadFigures = StatsReply['threads'][number];

export interface GilFigures {
  gil: number;
  heldS: number;
  freeS: number;
  contendedS: number;
  switches: number;
  preempted: number;
  voluntary: number;
}

export interface Figures {
  range: FullRange;
  threads: ThreadFigures[];
  distributions: Distribution[];
  gils: GilFigures[];
  coresInUse: number | null;
  pythonCores: number;
  worstWait: StatsReply['worstWait'];
}

/** From the start to the last end that is known. */
export function wallEnd(store: Store): Ns {
  const { processes } = store;
  const ends = processes.map((process) => process.info.endedNs);
  const allEnded = ends.length > 0 && ends.every((ns) => ns !== null);
  const known = Math.max(0, ...processes.map((process) => process.endNs), ...ends.map((ns) => ns ?? 0));
  // A recorder that stays a moment after the last program is no part of its time.
  return allEnded ? known : Math.max(known, store.closedNs ?? 0);
}

export function fullRange(store: Store, range: Range = {}): FullRange {
  const last = wallEnd(store);
  const clamp = (ns: Ns): Ns => Math.min(Math.max(ns, 0), last);
  const start = clamp(range.start ?? 0);
  const end = Math.max(start, clamp(range.end ?? last));
  return { start, end, whole: start === 0 && end === last };
}

/** CPU seconds of a thread in the range as sampled; null when the sampler never saw it. */
function threadCpu(process: ProcessTrack, track: Track, range: FullRange): number | null {
  const { sampleNs, sampleCpu } = track;
  if (sampleNs.length === 0) return null;
  // A thread that began in the session began with no CPU used.
  const newborn = process.bornHere || sampleNs.get(0) > process.sampleNs.get(0);
  const at = (ns: Ns): number => (newborn && ns <= track.info.bornNs ? 0 : valueAt(sampleNs, sampleCpu, ns));
  return Math.max(0, at(range.end) - at(range.start));
}

function threadFigures(store: Store, track: Track, range: FullRange, lengths: Distribution): ThreadFigures {
  const sums = sumsBetween(track.rows, range.start, range.end);
  const [p50, p95, p99] = lengths.waitPercentiles([0.5, 0.95, 0.99]);
  const seconds = (ns: number | null): number | null => (ns === null || ns < 0 ? null : toSeconds(ns));
  return {
    thread: track.info.idx,
    holdS: toSeconds(sums[Sum.hold]),
    waitS: toSeconds(sums[Sum.wait]),
    runningS: toSeconds(sums[Sum.running]),
    blockedS: toSeconds(sums[Sum.blocked]),
    lockS: store.processes[track.info.process].info.engine === 'exact' ? toSeconds(sums[Sum.lock]) : null,
    cpuS: threadCpu(store.processes[track.info.process], track, range),
    takes: sums[Sum.holds],
    waits: sums[Sum.waits],
    preempted: sums[Sum.preempted],
    voluntary: sums[Sum.voluntary],
    holdMaxS: seconds(lengths.holdMaxNs),
    waitP50S: seconds(p50),
    waitP95S: seconds(p95),
    waitP99S: seconds(p99),
    waitMaxS: seconds(lengths.waitMaxNs),
  };
}

const bitOf = (sums: HolderSums, flag: number): number => sums.bits[Math.log2(flag)];

function gilFigures(store: Store, gil: GilTrack, range: FullRange): GilFigures {
  const sums = new HolderSums(store.tracks.length);
  gil.owner.accumulate(range.start, range.end, sums);
  const held = sums.total();
  const until = gil.info.endedNs ?? store.processes[gil.info.process].endNs;
  const lived = Math.max(0, Math.min(until, range.end) - Math.max(gil.info.bornNs, range.start));
  const waited = sumsBetween(gil.waiters, range.start, range.end);
  return {
    gil: gil.info.idx,
    heldS: toSeconds(held),
    freeS: toSeconds(Math.max(0, lived - held)),
    contendedS: toSeconds(waited[WaiterSum.contended]),
    switches: bitOf(sums, SWITCH_BIT),
    preempted: bitOf(sums, 1),
    voluntary: bitOf(sums, 2),
  };
}

/** Cores' worth of CPU the session used on average, over the part of the range that was sampled. */
function coresInUse(store: Store, range: FullRange): number | null {
  const { times, cpuS } = store.samples;
  if (times.length < 2) return null;
  const from = Math.max(range.start, times.get(0));
  const to = Math.min(range.end, times.last(0));
  if (to <= from) return null;
  return (valueAt(times, cpuS, to) - valueAt(times, cpuS, from)) / toSeconds(to - from);
}

/** CPU seconds of a process in the range, without gilscope's own threads; null when it was never sampled. */
export function processCpu(process: ProcessTrack, range: FullRange): number | null {
  const { sampleNs, cpuS } = process;
  if (sampleNs.length === 0) return null;
  const at = (ns: Ns): number => (ns <= process.info.bornNs ? 0 : valueAt(sampleNs, cpuS, ns));
  return Math.max(0, at(range.end) - (range.start === 0 ? 0 : at(range.start)));
}

export function figuresOf(store: Store, asked?: Range): Figures {
  const range = fullRange(store, asked);
  const tracks = store.userTracks();
  const distributions = tracks.map((track) => distributionOf(track, range.start, range.end));
  const threads = tracks.map((track, i) => threadFigures(store, track, range, distributions[i]));
  const gils = store.gils.map((gil) => gilFigures(store, gil, range));
  const held = gils.reduce((sum, gil) => sum + gil.heldS, 0);
  const length = toSeconds(range.end - range.start);
  let worstWait: Figures['worstWait'] = null;
  distributions.forEach((d, i) => {
    if (d.waitMaxNs < 0 || (worstWait && worstWait.endNs - worstWait.startNs >= d.waitMaxNs)) return;
    worstWait = { thread: tracks[i].info.idx, startNs: d.waitMaxStart, endNs: d.waitMaxStart + d.waitMaxNs };
  });
  return {
    range,
    threads,
    distributions,
    gils,
    coresInUse: coresInUse(store, range),
    pythonCores: length > 0 ? held / length : 0,
    worstWait,
  };
}
