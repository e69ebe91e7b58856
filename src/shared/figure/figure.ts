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

interface Sheet {
  readonly title: string;
  readonly look: LaneLook;
  /** Pixels around the body. */
  readonly margin: number;
}

/** The root of a document with what the lanes refer to. */
function sheet(body: Block, { title, look, margin }: Sheet, defs: SvgNode, ...more: SvgNode[]): SvgNode {
  const width = CONTENT + 2 * margin;
  const height = Math.ceil(body.height + 2 * margin);
  const clip = svg('clipPath', { id: `${look.id}-plot` }, svg('rect', { x: 0, y: 0, width: PLOT, height }));
  return svg(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width, height, viewBox: `0 0 ${width} ${height}` },
      ...{ role: 'img', 'font-family': FONT },
    },
    svg('title', {}, cut(title, CONTENT, { size: 12 })),
    { ...defs, children: [...defs.children, clip] },
    svg('rect', { width, height, fill: look.palette.bg }),
    moved(body.nodes, margin, margin),
    ...more,
  );
}

/** Of a drawing that is alone. */
const ALONE = 'gilscope';

function lookOf({ theme, axis }: FigureInput, id = ALONE): { look: LaneLook; defs: SvgNode } {
  const palette = paletteOf(theme);
  const { ink, defs } = svgInk(palette, FONT, theme === 'dark', id);
  return { look: { theme, palette, ink, width: CONTENT, axis, id }, defs };
}

function legend({ recordings, bars }: FigureInput, { theme, palette, ink }: LaneLook): Block {
  const shown = recordings.flatMap((one) => one.shown ?? []);
  const of = {
    estimated: shown.some(({ session }) => session.processes.some(({ engine }) => engine === 'estimated')),
    cores: shown.some(({ reply }) => reply.cores.series.length > 0),
    spreads: bars.some((one) => one.bars.some(({ spread }) => spread !== null && spread.max > spread.min)),
  };
  return legendBlock(of, CONTENT, theme, palette, ink);
}

/** The picture as the text of an SVG file. */
export function figureSvg(input: FigureInput): string {
  const { recordings, bars, title } = input;
  const { look, defs } = lookOf(input);
  const { palette } = look;
  const body = stack(
    [
      head(input, palette),
      barsBlock(bars, CONTENT, palette),
      ...recordings.map((recording) => recordingBlock(recording, input, look)),
      legend(input, look),
    ],
    GAP,
  );
  const y = Math.ceil(body.height + 2 * MARGIN) - 14;
  const mark = textNode('gilscope', FIGURE_WIDTH - MARGIN, y, { size: 10, fill: palette.muted, anchor: 'end' });
  const root = sheet(body, { title, look, margin: MARGIN }, defs, mark);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${toXml(root)}\n`;
}

/** What the shapes mean, for a page that draws lanes itself, in its own colours (`var(--muted)`). @param id a prefix that no other drawing of the page has */
export function legendFigure(input: FigureInput, id: string): SvgNode {
  const names = Object.keys(paletteOf(input.theme)).map((token) => [token, `var(--${token})`]);
  const palette = Object.fromEntries(names) as unknown as Palette;
  const { ink, defs } = svgInk(palette, FONT, false, id);
  const { height, nodes } = legend(input, { ...lookOf(input).look, palette, ink });
  const size = { viewBox: `0 0 ${CONTENT} ${height}`, width: CONTENT, height };
  return svg('svg', { ...size, role: 'img', 'aria-label': 'What the shapes mean' }, defs, ...nodes);
}

/** Its bars alone. @param id as legendFigure has it */
export function barsFigure(input: FigureInput, id: string): SvgNode {
  const { look, defs } = lookOf(input, id);
  return sheet(barsBlock(input.bars, CONTENT, look.palette), { title: 'Figures as bars', look, margin: 0 }, defs);
}

/** Its ruler, lanes and legend alone, for a page that says the rest itself; of several recordings, with the name of each. @param id as legendFigure has it */
export function lanesFigure(input: FigureInput, id = ALONE): SvgNode {
  const { look, defs } = lookOf(input, id);
  const lanes = input.recordings.map((recording) =>
    recording.letter === null && recording.shown !== null
      ? stack([ruler(input, look.palette), laneBlock(recording.shown, look)], 0)
      : recordingBlock(recording, input, look),
  );
  return sheet(stack([...lanes, legend(input, look)], GAP), { title: input.title, look, margin: 0 }, defs);
}
