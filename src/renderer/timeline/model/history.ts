/**
 * Where one has looked, to go back (Backspace, Alt+Left) and forward (Alt+Right). Pure. A burst of moves, as one wheel
 * gesture makes, counts as one.
 */
import type { Range } from '../../store/view.ts';
import { sameRange } from '../../../shared/draw/scale.ts';

export interface ViewHistory {
  readonly back: readonly Range[];
  readonly now: Range | null;
  readonly forward: readonly Range[];
  readonly lastMove: number;
}

export const EMPTY_HISTORY: ViewHistory = { back: [], now: null, forward: [], lastMove: -Infinity };

/** Moves closer together than this are one. */
export const BURST_MS = 600;
const DEPTH = 100;

/** The view moved to `range` at the time `ms`. */
export function recordMove(history: ViewHistory, range: Range, ms: number): ViewHistory {
  const { now } = history;
  if (now === null) return { ...history, now: range, lastMove: ms };
  if (sameRange(now, range)) return history;
  if (ms - history.lastMove < BURST_MS) return { ...history, now: range, forward: [], lastMove: ms };
  return { back: [...history.back, now].slice(-DEPTH), now: range, forward: [], lastMove: ms };
}

/** The live edge moved the view by itself: where one is changes, but there is nothing to go back to. */
export const recordFollow = (history: ViewHistory, range: Range): ViewHistory => ({ ...history, now: range });

export function goBack(history: ViewHistory): ViewHistory {
  const range = history.back.at(-1);
  if (range === undefined || history.now === null) return history;
  return {
    back: history.back.slice(0, -1),
    now: range,
    forward: [history.now, ...history.forward],
    lastMove: -Infinity,
  };
}

export function goForward(history: ViewHistory): ViewHistory {
  const range = history.forward[0];
  if (range === undefined || history.now === null) return history;
  return { back: [...history.back, history.now], now: range, forward: history.forward.slice(1), lastMove: -Infinity };
}
