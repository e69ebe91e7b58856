/** The flame chart under a thread's lane: how high its row is and where its levels lie. */

/** Shown at first; the deeper ones when asked. */
export const FIRST_LEVELS = 8;

/** CSS pixels from one level to the next; the gap is part of it. */
export const LEVEL = { comfortable: 15, compact: 12 };
export const LEVEL_GAP = 1;
export const FLAME_MARGIN = 4;

export const flameHeight = (shown: number, level: number): number => 2 * FLAME_MARGIN + shown * level;

/** The level at `y` CSS pixels below the row's top; -1 in its margins. */
export function levelAt(y: number, shown: number, level: number): number {
  const at = Math.floor((y - FLAME_MARGIN) / level);
  return at >= 0 && at < shown ? at : -1;
}
