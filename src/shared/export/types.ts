/**
 * What every export format reads and how it is written: a recording in a scope, told row by row in the order of time, never gathered in
 * memory. Rows that iterators give are reused: read them before the next one is asked for. Filled by source.ts from the model, read by the
 * formats in this folder, driven by src/engine/export.
 */
import type { Kept } from './trace/records.ts';
import type { FunctionInfo } from '../contract/functions.ts';
import type { GilIdx, Ns, ProcIdx, ThreadIdx } from '../contract/basics.ts';
import type {
  GilInfo,
  ProcessInfo,
  SessionInfo,
  SiteInfo,
  StatsReply,
  Summary,
  SummaryThread,
  ThreadInfo,
  ThreadState,
  TimelineReply,
} from '../contract/types.ts';

/** What is to be exported. Empty lists: all. */
export interface ExportScope {
  start?: Ns | undefined;
  end?: Ns | undefined;
  processes: readonly ProcIdx[];
  threads: readonly ThreadIdx[];
}

/** A stretch of a thread's life in one state, clipped to the scope. */
export interface IntervalRow {
  thread: ThreadIdx;
  start: Ns;
  end: Ns;
  state: ThreadState;
  /** IntervalFlag bits. */
  flags: number;
  /** Of a hold: the core at the take, -1 unknown. */
  core: number;
  /** Released: the part of it on CPU, 0..1; null: not measured. */
  cpu: number | null;
  /** GIL it held or asked for; null when released, or not known. */
  gil: GilIdx | null;
  /** Of a hold: where it ended; of what follows: where the thread had let go. Null: not known. */
  site: SiteInfo | null;
  /** It began before, or went on after, the scope. */
  cutStart: boolean;
  cutEnd: boolean;
}

/** A hold of a GIL by whichever thread, gilscope's own included, clipped to the scope. */
export interface HoldRow {
  gil: GilIdx;
  thread: ThreadIdx;
  start: Ns;
  end: Ns;
  /** IntervalFlag bits. */
  flags: number;
  /** It is one of the GIL's switches. */
  switched: boolean;
  /** Where it ended; null: not known. */
  site: SiteInfo | null;
}

/** A change of holder: `to` takes what `from` had before. */
export interface SwitchRow {
  gil: GilIdx;
  /** When `to` took. */
  at: Ns;
  /** The last that was seen to hold it. Null: it held before gilscope was there. */
  from: ThreadIdx | null;
  to: ThreadIdx;
  /** When `from` had let go. Null as `from` is, and where its end was not seen or events were dropped since: another may have held it. May be before the scope. */
  droppedAt: Ns | null;
  /** How `from` let go; null: not known. */
  preempted: boolean | null;
  /** Where `from` let go. */
  site: SiteInfo | null;
}

/** One traced call, clipped to the scope; a caller comes before what it calls. */
export interface CallRow {
  thread: ThreadIdx;
  start: Ns;
  end: Ns;
  /** 0: the outermost. */
  depth: number;
  function: FunctionInfo | null;
  /** It had not ended, or its end was lost. */
  open: boolean;
}

/** A region or an instant the program marked itself, clipped to the scope; an outer region comes before an inner one. */
export interface MarkRow {
  thread: ThreadIdx;
  start: Ns;
  /** Of an instant: equal to start. */
  end: Ns;
  name: string;
  instant: boolean;
  /** It had not ended, or its end was lost. */
  open: boolean;
}

/** How many threads wait for a GIL, from here on. */
export interface WaitersRow {
  at: Ns;
  waiting: number;
}

/** One round of the sampler; columns by core. Fractions 0..1 of the time from `since` to `at`, both within the scope. */
export interface CoreRow {
  since: Ns;
  at: Ns;
  target: Float64Array;
  others: Float64Array;
}

/** Memory and CPU of one process at one time. */
export interface ProcessSampleRow {
  process: ProcIdx;
  at: Ns;
  /** Cumulative CPU seconds, without gilscope's own threads. */
  cpuS: number;
  /** NaN: not known. */
  rssBytes: number;
}

/** CPU of one thread at one time. */
export interface ThreadSampleRow {
  thread: ThreadIdx;
  at: Ns;
  /** Cumulative CPU seconds. */
  cpuS: number;
}

/** A watched object's reference count, from here on; one watch after the other, each in the order of time. */
export interface RefcountRow {
  /** Number of the watch: two may be of one expression, one after the other. */
  watch: number;
  process: ProcIdx;
  expression: string;
  at: Ns;
  /** Null: immortal, or it was not there. */
  count: number | null;
  /** sys.getsizeof; null: not known. */
  size: number | null;
  immortal: boolean;
  absent: boolean;
}

/** What a thread did in a function over the scope; at the ends of a range in proportion. Thread by thread, the longest own time first. */
export interface FunctionRow {
  thread: ThreadIdx;
  /** Null: not known. */
  function: FunctionInfo | null;
  calls: number;
  /** While it was the innermost call, and of that: held the GIL, waited for it, had let go. */
  ownS: number;
  ownHoldS: number;
  ownWaitS: number;
  ownReleasedS: number;
  /** The same while it was anywhere on the stack; counted once in recursion. */
  totalS: number;
  holdS: number;
  waitS: number;
  releasedS: number;
}

/** Time a thread waited, by the thread and the function that caused it. The rows of a waiter add up to all that it waited. */
export interface BlameRow {
  waiter: ThreadIdx;
  /** Null: the GIL was free meanwhile, or nobody knows who held it. */
  holder: ThreadIdx | null;
  /** Of the function, whichever its line; null: not known. */
  site: SiteInfo | null;
  waitS: number;
  /** Waits in which it had a part: one wait may count in several rows. 0 where `holder` is null. */
  waits: number;
}

/** A recording as formats see it. */
export interface ExportSource {
  readonly title: string;
  /** ISO 8601. */
  readonly created: string;
  readonly command: readonly string[];
  readonly host: string;
  readonly cores: number;
  readonly gilscope: string;
  readonly start: Ns;
  readonly end: Ns;
  /** Absolute CLOCK_MONOTONIC ns of session time 0. */
  readonly originNs: bigint;
  /** The summary of the scope's time (all processes and threads). */
  readonly summary: Summary;
  /** Those in the scope; gilscope's own threads are left out. */
  readonly processes: readonly ProcessInfo[];
  readonly threads: readonly ThreadInfo[];
  readonly gils: readonly GilInfo[];
  /** All of the session, by index: a switch may come from a thread out of the scope. */
  thread(thread: ThreadIdx): ThreadInfo;
  process(process: ProcIdx): ProcessInfo;
  /** By its index, 0 for what is not known. */
  site(site: number): SiteInfo;
  /** What no row tells, for who reads the session back from a trace. */
  readonly kept: Kept;
  /** The summary's figures of a thread of the scope. */
  figures(thread: ThreadIdx): SummaryThread;
  /** How many intervals there are in all, at most: for progress. */
  readonly intervalCount: number;
  intervals(thread: ThreadIdx): Iterable<IntervalRow>;
  /** Who held that GIL, by whichever thread; those never overlap. */
  holds(gil: GilIdx): Iterable<HoldRow>;
  /** Those within the scope that a thread of the scope has a part in. */
  switches(gil: GilIdx): Iterable<SwitchRow>;
  calls(thread: ThreadIdx): Iterable<CallRow>;
  marks(thread: ThreadIdx): Iterable<MarkRow>;
  /** Changes of how many threads wait for a GIL. */
  waiters(gil: GilIdx): Iterable<WaitersRow>;
  coreSamples(): Iterable<CoreRow>;
  processSamples(process: ProcIdx): Iterable<ProcessSampleRow>;
  threadSamples(thread: ThreadIdx): Iterable<ThreadSampleRow>;
  refcounts(): Iterable<RefcountRow>;
  functions(): Iterable<FunctionRow>;
  blame(): Iterable<BlameRow>;
  /** All of the session, by index, gilscope's own threads too: what `timeline` names. */
  readonly session: Pick<SessionInfo, 'processes' | 'threads' | 'gils' | 'cores'>;
  /** The figures of the scope's time as the window shows them (all processes and threads). */
  stats(): StatsReply;
  /** The scope's time as the window draws it, in as many columns: lanes of the scope's threads. */
  timeline(px: number): TimelineReply;
}

/** A piece of the file, and how many intervals are told so far (never less than before): after it the writer may pause, tell, or stop. */
export interface Piece {
  bytes: Uint8Array;
  done: number;
}

/** Pieces of some 64 KiB; the whole of them is the file. Pure: it may be run twice with the same result. */
export type FormatWriter = (source: ExportSource) => Iterable<Piece>;
