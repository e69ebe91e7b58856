/**
 * A session's columns as the formats read them (types.ts): rows on demand, clipped to the scope, nothing gathered. The scope is settled when the
 * source is made, so that a session that goes on growing is told up to there. Called by SessionModel.exportSource.
 */
import type { StatsReply, Summary, SummaryThread, TimelineReply } from '../contract/types.ts';
import type { Blame } from '../model/blame.ts';
import { entriesOf, waitsOf } from '../model/blameTop.ts';
import type { FullRange } from '../model/figures.ts';
import { functionTotals } from '../model/functions.ts';
import type { Store } from '../model/store.ts';
import type { TimelineQuery } from '../model/timeline.ts';
import type { Track } from '../model/track.ts';
import { toSeconds } from '../units.ts';
import { keptOf } from './kept.ts';
import { coreRows, processSampleRows, refcountRows, threadSampleRows } from './sampleRows.ts';
import { holdRows, intervalRows, rowsWithin, siteOf, switchRows, waitersRows } from './stateRows.ts';
import { callRows, markRows } from './stretchRows.ts';
import type { BlameRow, ExportScope, ExportSource, FunctionRow } from './types.ts';

/** What the model does not know of itself. */
export interface ExportMeta {
  title: string;
  /** Version of the gilscope that exports. */
  gilscope: string;
}

/** What the model adds to its store. */
export interface Answers {
  range: FullRange;
  summary: Summary;
  blame: () => Blame;
  stats: () => StatsReply;
  timeline: (query: TimelineQuery) => TimelineReply;
}

/** Indices that were chosen; none: all of them. */
const chosen = (list: readonly number[]): ((index: number) => boolean) => {
  const set = new Set(list);
  return set.size === 0 ? () => true : (index) => set.has(index);
};

function* functionRows(store: Store, tracks: readonly Track[], range: FullRange): Generator<FunctionRow> {
  for (const track of tracks)
    for (const { fn, calls, own, ownNs, total } of functionTotals([track], range, null).all)
      yield {
        ...{ thread: track.info.idx, function: siteOf(store, fn), calls, ownS: toSeconds(ownNs) },
        ownHoldS: toSeconds(own.holdNs),
        ownWaitS: toSeconds(own.waitNs),
        ownReleasedS: toSeconds(own.releasedNs),
        totalS: toSeconds(total.holdNs + total.waitNs + total.releasedNs),
        holdS: toSeconds(total.holdNs),
        waitS: toSeconds(total.waitNs),
        releasedS: toSeconds(total.releasedNs),
      };
}

function* blameRows(store: Store, blame: Blame, wanted: (thread: number) => boolean): Generator<BlameRow> {
  for (const waiter of blame.waiters) {
    if (!wanted(waiter.thread)) continue;
    for (const { pair, ns } of entriesOf(blame, waiter).sort((a, b) => b.ns - a.ns || a.pair - b.pair)) {
      const { holder, fn } = blame.pairs[pair];
      const site = siteOf(store, blame.functions[fn].site);
      yield { waiter: waiter.thread, holder, site, waitS: toSeconds(ns), waits: waitsOf(waiter, pair) };
    }
    const unheldNs = waiter.waitNs - waiter.heldNs;
    if (unheldNs > 0) yield { waiter: waiter.thread, holder: null, site: null, waitS: toSeconds(unheldNs), waits: 0 };
  }
}

/** A summary tells the threads of a process in their order, gilscope's own left out. */
function figuresOf(store: Store, { processes }: Summary, track: Track): SummaryThread {
  const process = track.info.process;
  const users = store.processes[process].tracks.filter(({ info }) => !info.own);
  return processes[process].threads[users.indexOf(track)];
}

export function exportSource(store: Store, scope: ExportScope, meta: ExportMeta, answers: Answers): ExportSource {
  const { range, summary } = answers;
  const inProcesses = chosen(scope.processes);
  const inThreads = chosen(scope.threads);
  const tracks = store.userTracks().filter(({ info }) => inProcesses(info.process) && inThreads(info.idx));
  const kept = chosen(tracks.map(({ info }) => info.idx));
  const ofScope = (thread: number): boolean => tracks.length > 0 && kept(thread);
  const everything = scope.processes.length === 0 && scope.threads.length === 0;
  // Of threads that were chosen, their processes; else also those that have none, as long as they are not known.
  const ofThreads = new Set(tracks.map(({ info }) => info.process));
  const processes = store.processInfos.filter(
    ({ idx }) => inProcesses(idx) && (scope.threads.length === 0 || ofThreads.has(idx)),
  );
  const hasProcess = chosen(processes.map(({ idx }) => idx));
  const within = (process: number): boolean => processes.length > 0 && hasProcess(process);
  const { head } = store;
  return {
    ...meta,
    created: head?.created ?? '',
    command: head?.command ?? [],
    host: head?.host ?? '',
    cores: head?.cores ?? 0,
    start: range.start,
    end: range.end,
    originNs: store.originNs ?? 0n,
    summary,
    processes,
    threads: tracks.map(({ info }) => info),
    gils: store.gilInfos.filter(({ process }) => within(process)),
    thread: (thread) => store.threadInfos[thread],
    process: (process) => store.processInfos[process],
    site: (site) => store.sites.infos[site],
    kept: keptOf(store, range, { tracks, processes: processes.map(({ idx }) => store.processes[idx]) }, summary.damage),
    figures: (thread) => figuresOf(store, summary, store.tracks[thread]),
    intervalCount: tracks.reduce((sum, track) => {
      const { from, to } = rowsWithin(track, range);
      return sum + Math.max(0, to - from);
    }, 0),
    intervals: (thread) => intervalRows(store, store.tracks[thread], range),
    holds: (gil) => holdRows(store, store.gils[gil], range),
    switches: (gil) => switchRows(store, store.gils[gil], range, everything ? () => true : ofScope),
    calls: (thread) => callRows(store, store.tracks[thread], range),
    marks: (thread) => markRows(store, store.tracks[thread], range),
    waiters: (gil) => waitersRows(store.gils[gil], range),
    coreSamples: () => coreRows(store.samples, range),
    processSamples: (process) => processSampleRows(store.processes[process], range),
    threadSamples: (thread) => threadSampleRows(store.tracks[thread], range),
    refcounts: () => refcountRows(store.watches, range, within),
    functions: () => functionRows(store, tracks, range),
    blame: () => blameRows(store, answers.blame(), ofScope),
    session: {
      ...{ processes: store.processInfos, threads: store.threadInfos, gils: store.gilInfos },
      cores: head?.cores ?? 0,
    },
    stats: () => answers.stats(),
    timeline: (px) =>
      answers.timeline({ start: range.start, end: range.end, px, threads: tracks.map(({ info }) => info.idx) }),
  };
}
