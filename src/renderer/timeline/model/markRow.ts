/** The row of marks under a thread's lane: how high it is, and what one may point at there. */
import type { MarkSpan } from '../../../shared/contract/marks.ts';
import type { Ns } from '../../../shared/contract/types.ts';

/** Heights in CSS pixels: of a level's bar, of what parts it from the next, of the row's margin above and below. */
export const MARK_BAR = 14;
export const MARK_GAP = 2;
export const MARK_MARGIN = 4;

export const marksHeight = (levels: number): number => 2 * MARK_MARGIN + levels * (MARK_BAR + MARK_GAP);

export interface MarkHit {
  /** The outermost first. */
  readonly regions: readonly MarkSpan[];
  readonly instants: readonly { name: string; at: Ns }[];
  /** Where there are more marks than pixels: how many begin in this column, and its length. */
  readonly crowd: { readonly regions: number; readonly instants: number; readonly ns: Ns } | null;
}
