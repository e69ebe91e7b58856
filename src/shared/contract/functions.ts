/**
 * What ran: the function trace, as sums by function (`functions.query`) and as a flame chart of threads (`flame.query`).
 * Made by src/shared/model/functions.ts and flame.ts, read by the Functions panel, the timeline, summaries and the command line.
 */
import type { Ns, ProcIdx, ThreadIdx } from './basics.ts';

/** A function of a process. */
export interface FunctionInfo {
  /** Index that spans and rows name; kept for the life of the session. 0 is "not known". */
  idx: number;
  process: ProcIdx;
  /** Empty when it was never described. */
  name: string;
  /** From Python 3.11 on. */
  qualname: string | null;
  /** Of a function written in C: the module or type it belongs to, or empty. */
  file: string;
  /** 0 of a function written in C. */
  firstLine: number;
  /** Written in C. */
  builtin: boolean;
}

/** Nanoseconds, told apart by what the thread had of the GIL meanwhile. */
export interface GilTimes {
  holdNs: number;
  waitNs: number;
  releasedNs: number;
}

export interface FunctionRow {
  function: FunctionInfo;
  calls: number;
  /** While it was the innermost call. */
  own: GilTimes;
  /** While it was anywhere on the stack; counted once in recursion. */
  total: GilTimes;
  /** How many threads called it. */
  threads: number;
}

/** Of one process: whether its calls are traced. */
export interface FunctionsState {
  process: ProcIdx;
  on: boolean;
  /** It was traced at some time: there may be something to see. */
  ever: boolean;
  /** Why it is not, or not in all threads. */
  reason: string | null;
  /** Shorter calls are summed but not drawn. */
  minNs: number | null;
}

export interface FunctionsReply {
  revision: number;
  start: Ns;
  end: Ns;
  /** Longest own time first, at most a few thousand. */
  rows: FunctionRow[];
  rowCount: number;
  calls: number;
  /** The range cuts sums, which are taken several times a second, in two: figures are estimated in proportion. */
  prorated: boolean;
  /** Calls that were long enough to be drawn and lost on the way. */
  dropped: number;
  states: FunctionsState[];
}

/** Calls of a thread in a window: parallel columns in the order of depth, then of begin. */
export interface FlameSpans {
  start: Float64Array;
  end: Float64Array;
  depth: Uint16Array;
  /** `FunctionInfo.idx`; 0 where several short calls stand together. */
  function: Uint32Array;
  /** 1, or how many calls that are too short for a pixel stand together here. */
  count: Uint32Array;
  /** 1: it has not ended (yet), or its end was lost. */
  open: Uint8Array;
}

export interface FlameThread {
  thread: ThreadIdx;
  /** Levels that this thread ever had, for a chart that does not jump while one pans. At most FLAME_LEVELS. */
  levels: number;
  spans: FlameSpans;
}

/** Deeper calls are not drawn. */
export const FLAME_LEVELS = 200;

export interface FlameReply {
  revision: number;
  start: Ns;
  end: Ns;
  threads: FlameThread[];
  /** Those that the spans name. */
  functions: FunctionInfo[];
}

/** A function in a summary; seconds, as FunctionRow has them. */
export interface SummaryFunction {
  /** With its class from Python 3.11 on; null when it is not known, as are file and line then. */
  name: string | null;
  /** Of a function written in C: the module or type it belongs to. */
  file: string | null;
  line: number | null;
  calls: number;
  /** While it was the innermost call, and of that: its thread held the GIL, waited for it, had let go. */
  own_s: number;
  own_held_s: number;
  own_wait_s: number;
  own_released_s: number;
  /** The same while it was anywhere on the stack. */
  total_s: number;
  held_s: number;
  wait_s: number;
  released_s: number;
}

/** The function trace of a process. */
export interface SummaryFunctions {
  /** Longest own time first. */
  by_own: SummaryFunction[];
  /** Functions that are left out there. */
  more: number;
  /** Of all functions. */
  calls: number;
  /** A part of the session was asked for: figures are estimated in proportion at its ends. */
  prorated: boolean;
  /** Calls that are in the sums and not in the flame chart; of the whole session. */
  dropped: number;
  /** Why it was not traced, or not in all threads, at least for a time. */
  reason: string | null;
}
