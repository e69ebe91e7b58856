/** Bars with the spread of their runs: a small chart for each figure, all variants in it. Pure. */
import { svg, type SvgNode } from '../draw/svg.ts';
import { moved, type Block } from './block.ts';
import type { FigureBars } from './input.ts';
import type { Palette } from './palette.ts';
import { cut, textNode, textWidth } from './text.ts';

/** Pixels. */
const ROW = 21;
const BAR = 11;
const HEAD = 22;
const LETTER = 16;
const GAP = 28;
const MOST_IN_A_ROW = 5;
const FACE = { size: 11 };

function chart({ label, bars }: FigureBars, width: number, palette: Palette): SvgNode[] {
  const figures = Math.max(...bars.map(({ text }) => textWidth(text, FACE)));
  const room = Math.max(20, width - LETTER - figures - 8);
  const most = Math.max(...bars.map(({ spread }) => spread?.max ?? 0)) || 1;
  const head = { size: 11, bold: true };
  const nodes = [textNode(cut(label, width, head), 0, 11, { ...head, fill: palette.muted })];
  bars.forEach(({ letter, colour, spread, text }, i) => {
    const top = HEAD + i * ROW;
    const middle = top + ROW / 2;
    nodes.push(textNode(letter, 0, middle + 3.9, { size: 11, bold: true, fill: palette.text }));
    nodes.push(textNode(text, width, middle + 3.9, { ...FACE, fill: palette.text, anchor: 'end' }));
    if (spread === null) return;
    const xOf = (value: number) => Math.round((LETTER + (value / most) * room) * 10) / 10;
    const [y, height] = [middle - BAR / 2, BAR];
    nodes.push(svg('rect', { x: LETTER, y, width: Math.max(1, xOf(spread.median) - LETTER), height, fill: colour }));
    if (spread.max <= spread.min) return;
    const [low, high] = [xOf(spread.min), xOf(spread.max)];
    const d = `M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8`;
    nodes.push(svg('path', { d, fill: 'none', stroke: palette.text, 'stroke-width': 1.3 }));
  });
  return nodes;
}

/** @param width of the whole figure, pixels */
export function barsBlock(figures: readonly FigureBars[], width: number, palette: Palette): Block {
  const shown = figures.filter(({ bars }) => bars.some(({ spread }) => spread !== null));
  if (shown.length === 0) return { height: 0, nodes: [] };
  const across = Math.min(shown.length, MOST_IN_A_ROW);
  const each = (width - GAP * (across - 1)) / across;
  const height = HEAD + ROW * Math.max(...shown.map(({ bars }) => bars.length));
  const rows = Math.ceil(shown.length / across);
  return {
    height: rows * height + (rows - 1) * 16,
    nodes: shown.map((one, i) =>
      moved(chart(one, each, palette), (i % across) * (each + GAP), Math.floor(i / across) * (height + 16)),
    ),
  };
}
