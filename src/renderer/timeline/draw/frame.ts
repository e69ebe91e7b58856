/**
 * One picture of the lanes canvas: grid, strips and lanes of the visible rows, and what is not recorded yet. Pure function of
 * what it is given; called by the controller once a frame at most.
 */
import type { Ns, ProcIdx, ThreadIdx, TimelineReply } from '../../../shared/contract/types.ts';
import type { Row } from '../model/rows.ts';
import { toPx, type TimeScale } from '../../../shared/draw/scale.ts';
import type { Ticks } from '../../../shared/draw/ticks.ts';
import { drawBinLane } from '../../../shared/draw/bins.ts';
import type { FunctionInfo } from '../../../shared/contract/functions.ts';
import type { Flame } from '../model/flames.ts';
import { drawFlame } from './flame.ts';
import { anchorTextures, type Ctx, type Ink } from '../../../shared/draw/ink.ts';
import { drawRawLane } from '../../../shared/draw/lane.ts';
import { drawLife, type Life } from './life.ts';
import { drawMarks } from './marks.ts';
import type { Bar } from '../../../shared/draw/shape.ts';
import { drawStrip } from '../../../shared/draw/strip.ts';

export interface ThreadLook {
  readonly colour: string;
  readonly inkOnColour: string;
  readonly estimated: boolean;
}

export interface Picture {
  /** Device pixels. */
  readonly scale: TimeScale;
  readonly height: number;
  readonly dpr: number;
  readonly ink: Ink;
  readonly ticks: Ticks;
  /** Rows that can be seen, and how far they are scrolled (CSS px). */
  readonly rows: readonly Row[];
  readonly scrollTop: number;
  /** Rows at the top that do not scroll, over those that do. */
  readonly pinned: { readonly rows: readonly Row[]; readonly height: number };
  readonly reply: TimelineReply | null;
  /** Lanes and strips of `reply` by thread and GIL. */
  readonly lanes: ReadonlyMap<ThreadIdx, TimelineReply['threads'][number]>;
  readonly strips: ReadonlyMap<number, TimelineReply['gils'][number]>;
  readonly marks: ReadonlyMap<ThreadIdx, TimelineReply['marks'][number]>;
  /** Calls have an answer of their own. */
  readonly flames: ReadonlyMap<ThreadIdx, Flame>;
  readonly colourOf: (fn: FunctionInfo) => string;
  readonly lookOf: (thread: ThreadIdx) => ThreadLook;
  readonly lifeOf: (process: ProcIdx) => Life | null;
  readonly endNs: Ns;
  readonly marked: readonly (ThreadIdx | null)[];
}

/** CSS pixels. */
const LIFE_BAR = 10;

function drawGrid(ctx: Ctx, picture: Picture, height: number): void {
  const { scale, dpr, ink, ticks } = picture;
  const hair = Math.max(1, Math.round(dpr));
  ctx.fillStyle = ink.line;
  ctx.globalAlpha = 0.7;
  for (const tick of ticks.ticks) ctx.fillRect(Math.round(toPx(scale, tick.at)), 0, hair, height);
  ctx.globalAlpha = 1;
}

function drawRow(ctx: Ctx, row: Row, picture: Picture, scrollTop: number): void {
  const { scale, dpr, ink, reply } = picture;
  const top = Math.round((row.top - scrollTop) * dpr);
  const bottom = Math.round((row.top + row.height - scrollTop) * dpr);
  const hair = Math.max(1, Math.round(dpr));
  if (row.kind === 'thread' && picture.marked.includes(row.thread)) {
    ctx.fillStyle = ink.accent;
    ctx.globalAlpha = 0.07;
    ctx.fillRect(0, top, scale.width, bottom - top);
    ctx.globalAlpha = 1;
  }
  ctx.fillStyle = ink.line;
  ctx.fillRect(0, bottom - hair, scale.width, hair);
  if (row.kind === 'process') {
    const life = picture.lifeOf(row.process);
    const size = Math.round(LIFE_BAR * dpr);
    const bar: Bar = { top: Math.round((top + bottom - size) / 2), height: size, dpr };
    if (life !== null) drawLife(ctx, life, picture.endNs, scale, bar, ink);
    return;
  }
  if (row.kind === 'marks') {
    const marks = picture.marks.get(row.thread);
    const all: Bar = { top, height: bottom - top, dpr };
    if (marks !== undefined && reply !== null)
      drawMarks(ctx, marks, reply, scale, all, picture.lookOf(row.thread).colour, ink);
    return;
  }
  if (row.kind === 'flame') {
    const flame = picture.flames.get(row.thread);
    const { levels, level } = row;
    if (flame !== undefined)
      drawFlame(ctx, flame, scale, { top, height: bottom - top, dpr, levels, level }, ink, picture.colourOf);
    return;
  }
  if (reply === null || (row.kind !== 'thread' && row.kind !== 'gil')) return;
  const height = Math.round(row.bar * dpr);
  const bar: Bar = { top: Math.round((top + bottom - height) / 2), height, dpr };
  if (row.kind === 'gil') {
    const strip = picture.strips.get(row.gil);
    if (strip !== undefined) drawStrip(ctx, strip, reply, scale, bar, (t) => picture.lookOf(t).colour);
    return;
  }
  const lane = picture.lanes.get(row.thread);
  if (lane === undefined) return;
  const look = picture.lookOf(row.thread);
  if (lane.form === 'raw') drawRawLane(ctx, lane, scale, bar, look, ink);
  else drawBinLane(ctx, lane, reply, scale, bar, look, ink);
}

/** Past the live edge there is nothing yet, which is not the same as free. */
function drawBeyond(ctx: Ctx, picture: Picture): void {
  const { scale, height, ink, dpr, endNs } = picture;
  const edge = Math.round(toPx(scale, endNs));
  if (edge >= scale.width) return;
  const left = Math.max(edge, 0);
  ctx.fillStyle = ink.panel;
  ctx.fillRect(left, 0, scale.width - left, height);
  ctx.fillStyle = ink.line;
  if (edge >= 0) ctx.fillRect(edge, 0, Math.max(1, Math.round(dpr)), height);
}

function drawPinned(ctx: Ctx, picture: Picture): void {
  const { scale, dpr, ink, pinned, scrollTop } = picture;
  if (pinned.rows.length === 0) return;
  const bottom = Math.round(pinned.height * dpr);
  ctx.fillStyle = ink.bg;
  ctx.fillRect(0, 0, scale.width, bottom);
  drawGrid(ctx, picture, bottom);
  for (const row of pinned.rows) drawRow(ctx, row, picture, 0);
  if (scrollTop === 0) return;
  // An edge that says: something has gone under here.
  const hair = Math.max(1, Math.round(dpr));
  ctx.fillStyle = ink.line;
  ctx.fillRect(0, bottom - 2 * hair, scale.width, 2 * hair);
}

export function drawPicture(ctx: Ctx, picture: Picture): void {
  const { scale, dpr, ink, height, scrollTop } = picture;
  ctx.fillStyle = ink.bg;
  ctx.fillRect(0, 0, scale.width, height);
  anchorTextures(ink, toPx(scale, 0), -scrollTop * dpr);
  ctx.font = ink.font;
  ctx.textBaseline = 'middle';
  drawGrid(ctx, picture, height);
  for (const row of picture.rows) drawRow(ctx, row, picture, scrollTop);
  drawPinned(ctx, picture);
  drawBeyond(ctx, picture);
}

export function drawRuler(
  ctx: Ctx,
  ticks: Ticks,
  scale: TimeScale,
  size: { height: number; dpr: number },
  ink: Ink,
): void {
  const { height, dpr } = size;
  const hair = Math.max(1, Math.round(dpr));
  ctx.fillStyle = ink.bg;
  ctx.fillRect(0, 0, scale.width, height);
  ctx.font = ink.font.replace('600', '400');
  ctx.textBaseline = 'middle';
  for (const tick of ticks.ticks) {
    const x = Math.round(toPx(scale, tick.at));
    ctx.fillStyle = ink.line;
    ctx.fillRect(x, 0, hair, height);
    const at = x + Math.round(5 * dpr);
    if (at + ctx.measureText(tick.label).width > scale.width) continue;
    ctx.fillStyle = ink.muted;
    ctx.fillText(tick.label, at, height / 2);
  }
}
