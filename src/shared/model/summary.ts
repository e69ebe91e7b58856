/**
 * The summary of a range as `--summary` and `stats --json` print it. Called by session.ts.
 */
import type { Engine, Summary, SummaryGil, SummaryProcess, SummaryThread } from '../contract/types.ts';
import { toSeconds } from '../units.ts';
import { coreSeconds } from './cores.ts';
import { together } from './lengths.ts';
import { processCpu, wallEnd, type Figures, type ThreadFigures } from './figures.ts';
import { functionsSummary } from './functions.ts';
import { marksSummary } from './marksReply.ts';
import type { Store } from './store.ts';
import type { ProcessTrack } from './track.ts';
import { verdictOf } from './verdict.ts';

/** Exact only if every process that is known to be traced is. */
export function engineOf(store: Store): Engine {
  const engines = store.processInfos.map((info) => info.engine).filter((engine) => engine !== null);
  return engines.length > 0 && engines.every((engine) => engine === 'exact') ? 'exact' : 'estimated';
}

function threadSummary(store: Store, figures: ThreadFigures): SummaryThread {
  const info = store.threadInfos[figures.thread];
  return {
    tid: info.tid,
    name: info.name,
    held_s: figures.holdS,
    wait_s: figures.waitS,
    cpu_s: figures.cpuS,
    takes: figures.takes,
    waits: figures.waits,
    preempted: figures.preempted,
    voluntary: figures.voluntary,
    lock_wait_s: figures.lockS,
    hold_max_s: figures.holdMaxS,
    wait_p50_s: figures.waitP50S,
    wait_p95_s: figures.waitP95S,
    wait_p99_s: figures.waitP99S,
    wait_max_s: figures.waitMaxS,
  };
}

function gilSummaries(process: ProcessTrack, figures: Figures): SummaryGil[] {
  return process.gils.map((gil) => {
    const own = figures.gils[gil.info.idx];
    return {
      id: gil.info.id,
      held_s: own.heldS,
      free_s: own.freeS,
      contended_s: own.contendedS,
      // A take at the very end starts no interval within it, yet was captured.
      switches: figures.range.whole ? gil.info.switches : own.switches,
      // The interpreter counts from start to end, not for a part.
      switches_counted: figures.range.whole ? gil.info.switchesCounted : null,
      switches_checked: figures.range.whole ? gil.info.switchesChecked : null,
      preempted: own.preempted,
      voluntary: own.voluntary,
    };
  });
}

function processSummary(store: Store, process: ProcessTrack, figures: Figures): SummaryProcess {
  const { info } = process;
  const functions = functionsSummary(store, process, figures.range);
  const mine = figures.threads.filter((thread) => store.threadInfos[thread.thread].process === info.idx);
  return {
    pid: info.pid,
    ppid: info.ppid,
    name: info.name,
    python: info.python,
    argv: info.argv,
    exit_code: info.exitCode,
    signal: info.signal,
    engine: info.engine,
    switch_interval_s: info.switchIntervalS,
    gil_enabled: info.gilEnabled,
    events: info.events,
    dropped: info.dropped,
    cpu_s: processCpu(process, figures.range),
    born_s: toSeconds(Math.max(0, info.bornNs)),
    began_s: info.engine === null ? null : toSeconds(process.startNs),
    ended_s: info.endedNs === null ? null : toSeconds(info.endedNs),
    lost: info.lost,
    rss_max_bytes: process.rssMaxBytes,
    pss_max_bytes: process.pssMaxBytes,
    gils: gilSummaries(process, figures),
    threads: mine.map((thread) => threadSummary(store, thread)),
    ...(functions && { functions }),
  };
}

/** Of all waits of all threads; seconds. */
function waitPercentile({ distributions }: Figures, fraction: number): number | null {
  const [ns] = together(distributions).waitPercentiles([fraction]);
  return ns === null ? null : toSeconds(ns);
}

export function summaryOf(store: Store, figures: Figures, damage: string | null): Summary {
  const { range } = figures;
  return {
    schema: 1,
    wall_s: toSeconds(wallEnd(store)),
    engine: engineOf(store),
    range: { from_s: toSeconds(range.start), until_s: toSeconds(range.end), whole: range.whole },
    processes: store.processes.map((process) => processSummary(store, process, figures)),
    memory: { rss_max_bytes: store.samples.rssMaxBytes, pss_max_bytes: store.samples.pssMaxBytes },
    wait_p95_s: waitPercentile(figures, 0.95),
    cores: coreSeconds(store.samples, range.start, range.end).map(({ core, busyS, targetS }) => ({
      core,
      busy_s: busyS,
      target_s: targetS,
    })),
    verdict: verdictOf(store, figures, engineOf(store)),
    marks: marksSummary(store, range),
    watches: store.watches.summary(range.start, range.end, (process) => store.processes[process].info.pid),
    damage,
  };
}
