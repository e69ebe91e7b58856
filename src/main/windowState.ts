/**
 * Size and place of the window, remembered between starts in `window.json`. A remembered window that no display shows any
 * more is placed afresh. Pure but for load and save; used by window.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface WindowState {
  bounds: Rect | null;
  width: number;
  height: number;
  maximized: boolean;
}

export const MIN_WIDTH = 720;
export const MIN_HEIGHT = 480;
const FIRST: WindowState = { bounds: null, width: 1440, height: 900, maximized: false };

const pixels = z.number().int().min(-100_000).max(100_000);
const saved = z.object({ x: pixels, y: pixels, width: pixels, height: pixels, maximized: z.boolean() });

/** Enough of the window's head must lie on a display to be grasped. */
function isReachable(bounds: Rect, area: Rect): boolean {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  return across >= 100 && bounds.y >= area.y - 8 && bounds.y <= area.y + area.height - 60;
}

/** What to open with, from the text of `window.json` (any text) and the work areas of the displays there are now. */
export function restore(text: string, areas: readonly Rect[]): WindowState {
  let parsed;
  try {
    parsed = saved.safeParse(JSON.parse(text));
  } catch {
    return FIRST;
  }
  if (!parsed.success) return FIRST;
  const { maximized, x, y } = parsed.data;
  const width = Math.max(parsed.data.width, MIN_WIDTH);
  const height = Math.max(parsed.data.height, MIN_HEIGHT);
  const bounds = { x, y, width, height };
  return { width, height, maximized, bounds: areas.some((area) => isReachable(bounds, area)) ? bounds : null };
}

export function load(path: string, areas: readonly Rect[]): WindowState {
  try {
    return restore(readFileSync(path, 'utf8'), areas);
  } catch {
    return FIRST;
  }
}

/** A folder that cannot be written only means that the window opens at its usual place. */
export function save(path: string, bounds: Rect, maximized: boolean): void {
  try {
    writeFileSync(path, JSON.stringify({ ...bounds, maximized }), { mode: 0o600 });
  } catch {
    return;
  }
}
