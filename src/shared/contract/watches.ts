/**
 * Watched objects and their reference counts: the answers of `watches.*`.
 * Made by src/shared/model/watches.ts, read by the Refcounts panel and the command line.
 */
import type { Ns, ProcIdx } from './basics.ts';

/** Index of a watch in its session; kept for the life of the session, so it can key a colour. */
export type WatchIdx = number;

export type WatchState =
  | 'waiting' // not there yet
  | 'counted'
  | 'immortal' // nobody counts its references
  | 'gone' // it was there
  | 'refused' // not to be had without running the program's code
  | 'removed'; // not watched any more

/**
 * A step line: what was so from `times[i]` until the next time, and the last until `until`. NaN: no object, or an immortal one.
 * `raw`: every change, and `min`, `max` and `last` are equal. `bins`: equal stretches, what was least, most and last in each.
 */
export interface WatchSeries {
  form: 'raw' | 'bins';
  times: Float64Array;
  min: Float64Array;
  max: Float64Array;
  last: Float64Array;
  until: Ns;
}

export interface WatchAnswer {
  watch: WatchIdx;
  process: ProcIdx;
  expression: string;
  state: WatchState;
  /** Why it is not counted; text from the program. */
  reason: string | null;
  /** Name of its class, at the end of the range. */
  type: string | null;
  rateHz: number | null;
  /** Counts of a free-threaded build: sums of two fields that threads change by themselves. */
  split: boolean;
  /** In the range; null when it was never counted there. */
  min: number | null;
  max: number | null;
  /** At the end of the range; null when it was not counted then. */
  current: number | null;
  /** Immortal at the end of the range. */
  immortal: boolean;
  /** As sys.getsizeof tells it, at the end of the range. */
  sizeBytes: number | null;
  /** How often another object had come under this name, in the range. */
  replaced: number;
  series: WatchSeries;
}

export interface WatchesReply {
  revision: number;
  start: Ns;
  end: Ns;
  endNs: Ns;
  /** Those that have not been removed, in the order they came. */
  watches: WatchAnswer[];
  /** Of each process with watches: rounds so far, and how long one took (all its watches together, with the GIL held). */
  rounds: { process: ProcIdx; count: number; meanNs: number; maxNs: number }[];
}

/** For the picker. */
export interface WatchableModule {
  name: string;
  /** How many names there are in it. */
  names: number;
  kind: 'main' | 'program' | 'library';
}

export interface WatchableNames {
  names: { name: string; type: string }[];
  /** Not told, because there are so many. */
  more: number;
}

/** Of `--summary` and `stats --json`. */
export interface SummaryWatch {
  pid: number;
  expression: string;
  state: WatchState;
  reason: string | null;
  type: string | null;
  min: number | null;
  max: number | null;
  current: number | null;
  immortal: boolean;
  size_bytes: number | null;
  replaced: number;
  split: boolean;
}
