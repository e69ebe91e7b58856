/**
 * Everything known of one session, built from its frames and asked by the engine for the window and the command line.
 * A recording in progress and a file are the same to it: both are frames given to `apply` in their order.
 */
import type { BlameReply } from '../contract/blame.ts';
import type { FlameReply, FunctionsReply } from '../contract/functions.ts';
import type {
  GilInfo,
  IntervalDetails,
  Ns,
  OverviewReply,
  ProcIdx,
  ProcessInfo,
  SiteInfo,
  StatsReply,
  Summary,
  ThreadIdx,
  ThreadInfo,
  TimelineReply,
} from '../contract/types.ts';
import { parseControl, type Control, type SessionHead } from '../protocol/control.ts';
import { decodeEvents } from '../protocol/events.ts';
import { FrameKind, ProtocolError, type Frame } from '../protocol/frames.ts';
import { decodeCalls, decodeTally } from '../protocol/functionTrace.ts';
import { decodeRefcount } from '../protocol/refcount.ts';
import { decodeMark } from '../protocol/mark.ts';
import { decodeCounter, decodeSample, decodeWatermark } from '../protocol/sample.ts';
import { exportSource, type ExportMeta } from '../export/source.ts';
import type { ExportScope, ExportSource } from '../export/types.ts';
import type { Blame } from './blame.ts';
import { BlameCache } from './blameCache.ts';
import { blameReply, type BlameFilter } from './blameReply.ts';
import { topBlame } from './blameTop.ts';
import type { Anomalies } from './builder.ts';
import { details } from './details.ts';
import { histogramOf } from './distribution.ts';
import { figuresOf, fullRange, wallEnd, type Figures, type Range } from './figures.ts';
import { flame, type FlameQuery } from './flame.ts';
import { functionsReply, type FunctionsFilter } from './functions.ts';
import type { WatchesReply, WatchIdx } from '../contract/watches.ts';
import { ProcessIngest } from './ingest.ts';
import type { WatchesQuery } from './watches.ts';
import { Store } from './store.ts';
import { summaryOf } from './summary.ts';
import { overview, timeline, type TimelineQuery } from './timeline.ts';

export type { Range } from './figures.ts';
export type { TimelineQuery } from './timeline.ts';

/** Frames that say nothing to the model; known so that their absence here is no oversight. */
const PASSED_OVER = new Set<number>([
  FrameKind.log,
  FrameKind.reply,
  FrameKind.child,
  FrameKind.command,
  FrameKind.terminal,
]);

export class SessionModel {
  /** Echoed in TimelineReply.session. */
  readonly id: string;
  /** Set by who reads a file that is cut short or damaged; goes into the summary. */
  damage: string | null = null;
  /** Set by who reads the export of a part: of what. */
  part: string | null = null;
  /** Grows with every change of what a query would answer. */
  revision = 0;
  /** Events received, all processes. */
  events = 0;
  private readonly store = new Store();
  private readonly ingests: ProcessIngest[] = [];
  private readonly blames = new BlameCache(this.store);

  constructor(id = '') {
    this.id = id;
  }

  /** Index = stream of the frame / index of the process, thread, GIL in the contract. Live: the same objects change. */
  get processes(): readonly ProcessInfo[] {
    return this.store.processInfos;
  }

  get threads(): readonly ThreadInfo[] {
    return this.store.threadInfos;
  }

  get gils(): readonly GilInfo[] {
    return this.store.gilInfos;
  }

  /** Where threads let go of the GIL; index 0 is "not known". */
  get sites(): readonly SiteInfo[] {
    return this.store.sites.infos;
  }

  /** The SESSION frame; null before it, or in a stream without one. */
  get head(): SessionHead | null {
    return this.store.head;
  }

  /** Absolute CLOCK_MONOTONIC of session time 0: SESSION.start_ns, else the first HELLO's. */
  get originNs(): bigint | null {
    return this.store.originNs;
  }

  /** Everything up to here is merged and can be queried. */
  get endNs(): Ns {
    return this.store.endNs;
  }

  /** True once the END frame was read. */
  get closed(): boolean {
    return this.store.closedNs !== null;
  }

  /** What could not be in the events of a process, counted. */
  anomalies(process: number): Anomalies {
    return this.ingests[process].builder.anomalies;
  }

  /**
   * Takes any frame of docs/protocol.md, wire or file; those that say nothing to the model (LOG, REPLY, TERMINAL, COMMAND, unknown kinds)
   * are passed over. Throws a ProtocolError for a malformed one, which is as if it had not come.
   */
  apply(frame: Frame): void {
    if (PASSED_OVER.has(frame.kind)) return;
    if (this.applyBinary(frame)) this.changed();
    else {
      const control = parseControl(frame);
      if (control === null) return;
      this.applyControl(control, frame.stream);
      this.changed();
    }
  }

  /** A step of reading a session back from a trace, which has no frames: src/shared/import. */
  restore(step: (store: Store) => void): void {
    step(this.store);
    this.events = this.store.processInfos.reduce((sum, info) => sum + info.events, 0);
    this.changed();
  }

  private changed(): void {
    this.revision++;
    this.store.endNs = Math.max(this.store.endNs, wallEnd(this.store));
  }

  private ingest(stream: number): ProcessIngest {
    this.store.process(stream);
    while (this.ingests.length < this.store.processes.length)
      this.ingests.push(new ProcessIngest(this.store, this.store.processes[this.ingests.length]));
    return this.ingests[stream];
  }

  private applyBinary(frame: Frame): boolean {
    const { store } = this;
    switch (frame.kind) {
      case FrameKind.events: {
        const block = decodeEvents(frame.payload, this.origin());
        this.ingest(frame.stream).events(block);
        this.events += block.count;
        return true;
      }
      case FrameKind.watermark:
        this.origin();
        this.ingest(frame.stream).watermark(store.rebase(decodeWatermark(frame.payload)));
        return true;
      case FrameKind.counter:
        this.ingest(frame.stream).counter(decodeCounter(frame.payload));
        return true;
      case FrameKind.refcount: {
        const round = decodeRefcount(frame.payload);
        this.origin();
        store.watches.round(frame.stream, store.rebase(round.ns), round);
        return true;
      }
      case FrameKind.calls: {
        const block = decodeCalls(frame.payload, this.origin());
        this.ingest(frame.stream).calls(block);
        return true;
      }
      case FrameKind.tally: {
        const tally = decodeTally(frame.payload, this.origin());
        this.ingest(frame.stream).tally(tally);
        return true;
      }
      case FrameKind.mark:
        this.origin();
        this.ingest(frame.stream).mark(decodeMark(frame.payload));
        return true;
      case FrameKind.sample:
        this.applySample(frame.payload);
        return true;
      default:
        return false;
    }
  }

  /** Binary frames carry absolute times and mean nothing before the origin is known. */
  private origin(): bigint {
    if (this.store.originNs === null) throw new ProtocolError('events came before HELLO');
    return this.store.originNs;
  }

  private applySample(payload: Uint8Array): void {
    this.origin();
    const { store } = this;
    const sample = decodeSample(payload);
    const ns = store.rebase(sample.ns);
    const find = (stream: number, tid: number) => this.ingests[stream]?.livingThread(tid) ?? null;
    if (!store.samples.add(ns, sample, store.processes, find)) return;
    for (const process of sample.processes) this.ingests[process.stream]?.sample(ns, process);
  }

  private applyControl(control: Control, stream: number): void {
    const { store } = this;
    switch (control.kind) {
      case FrameKind.session:
        if (store.head !== null) throw new ProtocolError('a second SESSION frame');
        store.head = control.value;
        store.originNs ??= control.value.start_ns;
        return;
      case FrameKind.hello:
        store.originNs ??= control.value.start_ns;
        this.ingest(stream).hello(control.value);
        store.watches.startOver(stream);
        return;
      case FrameKind.process:
        this.ingest(stream).change(control.value);
        return;
      case FrameKind.thread:
        this.ingest(stream).thread(control.value);
        return;
      case FrameKind.gil:
        this.ingest(stream).gil(control.value);
        return;
      case FrameKind.site:
        this.ingest(stream);
        store.sites.describe(stream, control.value);
        return;
      case FrameKind.look:
        this.ingest(stream).look(control.value);
        return;
      case FrameKind.watch:
        this.ingest(stream);
        store.watches.change(stream, control.value, store.rebase(control.value.ns));
        return;
      case FrameKind.state:
        this.ingest(stream).state(control.value);
        return;
      case FrameKind.goodbye:
        this.ingest(stream).goodbye(control.value);
        return;
      case FrameKind.end:
        store.closedNs = store.rebase(control.value.ns);
        return;
    }
  }

  timeline(query: TimelineQuery): TimelineReply {
    return { session: this.id, revision: this.revision, ...timeline(this.store, query) };
  }

  watches(query: WatchesQuery): WatchesReply {
    return { revision: this.revision, endNs: this.store.endNs, ...this.store.watches.query(query) };
  }

  /** Which process a watch is of, and its number there; null for one that is no more. */
  findWatch(watch: WatchIdx): { process: ProcIdx; id: number; expression: string } | null {
    return this.store.watches.find(watch);
  }

  overview(px: number): OverviewReply {
    return { revision: this.revision, ...overview(this.store, px) };
  }

  stats(range?: Range): StatsReply {
    const figures = figuresOf(this.store, range);
    return {
      revision: this.revision,
      summary: this.summaryOf(figures),
      histogram: histogramOf(figures.distributions),
      threads: figures.threads,
      gils: figures.gils.map(({ gil, heldS, freeS, contendedS, switches }) => ({
        gil,
        heldS,
        freeS,
        contendedS,
        switches,
      })),
      coresInUse: figures.coresInUse,
      pythonCores: figures.pythonCores,
      worstWait: figures.worstWait,
    };
  }

  summary(range?: Range): Summary {
    const summary = this.summaryOf(figuresOf(this.store, range));
    return { ...summary, blame: topBlame(this.store, this.blames.get(fullRange(this.store, range), this.revision)) };
  }

  /** Who made whom wait; functions and places narrowed by `filter`. */
  blame(range?: Range, filter: BlameFilter = {}): BlameReply {
    return {
      revision: this.revision,
      ...blameReply(this.store, this.blames.get(fullRange(this.store, range), this.revision), filter),
    };
  }

  /** What was called, by function. */
  functions(range?: Range, filter: FunctionsFilter = {}): FunctionsReply {
    return { revision: this.revision, ...functionsReply(this.store, fullRange(this.store, range), filter) };
  }

  /** What threads called in a window, by time. */
  flame(query: FlameQuery): FlameReply {
    return { revision: this.revision, ...flame(this.store, query) };
  }

  /** Rows of what is known now, for exports. */
  exportSource(scope: ExportScope, meta: ExportMeta): ExportSource {
    const range = fullRange(this.store, scope);
    const blame = (): Blame => this.blames.get(range, this.revision);
    const stats = (): StatsReply => this.stats(range);
    const timelineOf = (query: TimelineQuery): TimelineReply => this.timeline(query);
    return exportSource(this.store, scope, meta, {
      ...{ range, summary: this.summary(scope), blame, stats, timeline: timelineOf },
    });
  }

  private summaryOf(figures: Figures): Summary {
    return { ...summaryOf(this.store, figures, this.damage), ...(this.part !== null && { part: this.part }) };
  }

  /** The interval of a thread at a time; null where it has none. */
  details(thread: ThreadIdx, at: Ns): IntervalDetails | null {
    return details(this.store, thread, at);
  }
}
