/**
 * The lanes of one recording in a figure: cores, the strip of each GIL, threads; drawn by the functions of the timeline. Pure.
 */
import type { GilStrip, ThreadIdx, ThreadLane } from '../contract/types.ts';
import { ThreadState } from '../contract/types.ts';
import { svg, type SvgNode } from '../draw/svg.ts';
import { displayName } from '../threadNames.ts';
import { assignSlots, inkOn, threadColour, type Theme } from '../draw/colours.ts';
import { drawBinLane } from '../draw/bins.ts';
import type { Ink } from '../draw/ink.ts';
import { drawRawLane } from '../draw/lane.ts';
import { drawStrip } from '../draw/strip.ts';
import { SvgPen } from '../draw/svgPen.ts';
import { ALL_CORES } from '../draw/chartData.ts';
import { makeScale, type Range } from '../draw/scale.ts';
import type { Block } from './block.ts';
import { coreNodes } from './cores.ts';
import type { Shown } from './input.ts';
import type { Palette } from './palette.ts';
import { cut, textNode } from './text.ts';

/** Pixels. */
export const LABELS = 176;
const ROW = 21;
const BAR = 13;
const CORE_ROW = 24;
/** More cores are one row, their mean. */
const MOST_CORES = 8;
/** More threads, and strips, than a page has room for: those that do most are shown, and how many are not. */
const MOST_THREADS = 12;
const MOST_STRIPS = 8;

export interface LaneLook {
  readonly theme: Theme;
  readonly palette: Palette;
  readonly ink: Ink;
  /** Of the whole figure, labels and lanes. */
  readonly width: number;
  readonly axis: Range;
  /** Of the drawing: a prefix of ids that no other drawing of the page has. */
  readonly id: string;
}

/** How long a lane holds, waits or runs: which threads matter. */
function activity(lane: ThreadLane): number {
  if (lane.form === 'bins')
    return lane.hold.reduce((sum, hold, i) => sum + hold + lane.wait[i] + lane.running[i], 0) / lane.hold.length;
  let ns = 0;
  for (let i = 0; i < lane.start.length; i++)
    if (lane.state[i] !== ThreadState.blocked && lane.state[i] !== ThreadState.none) ns += lane.end[i] - lane.start[i];
  return ns;
}

/** Whether the thread was there at all: one that ended before, or came after, has nothing to show. */
function isThere(lane: ThreadLane): boolean {
  if (lane.form === 'raw') return lane.state.some((state) => state !== ThreadState.none);
  return [lane.hold, lane.wait, lane.running, lane.blocked, lane.unknown].some((part) =>
    part.some((share) => share > 0),
  );
}

interface Picked {
  readonly strips: readonly GilStrip[];
  readonly lanes: readonly ThreadLane[];
  readonly hidden: number;
}

/** Of the two forms only one is in a reply for a thread; across threads both are brought to parts of the window. */
function pick({ session, reply }: Shown): Picked {
  const length = Math.max(1, reply.end - reply.start);
  const part = (lane: ThreadLane) => (lane.form === 'bins' ? activity(lane) : activity(lane) / length);
  const own = (lane: ThreadLane) => session.threads[lane.thread]?.own ?? true;
  const all = reply.threads.filter((lane) => !own(lane) && isThere(lane));
  const chosen = new Set([...all].sort((a, b) => part(b) - part(a)).slice(0, MOST_THREADS));
  const lanes = all.filter((lane) => chosen.has(lane));
  const processes = new Set(lanes.map((lane) => session.threads[lane.thread].process));
  const strips = reply.gils
    .filter((strip) => processes.has(session.gils[strip.gil]?.process ?? -1))
    .slice(0, MOST_STRIPS);
  return { strips, lanes, hidden: all.length - lanes.length };
}

function gilName({ gils, processes }: Shown['session'], { gil }: GilStrip): string {
  const { process, id } = gils[gil];
  const several = gils.filter((other) => other.process === process).length > 1;
  const name = several ? `GIL ${id}` : 'GIL';
  return processes.length > 1 ? `${name} · ${processes[process]?.pid ?? ''}` : name;
}

function threadName(session: Shown['session'], thread: ThreadIdx): string {
  const name = displayName(session, thread);
  const process = session.processes[session.threads[thread].process];
  return session.processes.length > 1 && process !== undefined ? `${name} · ${process.pid}` : name;
}

/** Rows from the top down, with their labels. */
export function laneBlock(shown: Shown, look: LaneLook): Block {
  const { session, reply, origin } = shown;
  const { palette, ink, theme, width, axis } = look;
  const plot = width - LABELS;
  const scale = makeScale({ start: origin + axis.start, end: origin + axis.end }, plot);
  const window = { start: reply.start, end: reply.end };
  const slots = assignSlots(session.threads, []);
  const colourOf = (thread: ThreadIdx) => threadColour(slots[thread] ?? 0, theme);
  const pen = new SvgPen({ 'font-size': 9.5, 'font-weight': 600 });
  const labels: SvgNode[] = [];
  const under: SvgNode[] = [];
  const above: SvgNode[] = [];
  let top = 0;
  const row = (height: number, label: string, swatch: string | null) => {
    const middle = top + height / 2;
    const x = swatch === null ? 0 : 13;
    if (swatch !== null) labels.push(svg('rect', { x: 0, y: middle - 4, width: 8, height: 8, rx: 2, fill: swatch }));
    const face = { size: 11 };
    labels.push(textNode(cut(label, LABELS - x - 12, face), x, middle + 3.9, { ...face, fill: palette.text }));
    under.push(svg('path', { d: `M${-LABELS} ${top + height - 0.5}H${plot}`, stroke: palette.line, fill: 'none' }));
    top += height;
  };
  for (const core of coresOf(shown)) {
    above.push(...coreNodes(reply.cores, core, scale, { top, height: CORE_ROW }, palette));
    row(CORE_ROW, core === ALL_CORES ? `${session.cores} cores, on average` : `Core ${core}`, null);
  }
  const { strips, lanes, hidden } = pick(shown);
  const bar = () => ({ top: top + (ROW - BAR) / 2, height: BAR, dpr: 1 });
  for (const process of new Set(lanes.map((lane) => session.threads[lane.thread].process))) {
    for (const strip of strips.filter(({ gil }) => session.gils[gil].process === process)) {
      drawStrip(pen, strip, window, scale, bar(), colourOf);
      row(ROW, gilName(session, strip), null);
    }
    for (const lane of lanes.filter(({ thread }) => session.threads[thread].process === process)) {
      const colour = colourOf(lane.thread);
      const style = {
        colour,
        inkOnColour: inkOn(colour),
        estimated: session.processes[process]?.engine === 'estimated',
      };
      if (lane.form === 'raw') drawRawLane(pen, lane, scale, bar(), style, ink);
      else drawBinLane(pen, lane, window, scale, bar(), style, ink);
      row(ROW, threadName(session, lane.thread), colour);
    }
  }
  const nodes = [
    ...labels,
    svg('g', { transform: `translate(${LABELS} 0)` }, ...under, ...above, ...clipped(pen.nodes, look.id)),
  ];
  if (hidden > 0) {
    const text = `and ${hidden} ${hidden === 1 ? 'thread' : 'threads'} more, which did less`;
    nodes.push(textNode(text, 0, top + 15, { size: 11, fill: palette.muted }));
    top += 20;
  }
  return { height: top, nodes };
}

/** Drawing may go a little over the plot's edges: the figure's clip is there for that. */
const clipped = (nodes: readonly SvgNode[], id: string): SvgNode[] => [
  svg('g', { 'clip-path': `url(#${id}-plot)` }, ...nodes),
];

function coresOf({ reply }: Shown): readonly number[] {
  const { series } = reply.cores;
  if (series.length === 0) return [];
  return series.length > MOST_CORES ? [ALL_CORES] : series.map(({ core }) => core);
}
