/**
 * A 2D context that writes down what is drawn, for tests of draw/: the canvas itself is the boundary. Each entry has the styles of its moment.
 */
import type { Ctx, Ink } from '../../../shared/draw/ink.ts';

export interface Drawn {
  readonly op: 'fillRect' | 'strokeRect' | 'fillText' | 'roundRect' | 'stroke';
  readonly style: unknown;
  readonly alpha: number;
  readonly dash: readonly number[];
  /** x, y, width, height; for text x and y; for a stroked path x and y of each of its points. */
  readonly box: readonly number[];
  readonly radii?: readonly number[];
  readonly text?: string;
}

export function recordingContext(): { ctx: Ctx; drawn: Drawn[] } {
  const drawn: Drawn[] = [];
  let dash: readonly number[] = [];
  let path: number[] = [];
  const state = { fillStyle: '' as unknown, strokeStyle: '' as unknown, globalAlpha: 1, font: '', lineWidth: 1 };
  const note = (op: Drawn['op'], box: number[], more: Partial<Drawn> = {}) =>
    drawn.push({
      op,
      style: op.startsWith('stroke') ? state.strokeStyle : state.fillStyle,
      alpha: state.globalAlpha,
      dash,
      box,
      ...more,
    });
  const ctx = Object.assign(state, {
    fillRect: (...box: number[]) => note('fillRect', box),
    strokeRect: (...box: number[]) => note('strokeRect', box),
    fillText: (text: string, ...box: number[]) => note('fillText', box, { text }),
    roundRect: (x: number, y: number, w: number, h: number, radii: number[]) =>
      note('roundRect', [x, y, w, h], { radii: [radii].flat() }),
    setLineDash: (next: readonly number[]) => {
      dash = next;
    },
    measureText: (text: string) => ({ width: text.length * 6 }),
    clearRect: () => undefined,
    beginPath: () => {
      path = [];
    },
    moveTo: (x: number, y: number) => path.push(x, y),
    lineTo: (x: number, y: number) => path.push(x, y),
    stroke: () => note('stroke', path),
    fill: () => undefined,
    save: () => undefined,
    restore: () => undefined,
    rect: () => undefined,
    clip: () => undefined,
  });
  return { ctx: ctx as unknown as Ctx, drawn };
}

/** Textures by name, so that a test can say which one it expects. */
export const TEST_INK: Ink = {
  bg: 'bg',
  panel: 'panel',
  line: 'line',
  text: 'text',
  muted: 'muted',
  accent: 'accent',
  wait: 'wait',
  font: '600 11px Inter',
  family: 'Inter',
  hatch: 'hatch',
  unknown: 'unknown',
  estimated: 'estimated',
  crowd: 'crowd',
  tile: 6,
};
