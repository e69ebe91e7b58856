/**
 * What moves with the mouse, on a canvas of its own over ruler and lanes: cursor, selection, hovered and pinned interval. A
 * move of the mouse redraws only this. Pure function of what it is given.
 */
import type { Ns } from '../../../shared/contract/types.ts';
import { formatNs } from '../../lib/format.ts';
import type { Range } from '../../store/view.ts';
import { toPx, type TimeScale } from '../../../shared/draw/scale.ts';
import { formatAt } from '../../../shared/draw/ticks.ts';
import type { Ctx, Ink } from '../../../shared/draw/ink.ts';

/** An interval outlined in its lane; `top` and `height` of its bar in device pixels of the overlay. */
export interface Outline {
  readonly start: Ns;
  readonly end: Ns;
  readonly top: number;
  readonly height: number;
  readonly strong: boolean;
}

export interface OverlayPicture {
  readonly scale: TimeScale;
  readonly height: number;
  /** Height of the ruler at its top. */
  readonly ruler: number;
  readonly dpr: number;
  readonly ink: Ink;
  readonly cursor: Ns | null;
  /** Where the ruler begins to count. */
  readonly origin: Ns;
  readonly selection: Range | null;
  readonly outlines: readonly Outline[];
}

function plate(ctx: Ctx, picture: OverlayPicture, text: string, centre: number, colour: string, inkOn: string): void {
  const { dpr, scale, ruler } = picture;
  const pad = 5 * dpr;
  const width = ctx.measureText(text).width + 2 * pad;
  const left = Math.round(Math.min(Math.max(centre - width / 2, 0), scale.width - width));
  const height = Math.round(17 * dpr);
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.roundRect(left, Math.round((ruler - height) / 2), width, height, 4 * dpr);
  ctx.fill();
  ctx.fillStyle = inkOn;
  ctx.fillText(text, left + pad, ruler / 2 + 0.5 * dpr);
}

function drawSelection(ctx: Ctx, picture: OverlayPicture, selection: Range): void {
  const { scale, dpr, ink, height } = picture;
  const hair = Math.max(1, Math.round(dpr));
  const left = Math.round(toPx(scale, selection.start));
  const right = Math.max(Math.round(toPx(scale, selection.end)), left + hair);
  if (right < 0 || left > scale.width) return;
  ctx.fillStyle = ink.accent;
  ctx.globalAlpha = 0.13;
  ctx.fillRect(left, 0, right - left, height);
  ctx.globalAlpha = 0.9;
  ctx.fillRect(left, 0, hair, height);
  ctx.fillRect(right - hair, 0, hair, height);
  ctx.globalAlpha = 1;
  const centre = (Math.max(left, 0) + Math.min(right, scale.width)) / 2;
  plate(ctx, picture, formatNs(selection.end - selection.start), centre, ink.accent, ink.bg);
}

function drawOutline(ctx: Ctx, picture: OverlayPicture, outline: Outline): void {
  const { scale, dpr, ink, ruler, height } = picture;
  if (outline.top + outline.height < ruler || outline.top > height) return;
  const grow = Math.round((outline.strong ? 2 : 1) * dpr);
  const left = Math.max(-8 * dpr, Math.round(toPx(scale, outline.start))) - grow;
  const right =
    Math.min(scale.width + 8 * dpr, Math.max(Math.round(toPx(scale, outline.end)), left + grow + dpr)) + grow;
  if (right < 0 || left > scale.width) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, ruler, scale.width, height - ruler);
  ctx.clip();
  ctx.strokeStyle = outline.strong ? ink.accent : ink.text;
  ctx.lineWidth = Math.max(1, Math.round((outline.strong ? 2 : 1) * dpr));
  const half = ctx.lineWidth / 2;
  ctx.strokeRect(left + half, outline.top - grow + half, right - left - 2 * half, outline.height + 2 * grow - 2 * half);
  ctx.restore();
}

export function drawOverlay(ctx: Ctx, picture: OverlayPicture): void {
  const { scale, dpr, ink, height, cursor } = picture;
  ctx.clearRect(0, 0, scale.width, height);
  ctx.font = ink.font;
  ctx.textBaseline = 'middle';
  if (picture.selection !== null) drawSelection(ctx, picture, picture.selection);
  for (const outline of picture.outlines) drawOutline(ctx, picture, outline);
  if (cursor === null) return;
  const x = Math.round(toPx(scale, cursor));
  if (x < 0 || x > scale.width) return;
  ctx.fillStyle = ink.accent;
  ctx.fillRect(x, 0, Math.max(1, Math.round(dpr)), height);
  const precision = (scale.end - scale.start) / (scale.width / dpr);
  plate(
    ctx,
    picture,
    formatAt(cursor - picture.origin, 10 ** Math.floor(Math.log10(Math.max(precision, 1)))),
    x,
    ink.accent,
    ink.bg,
  );
}
