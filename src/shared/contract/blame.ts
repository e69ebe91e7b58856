/**
 * Who made whom wait, and where: the answers of `blame.query`, and the chain of one wait in `details.query`.
 * Made by src/shared/model/blame.ts and its neighbours, read by the Blame panel, the details card and the command line.
 * A wait is blamed on whoever held its GIL meanwhile, to the nanosecond; a hold belongs to the function in which it ended.
 */
import type { Ns, ThreadIdx } from './basics.ts';

/** A function, and where known the very line, as it is shown. */
export interface Place {
  name: string;
  /** From Python 3.11 on. */
  qualname: string | null;
  file: string;
  firstLine: number;
  line: number | null;
}

/** Stands for the threads beyond those listed one by one. */
export const OTHERS: ThreadIdx = -2;

export interface BlameWaiter {
  /** A thread, or OTHERS. */
  thread: ThreadIdx;
  /** All of its wait in the range: the sum of its cells and `unheldNs`. */
  waitNs: number;
  /** Waits that reach into the range. */
  waits: number;
  /** Of `waitNs`: the GIL was free, or its holder is not known. */
  unheldNs: number;
}

export interface BlameHolder {
  /** A thread, or OTHERS. */
  thread: ThreadIdx;
  /** Wait of other threads during its holds, added up over those threads. */
  causedNs: number;
  /** gilscope's own thread. */
  own: boolean;
}

/** The pairs of waiter and holder that have any wait: parallel columns, indices into `waiters` and `holders`. */
export interface BlameCells {
  waiter: Uint32Array;
  holder: Uint32Array;
  ns: Float64Array;
  /** Waits of this waiter in which this holder had a part. */
  waits: Uint32Array;
}

export interface BlameShare {
  thread: ThreadIdx;
  ns: number;
}

/** A function and the wait during its holds. */
export interface BlameFunction {
  /** `line` is null: all lines of it; null where the function is not known. */
  place: Place | null;
  /** Holds of gilscope's own threads. */
  own: boolean;
  causedNs: number;
  /** Waits in which it had a part. */
  waits: number;
  /** Who waited, and who held in it: longest first, at most a few. */
  waiters: BlameShare[];
  holders: BlameShare[];
  /** How many of each there are in all. */
  waiterCount: number;
  holderCount: number;
}

/** A place where holds ended. Holds count in the range they begin in, as everywhere. */
export interface BlameRelease {
  /** null: all whose place is not known, and those that have not ended. */
  place: Place | null;
  own: boolean;
  preempted: number;
  voluntary: number;
  /** How long the GIL had been held before, added up. */
  heldNs: number;
  /** Wait of others during those holds. */
  causedNs: number;
}

export interface BlameReply {
  revision: number;
  /** What it answers for. */
  start: Ns;
  end: Ns;
  waitNs: number;
  unheldNs: number;
  /** Longest wait first; OTHERS last. */
  waiters: BlameWaiter[];
  /** Most blamed first; OTHERS last. */
  holders: BlameHolder[];
  /** Threads in all, those within OTHERS too. */
  waiterCount: number;
  holderCount: number;
  cells: BlameCells;
  /** Those asked for (waiter, holder) only, most blamed first. */
  functions: BlameFunction[];
  functionCount: number;
  /** Most blamed first. */
  releases: BlameRelease[];
  releaseCount: number;
  /** Holds of the program in the range, and those of them whose function is known. */
  holds: number;
  placed: number;
}

/** One hold that made a thread wait, and what its own thread had waited for before it. */
export interface ChainLink {
  thread: ThreadIdx;
  /** The whole hold. */
  start: Ns;
  end: Ns;
  /** The part of it that fell into the wait. */
  ns: number;
  place: Place | null;
  /** The wait with which this thread got the GIL for this hold; null when it got it without waiting. */
  waited: ChainWait | null;
}

/** A wait and the holds that made it, in the order of time. */
export interface ChainWait {
  start: Ns;
  end: Ns;
  /** The longest; the rest is in `more`. Empty where the chain was followed deep enough. */
  links: ChainLink[];
  more: { holds: number; ns: number };
  unheldNs: number;
}

/** What a wait is made of: a thread's holds in one function. */
export interface Culprit {
  thread: ThreadIdx;
  place: Place | null;
  ns: number;
  holds: number;
}
