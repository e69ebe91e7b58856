/**
 * The colour of a function on the flame chart: the hue is its file's, so that what belongs together looks it; the shade is its own. The
 * same in every session. Calm beside the threads' colours, and away from the red of waiting. Pure.
 */
import type { FunctionInfo } from '../../shared/contract/functions.ts';
import type { Theme } from '../../shared/draw/colours.ts';

/** Degrees of OKLCH. */
const HUES = [250, 190, 300, 145, 215, 325, 115, 275] as const;
/** Lightness of the shades of a hue, and how much colour there is; the ink on them is the text's. */
const LOOK: Record<Theme, { shades: readonly number[]; chroma: number }> = {
  dark: { shades: [0.37, 0.42, 0.47], chroma: 0.062 },
  light: { shades: [0.84, 0.87, 0.9], chroma: 0.048 },
};

/** FNV-1a: the same everywhere and always. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  // The low bits of FNV alone run in step with the last letter.
  return (h ^ (h >>> 15)) >>> 0;
}

export function functionColour({ file, name, qualname, firstLine }: FunctionInfo, theme: Theme): string {
  const { shades, chroma } = LOOK[theme];
  const shade = shades[hash(`${qualname ?? name} ${firstLine}`) % shades.length];
  return `oklch(${shade} ${chroma} ${HUES[hash(file) % HUES.length]})`;
}
