/** What an exported figure shows. Made by comparison.ts and recording.ts, drawn by figure.ts. Times as in the contract. */
import type { Ns, SessionInfo, TimelineReply } from '../contract/types.ts';
import type { Range } from '../draw/scale.ts';
import type { Theme } from '../draw/colours.ts';

/** A recording's lanes over the whole axis. */
export interface Shown {
  readonly session: Pick<SessionInfo, 'processes' | 'threads' | 'gils' | 'cores'>;
  readonly reply: TimelineReply;
  /** The time of the session at the axis's 0. */
  readonly origin: Ns;
}

export interface FigureRecording {
  /** "A"; null: it is the only one. */
  readonly letter: string | null;
  readonly colour: string;
  readonly name: string;
  /** As it would be typed. */
  readonly command: string;
  /** "CPython 3.12.1", "exact", "wall-clock 1.02 s (1.00–1.10 s in 5 runs)". */
  readonly facts: readonly string[];
  readonly shown: Shown | null;
  /** Why there are no lanes. */
  readonly missing: string | null;
}

/** One figure of all variants. */
export interface FigureBars {
  readonly label: string;
  readonly bars: readonly {
    readonly letter: string;
    readonly colour: string;
    /** Null: not known. */
    readonly spread: { readonly median: number; readonly min: number; readonly max: number } | null;
    /** The median as it is written. */
    readonly text: string;
  }[];
}

export interface FigureInput {
  readonly theme: Theme;
  readonly title: string;
  /** "21 November 2026, 14:02 · 8 cores · host". */
  readonly facts: readonly string[];
  readonly verdict: { readonly text: string; readonly sentences: readonly string[] } | null;
  readonly bars: readonly FigureBars[];
  /** The one axis of all lanes. */
  readonly axis: Range;
  /** What the axis counts from. */
  readonly axisLabel: string;
  readonly recordings: readonly FigureRecording[];
}
