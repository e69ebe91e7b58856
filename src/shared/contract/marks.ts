/**
 * What the program marked itself, in answers: lanes of `timeline.query`, sums of the summary.
 * Made by src/shared/model/marks.ts and marksReply.ts, read by the timeline, the Summary panel and the command line.
 */
import type { Ns, ThreadIdx } from './basics.ts';

/** Regions within regions are shown to this depth; deeper ones are counted. */
export const MARK_LEVELS = 4;

/**
 * Regions of one depth: they do not overlap. `raw`: each of them, sorted, possibly reaching out of the window. `bins`: for each of `px` equal
 * bins of the window the exact fraction of time within a region, and how many begin there.
 */
export type MarkLevel =
  | {
      form: 'raw';
      start: Float64Array;
      end: Float64Array;
      /** Indices into the answer's `markNames`. */
      name: Uint32Array;
      /** 1: it has not ended, or its end is not known. */
      open: Uint8Array;
    }
  | { form: 'bins'; covered: Float32Array; begins: Uint32Array };

export type MarkInstants = { form: 'raw'; at: Float64Array; name: Uint32Array } | { form: 'bins'; count: Uint32Array };

/** Of a thread that has marks, wherever they are. */
export interface MarkLane {
  thread: ThreadIdx;
  /** The outermost first, at most MARK_LEVELS. */
  levels: MarkLevel[];
  instants: MarkInstants;
}

/** Marks of one name in a range. Regions count where they begin; times are clipped to the range, those of regions within each other add up. */
export interface SummaryMark {
  name: string;
  kind: 'region' | 'instant';
  count: number;
  /** Of regions, else null: their length, and what their thread did meanwhile: held the GIL, waited for it, had let go. */
  total_s: number | null;
  held_s: number | null;
  wait_s: number | null;
  released_s: number | null;
}

export interface SummaryMarks {
  /** Those of the longest time first, then the most. */
  by_name: SummaryMark[];
  /** Names that are left out there. */
  more: number;
  /** Marks that were not recorded, because there were too many at once; of the whole session. */
  dropped: number;
}

/** A mark under the mouse. */
export interface MarkSpan {
  name: string;
  start: Ns;
  end: Ns;
  open: boolean;
}
