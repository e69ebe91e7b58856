/**
 * The row under a thread's lane with what it called: a level for each depth, each call a bar with its function's name, short calls that
 * stand together as a texture. Pure function of (context, data, scale, ink); called by frame.ts.
 */
import type { FunctionInfo } from '../../../shared/contract/functions.ts';
import { levelOf, lastSpan, type Flame } from '../model/flames.ts';
import { FLAME_MARGIN, LEVEL_GAP } from '../model/flameRow.ts';
import { toPx, type TimeScale } from '../../../shared/draw/scale.ts';
import type { Ctx, Ink } from '../../../shared/draw/ink.ts';
import { drawName } from './name.ts';
import type { Bar } from '../../../shared/draw/shape.ts';

export type ColourOf = (fn: FunctionInfo) => string;

export interface FlameRow extends Bar {
  readonly levels: number;
  /** CSS pixels from one level to the next. */
  readonly level: number;
}

/** Of a level's font, and about its widest usual letter, in parts of the level's height. */
const FONT = 0.72;
const CHAR = 0.45;
const PAD_CSS = 4;
/** Bars narrower than this (CSS px) have neither name nor gap. */
const SHAPE_FROM = 3;
/** How long an open end fades, in steps (CSS px). */
const FADE = 12;
const FADE_STEPS = 4;

/** The end of a call that has none: it fades out instead of stopping. */
function drawOpenEnd(ctx: Ctx, left: number, right: number, bar: Bar): void {
  const length = Math.min(right - left, Math.round(FADE * bar.dpr));
  const body = right - length;
  ctx.fillRect(left, bar.top, body - left, bar.height);
  const step = length / FADE_STEPS;
  for (let i = 0; i < FADE_STEPS; i++) {
    const from = Math.round(body + i * step);
    ctx.globalAlpha = 1 - (i + 1) / (FADE_STEPS + 1);
    ctx.fillRect(from, bar.top, Math.round(body + (i + 1) * step) - from, bar.height);
  }
  ctx.globalAlpha = 1;
}

/** Written in C: hollow, so that it is told apart by more than its colour. */
function drawBuiltin(ctx: Ctx, left: number, right: number, bar: Bar, ink: Ink): void {
  const hair = Math.max(1, Math.round(bar.dpr));
  ctx.fillStyle = ink.muted;
  ctx.globalAlpha = 0.16;
  ctx.fillRect(left, bar.top, right - left, bar.height);
  ctx.globalAlpha = 0.6;
  ctx.strokeStyle = ink.muted;
  ctx.lineWidth = hair;
  ctx.strokeRect(left + hair / 2, bar.top + hair / 2, Math.max(right - left - hair, 0), bar.height - hair);
  ctx.globalAlpha = 1;
}

function drawCall(
  ctx: Ctx,
  fn: FunctionInfo | null,
  [left, right]: readonly [number, number],
  open: boolean,
  bar: Bar,
  ink: Ink,
  colourOf: ColourOf,
): void {
  if (fn?.builtin === true) {
    drawBuiltin(ctx, left, right, bar, ink);
    return;
  }
  ctx.fillStyle = fn === null ? ink.unknown : colourOf(fn);
  if (open) drawOpenEnd(ctx, left, right, bar);
  else ctx.fillRect(left, bar.top, right - left, bar.height);
}

function drawLevel(
  ctx: Ctx,
  flame: Flame,
  depth: number,
  scale: TimeScale,
  bar: Bar,
  level: number,
  ink: Ink,
  colourOf: ColourOf,
): void {
  const { spans, functions } = flame;
  const { dpr } = bar;
  const hair = Math.max(1, Math.round(dpr));
  const [first, last] = levelOf(flame, depth);
  let drawn = -16;
  for (let i = Math.max(first, lastSpan(flame, depth, scale.start)); i < last && spans.start[i] < scale.end; i++) {
    const from = Math.max(-16, Math.round(toPx(scale, spans.start[i])));
    const right = Math.max(from + hair, Math.min(scale.width + 16, Math.round(toPx(scale, spans.end[i]))));
    if (right <= Math.max(drawn, 0)) continue;
    // What has its least width does not push on those after it.
    const left = Math.max(from, drawn);
    drawn = right;
    if (spans.count[i] > 1) {
      ctx.fillStyle = ink.crowd;
      ctx.fillRect(left, bar.top, right - left, bar.height);
      continue;
    }
    const fn = functions.get(spans.function[i]) ?? null;
    const wide = right - left >= SHAPE_FROM * dpr;
    const open = spans.open[i] === 1;
    drawCall(ctx, fn, [left, right - (wide && !open ? hair : 0)], open && wide, bar, ink, colourOf);
    if (fn === null || !wide) continue;
    ctx.fillStyle = fn.builtin ? ink.muted : ink.text;
    drawName(ctx, fn.name, Math.max(left, 0), Math.min(right, scale.width), bar, level * CHAR, PAD_CSS);
  }
}

export function drawFlame(ctx: Ctx, flame: Flame, scale: TimeScale, row: FlameRow, ink: Ink, colourOf: ColourOf): void {
  const { dpr, level } = row;
  const { font } = ctx;
  ctx.font = `500 ${level * FONT * dpr}px ${ink.family}`;
  for (let depth = 0; depth < row.levels; depth++) {
    const top = Math.round(row.top + (FLAME_MARGIN + depth * level) * dpr);
    const bottom = Math.round(row.top + (FLAME_MARGIN + (depth + 1) * level - LEVEL_GAP) * dpr);
    drawLevel(ctx, flame, depth, scale, { top, height: bottom - top, dpr }, level, ink, colourOf);
  }
  ctx.font = font;
}
