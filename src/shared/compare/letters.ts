/** How a variant is told from the others wherever it stands: its letter and its colour. Pure. */
import { threadColour, type Theme } from '../draw/colours.ts';

/** A, B, C ... in the order they were asked for. */
export const letterOf = (variant: number): string => String.fromCharCode(65 + variant);

/** Blue before orange: the first two are told apart by most who see colours otherwise. */
const SLOTS = [2, 1, 3, 4, 5, 6, 7];

export function variantColour(variant: number, theme: Theme): string {
  const round = Math.floor(variant / SLOTS.length);
  return threadColour(SLOTS[variant % SLOTS.length] + round * SLOTS.length, theme);
}
