/**
 * The colour of a thread, the same in strip, lane, chart and table. Pure; used by panels and by the timeline's canvas.
 * Threads take the Okabe-Ito colours in the order they appear; the first process's main thread is grey, because it
 * mostly waits for others. After seven the colours come again, lighter or darker, so neighbours still differ.
 */
import type { ThreadInfo } from '../contract/types.ts';

export type Theme = 'dark' | 'light';

const OKABE_ITO: Record<Theme, readonly string[]> = {
  dark: ['#e69f00', '#56b4e9', '#1fae84', '#cc79a7', '#f0e442', '#2b8fd0', '#e0702b'],
  // Yellow and green are a little deeper on white: the original pair falls below 3:1 there.
  light: ['#e69f00', '#56b4e9', '#009e73', '#cc79a7', '#d3c21c', '#0072b2', '#d55e00'],
};
const MAIN: Record<Theme, string> = { dark: '#97a3b4', light: '#8a95a5' };
const ROUNDS = 3;

type Rgb = readonly [number, number, number];

function parseHex(colour: string): Rgb {
  const n = Number.parseInt(colour.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

function mix(colour: string, other: Rgb, part: number): string {
  const channels = parseHex(colour).map((c, i) => Math.round(c + (other[i] - c) * part));
  return '#' + channels.map((c) => c.toString(16).padStart(2, '0')).join('');
}

const palettes = new Map<Theme, readonly string[]>();
function palette(theme: Theme): readonly string[] {
  let colours = palettes.get(theme);
  if (colours === undefined) {
    const away: Rgb = theme === 'dark' ? [255, 255, 255] : [20, 26, 34];
    const rounds = Array.from({ length: ROUNDS }, (_, round) =>
      OKABE_ITO[theme].map((c) => mix(c, away, round * 0.28)),
    );
    colours = rounds.flat();
    palettes.set(theme, colours);
  }
  return colours;
}

/** Slot 0 is the main thread's grey; slot n the n-th colour. */
export function threadColour(slot: number, theme: Theme): string {
  if (slot <= 0) return MAIN[theme];
  const colours = palette(theme);
  return colours[(slot - 1) % colours.length];
}

/** Dark or white ink, whichever reads better on `colour`. */
export function inkOn(colour: string): '#10151b' | '#ffffff' {
  const [r, g, b] = parseHex(colour).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.19 ? '#10151b' : '#ffffff';
}

/**
 * Slots for a session's threads, by `ThreadIdx`. A slot once given is kept (`before`), so that a thread never changes its
 * colour; gilscope's own threads take none (-1). Returns `before` itself when nothing is new.
 */
export function assignSlots(threads: readonly ThreadInfo[], before: readonly number[]): readonly number[] {
  if (threads.length === before.length) return before;
  const slots = before.slice();
  let next = slots.reduce((most, slot) => Math.max(most, slot), 0) + 1;
  for (const thread of threads.slice(before.length)) {
    if (thread.own) slots.push(-1);
    else if (thread.main && thread.process === 0) slots.push(0);
    else slots.push(next++);
  }
  return slots;
}
