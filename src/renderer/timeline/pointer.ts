/** What the mouse is over: the row, the time and the interval there. Used by gestures.ts. */
import type { TimelineController } from './controller.ts';
import { hitLane, type Hover } from './model/hit.ts';
import { hitMarks } from './model/marks.ts';
import { rowAtView } from './model/rows.ts';
import { makeScale, nsPerPx, toNs } from './model/scale.ts';

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
  return { row, at, hit, marks, x: clientX, y: clientY };
}
