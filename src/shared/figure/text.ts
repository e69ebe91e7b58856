/**
 * Text in a figure: how wide it may become in whatever font the reader has, cut and wrapped to fit. Widths are of DejaVu Sans, the widest of
 * the usual fallbacks, so that nothing overflows anywhere; in most fonts there is room to spare. Pure.
 */
import { svg, type SvgNode } from '../draw/svg.ts';
import { MONO } from './palette.ts';

/** Thousandths of the font's size, by sign. */
const WIDTHS: readonly (readonly [signs: string, width: number])[] = [
  [" ijlI.,:;'|!()[]{}ft·/-", 400],
  ['rJs"*', 530],
  ['mwMWNOQ@%=+~<>&…–—', 990],
  ['ABCDGHKRUVXZ', 770],
];
const BY_SIGN = new Map(WIDTHS.flatMap(([signs, width]) => Array.from(signs, (sign) => [sign, width] as const)));
const ASCII = 640;
/** Of other alphabets; of ideographs; of emoji. */
const LETTER = 860;
const WIDE = 1050;
const EMOJI = 1320;
const MONO_WIDTH = 610;
const BOLD = 1.12;

export interface Face {
  /** Pixels. */
  readonly size: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
}

function signWidth(sign: string, mono: boolean): number {
  const code = sign.codePointAt(0) ?? 0;
  // Flags, families and the like are several signs that may also be shown side by side.
  if (code >= 0x1f000 || (code >= 0x2600 && code < 0x2c00)) return EMOJI;
  if (code >= 0x1100) return WIDE;
  if (mono) return MONO_WIDTH;
  return BY_SIGN.get(sign) ?? (code < 0x80 ? ASCII : LETTER);
}

/** Pixels it needs at most. */
export function textWidth(text: string, { size, bold = false, mono = false }: Face): number {
  let width = 0;
  for (const sign of text) width += signWidth(sign, mono);
  return (width / 1000) * size * (bold ? BOLD : 1);
}

/** Characters that change how what stands beside them is read (bidirectional overrides) or are not to be seen. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g;
/** More of a name nobody reads, and no figure has room for. */
const LONGEST = 2000;
const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A program's text on one line. */
export const plain = (text: string): string => text.slice(0, LONGEST).replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();

/** What of it fits into so many pixels, and where the rest begins. Never within what is read as one character. */
function fitting(text: string, room: number, face: Face): number {
  let width = 0;
  let end = 0;
  for (const { segment } of segments.segment(text)) {
    width += textWidth(segment, face);
    if (width > room) return end;
    end += segment.length;
  }
  return end;
}

/** One line that fits, with an ellipsis where something was cut. */
export function cut(text: string, room: number, face: Face): string {
  const line = plain(text);
  const long = text.length > LONGEST;
  if (!long && textWidth(line, face) <= room) return line;
  return line.slice(0, fitting(line, room - textWidth('…', face), face)).trimEnd() + '…';
}

/** At most so many lines; the last one tells by an ellipsis that there was more. Words longer than a line are broken. */
export function wrap(text: string, room: number, face: Face, mostLines: number): string[] {
  const lines: string[] = [];
  let rest = plain(text);
  while (rest !== '' && lines.length < mostLines) {
    if (lines.length === mostLines - 1 || textWidth(rest, face) <= room) {
      lines.push(cut(rest, room, face));
      break;
    }
    const most = Math.max(1, fitting(rest, room, face));
    const space = rest.lastIndexOf(' ', most);
    const end = space > 0 ? space : most;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

export interface TextStyle extends Face {
  readonly fill: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** @param y of the base line */
export function textNode(text: string, x: number, y: number, { fill, anchor = 'start', ...face }: TextStyle): SvgNode {
  const { size, bold = false, mono = false } = face;
  return svg(
    'text',
    {
      ...{ x, y, fill, 'font-size': size },
      // All other text has the figure's.
      ...(mono && { 'font-family': MONO }),
      ...(bold && { 'font-weight': 600 }),
      ...(anchor !== 'start' && { 'text-anchor': anchor }),
    },
    text,
  );
}
