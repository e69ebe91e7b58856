/**
 * The row under a thread's lane with what the program marked itself: regions as thin bars with their names, one level under the other,
 * instants as lines with a flag. Pure function of (context, data, scale, ink); called by frame.ts.
 */
import type { MarkInstants, MarkLane, MarkLevel } from '../../../shared/contract/marks.ts';
import type { TimelineReply } from '../../../shared/contract/types.ts';
import { lastAtOrBefore } from '../../../shared/draw/search.ts';
import { MARK_BAR, MARK_GAP, MARK_MARGIN } from '../model/markRow.ts';
import { toPx, type TimeScale } from '../../../shared/draw/scale.ts';
import type { Ctx, Ink } from '../../../shared/draw/ink.ts';
import { drawName } from './name.ts';
import type { Bar } from '../../../shared/draw/shape.ts';

type Reply = Pick<TimelineReply, 'markNames' | 'start' | 'end'>;
type Raw = Extract<MarkLevel, { form: 'raw' }>;
type Bins = Extract<MarkLevel, { form: 'bins' }>;

/** About the widest of usual letters in 11 px Inter semibold: a name never runs out of its bar. */
const CHAR_CSS = 6.8;
/** Bars narrower than this (CSS px) have neither name nor edges. */
const SHAPE_FROM = 4;
const FILL = 0.3;

function drawRegions(ctx: Ctx, level: Raw, reply: Reply, scale: TimeScale, bar: Bar, colour: string, ink: Ink): void {
  const { start, end, name, open } = level;
  const hair = Math.max(1, Math.round(bar.dpr));
  let drawn = -1;
  for (let i = Math.max(0, lastAtOrBefore(start, scale.start)); i < start.length && start[i] < scale.end; i++) {
    const left = Math.max(-16, Math.round(toPx(scale, start[i])));
    const right = Math.max(left + hair, Math.min(scale.width + 16, Math.round(toPx(scale, end[i]))));
    if (right <= Math.max(drawn, 0)) continue;
    drawn = right;
    const wide = right - left >= SHAPE_FROM * bar.dpr;
    ctx.fillStyle = colour;
    ctx.globalAlpha = wide ? FILL : 0.8;
    ctx.fillRect(left, bar.top, right - left - (wide ? hair : 0), bar.height);
    ctx.globalAlpha = 1;
    if (!wide) continue;
    ctx.fillRect(left, bar.top, 2 * hair, bar.height);
    if (open[i] === 0) ctx.fillRect(right - 2 * hair, bar.top, hair, bar.height);
    ctx.fillStyle = ink.text;
    drawName(ctx, reply.markNames[name[i]], Math.max(left, 0), Math.min(right, scale.width), bar, CHAR_CSS);
  }
}

function drawCovered(ctx: Ctx, level: Bins, reply: Reply, scale: TimeScale, bar: Bar, colour: string): void {
  const width = (reply.end - reply.start) / level.covered.length;
  const least = Math.max(1, Math.round(2 * bar.dpr));
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.8;
  for (let i = 0; i < level.covered.length; i++) {
    if (level.covered[i] <= 0 && level.begins[i] === 0) continue;
    const left = Math.round(toPx(scale, reply.start + i * width));
    const right = Math.round(toPx(scale, reply.start + (i + 1) * width));
    if (right < 0 || left > scale.width) continue;
    const height = Math.max(least, Math.round(Math.min(level.covered[i], 1) * bar.height));
    ctx.fillRect(left, bar.top + bar.height - height, Math.max(right - left, 1), height);
  }
  ctx.globalAlpha = 1;
}

/** Places of the instants in device pixels. */
function placesOf(instants: MarkInstants, reply: Reply, scale: TimeScale): number[] {
  if (instants.form === 'raw') return Array.from(instants.at, (at) => Math.round(toPx(scale, at)));
  const width = (reply.end - reply.start) / instants.count.length;
  const places: number[] = [];
  instants.count.forEach((n, i) => {
    if (n > 0) places.push(Math.round(toPx(scale, reply.start + (i + 0.5) * width)));
  });
  return places;
}

function drawInstants(ctx: Ctx, places: readonly number[], scale: TimeScale, bar: Bar, ink: Ink): void {
  const hair = Math.max(1, Math.round(bar.dpr));
  const flag = Math.round(4 * bar.dpr);
  ctx.fillStyle = ink.text;
  let last = -Infinity;
  for (const x of places) {
    if (x === last || x < -flag || x > scale.width + flag) continue;
    ctx.fillRect(x, bar.top, hair, bar.height);
    // A flag for each only where they do not run into each other.
    if (x - last > flag) ctx.fillRect(x, bar.top, flag, Math.round(4 * bar.dpr));
    last = x;
  }
}

/** @param row in device pixels: all of the row */
export function drawMarks(
  ctx: Ctx,
  lane: MarkLane,
  reply: Reply,
  scale: TimeScale,
  row: Bar,
  colour: string,
  ink: Ink,
): void {
  const { dpr } = row;
  lane.levels.forEach((level, depth) => {
    const top = Math.round(row.top + (MARK_MARGIN + depth * (MARK_BAR + MARK_GAP)) * dpr);
    const bar = { top, height: Math.round(MARK_BAR * dpr), dpr };
    if (level.form === 'raw') drawRegions(ctx, level, reply, scale, bar, colour, ink);
    else drawCovered(ctx, level, reply, scale, bar, colour);
  });
  const top = row.top + Math.round(dpr);
  drawInstants(ctx, placesOf(lane.instants, reply, scale), scale, { top, height: row.height - 3 * dpr, dpr }, ink);
}
