/**
 * All that a session holds, as the queries read it and ingest.ts fills it. Indices are those of the contract.
 */
import type { GilInfo, Ns, ProcessInfo, ThreadInfo } from '../contract/types.ts';
import { ProtocolError } from '../protocol/frames.ts';
import type { SessionHead } from '../protocol/control.ts';
import { CallRoom } from './calls.ts';
import { Marks } from './marks.ts';
import { SampleSeries } from './samples.ts';
import { WatchStore } from './watches.ts';
import { Sites } from './sites.ts';
import { TallyRoom } from './tallies.ts';
import { GilTrack, ProcessTrack, Track } from './track.ts';

/** Bounds on what a hostile peer or file can make us keep; far beyond what a program has. */
const MOST_PROCESSES = 4096;
const MOST_THREADS = 200_000;
const MOST_GILS = 60_000;

/** A process of which nothing is known yet. */
export const unknownProcess = (idx: number): ProcessInfo => ({
  idx,
  pid: 0,
  ppid: null,
  name: '',
  python: null,
  executable: null,
  argv: [],
  engine: null,
  engineReason: null,
  sites: null,
  sitesReason: null,
  switchIntervalS: null,
  gilEnabled: null,
  bornNs: 0,
  endedNs: null,
  exitCode: null,
  signal: null,
  lost: null,
  events: 0,
  dropped: 0,
  rssBytes: null,
  pssBytes: null,
});

export class Store {
  head: SessionHead | null = null;
  originNs: bigint | null = null;
  endNs: Ns = 0;
  /** Time of the END frame. */
  closedNs: Ns | null = null;
  readonly samples = new SampleSeries();
  readonly watches = new WatchStore();
  readonly processes: ProcessTrack[] = [];
  readonly tracks: Track[] = [];
  readonly gils: GilTrack[] = [];
  readonly sites = new Sites();
  readonly marks = new Marks();
  readonly callRoom = new CallRoom();
  readonly tallyRoom = new TallyRoom();
  /** The same, as the contract shows them. */
  readonly processInfos: ProcessInfo[] = [];
  readonly threadInfos: ThreadInfo[] = [];
  readonly gilInfos: GilInfo[] = [];

  /** Session time of an absolute one. Throws for one that cannot belong to a session. */
  rebase(ns: bigint): Ns {
    const rebased = Number(ns - (this.originNs ?? 0n));
    if (Math.abs(rebased) > Number.MAX_SAFE_INTEGER) throw new ProtocolError('a time is out of range');
    return rebased;
  }

  /** The process of a stream; made, with those before it, when it is first heard of. */
  process(stream: number): ProcessTrack {
    if (stream >= MOST_PROCESSES) throw new ProtocolError(`more than ${MOST_PROCESSES} processes`);
    while (this.processes.length <= stream) this.addProcess();
    return this.processes[stream];
  }

  private addProcess(): void {
    const info = unknownProcess(this.processes.length);
    this.processInfos.push(info);
    this.processes.push(new ProcessTrack(info));
  }

  addThread(process: ProcessTrack, tid: number, serial: number | null, bornNs: Ns): Track {
    if (this.tracks.length >= MOST_THREADS) throw new ProtocolError(`more than ${MOST_THREADS} threads`);
    const info: ThreadInfo = {
      idx: this.tracks.length,
      process: process.info.idx,
      tid,
      name: `Thread ${tid}`,
      main: false,
      own: false,
      markLevels: 0,
      callLevels: 0,
      bornNs,
      endedNs: null,
    };
    const track = new Track(info, serial);
    this.threadInfos.push(info);
    this.tracks.push(track);
    process.tracks.push(track);
    return track;
  }

  addGil(process: ProcessTrack, id: number, bornNs: Ns): GilTrack {
    if (this.gils.length >= MOST_GILS) throw new ProtocolError(`more than ${MOST_GILS} interpreters`);
    const info: GilInfo = {
      idx: this.gils.length,
      process: process.info.idx,
      id,
      bornNs,
      endedNs: null,
      switches: 0,
      switchesCounted: null,
      switchesChecked: null,
    };
    const gil = new GilTrack(info);
    this.gilInfos.push(info);
    this.gils.push(gil);
    process.gils.push(gil);
    return gil;
  }

  /** Lanes and figures of the user's own threads. */
  userTracks(): Track[] {
    return this.tracks.filter((track) => !track.info.own);
  }
}
