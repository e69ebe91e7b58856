/** What the head of a trace lists, as the model has it: of restore.ts. Of a part, what was before it was before time 0, and what came after has not come. */
import type { Ns } from '../contract/types.ts';
import type { TraceHead } from '../export/trace/head.ts';
import type { Store } from '../model/store.ts';
import type { GilTrack, Track } from '../model/track.ts';

type Of<K extends 'processes' | 'threads' | 'gils'> = TraceHead[K][number];

/** When it ended, if that is in the part. */
const endOf = (ns: number | null, { start, end }: TraceHead): Ns | null =>
  ns === null || ns > end ? null : Math.max(0, ns - start);

/** Within the part. */
const within = (ns: number, { start, end }: TraceHead): Ns => Math.min(Math.max(ns, start), end) - start;

export function restoreSession(store: Store, head: TraceHead): void {
  const { gilscope, created, host, cores, command, session } = head;
  store.originNs = BigInt(head.originNs) + BigInt(Math.round(head.start));
  store.head = {
    ...{ format: 1, gilscope, created, host, cores, command, clock: 'CLOCK_MONOTONIC' },
    ...{ kind: session.kind, platform: session.platform, cwd: session.cwd, start_ns: store.originNs },
  };
  store.closedNs = session.closedNs === null ? null : within(session.closedNs, head);
  store.samples.rssMaxBytes = session.rssMaxBytes;
  store.samples.pssMaxBytes = session.pssMaxBytes;
  store.marks.dropped = session.marksDropped;
  for (const name of session.markNames) store.marks.nameIndex(name);
}

/** Returns its number in this session. */
export function restoreProcess(store: Store, head: TraceHead, told: Of<'processes'>): number {
  const process = store.process(store.processes.length);
  const { info } = process;
  const { pid, ppid, name, python, executable, argv, engine, engineReason, sites, sitesReason } = told;
  Object.assign(info, { pid, ppid, name, python, executable, argv, engine, engineReason, sites, sitesReason });
  const { switchIntervalS, gilEnabled, lost, events, dropped, rssBytes, pssBytes } = told;
  Object.assign(info, { switchIntervalS, gilEnabled, lost, events, dropped, rssBytes, pssBytes });
  info.bornNs = told.bornNs - head.start;
  info.endedNs = endOf(told.endedNs, head);
  // How it ended is of its end.
  info.exitCode = told.endedNs === null || info.endedNs !== null ? told.exitCode : null;
  info.signal = told.endedNs === null || info.endedNs !== null ? told.signal : null;
  process.startNs = within(told.startNs, head);
  process.endNs = within(told.endNs, head);
  process.bornHere = told.bornHere && info.bornNs >= 0;
  process.rssMaxBytes = told.rssMaxBytes;
  process.pssMaxBytes = told.pssMaxBytes;
  process.closed = true;
  const { on, ever, reason, minNs, lastReason } = told.functions;
  Object.assign(process.functions, { on, ever, reason, minNs });
  process.functionsReason = lastReason;
  return info.idx;
}

export function restoreThread(store: Store, head: TraceHead, process: number, told: Of<'threads'>): Track {
  const track = store.addThread(store.processes[process], told.tid, null, told.bornNs - head.start);
  const { name, main, own } = told;
  Object.assign(track.info, { name, main, own, endedNs: endOf(told.endedNs, head) });
  return track;
}

export function restoreGil(store: Store, head: TraceHead, process: number, told: Of<'gils'>): GilTrack {
  const gil = store.addGil(store.processes[process], told.id, Math.max(0, told.bornNs - head.start));
  const { switches, switchesCounted, switchesChecked } = told;
  Object.assign(gil.info, { switches, switchesCounted, switchesChecked, endedNs: endOf(told.endedNs, head) });
  return gil;
}
