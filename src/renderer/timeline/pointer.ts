/** What the mouse is over: the row, the time and the interval there. Used by gestures.ts. */
import type { Ns } from '../../shared/contract/types.ts';
import type { Call } from '../store/view.ts';
import type { TimelineController } from './controller.ts';
import { levelAt } from './model/flameRow.ts';
import { callAt } from './model/flames.ts';
import { hitLane, type Hover } from './model/hit.ts';
import { hitMarks } from './model/marks.ts';
import { rowAtView, type Row } from './model/rows.ts';
import { makeScale, nsPerPx, toNs } from '../../shared/draw/scale.ts';

/** A hold of a pixel can be pointed at within this many pixels. */
const REACH = 3;

/** @param scroll the element that scrolls the rows; labels take its left part */
export function hitAt(
  controller: TimelineController,
  scroll: HTMLElement,
  clientX: number,
  clientY: number,
): Hover | null {
  const box = scroll.getBoundingClientRect();
  const { width } = controller.size;
  const x = clientX - box.left - (scroll.clientWidth - width);
  const y = clientY - box.top;
  if (x < 0 || x > width || y < 0 || y >= scroll.clientHeight) return null;
  const row = rowAtView(controller.plan.rows, y, scroll.scrollTop, controller.pinned);
  if (row === undefined) return null;
  const scale = makeScale(controller.view.range, width);
  const at = toNs(scale, x);
  const { kept } = controller;
  const lane = row.kind === 'thread' ? kept?.lanes.get(row.thread) : undefined;
  const reach = REACH * nsPerPx(scale);
  const hit = lane === undefined || kept === null ? null : hitLane(lane, kept.reply, at, reach);
  const marked = row.kind === 'marks' ? kept?.marks.get(row.thread) : undefined;
  const marks = marked === undefined || kept === null ? null : hitMarks(marked, kept.reply, at, reach);
  return {
    row,
    at,
    hit,
    marks,
    call: callUnder(controller, row, y + scroll.scrollTop, at, reach),
    x: clientX,
    y: clientY,
  };
}

/** @param y in the content: rows with calls are never pinned */
function callUnder(controller: TimelineController, row: Row, y: number, at: Ns, reach: Ns): Call | null {
  const flame = row.kind === 'flame' ? controller.flames?.byThread.get(row.thread) : undefined;
  if (row.kind !== 'flame' || flame === undefined) return null;
  const depth = levelAt(y - row.top, row.levels, row.level);
  return depth < 0 ? null : callAt(flame, depth, at, reach);
}
