/** What the shapes mean, drawn by the functions that draw the lanes; as many in a row as fit. Pure. */
import { IntervalFlag, ThreadState } from '../contract/types.ts';
import { svg, type SvgNode } from '../draw/svg.ts';
import { threadColour, type Theme } from '../draw/colours.ts';
import type { Ink } from '../draw/ink.ts';
import { drawRawLane } from '../draw/lane.ts';
import { SvgPen } from '../draw/svgPen.ts';
import { makeScale } from '../draw/scale.ts';
import { moved, type Block } from './block.ts';
import type { Palette } from './palette.ts';
import { textNode, textWidth } from './text.ts';

/** Pixels. */
const SAMPLE = 34;
const ROW = 20;
const GAP = 22;
const FACE = { size: 11 };

interface Entry {
  readonly text: string;
  readonly nodes: readonly SvgNode[];
}

export interface LegendOf {
  readonly estimated: boolean;
  readonly cores: boolean;
  readonly spreads: boolean;
}

function sample(state: ThreadState, flags: number, theme: Theme, ink: Ink): SvgNode[] {
  const pen = new SvgPen({});
  drawRawLane(
    pen,
    {
      form: 'raw',
      thread: 0,
      start: Float64Array.of(0),
      end: Float64Array.of(SAMPLE),
      state: Uint8Array.of(state),
      flags: Uint8Array.of(flags),
      core: Int16Array.of(-1),
    },
    makeScale({ start: 0, end: SAMPLE }, SAMPLE),
    { top: 3, height: 13, dpr: 1 },
    { colour: threadColour(2, theme), inkOnColour: 'none' },
    ink,
  );
  // The sample's length would be named on it.
  return pen.nodes.filter(({ tag }) => tag !== 'text');
}

function entries({ estimated, cores, spreads }: LegendOf, theme: Theme, palette: Palette, ink: Ink): Entry[] {
  const lane = (text: string, state: ThreadState, flags = 0): Entry => ({
    text,
    nodes: sample(state, flags, theme, ink),
  });
  const area = (text: string, fill: string, opacity: number): Entry => ({
    text,
    nodes: [svg('rect', { x: 0, y: 3, width: SAMPLE, height: 13, fill, 'fill-opacity': opacity })],
  });
  return [
    lane('hold, ended pre-empted', ThreadState.hold, IntervalFlag.preempted),
    lane('hold, ended voluntary', ThreadState.hold, IntervalFlag.voluntary),
    lane('waits for the GIL', ThreadState.wait),
    lane('released, running', ThreadState.running),
    lane('released, blocked', ThreadState.blocked),
    lane('waits for a lock', ThreadState.blocked, IntervalFlag.lock),
    ...(estimated ? [lane('estimated', ThreadState.hold, IntervalFlag.estimated)] : []),
    ...(cores ? [area('core: this program', palette.info, 0.55), area('core: others', palette.muted, 0.22)] : []),
    ...(spreads
      ? [
          {
            text: 'least to most of the runs',
            nodes: [svg('path', { d: `M0 10H${SAMPLE}M0 6v8M${SAMPLE} 6v8`, stroke: palette.text, fill: 'none' })],
          },
        ]
      : []),
  ];
}

export function legendBlock(of: LegendOf, width: number, theme: Theme, palette: Palette, ink: Ink): Block {
  let x = 0;
  let y = 0;
  const nodes = entries(of, theme, palette, ink).map(({ text, nodes: drawn }) => {
    const needed = SAMPLE + 7 + textWidth(text, FACE);
    if (x > 0 && x + needed > width) {
      x = 0;
      y += ROW;
    }
    const entry = moved([...drawn, textNode(text, SAMPLE + 7, 13.5, { ...FACE, fill: palette.muted })], x, y);
    x += needed + GAP;
    return entry;
  });
  return { height: y + ROW, nodes };
}
