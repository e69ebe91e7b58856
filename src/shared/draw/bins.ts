/**
 * One thread lane of bins, for when there are more intervals than pixels. Pure. Each column is stacked from the bottom up with
 * the exact fractions of its time: hold, wait over it, running over that, unknown on top; what is left is blocked, told by the
 * thin line. A column with a hold or a wait shows it however short it was; where they are few, it is a tick of full height.
 */
import type { Ns, ThreadLane } from '../contract/types.ts';
import { toPx, type TimeScale } from './scale.ts';
import type { Ink, Pen } from './ink.ts';
import type { Bar, LaneStyle } from './shape.ts';

type BinLane = Extract<ThreadLane, { form: 'bins' }>;
interface Window {
  readonly start: Ns;
  readonly end: Ns;
}

/** In a crowd a hold, or a wait, too short for its fraction to show still takes this part of the height. */
const LEAST_HOLD = 0.3;
const LEAST_WAIT = 0.12;
/** So many takes in a column and its two neighbours are a crowd; fewer are told one by one, as draw/lane.ts does. */
const CROWD = 2;

/** Heights of the four states in the present bin, in device pixels; reused. */
const heights = new Int32Array(4);

/** Among few intervals a column is what most of it is; a lonely short hold, or wait, is a tick of full height. */
function measureLonely(lane: BinLane, i: number, height: number): void {
  const [hold, wait, running] = [lane.hold[i], lane.wait[i], lane.running[i]];
  const rest = lane.blocked[i];
  heights.fill(0);
  if (lane.takes[i] > 0 || (hold > 0 && hold >= Math.max(wait, running, rest))) heights[0] = height;
  else if (wait > 0 && (wait >= Math.max(hold, running, rest) || lane.waits[i] > 0)) heights[1] = height;
  else if (running > 0 && running >= Math.max(hold, wait, rest)) heights[2] = Math.round(height * 0.7);
}

/**
 * A fraction as a height. In steps of a tenth of the bar: no eye reads finer from a column a pixel wide, and neighbours alike
 * become one rectangle, which is most of the cost of a picture.
 */
const stepped = (fraction: number, height: number) => Math.round((Math.round(fraction * STEPS) / STEPS) * height);
const STEPS = 10;

function measureCrowd(lane: BinLane, i: number, height: number): void {
  const hold = lane.hold[i];
  const wait = lane.wait[i];
  const h = Math.max(stepped(hold, height), hold > 0 ? Math.ceil(LEAST_HOLD * height) : 0);
  // Where hold and wait are all there is, the hatching reaches the top whatever the rounding.
  const both = stepped(hold + wait, height);
  const w = Math.max(both - h, wait > 0 ? Math.ceil(LEAST_WAIT * height) : 0);
  heights[0] = Math.min(h, height);
  heights[1] = Math.min(w, height - heights[0]);
  heights[2] = Math.min(stepped(lane.running[i], height), height - heights[0] - heights[1]);
}

function measure(lane: BinLane, i: number, height: number): void {
  const near = lane.takes[i] + (lane.takes[i - 1] ?? 0) + (lane.takes[i + 1] ?? 0);
  if (near >= CROWD) measureCrowd(lane, i, height);
  else measureLonely(lane, i, height);
  const unknown = lane.unknown[i];
  heights[3] = Math.min(Math.max(Math.round(unknown * height), unknown > 0 ? 2 : 0), height);
}

/** The part of one state in every column: runs of columns with the same bottom and height are one rectangle. */
interface Run {
  left: number;
  right: number;
  bottom: number;
  height: number;
}
interface Runs {
  count: number;
  items: Run[];
}
const runs: readonly Runs[] = [0, 1, 2, 3].map(() => ({ count: 0, items: [] }));

function extend(list: Runs, left: number, right: number, bottom: number, height: number): void {
  const last = list.count > 0 ? list.items[list.count - 1] : null;
  if (last !== null && last.right === left && last.bottom === bottom && last.height === height) {
    last.right = right;
    return;
  }
  if (list.count === list.items.length) list.items.push({ left, right, bottom, height });
  else Object.assign(list.items[list.count], { left, right, bottom, height });
  list.count++;
}

function gather(lane: BinLane, window: Window, scale: TimeScale, height: number): void {
  for (const list of runs) list.count = 0;
  const bins = lane.hold.length;
  const width = (window.end - window.start) / bins;
  const first = Math.max(0, Math.floor((scale.start - window.start) / width));
  const last = Math.min(bins, Math.ceil((scale.end - window.start) / width));
  let left = Math.round(toPx(scale, window.start + first * width));
  for (let i = first; i < last; i++) {
    const right = Math.round(toPx(scale, window.start + (i + 1) * width));
    // More bins than device pixels (just zoomed out): the bin that reaches the next pixel speaks for it.
    if (right <= left) continue;
    measure(lane, i, height);
    const [h, w, r, u] = heights;
    if (h > 0) extend(runs[0], left, right, 0, h);
    // Hatched down to the ground and covered by the hold: where somebody always holds or waits that is one long rectangle.
    if (w > 0) extend(runs[1], left, right, 0, h + w);
    if (r > 0) extend(runs[2], left, right, h + w, r);
    if (u > 0) extend(runs[3], left, right, height - u, u);
    left = right;
  }
}

function fillRuns(ctx: Pen, list: Runs, base: number): void {
  for (let i = 0; i < list.count; i++) {
    const run = list.items[i];
    ctx.fillRect(run.left, base - run.bottom - run.height, run.right - run.left, run.height);
  }
}

/** The base line of all waits; a hold below covers it. */
function drawBaseLine(ctx: Pen, list: Runs, base: number, bar: Bar, ink: Ink): void {
  const thick = Math.max(1, Math.round(1.5 * bar.dpr));
  ctx.fillStyle = ink.wait;
  let i = 0;
  while (i < list.count) {
    const { left } = list.items[i];
    let { right } = list.items[i];
    for (i++; i < list.count && list.items[i].left === right; i++) right = list.items[i].right;
    ctx.fillRect(left, base - thick, right - left, thick);
  }
}

/** Columns without a blocked moment over which that line goes on: what fills them is drawn over it. */
const BRIDGE = 3;

/** The line of a thread that is alive: under all else, so it shows where nothing is stacked. */
function drawAlive(ctx: Pen, lane: BinLane, window: Window, scale: TimeScale, bar: Bar, ink: Ink): void {
  const bins = lane.blocked.length;
  const width = (window.end - window.start) / bins;
  const first = Math.max(0, Math.floor((scale.start - window.start) / width));
  const last = Math.min(bins, Math.ceil((scale.end - window.start) / width));
  const thick = Math.max(1, Math.round(bar.dpr));
  const y = Math.round(bar.top + (bar.height - thick) / 2);
  ctx.fillStyle = ink.muted;
  ctx.globalAlpha = 0.45;
  const draw = (from: number, until: number) => {
    const left = Math.round(toPx(scale, window.start + from * width));
    ctx.fillRect(left, y, Math.round(toPx(scale, window.start + until * width)) - left, thick);
  };
  let from = -1;
  let until = -1;
  for (let i = first; i < last; i++) {
    if (lane.blocked[i] <= 0) continue;
    if (from >= 0 && i - until > BRIDGE) {
      draw(from, until);
      from = i;
    }
    if (from < 0) from = i;
    until = i + 1;
  }
  if (from >= 0) draw(from, until);
  ctx.globalAlpha = 1;
}

export function drawBinLane(
  ctx: Pen,
  lane: BinLane,
  window: Window,
  scale: TimeScale,
  bar: Bar,
  style: LaneStyle & { estimated: boolean },
  ink: Ink,
): void {
  drawAlive(ctx, lane, window, scale, bar, ink);
  gather(lane, window, scale, bar.height);
  const base = bar.top + bar.height;
  const [holds, waits, running, unknown] = runs as [Runs, Runs, Runs, Runs];
  ctx.fillStyle = style.colour;
  ctx.globalAlpha = 0.28;
  fillRuns(ctx, running, base);
  ctx.globalAlpha = 1;
  ctx.fillStyle = ink.hatch;
  fillRuns(ctx, waits, base);
  drawBaseLine(ctx, waits, base, bar, ink);
  ctx.fillStyle = ink.unknown;
  fillRuns(ctx, unknown, base);
  ctx.fillStyle = style.colour;
  fillRuns(ctx, holds, base);
  if (style.estimated) {
    ctx.fillStyle = ink.estimated;
    fillRuns(ctx, holds, base);
  }
}
