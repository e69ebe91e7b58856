/**
 * One thread lane of single intervals. Pure function of (context, buffers, scale, ink). The shapes are those of
 * design/README.md: hold solid, square at a pre-emption and rounded at a voluntary end; wait hatched over a base line; running dashed and
 * translucent; blocked a thin line; unknown hatched grey with a question mark.
 */
import { IntervalFlag, ThreadState, type ThreadLane } from '../contract/types.ts';
import { formatNs } from '../pageFormat.ts';
import { lastAtOrBefore } from './search.ts';
import { toPx, type TimeScale } from './scale.ts';
import { drawBinLane } from './bins.ts';
import { crowdedColumns, isCrowded, type Columns } from './dense.ts';
import type { Ink, Pen } from './ink.ts';
import type { Bar, LaneStyle } from './shape.ts';

type RawLane = Extract<ThreadLane, { form: 'raw' }>;

/** Spans of pixels of one state, gathered first so that each state is drawn with one change of style. */
interface Spans {
  count: number;
  index: Int32Array;
  left: Int32Array;
  right: Int32Array;
}

const makeSpans = (): Spans => ({
  count: 0,
  index: new Int32Array(256),
  left: new Int32Array(256),
  right: new Int32Array(256),
});

/** Reused from call to call: drawing allocates nothing. Indexed by ThreadState. */
const scratch: readonly Spans[] = [0, 1, 2, 3, 4, 5].map(makeSpans);

function grow(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function push(spans: Spans, index: number, left: number, right: number): void {
  if (spans.count === spans.index.length) {
    spans.index = grow(spans.index);
    spans.left = grow(spans.left);
    spans.right = grow(spans.right);
  }
  spans.index[spans.count] = index;
  spans.left[spans.count] = left;
  spans.right[spans.count] = right;
  spans.count++;
}

/**
 * Sorts the visible intervals into `scratch`, by state, as whole device pixels, except those told as crowded columns. What is narrower than `tick` gets that
 * width if it is a hold, a wait or unknown; what falls wholly on a pixel its state already has is skipped.
 */
function gather(lane: RawLane, columns: Columns, scale: TimeScale, dpr: number): void {
  const tick = Math.max(1, Math.round(dpr));
  for (const spans of scratch) spans.count = 0;
  const { start, end, state } = lane;
  const limit = scale.width + 16;
  for (let i = Math.max(0, lastAtOrBefore(start, scale.start)); i < start.length && start[i] < scale.end; i++) {
    if (end[i] < scale.start) continue;
    const which = state[i];
    const spans = scratch[which];
    if (spans === undefined || which === ThreadState.none) continue;
    const [from, until] = [toPx(scale, start[i]), toPx(scale, end[i])];
    if (isCrowded(columns, from / dpr, until / dpr)) continue;
    const left = Math.max(-16, Math.round(from));
    let right = Math.min(limit, Math.round(until));
    const released = which === ThreadState.blocked || which === ThreadState.running;
    if (right - left < tick) {
      if (released) continue;
      right = left + tick;
    }
    if (spans.count > 0 && right <= spans.right[spans.count - 1]) continue;
    push(spans, i, left, right);
  }
}

/**
 * Horizontal lines under the spans, as few as possible: what lies in a gap of up to `bridge` pixels, a tick, is drawn
 * over them. Most of the rectangles of a busy lane would be these.
 */
function drawLines(ctx: Pen, spans: Spans, y: number, thick: number, bridge: number): void {
  let i = 0;
  while (i < spans.count) {
    const left = spans.left[i];
    let right = spans.right[i];
    for (i++; i < spans.count && spans.left[i] - right <= bridge; i++) right = Math.max(right, spans.right[i]);
    ctx.fillRect(left, y, right - left, thick);
  }
}

function drawBlocked(ctx: Pen, spans: Spans, bar: Bar, ink: Ink): void {
  if (spans.count === 0) return;
  const thick = Math.max(1, Math.round(bar.dpr));
  const y = Math.round(bar.top + (bar.height - thick) / 2);
  ctx.fillStyle = ink.muted;
  ctx.globalAlpha = 0.45;
  drawLines(ctx, spans, y, thick, 3 * bar.dpr);
  ctx.globalAlpha = 1;
}

/** A lock wait narrower than this (CSS px) is a plain line: dots would not show. */
const LOCK_FROM = 8;

/** Dots on the line of what is blocked because it waits for a lock. */
function drawLockWaits(ctx: Pen, lane: RawLane, spans: Spans, bar: Bar, ink: Ink): void {
  const { dpr } = bar;
  const y = Math.round(bar.top + bar.height / 2) + 0.5 * (Math.round(dpr) % 2);
  ctx.beginPath();
  let any = false;
  for (let i = 0; i < spans.count; i++) {
    if ((lane.flags[spans.index[i]] & IntervalFlag.lock) === 0) continue;
    if (spans.right[i] - spans.left[i] < LOCK_FROM * dpr) continue;
    any = true;
    ctx.moveTo(spans.left[i] + 2 * dpr, y);
    ctx.lineTo(spans.right[i] - dpr, y);
  }
  if (!any) return;
  ctx.strokeStyle = ink.muted;
  ctx.lineWidth = 3 * dpr;
  ctx.setLineDash([2 * dpr, 4 * dpr]);
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawRunning(ctx: Pen, spans: Spans, bar: Bar, style: LaneStyle): void {
  if (spans.count === 0) return;
  const { dpr } = bar;
  const height = Math.round(bar.height * 0.7);
  const top = Math.round(bar.top + (bar.height - height) / 2);
  ctx.fillStyle = style.colour;
  ctx.globalAlpha = 0.24;
  for (let i = 0; i < spans.count; i++) ctx.fillRect(spans.left[i], top, spans.right[i] - spans.left[i], height);
  ctx.globalAlpha = 0.85;
  ctx.strokeStyle = style.colour;
  ctx.lineWidth = Math.max(1, Math.round(dpr));
  ctx.setLineDash([3 * dpr, 2 * dpr]);
  const half = ctx.lineWidth / 2;
  for (let i = 0; i < spans.count; i++) {
    const width = spans.right[i] - spans.left[i];
    if (width >= 4 * dpr) ctx.strokeRect(spans.left[i] + half, top + half, width - 2 * half, height - 2 * half);
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function drawUnknown(ctx: Pen, spans: Spans, bar: Bar, ink: Ink): void {
  if (spans.count === 0) return;
  ctx.fillStyle = ink.unknown;
  for (let i = 0; i < spans.count; i++) {
    ctx.fillRect(spans.left[i], bar.top, spans.right[i] - spans.left[i], bar.height);
  }
  ctx.fillStyle = ink.text;
  for (let i = 0; i < spans.count; i++) {
    const width = spans.right[i] - spans.left[i];
    if (width >= 16 * bar.dpr) ctx.fillText('?', spans.left[i] + width / 2 - 3 * bar.dpr, bar.top + bar.height / 2);
  }
}

function drawWaits(ctx: Pen, spans: Spans, bar: Bar, ink: Ink): void {
  if (spans.count === 0) return;
  ctx.fillStyle = ink.hatch;
  for (let i = 0; i < spans.count; i++) {
    ctx.fillRect(spans.left[i], bar.top, spans.right[i] - spans.left[i], bar.height);
  }
  const thick = Math.max(1, Math.round(1.5 * bar.dpr));
  ctx.fillStyle = ink.wait;
  drawLines(ctx, spans, bar.top + bar.height - thick, thick, bar.dpr);
}

/** A hold at least this wide (CSS px) shows how it ended, and a gap to the next. */
const SHAPE_FROM = 5;
/** Narrower ones have no room for a texture. */
const TEXTURE_FROM = 3;

function holdShape(ctx: Pen, left: number, right: number, flags: number, bar: Bar): void {
  const wide = right - left >= SHAPE_FROM * bar.dpr;
  const open = (flags & IntervalFlag.open) !== 0;
  const width = right - left - (wide && !open ? Math.max(1, Math.round(bar.dpr)) : 0);
  if (wide && !open && (flags & IntervalFlag.voluntary) !== 0) {
    const radius = Math.min(bar.height * 0.45, width);
    ctx.beginPath();
    ctx.roundRect(left, bar.top, width, bar.height, [0, radius, radius, 0]);
    ctx.fill();
  } else {
    ctx.fillRect(left, bar.top, width, bar.height);
  }
}

function drawHolds(ctx: Pen, lane: RawLane, spans: Spans, bar: Bar, style: LaneStyle, ink: Ink): void {
  if (spans.count === 0) return;
  let estimated = false;
  ctx.fillStyle = style.colour;
  for (let i = 0; i < spans.count; i++) {
    const flags = lane.flags[spans.index[i]];
    estimated ||= (flags & IntervalFlag.estimated) !== 0;
    holdShape(ctx, spans.left[i], spans.right[i], flags, bar);
  }
  if (estimated) {
    ctx.fillStyle = ink.estimated;
    for (let i = 0; i < spans.count; i++) {
      const width = spans.right[i] - spans.left[i];
      const drawn = (lane.flags[spans.index[i]] & IntervalFlag.estimated) !== 0 && width >= TEXTURE_FROM * bar.dpr;
      if (drawn) ctx.fillRect(spans.left[i], bar.top, width, bar.height);
    }
  }
}

/** About the width of a figure in 11 px Inter semibold. */
const CHAR_CSS = 6.3;
const PAD_CSS = 7;

function nameHolds(ctx: Pen, lane: RawLane, spans: Spans, bar: Bar, style: LaneStyle, scale: TimeScale): void {
  ctx.fillStyle = style.inkOnColour;
  for (let i = 0; i < spans.count; i++) {
    const left = Math.max(spans.left[i], 0);
    const room = Math.min(spans.right[i], scale.width) - left - 2 * PAD_CSS * bar.dpr;
    if (room < 5 * CHAR_CSS * bar.dpr) continue;
    const index = spans.index[i];
    const figure = formatNs(lane.end[index] - lane.start[index]);
    const sign = (lane.flags[index] & IntervalFlag.estimated) === 0 ? '' : '~';
    const text = `${sign}${figure}`;
    if (text.length * CHAR_CSS * bar.dpr <= room)
      ctx.fillText(text, left + PAD_CSS * bar.dpr, bar.top + bar.height / 2);
  }
}

export function drawRawLane(ctx: Pen, lane: RawLane, scale: TimeScale, bar: Bar, style: LaneStyle, ink: Ink): void {
  const columns = crowdedColumns(lane, scale, bar.dpr);
  gather(lane, columns, scale, bar.dpr);
  const of = (state: ThreadState) => scratch[state];
  drawBlocked(ctx, of(ThreadState.blocked), bar, ink);
  drawLockWaits(ctx, lane, of(ThreadState.blocked), bar, ink);
  drawRunning(ctx, of(ThreadState.running), bar, style);
  drawWaits(ctx, of(ThreadState.wait), bar, ink);
  drawUnknown(ctx, of(ThreadState.unknown), bar, ink);
  if (columns.any) {
    // One CSS pixel a column; the last one may reach past the picture.
    const perColumn = ((scale.end - scale.start) / scale.width) * bar.dpr;
    const window = { start: scale.start, end: scale.start + columns.crowded.length * perColumn };
    drawBinLane(ctx, columns.lane, window, scale, bar, { ...style, estimated: false }, ink);
  }
  drawHolds(ctx, lane, of(ThreadState.hold), bar, style, ink);
  if (bar.height >= 12 * bar.dpr) nameHolds(ctx, lane, of(ThreadState.hold), bar, style, scale);
}
