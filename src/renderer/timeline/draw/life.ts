/** The line in a process's head row: from its birth to its end, with an end mark. Pure function of what it is given; called by frame.ts. */
import type { Ns } from '../../../shared/contract/types.ts';
import { toPx, type TimeScale } from '../../../shared/draw/scale.ts';
import type { Ctx, Ink } from '../../../shared/draw/ink.ts';
import type { Bar } from '../../../shared/draw/shape.ts';

export interface Life {
  readonly bornNs: Ns;
  /** Null: it lives. */
  readonly endedNs: Ns | null;
  /** It failed, was killed or lost. */
  readonly bad: boolean;
}

/** @param edge what is not over ends here: the live edge, or the end of the session */
export function drawLife(ctx: Ctx, life: Life, edge: Ns, scale: TimeScale, bar: Bar, ink: Ink): void {
  const born = Math.round(toPx(scale, life.bornNs));
  const ended = Math.round(toPx(scale, life.endedNs ?? edge));
  const left = Math.max(born, 0);
  const right = Math.min(Math.max(ended, born + 1), scale.width);
  if (right <= left) return;
  const thick = Math.max(2, Math.round(2 * bar.dpr));
  ctx.fillStyle = ink.muted;
  ctx.globalAlpha = 0.45;
  ctx.fillRect(left, Math.round(bar.top + (bar.height - thick) / 2), right - left, thick);
  ctx.globalAlpha = 1;
  if (born >= 0 && born < scale.width) ctx.fillRect(born, bar.top, thick, bar.height);
  if (life.endedNs === null || ended < 0 || ended > scale.width) return;
  ctx.fillStyle = life.bad ? ink.wait : ink.muted;
  ctx.fillRect(Math.max(ended - thick, born), bar.top, thick, bar.height);
}
