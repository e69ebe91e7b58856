/**
 * What the sampler saw of the machine and of the session's processes: one row for each round, cumulative columns, so that
 * any stretch is a difference. Built by session.ts from SAMPLE frames, asked by timeline.ts and stats.ts.
 */
import type { Ns } from '../contract/types.ts';
import type { Sample, SampleProcess } from '../protocol/sample.ts';
import { F64Column, lowerBound } from './columns.ts';
import type { ProcessTrack, Track } from './track.ts';

/** More cores than any machine has: bounds what a file can make us keep. */
const MOST_CORES = 4096;

/** A thread of the session, as the sampler names it. */
const keyOf = (stream: number, tid: number): number => stream * 2 ** 32 + tid;

export class SampleSeries {
  readonly times = new F64Column();
  /** Cumulative busy seconds of each core, all programs. */
  readonly busy: F64Column[] = [];
  /** Cumulative CPU seconds of this session's threads, by the core they ran on last. */
  readonly target: F64Column[] = [];
  /** Cumulative CPU seconds of all processes of the session, gilscope's own threads left out. */
  readonly cpuS = new F64Column();
  readonly rssBytes = new F64Column();
  /** Largest sums over all processes in one round. */
  rssMaxBytes: number | null = null;
  pssMaxBytes: number | null = null;
  private cpuOf = new Map<number, number>();
  private processCpu = new Map<number, number>();
  /** CPU seconds of gilscope's own threads so far, by stream. */
  private ownCpu = new Map<number, number>();
  private total = 0;

  /** `find` gives the living thread of a tid. Rounds that do not move on in time are passed over: false. */
  add(ns: Ns, sample: Sample, processes: ProcessTrack[], find: (stream: number, tid: number) => Track | null): boolean {
    if (ns <= this.times.last(-Infinity)) return false;
    const round = this.times.length;
    if (round === 0) this.addCores(Math.min(sample.cores.length, MOST_CORES));
    this.times.push(ns);
    const share = new Float64Array(this.busy.length);
    let rss = NaN;
    let pss = sample.processes.length > 0 ? 0 : NaN;
    for (const process of sample.processes) {
      const track = processes[process.stream];
      if (track === undefined) continue;
      const own = this.shareOut(process, track, find, share);
      this.addProcess(process, track, ns, own);
      if (!Number.isNaN(process.rssBytes)) rss = (Number.isNaN(rss) ? 0 : rss) + process.rssBytes;
      // One that could not be read, and there is no sum.
      pss += process.pssBytes;
    }
    this.busy.forEach((column, core) => column.push(sample.cores[core] ?? column.last(0)));
    this.target.forEach((column, core) => column.push(column.last(0) + share[core]));
    this.cpuS.push(this.total);
    this.rssBytes.push(rss);
    if (!Number.isNaN(rss)) this.rssMaxBytes = Math.max(this.rssMaxBytes ?? 0, rss);
    if (!Number.isNaN(pss)) this.pssMaxBytes = Math.max(this.pssMaxBytes ?? 0, pss);
    return true;
  }

  private addCores(n: number): void {
    for (let core = 0; core < n; core++) {
      this.busy.push(new F64Column());
      this.target.push(new F64Column());
    }
  }

  /** Adds each thread's CPU since the last round to the core it ran on; returns that of gilscope's own threads. */
  private shareOut(
    process: SampleProcess,
    track: ProcessTrack,
    find: (stream: number, tid: number) => Track | null,
    share: Float64Array,
  ): number {
    let own = 0;
    const known = this.processCpu.has(process.stream) || track.bornHere;
    for (const thread of process.threads) {
      const key = keyOf(process.stream, thread.tid);
      // A thread first seen now was born since the last round, unless the process was there before the session.
      const before = this.cpuOf.get(key) ?? (known ? 0 : thread.cpuS);
      this.cpuOf.set(key, thread.cpuS);
      const used = Math.max(0, thread.cpuS - before);
      if (find(process.stream, thread.tid)?.info.own) own += used;
      else if (thread.core >= 0 && thread.core < share.length) share[thread.core] += used;
    }
    return own;
  }

  /** The process itself tells at its end what it used, gilscope's own threads included: the sampler may have been late. */
  finish(stream: number, track: ProcessTrack, ns: Ns, cpuS: number, ownS: number): void {
    // Of one that was never sampled nothing is known of the time before the session.
    if (!track.bornHere && !this.processCpu.has(stream)) return;
    if (ns <= track.sampleNs.last(-Infinity)) return;
    const before = this.processCpu.get(stream) ?? 0;
    const own = Math.max(0, ownS - (this.ownCpu.get(stream) ?? 0));
    const used = Math.max(0, cpuS - before - own);
    this.processCpu.set(stream, Math.max(before, cpuS));
    this.total += used;
    track.sampleNs.push(ns);
    track.rssBytes.push(track.rssBytes.last(NaN));
    track.cpuS.push(track.cpuS.last(0) + used);
  }

  private addProcess(process: SampleProcess, track: ProcessTrack, ns: Ns, own: number): void {
    const before = this.processCpu.get(process.stream) ?? (track.bornHere ? 0 : process.cpuS);
    const used = Math.max(0, process.cpuS - before - own) || 0;
    if (!Number.isNaN(process.cpuS)) this.processCpu.set(process.stream, process.cpuS);
    this.total += used;
    track.sampleNs.push(ns);
    track.rssBytes.push(process.rssBytes);
    track.cpuS.push(track.cpuS.last(0) + used);
    this.ownCpu.set(process.stream, (this.ownCpu.get(process.stream) ?? 0) + own);
    const { info } = track;
    if (!Number.isNaN(process.rssBytes)) {
      info.rssBytes = process.rssBytes;
      track.rssMaxBytes = Math.max(track.rssMaxBytes ?? 0, process.rssBytes);
    }
    if (Number.isNaN(process.pssBytes)) return;
    info.pssBytes = process.pssBytes;
    track.pssMaxBytes = Math.max(track.pssMaxBytes ?? 0, process.pssBytes);
  }
}

/** The value of a cumulative column at a time, straight between samples; its nearest end outside them. NaN when empty. */
export function valueAt(times: F64Column, values: F64Column, t: Ns): number {
  const n = times.length;
  if (n === 0) return NaN;
  const i = lowerBound(n, (k) => times.get(k), t);
  if (i === 0) return values.get(0);
  if (i === n) return values.get(n - 1);
  const t0 = times.get(i - 1);
  const v0 = values.get(i - 1);
  return v0 + ((values.get(i) - v0) * (t - t0)) / (times.get(i) - t0);
}
