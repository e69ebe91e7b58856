/** A name within a bar, cut where the bar is too short for it; used by marks.ts and flame.ts. */
import type { Ctx } from '../../../shared/draw/ink.ts';
import type { Bar } from '../../../shared/draw/shape.ts';

const PAD_CSS = 6;

/** @param charCss about the widest of usual letters in the font that is set, in CSS px: a name never runs out of its bar */
export function drawName(
  ctx: Ctx,
  name: string,
  left: number,
  right: number,
  bar: Bar,
  charCss: number,
  padCss = PAD_CSS,
): void {
  const { dpr } = bar;
  const letters = Math.floor((right - left - 2 * padCss * dpr) / (charCss * dpr));
  if (letters < 2) return;
  const text = name.length <= letters ? name : `${name.slice(0, letters - 1)}…`;
  ctx.fillText(text, left + padCss * dpr, bar.top + bar.height / 2);
}
