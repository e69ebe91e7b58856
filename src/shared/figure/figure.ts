/**
 * A comparison, or a recording, as one picture for a report: a self-contained SVG, light or dark, that reads in print too, for states differ
 * by shape. All text in it is text; nothing is fetched from anywhere. Pure.
 */
import { svg, toXml, type SvgNode } from '../draw/svg.ts';
import { svgInk } from '../draw/svgPen.ts';
import { rulerTicks } from '../draw/ticks.ts';
import { barsBlock } from './bars.ts';
import { moved, stack, type Block } from './block.ts';
import type { FigureInput, FigureRecording } from './input.ts';
import { LABELS, laneBlock, type LaneLook } from './lanes.ts';
import { legendBlock } from './legend.ts';
import { FONT, paletteOf, type Palette } from './palette.ts';
import { cut, textNode, wrap } from './text.ts';

/** Pixels. */
export const FIGURE_WIDTH = 1200;
const MARGIN = 32;
export const CONTENT = FIGURE_WIDTH - 2 * MARGIN;
/** Of the lanes themselves: what `timeline.query` is asked for. */
export const PLOT = CONTENT - LABELS;
const GAP = 24;
const TICK_SPACING = 110;
const MOST_SENTENCES = 10;

interface Para {
  readonly text: string;
  readonly size: number;
  readonly fill: string;
  readonly bold?: boolean;
  readonly lines: number;
}

function paragraph({ text, size, fill, bold = false, lines }: Para): Block {
  const height = Math.round(size * 1.42);
  const found = wrap(text, CONTENT, { size, bold }, lines);
  return {
    height: found.length * height,
    nodes: found.map((line, i) => textNode(line, 0, i * height + size, { size, bold, fill })),
  };
}

function head({ title, facts, verdict }: FigureInput, { text, muted }: Palette): Block {
  const name = stack(
    [
      paragraph({ text: title, size: 21, bold: true, fill: text, lines: 2 }),
      paragraph({ text: facts.join(' · '), size: 12, fill: muted, lines: 1 }),
    ],
    4,
  );
  if (verdict === null) return name;
  const sentences = verdict.sentences
    .slice(0, MOST_SENTENCES)
    .map((sentence) => paragraph({ text: sentence, size: 12, fill: muted, lines: 3 }));
  return stack(
    [name, stack([paragraph({ text: verdict.text, size: 15, bold: true, fill: text, lines: 4 }), ...sentences], 3)],
    14,
  );
}

function ruler({ axis, axisLabel }: FigureInput, { line, muted }: Palette): Block {
  const { ticks } = rulerTicks(axis.start, axis.end, PLOT, TICK_SPACING);
  const face = { size: 10.5 };
  const nodes: SvgNode[] = [textNode(cut(axisLabel, LABELS - 12, face), 0, 12, { ...face, fill: muted })];
  for (const { at, label } of ticks) {
    const x = LABELS + Math.round(((at - axis.start) / (axis.end - axis.start)) * PLOT) + 0.5;
    // A label needs room to its right, and none begins left of the plot.
    if (x < LABELS || x > CONTENT) continue;
    nodes.push(svg('path', { d: `M${x} 4v14`, stroke: line, fill: 'none' }));
    if (x < CONTENT - 60) nodes.push(textNode(label, x + 4, 12, { ...face, fill: muted }));
  }
  nodes.push(svg('path', { d: `M0 17.5H${CONTENT}`, stroke: line, fill: 'none' }));
  return { height: 18, nodes };
}

function titleOf({ letter, colour, name, command, facts }: FigureRecording, { text, muted }: Palette): Block {
  const face = { size: 14, bold: true };
  const x = letter === null ? 0 : 28;
  const chip =
    letter === null
      ? []
      : [
          svg('rect', {
            x: 0.75,
            y: 0.75,
            width: 18.5,
            height: 18.5,
            rx: 5,
            fill: 'none',
            stroke: colour,
            'stroke-width': 1.5,
          }),
          textNode(letter, 10, 14.5, { size: 12, bold: true, fill: text, anchor: 'middle' }),
        ];
  const mono = { size: 11, mono: true };
  const small = { size: 11 };
  return {
    height: 56,
    nodes: [
      ...chip,
      textNode(cut(name, CONTENT - x, face), x, 15, { ...face, fill: text }),
      textNode(cut(command, CONTENT, mono), 0, 34, { ...mono, fill: muted }),
      textNode(cut(facts.join(' · '), CONTENT, small), 0, 50, { ...small, fill: muted }),
    ],
  };
}

function recordingBlock(recording: FigureRecording, input: FigureInput, look: LaneLook): Block {
  const { palette } = look;
  const { shown, missing } = recording;
  const lanes =
    shown === null
      ? paragraph({ text: missing ?? '', size: 12, fill: palette.muted, lines: 2 })
      : stack([ruler(input, palette), laneBlock(shown, look)], 0);
  return stack([titleOf(recording, palette), lanes], 2);
}

/** The picture as the text of an SVG file. */
export function figureSvg(input: FigureInput): string {
  const { theme, recordings, bars, title } = input;
  const palette = paletteOf(theme);
  const { ink, defs } = svgInk(palette, FONT, theme === 'dark', 'gilscope');
  const look: LaneLook = { theme, palette, ink, width: CONTENT, axis: input.axis };
  const shown = recordings.flatMap((one) => one.shown ?? []);
  const legend = {
    estimated: shown.some(({ session }) => session.processes.some(({ engine }) => engine === 'estimated')),
    cores: shown.some(({ reply }) => reply.cores.series.length > 0),
    spreads: bars.some((one) => one.bars.some(({ spread }) => spread !== null && spread.max > spread.min)),
  };
  const body = stack(
    [
      head(input, palette),
      barsBlock(bars, CONTENT, palette),
      ...recordings.map((recording) => recordingBlock(recording, input, look)),
      legendBlock(legend, CONTENT, theme, palette, ink),
    ],
    GAP,
  );
  const height = Math.ceil(body.height + 2 * MARGIN);
  const clip = svg('clipPath', { id: 'gilscope-plot' }, svg('rect', { x: 0, y: 0, width: PLOT, height }));
  const root = svg(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width: FIGURE_WIDTH, height, viewBox: `0 0 ${FIGURE_WIDTH} ${height}` },
      ...{ role: 'img', 'font-family': FONT },
    },
    svg('title', {}, cut(title, CONTENT, { size: 12 })),
    { ...defs, children: [...defs.children, clip] },
    svg('rect', { width: FIGURE_WIDTH, height, fill: palette.bg }),
    moved(body.nodes, MARGIN, MARGIN),
    textNode('gilscope', FIGURE_WIDTH - MARGIN, height - 14, { size: 10, fill: palette.muted, anchor: 'end' }),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${toXml(root)}\n`;
}
