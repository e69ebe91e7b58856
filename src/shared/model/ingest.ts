/**
 * One process of a session as its frames come in: names, states, samples, and events through the merger into intervals.
 * Called by session.ts with decoded frames.
 */
import type { Ns } from '../contract/types.ts';
import type { GilFound, Goodbye, Hello, Look, ProcessChange, ProcessState, ThreadName } from '../protocol/control.ts';
import { EventKind, type EventBlock } from '../protocol/events.ts';
import { ProtocolError } from '../protocol/frames.ts';
import type { CallBlock, Tally } from '../protocol/functionTrace.ts';
import { MarkKind, type Mark } from '../protocol/mark.ts';
import type { Counter, SampleProcess } from '../protocol/sample.ts';
import { IntervalBuilder } from './builder.ts';
import { FunctionIngest } from './functionIngest.ts';
import { MarkIngest } from './marks.ts';
import { Merger } from './merge.ts';
import { toSeconds } from '../units.ts';
import { sampleThread } from './released.ts';
import type { Store } from './store.ts';
import type { GilTrack, ProcessTrack, Track } from './track.ts';

/** Events kept while no watermark comes; then the peer is broken or hostile. */
const MOST_WAITING = 8_000_000;
/** Samples kept for a process that sends no watermark. */
const MOST_SAMPLES_WAITING = 1000;

export class ProcessIngest {
  readonly builder = new IntervalBuilder();
  private readonly merger = new Merger((track, block, row) => this.applyEvent(track, block, row));
  private bySerial = new Map<number, Track>();
  /** The living thread of a kernel tid; tids are reused, serials never. */
  private byTid = new Map<number, Track>();
  private gilById = new Map<number, GilTrack>();
  private lastGil: GilTrack | null = null;
  private living = new Set<Track>();
  private samples: { ns: Ns; sample: SampleProcess }[] = [];
  private greeted = false;
  private mergedNs: Ns = 0;
  /** Counts of the interpreter that wait for the events before them. */
  private counts: { ns: Ns; gil: GilTrack; counted: number }[] = [];
  private mainTid: number | null = null;
  private marks: MarkIngest;
  private readonly functions: FunctionIngest;

  constructor(
    private readonly store: Store,
    readonly process: ProcessTrack,
  ) {
    this.marks = new MarkIngest(store.marks);
    this.functions = new FunctionIngest(store, process);
  }

  /** The living thread of a kernel thread id. */
  livingThread(tid: number): Track | null {
    return this.byTid.get(tid) ?? null;
  }

  hello(hello: Hello): void {
    if (this.greeted) this.startOver();
    this.greeted = true;
    const { process, builder } = this;
    const { info } = process;
    const startNs = this.store.rebase(hello.start_ns);
    info.pid = hello.pid;
    info.ppid = hello.ppid ?? info.ppid;
    info.python = hello.python;
    info.executable = hello.executable ?? null;
    if (info.argv.length === 0) info.argv = hello.argv;
    if (info.name === '') info.name = nameOf(info.argv);
    info.engine = hello.engine;
    info.engineReason = hello.engine_reason ?? null;
    info.switchIntervalS = hello.switch_interval_s ?? null;
    info.gilEnabled = hello.gil_enabled ?? null;
    builder.flagsSwitches = hello.engine === 'exact';
    builder.startNs = process.startNs = Math.max(0, startNs);
    process.endNs = Math.max(process.endNs, process.startNs);
    process.closed = false;
    // Whatever was thought of it before: it speaks.
    info.lost = info.endedNs = info.exitCode = info.signal = null;
    this.mainTid = hello.main_tid ?? null;
  }

  /** Another image of the same process (exec): what was known of threads and GILs belongs to the one before. */
  private startOver(): void {
    this.close(false);
    this.bySerial = new Map();
    this.byTid = new Map();
    this.gilById = new Map();
    this.lastGil = null;
    this.store.sites.startOver(this.process.info.idx);
    this.marks = new MarkIngest(this.store.marks);
  }

  change(change: ProcessChange): void {
    const { info } = this.process;
    info.pid = change.pid;
    info.ppid = change.ppid ?? info.ppid;
    info.argv = change.argv ?? info.argv;
    if (change.name) info.name = change.name;
    else if (info.name === '') info.name = nameOf(info.argv);
    if (change.born_ns != null) {
      info.bornNs = this.store.rebase(change.born_ns);
      this.process.bornHere = info.bornNs >= 0;
    }
    // One or the other: what its parent heard corrects what could be seen from outside.
    if (change.exit_code != null || change.signal != null) {
      info.exitCode = change.exit_code ?? null;
      info.signal = change.signal ?? null;
    }
    info.lost = change.lost ?? info.lost;
    if (change.ended_ns == null) return;
    info.endedNs = this.store.rebase(change.ended_ns);
    this.close(true);
  }

  state(state: ProcessState): void {
    const { info } = this.process;
    info.switchIntervalS = state.switch_interval_s ?? info.switchIntervalS;
    info.gilEnabled = state.gil_enabled ?? info.gilEnabled;
    info.sites = state.sites ?? info.sites;
    info.sitesReason = state.sites_reason ?? info.sitesReason;
    if (state.name) info.name = state.name;
    this.functions.state(state);
    this.builder.dropSites = state.drop_sites ?? this.builder.dropSites;
  }

  look(look: Look): void {
    const track = this.bySerial.get(look.serial);
    const ns = this.store.rebase(look.ns);
    // Out of order it could not be searched; a peer that does that is broken.
    if (track === undefined || ns < track.lookNs.last(-Infinity)) return;
    track.lookSites.set(track.lookNs.length, this.store.sites.index(this.process.info.idx, look.site));
    track.lookNs.push(ns);
  }

  mark(mark: Mark): void {
    if (this.process.closed) return;
    const ns = this.store.rebase(mark.ns);
    const placed = mark.what === MarkKind.instant || mark.what === MarkKind.begin;
    const { serial, tid } = mark;
    const track = !placed ? null : serial === 0 ? this.threadOfTid(tid) : this.threadOf(serial, tid);
    this.marks.apply(mark, ns, track);
  }

  calls(block: CallBlock): void {
    if (!this.process.closed) this.functions.calls(this.threadOf(block.serial, block.tid), block);
  }

  tally(tally: Tally): void {
    if (!this.process.closed) this.functions.tally(this.threadOf(tally.serial, tally.tid), tally);
  }

  thread(name: ThreadName): void {
    const track = name.serial == null ? this.threadOfTid(name.tid) : this.threadOf(name.serial, name.tid);
    const { info } = track;
    if (name.name !== '') info.name = name.name;
    info.main = name.main ?? info.main;
    info.own = name.own ?? info.own;
  }

  gil(found: GilFound): void {
    const gil = this.gilOf(found.id);
    const ns = this.store.rebase(found.ns);
    if (found.gone) {
      gil.info.endedNs = Math.max(ns, gil.info.bornNs);
      return;
    }
    if (gil.owner.length === 0) gil.info.bornNs = Math.max(0, ns);
    gil.count0 = found.count0 ?? gil.count0;
  }

  counter(counter: Counter): void {
    const gil = this.gilOf(counter.gil);
    // Without the count at the start the first one heard of is the start.
    gil.count0 ??= counter.count;
    const counted = Number(counter.count - gil.count0);
    if (counted < 0 || counted > Number.MAX_SAFE_INTEGER || this.process.closed) return;
    this.counts.push({ ns: this.store.rebase(counter.ns), gil, counted });
    if (this.counts.length > MOST_SAMPLES_WAITING) this.counts.shift();
  }

  private threadOf(serial: number, tid: number): Track {
    const known = this.bySerial.get(serial);
    if (known) return known;
    const seen = this.byTid.get(tid);
    let track: Track;
    if (seen?.serial === null) {
      track = seen;
      track.serial = serial;
    } else {
      track = this.addThread(tid, serial);
    }
    this.bySerial.set(serial, track);
    this.byTid.set(tid, track);
    return track;
  }

  private threadOfTid(tid: number): Track {
    return this.byTid.get(tid) ?? this.addThread(tid, null);
  }

  private addThread(tid: number, serial: number | null): Track {
    const track = this.store.addThread(this.process, tid, serial, this.process.endNs);
    if (tid === this.mainTid) {
      track.info.main = true;
      track.info.name = 'MainThread';
    }
    this.byTid.set(tid, track);
    this.living.add(track);
    return track;
  }

  private gilOf(id: number): GilTrack {
    // Nearly every event is about the GIL of the event before.
    if (this.lastGil?.info.id === id) return this.lastGil;
    let gil = this.gilById.get(id);
    if (gil === undefined) {
      gil = this.store.addGil(this.process, id, this.process.startNs);
      this.gilById.set(id, gil);
    }
    this.lastGil = gil;
    return gil;
  }

  events(block: EventBlock): void {
    const track = this.threadOf(block.serial, block.tid);
    const { info } = this.process;
    info.events += block.count;
    info.dropped += Math.max(0, block.dropped - track.droppedHeard);
    track.droppedHeard = Math.max(track.droppedHeard, block.dropped);
    if (block.count === 0) return;
    if (this.merger.waiting + block.count > MOST_WAITING)
      throw new ProtocolError('the agent sends events and no watermark');
    this.clampLate(track, block);
    track.queuedEnd = block.times[block.count - 1];
    this.merger.add(track, block);
  }

  /** What comes after its watermark is placed at the watermark, and counted. */
  private clampLate(track: Track, block: EventBlock): void {
    const floor = Math.max(track.queuedEnd, this.mergedNs);
    for (let i = 0; i < block.count && block.times[i] < floor; i++) {
      block.times[i] = floor;
      this.builder.anomalies.late++;
    }
  }

  watermark(ns: Ns): void {
    if (ns > this.process.endNs && !this.process.closed) this.mergeUpTo(ns);
  }

  sample(ns: Ns, sample: SampleProcess): void {
    if (this.process.closed) return;
    this.samples.push({ ns, sample });
    if (this.samples.length > MOST_SAMPLES_WAITING) this.samples.shift();
    if (ns <= this.process.endNs) this.mergeUpTo(this.process.endNs);
  }

  goodbye(goodbye: Goodbye): void {
    // Detached, the program goes on: its intervals end here only because knowledge does.
    this.flush();
    const { process, store } = this;
    if (goodbye.cpu_ns != null) {
      const [cpuS, ownS] = [goodbye.cpu_ns, goodbye.own_cpu_ns ?? 0n].map((ns) => toSeconds(Number(ns)));
      store.samples.finish(process.info.idx, process, process.endNs, cpuS, ownS);
    }
    this.close(goodbye.reason !== 'detach');
  }

  /** An orderly end: all that was sent is complete, with or without a last watermark. */
  private flush(): void {
    if (this.process.closed) return;
    let last = this.process.endNs;
    for (const track of this.living) if (track.pending) last = Math.max(last, track.queuedEnd);
    this.mergeUpTo(last);
  }

  private close(known: boolean): void {
    const { process } = this;
    if (process.closed) return;
    process.closed = true;
    this.checkCounts(Infinity);
    this.marks.close(process.endNs);
    this.functions.close();
    for (const track of this.living) {
      if (track.droppedHeard > track.dropped) this.builder.lost(track, process.endNs);
      this.builder.close(track, process.endNs, known);
      track.info.endedNs ??= process.endNs;
    }
    this.living.clear();
    for (const gil of process.gils) gil.info.endedNs ??= process.endNs;
    this.settle(process.tracks);
  }

  /** Compares what was captured with what the interpreter counted, at one moment. */
  private checkCounts(until: Ns): void {
    for (const { ns, gil, counted } of this.counts) {
      if (ns > until) continue;
      this.merger.upTo(ns);
      gil.info.switchesCounted = counted;
      gil.info.switchesChecked = gil.info.switches;
    }
    this.counts = this.counts.filter((count) => count.ns > until);
  }

  private mergeUpTo(ns: Ns): void {
    if (this.counts.length > 0) this.checkCounts(ns);
    const ready = this.samples.filter((sample) => sample.ns <= ns);
    if (ready.length > 0) this.samples = this.samples.filter((sample) => sample.ns > ns);
    for (const { ns: at, sample } of ready) {
      this.merger.upTo(at);
      this.applySample(at, sample);
    }
    this.merger.upTo(ns);
    this.mergedNs = this.process.endNs = ns;
    this.settle(this.living);
  }

  private applySample(ns: Ns, sample: SampleProcess): void {
    for (const thread of sample.threads) {
      const track = this.byTid.get(thread.tid);
      if (track && track.info.endedNs === null) sampleThread(track, ns, thread.cpuS);
    }
    this.endUnseen(sample, ns);
  }

  /** A thread only the sampler knows ends when it is seen no more. */
  private endUnseen(sample: SampleProcess, ns: Ns): void {
    let seen: Set<number> | null = null;
    for (const track of this.living) {
      if (track.serial !== null || track.sampleNs.length === 0) continue;
      seen ??= new Set(sample.threads.map((thread) => thread.tid));
      if (seen.has(track.info.tid)) continue;
      track.info.endedNs = ns;
      this.forget(track);
    }
  }

  private forget(track: Track): void {
    this.living.delete(track);
    if (this.byTid.get(track.info.tid) === track) this.byTid.delete(track.info.tid);
  }

  /** Moves the live edge and completes what queries rest on. */
  private settle(tracks: Iterable<Track>): void {
    const { endNs } = this.process;
    for (const track of tracks) {
      track.rows.until = endNs;
      track.rows.settle();
      if (track.marks !== null) this.store.marks.settle(track, endNs);
    }
    for (const gil of this.process.gils) {
      gil.owner.until = endNs;
      gil.waiters.until = endNs;
      gil.owner.settle(this.store.tracks.length);
      gil.waiters.settle();
    }
  }

  private applyEvent(track: Track, block: EventBlock, row: number): void {
    const { builder } = this;
    const ns = block.times[row];
    if (row === 0) this.beginBlock(track, block, ns);
    switch (block.kinds[row]) {
      case EventKind.take:
        builder.take(track, ns, block.flags[row] === 1, block.cores[row], this.gilOf(block.gils[row]));
        break;
      case EventKind.drop:
        builder.drop(track, ns, block.flags[row] === 1, this.gilOf(block.gils[row]));
        break;
      case EventKind.wait:
        builder.wait(track, ns, block.cores[row], this.gilOf(block.gils[row]));
        break;
      case EventKind.request:
        builder.request(track, this.gilOf(block.gils[row]));
        break;
      case EventKind.switchWait:
        builder.switchWait(track);
        break;
      case EventKind.end:
        builder.end(track, ns);
        track.rows.until = ns;
        this.forget(track);
        break;
      case EventKind.releaseCpu:
        if (block.flags[row] === 1) builder.waitForLock(track, ns);
        else track.releaseCpu = block.numbers![row];
        break;
      case EventKind.site:
        track.site = this.store.sites.index(this.process.info.idx, block.numbers![row]);
        break;
    }
    track.lastNs = ns;
  }

  private beginBlock(track: Track, block: EventBlock, ns: Ns): void {
    if (track.rows.length === 0) track.info.bornNs = ns;
    if (block.dropped > track.dropped) {
      track.droppedFirst ||= track.rows.length === 0;
      track.dropped = block.dropped;
      this.builder.lost(track, ns);
    }
    // Each block says anew where it is: one before it may be lost.
    track.site = 0;
    track.info.endedNs = null;
    this.living.add(track);
  }
}

/** A short name from a command line: the script, module or program. */
function nameOf(argv: string[]): string {
  const rest = argv.slice(1);
  const module = rest.indexOf('-m');
  const pick = module >= 0 && rest[module + 1] ? rest[module + 1] : rest.find((arg) => !arg.startsWith('-'));
  return (pick ?? argv[0] ?? '').split('/').pop() ?? '';
}
