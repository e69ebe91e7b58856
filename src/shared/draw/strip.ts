/**
 * The ownership strip of one GIL, and the overview: coloured by who holds it, gaps are free. Pure functions
 * of (context, buffers, scale, colours).
 */
import type { GilStrip, Ns, OverviewReply, ThreadIdx } from '../contract/types.ts';
import { lastAtOrBefore } from './search.ts';
import { toPx, type TimeScale } from './scale.ts';
import type { Ctx, Ink, Pen } from './ink.ts';
import type { Bar } from './shape.ts';

type ColourOf = (thread: ThreadIdx) => string;
interface Window {
  readonly start: Ns;
  readonly end: Ns;
}

/** A holder's block at least this wide (CSS px) is set off from the next by a gap. */
const GAP_FROM = 4;

function drawRawStrip(
  ctx: Pen,
  strip: Extract<GilStrip, { form: 'raw' }>,
  scale: TimeScale,
  bar: Bar,
  colourOf: ColourOf,
): void {
  const { start, end, thread } = strip;
  const tick = Math.max(1, Math.round(bar.dpr));
  let drawn = -Infinity;
  for (let i = Math.max(0, lastAtOrBefore(start, scale.start)); i < start.length && start[i] < scale.end; i++) {
    const left = Math.max(-16, Math.round(toPx(scale, start[i])));
    const right = Math.min(scale.width + 16, Math.max(Math.round(toPx(scale, end[i])), left + tick));
    if (right <= drawn || right <= 0) continue;
    const gap = right - left >= GAP_FROM * bar.dpr ? tick : 0;
    ctx.fillStyle = colourOf(thread[i]);
    ctx.fillRect(left, bar.top, right - left - gap, bar.height);
    drawn = right;
  }
}

/** Columns of `owner` colour, as high as the fraction in which the GIL was held. */
function drawColumns(
  ctx: Pen,
  bins: { owner: Int32Array; held: Float32Array },
  window: Window,
  scale: TimeScale,
  bar: Bar,
  colourOf: ColourOf,
): void {
  const count = bins.owner.length;
  const width = (window.end - window.start) / count;
  const first = Math.max(0, Math.floor((scale.start - window.start) / width));
  const last = Math.min(count, Math.ceil((scale.end - window.start) / width));
  const least = Math.max(2, Math.round(0.2 * bar.height));
  let left = Math.round(toPx(scale, window.start + first * width));
  let run = { owner: -1, height: 0, left, right: left };
  const flush = () => {
    if (run.height > 0) {
      ctx.fillStyle = colourOf(run.owner);
      ctx.fillRect(run.left, bar.top + bar.height - run.height, run.right - run.left, run.height);
    }
  };
  for (let i = first; i < last; i++) {
    const right = Math.round(toPx(scale, window.start + (i + 1) * width));
    if (right <= left) continue;
    const owner = bins.owner[i];
    const height = owner < 0 ? 0 : Math.max(Math.round(bins.held[i] * bar.height), least);
    if (owner === run.owner && height === run.height) {
      run.right = right;
    } else {
      flush();
      run = { owner, height, left, right };
    }
    left = right;
  }
  flush();
}

export function drawStrip(
  ctx: Pen,
  strip: GilStrip,
  window: Window,
  scale: TimeScale,
  bar: Bar,
  colourOf: ColourOf,
): void {
  if (strip.form === 'raw') drawRawStrip(ctx, strip, scale, bar, colourOf);
  else drawColumns(ctx, strip, window, scale, bar, colourOf);
}

/** The whole session, dimmed outside the visible range. */
export function drawOverview(
  ctx: Ctx,
  reply: OverviewReply | null,
  scale: TimeScale,
  visible: Window,
  size: { height: number; dpr: number },
  colourOf: ColourOf,
  ink: Ink,
): void {
  const { height, dpr } = size;
  ctx.clearRect(0, 0, scale.width, height);
  ctx.fillStyle = ink.bg;
  ctx.fillRect(0, 0, scale.width, height);
  if (reply === null || reply.endNs <= 0) return;
  const pad = Math.round(8 * dpr);
  const bar = { top: pad, height: height - 2 * pad, dpr };
  const all = { start: 0, end: reply.endNs };
  drawColumns(ctx, reply, all, scale, bar, colourOf);
  const left = Math.round(Math.max(0, toPx(scale, visible.start)));
  const right = Math.round(Math.min(scale.width, toPx(scale, visible.end)));
  ctx.fillStyle = ink.bg;
  ctx.globalAlpha = 0.74;
  ctx.fillRect(0, 0, left, height);
  ctx.fillRect(right, 0, scale.width - right, height);
  ctx.globalAlpha = 1;
}
