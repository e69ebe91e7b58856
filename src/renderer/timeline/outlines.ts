/** What the overlay outlines: the hovered and the pinned interval or call, where their rows are in view. Used by painter.ts. */
import type { ThreadIdx } from '../../shared/contract/types.ts';
import type { Call, ViewState } from '../store/view.ts';
import type { Outline } from './draw/overlay.ts';
import { FLAME_MARGIN, LEVEL_GAP } from './model/flameRow.ts';
import type { PinnedRows, Row, RowPlan } from './model/rows.ts';
import type { DetailsCache } from './details.ts';
import type { Hover } from './model/hit.ts';

interface Scene {
  readonly plan: RowPlan;
  readonly rowsInView: { first: number; last: number };
  readonly pinned: PinnedRows;
  readonly scrollTop: number;
  readonly size: { readonly dpr: number };
  readonly view: Pick<ViewState, 'pinned' | 'call'>;
  readonly hover: Hover | null;
  readonly details: DetailsCache;
}

/** In CSS pixels of the content; null: this row has no such bar. */
type BarOf = (row: Row) => { top: number; height: number } | null;

const laneBar =
  (thread: ThreadIdx): BarOf =>
  (row) =>
    row.kind === 'thread' && row.thread === thread
      ? { top: row.top + (row.height - row.bar) / 2, height: row.bar }
      : null;

const callBar =
  ({ thread, depth }: Call): BarOf =>
  (row) =>
    row.kind === 'flame' && row.thread === thread && depth < row.levels
      ? { top: row.top + FLAME_MARGIN + depth * row.level, height: row.level - LEVEL_GAP }
      : null;

/** @param ruler height of what is over the rows on the overlay, in CSS pixels */
export function outlines(scene: Scene, ruler: number): Outline[] {
  const { plan, rowsInView, view, hover, details, size, scrollTop } = scene;
  const found: Outline[] = [];
  const add = ({ start, end }: { start: number; end: number }, barOf: BarOf, strong: boolean) => {
    for (const row of plan.rows.slice(rowsInView.first, rowsInView.last + 1)) {
      const bar = barOf(row);
      // Under the pinned rows it is out of sight.
      if (bar === null || bar.top + bar.height / 2 - scrollTop < scene.pinned.height) continue;
      const top = ruler + bar.top - scrollTop;
      const { dpr } = size;
      found.push({ start, end, strong, top: Math.round(top * dpr), height: Math.round(bar.height * dpr) });
    }
  };
  const hit = hover?.hit ?? null;
  if (hit !== null) {
    const interval = hit.interval ?? details.lookup(hit.thread, hit.at);
    if (interval !== null) add(interval, laneBar(hit.thread), false);
  }
  if (hover?.call != null) add(hover.call, callBar(hover.call), false);
  if (view.pinned !== null) {
    const pinned = details.lookup(view.pinned.thread, view.pinned.at);
    if (pinned !== null) add(pinned, laneBar(pinned.thread), true);
  }
  if (view.call !== null) add(view.call, callBar(view.call), true);
  return found;
}
