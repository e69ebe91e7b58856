/**
 * Views that move together: zoom, pan, cursor and selection in one column show at the same place of the shared axis in the others.
 * What the link itself writes never comes back to it, so there is no echo.
 */
import type { Alignment } from '../../store/compare.ts';
import { viewStore, type Range, type ViewState } from '../../store/view.ts';
import type { Life } from '../../../shared/compare/life.ts';
import { ownRange, sharedRange, toOwn, toShared, wholeRange } from './axis.ts';

export interface LinkedColumn {
  readonly sessionId: string;
  readonly life: Life;
}

interface Options {
  columns: readonly LinkedColumn[];
  alignment: Alignment;
  /** What is shown at first, in the shared axis; null: all. */
  range: Range | null;
  /** The user has moved the view here. */
  onRange: (range: Range) => void;
}

/** Returns what takes the link away. */
export function linkViews({ columns, alignment, range, onRange }: Options): () => void {
  const whole = wholeRange(
    columns.map((c) => c.life),
    alignment,
  );
  let writing = false;

  /** Writes to all columns but one. */
  const tell = (but: LinkedColumn | null, write: (view: ViewState, life: Life) => void) => {
    writing = true;
    for (const column of columns) {
      if (column !== but) write(viewStore(column.sessionId).getState(), column.life);
    }
    writing = false;
  };

  const onView = (column: LinkedColumn, now: ViewState, before: ViewState) => {
    if (writing) return;
    const { life } = column;
    if (now.range !== before.range) {
      const shared = sharedRange(now.range, life, alignment);
      onRange(shared);
      tell(column, (view, other) => view.setRange(ownRange(shared, other, alignment)));
    }
    if (now.cursor !== before.cursor) {
      const at = now.cursor === null ? null : toShared(now.cursor, life, alignment);
      tell(column, (view, other) => view.setCursor(at === null ? null : toOwn(at, other, alignment)));
    }
    if (now.selection !== before.selection) {
      const shared = now.selection === null ? null : sharedRange(now.selection, life, alignment);
      tell(column, (view, other) => view.select(shared === null ? null : ownRange(shared, other, alignment)));
    }
  };

  const first = range ?? whole;
  tell(null, (view, life) => view.setRange(ownRange(first, life, alignment)));
  const stops = columns.map((column) =>
    viewStore(column.sessionId).subscribe((now, before) => onView(column, now, before)),
  );
  return () => {
    for (const stop of stops) stop();
    // Nobody points at them any more.
    for (const { sessionId } of columns) viewStore(sessionId).getState().setCursor(null);
  };
}
