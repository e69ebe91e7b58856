/**
 * A session built again from what a trace tells of it: the head, records (src/shared/export/trace/records.ts) and rows, into the same columns that
 * frames fill, so that everything that can be asked of a recording can be asked of it. Time 0 is where the trace begins. Used by chrome.ts and
 * perfetto.ts; nothing is believed: what cannot be is a TraceError or the model's ProtocolError.
 */
import type { Ns, SiteInfo, ThreadState } from '../contract/types.ts';
import { traceHead, TRACE_VERSION, type TraceHead } from '../export/trace/head.ts';
import { traceRecord, type TraceRecord } from '../export/trace/records.ts';
import type { Store } from '../model/store.ts';
import { TrackCalls } from '../model/calls.ts';
import { TALLY_WIDTH } from '../protocol/functionTrace.ts';
import { TraceError } from './errors.ts';
import { restoreMark } from './marks.ts';
import { restoreGil, restoreProcess, restoreSession, restoreThread } from './head.ts';
import { Lane, Strip } from './rows.ts';
import { restoreMachine, restoreProcessSamples, restoreSteps, restoreThreadSamples, type Looks } from './samples.ts';

export interface StateRow {
  state: ThreadState;
  flags: number;
  /** -1: not known. */
  core: number;
  site: number;
}

/** By the numbers of the file; what it does not list is refused. */
function found<T>(map: ReadonlyMap<number, T>, idx: number, what: string): T {
  const one = map.get(idx);
  if (one === undefined) throw new TraceError(`it tells of ${what} ${idx}, which it does not list`);
  return one;
}

export class Restorer {
  readonly head: TraceHead;
  private readonly processes = new Map<number, number>();
  private readonly lanes = new Map<number, Lane>();
  private readonly strips = new Map<number, Strip>();
  private readonly tallies = new Map<number, { sites: number[]; sums: number[] }>();
  private readonly blocked: { lane: Lane; ns: Ns; cpu: number }[] = [];
  private looks: Looks | null = null;
  private ended = false;

  /** Throws TraceError for a head that is none, or of a gilscope newer or older than this one reads. */
  constructor(
    private readonly store: Store,
    head: unknown,
  ) {
    this.head = checkedHead(head);
    const { processes, threads, gils } = this.head;
    restoreSession(store, this.head);
    for (const one of processes) this.processes.set(one.idx, restoreProcess(store, this.head, one));
    for (const one of threads) {
      const track = restoreThread(store, this.head, found(this.processes, one.process, 'process'), one);
      const life = one.life && { from: this.time(one.life.from), to: this.time(one.life.to) };
      const gone = one.gone.map(({ from, to }) => ({ from: this.time(from), to: this.time(to) }));
      this.lanes.set(one.idx, new Lane(track, one.told, life, gone));
    }
    for (const one of gils)
      this.strips.set(
        one.idx,
        new Strip(restoreGil(store, this.head, found(this.processes, one.process, 'process'), one)),
      );
  }

  /** The record that says so has come. */
  get whole(): boolean {
    return this.ended;
  }

  /** Of the recording, as time of this session. */
  private time(ns: number): Ns {
    const { start, end } = this.head;
    if (!(ns >= start && ns <= end)) throw new TraceError('it tells of a time that it does not cover');
    return Math.round(ns - start);
  }

  private lane(thread: number): Lane {
    return found(this.lanes, thread, 'thread');
  }

  private site(idx: number): number {
    if (idx !== 0 && this.store.sites.infos[idx]?.name === undefined)
      throw new TraceError(`it names place ${idx}, which it does not describe`);
    return idx;
  }

  /** A record as it is in the file, of whatever kind. */
  record(told: unknown): void {
    const { data: record, error } = traceRecord.safeParse(told);
    if (record === undefined) throw new TraceError(`a record is damaged (${error.issues[0]?.message ?? 'unknown'})`);
    this.take(record);
  }

  private siteOf({ idx, process, name, qualname, file, firstLine, line, builtin }: SiteInfo): SiteInfo {
    return { idx, process: this.processes.get(process) ?? -1, name, qualname, file, firstLine, line, builtin };
  }

  private take(record: TraceRecord): void {
    const { store } = this;
    const { start } = this.head;
    switch (record.is) {
      case 'site':
        store.sites.restore(this.siteOf(record));
        return;
      case 'machine':
        restoreMachine(store, record, start);
        return;
      case 'process':
        restoreProcessSamples(store.processes[found(this.processes, record.process, 'process')], record, start);
        return;
      case 'thread':
        restoreThreadSamples(this.lane(record.thread).track, record, start);
        return;
      case 'looks': {
        const { track } = this.lane(record.thread);
        record.ns.forEach((ns, i) => {
          track.lookSites.set(track.lookNs.length, this.site(record.sites[i] ?? 0));
          track.lookNs.push(Math.max(ns - start, track.lookNs.last(-Infinity)));
        });
        return;
      }
      case 'tally': {
        if (record.sums.length !== record.sites.length * TALLY_WIDTH) throw new TraceError('sums of calls are cut');
        const tally = this.tallies.get(record.thread) ?? { sites: [], sums: [] };
        for (const site of record.sites) tally.sites.push(this.site(site));
        for (const sum of record.sums) tally.sums.push(sum);
        this.tallies.set(record.thread, tally);
        return;
      }
      case 'watch': {
        const process = found(this.processes, record.process, 'process');
        const types = record.types.map(({ ns, type }) => ({ ns: ns - start, type }));
        this.looks = store.watches.restore({
          ...{ ...record, process, types },
          replaced: record.replaced.map((ns) => ns - start),
        });
        return;
      }
      case 'steps':
        if (this.looks === null) throw new TraceError('it tells counts of no watch');
        restoreSteps(this.looks, record, start);
        return;
      case 'rounds':
        store.watches.restoreRounds(found(this.processes, record.process, 'process'), record);
        return;
      case 'blocked': {
        const lane = this.lane(record.thread);
        record.ns.forEach((ns, i) => this.blocked.push({ lane, ns: this.time(ns), cpu: record.cpu[i] ?? 0 }));
        return;
      }
      case 'end':
        this.ended = true;
    }
  }

  state(thread: number, start: number, end: number, row: StateRow, gil: number | null): void {
    const lane = this.lane(thread);
    if (!lane.told) throw new TraceError('it tells states of a thread that is not in it');
    const strip = gil === null ? null : found(this.strips, gil, 'GIL');
    lane.state(this.time(start), this.time(end), { ...row, site: this.site(row.site) }, strip?.gil ?? null);
  }

  hold(gil: number, thread: number, start: number, end: number, flags: number, switched: boolean, site: number): void {
    found(this.strips, gil, 'GIL').hold(
      this.time(start),
      this.time(end),
      this.lane(thread),
      flags,
      switched,
      this.site(site),
    );
  }

  waiting(gil: number, at: number, count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > this.lanes.size)
      throw new TraceError('more threads wait than there are');
    found(this.strips, gil, 'GIL').waiting(this.time(at), count);
  }

  /** One of those of a depth comes after the other. */
  call(thread: number, depth: number, start: number, end: number, fn: number, open: boolean): void {
    const { track } = this.lane(thread);
    const calls = (track.calls ??= new TrackCalls(this.store.callRoom));
    calls.restore(depth, this.time(start), this.time(end), this.site(fn), open);
    track.info.callLevels = calls.levels.length;
  }

  mark(thread: number, start: number, end: number | null, name: string, open: boolean): void {
    const { track } = this.lane(thread);
    restoreMark(this.store, track, name, { start: this.time(start), end: end === null ? null : this.time(end), open });
  }

  /** Nothing more comes; what is not there is not known. */
  finish(): void {
    const { store } = this;
    for (const lane of this.lanes.values()) lane.close(!this.ended);
    for (const { lane, ns, cpu } of this.blocked) lane.used(ns, cpu);
    for (const [thread, { sites, sums }] of this.tallies) {
      const { track } = this.lane(thread);
      track.tallies ??= store.tallyRoom.column();
      track.tallies.push(0, this.head.end - this.head.start, Uint32Array.from(sites), Float64Array.from(sums));
    }
    for (const { callsDropped, idx } of this.head.threads) {
      const { track } = this.lane(idx);
      if (callsDropped > 0) (track.calls ??= new TrackCalls(store.callRoom)).dropped = callsDropped;
    }
    for (const track of store.tracks) {
      const { endNs } = store.processes[track.info.process];
      track.rows.until = Math.max(track.rows.until, endNs);
      track.rows.settle();
      if (track.marks !== null) store.marks.settle(track, endNs);
    }
    for (const strip of this.strips.values()) strip.close(store.processes[strip.gil.info.process].endNs, store.tracks);
  }
}

function checkedHead(head: unknown): TraceHead {
  const version: unknown = typeof head === 'object' && head !== null && 'version' in head ? head.version : null;
  if (typeof version === 'number' && version < TRACE_VERSION)
    throw new TraceError('it was written by a gilscope that could not read traces back: export the recording again');
  if (typeof version === 'number' && version > TRACE_VERSION)
    throw new TraceError('it was written by a newer gilscope: open it with that one');
  const { data, error } = traceHead.safeParse(head);
  if (data === undefined)
    throw new TraceError(
      `its head is damaged (${error.issues[0]?.path.join('.') ?? ''}: ${error.issues[0]?.message ?? ''})`,
    );
  if (!(data.start >= 0 && data.end >= data.start) || !/^\d{1,19}$/.test(data.originNs))
    throw new TraceError('its head is damaged (it covers no time)');
  for (const list of [data.processes, data.threads, data.gils])
    if (new Set<number>(list.map(({ idx }) => idx)).size < list.length)
      throw new TraceError('its head is damaged (two of one number)');
  return data;
}
