/** Draws a scene with the functions that draw the timeline. Pure: colours and textures are given. */
import { IntervalFlag, ThreadState } from '../../shared/contract/types.ts';
import { svg, type SvgNode } from '../../shared/draw/svg.ts';
import type { Ink } from '../../shared/draw/ink.ts';
import { drawRawLane } from '../../shared/draw/lane.ts';
import { drawStrip } from '../../shared/draw/strip.ts';
import { SvgPen } from '../../shared/draw/svgPen.ts';
import { makeScale } from '../../shared/draw/scale.ts';
import { STEPS, type Lane, type Scene } from './scenes.ts';

/** Pixels. */
const STEP = 9;
const PLOT = STEPS * STEP;
const NAMES = 62;
const ROW = 24;
const BAR = 14;
const STRIP_ROW = 22;
const NOTE_ROW = 18;
/** About the width of a letter of a note. */
const CHAR = 5.1;

const STATES: Readonly<Record<string, readonly [ThreadState, number]>> = {
  '#': [ThreadState.hold, 0],
  ']': [ThreadState.hold, IntervalFlag.preempted],
  ')': [ThreadState.hold, IntervalFlag.voluntary],
  '~': [ThreadState.hold, IntervalFlag.estimated],
  '/': [ThreadState.wait, 0],
  '=': [ThreadState.running, 0],
  '-': [ThreadState.blocked, 0],
  ':': [ThreadState.blocked, IntervalFlag.lock],
};

interface Interval {
  start: number;
  end: number;
  state: ThreadState;
  flags: number;
}

/** The intervals of a lane in steps; a hold that reaches the last one has not ended. */
export function intervalsOf({ steps }: Lane): Interval[] {
  const found: Interval[] = [];
  let before = ' ';
  Array.from(steps).forEach((sign, at) => {
    const told = STATES[sign];
    const last = found.at(-1);
    const ends = sign === ']' || sign === ')';
    if (told !== undefined && last !== undefined && (sign === before || (ends && before === '#'))) {
      last.end = at + 1;
      last.flags |= told[1];
    } else if (told !== undefined) found.push({ start: at, end: at + 1, state: told[0], flags: told[1] });
    before = sign;
  });
  const last = found.at(-1);
  if (last !== undefined && before === '#') last.flags |= IntervalFlag.open;
  return found;
}

const SCALE = makeScale({ start: 0, end: STEPS }, PLOT);

function drawLane(pen: SvgPen, lane: Lane, top: number, colour: string, ink: Ink): void {
  const intervals = intervalsOf(lane);
  drawRawLane(
    pen,
    {
      form: 'raw',
      thread: 0,
      start: Float64Array.from(intervals, (one) => one.start),
      end: Float64Array.from(intervals, (one) => one.end),
      state: Uint8Array.from(intervals, (one) => one.state),
      flags: Uint8Array.from(intervals, (one) => one.flags),
      core: new Int16Array(intervals.length).fill(-1),
    },
    SCALE,
    { top, height: BAR, dpr: 1 },
    // The drawings have no lengths to name.
    { colour, inkOnColour: 'none' },
    ink,
  );
}

function drawHolders(pen: SvgPen, lanes: readonly Lane[], top: number, colourOf: (slot: number) => string): void {
  const holds = lanes
    .flatMap((lane) => intervalsOf(lane).map((interval) => ({ ...interval, slot: lane.slot })))
    .filter(({ state }) => state === ThreadState.hold)
    .sort((a, b) => a.start - b.start);
  drawStrip(
    pen,
    {
      form: 'raw',
      gil: 0,
      start: Float64Array.from(holds, (hold) => hold.start),
      end: Float64Array.from(holds, (hold) => hold.end),
      thread: Int32Array.from(holds, (hold) => hold.slot),
      flags: Uint8Array.from(holds, (hold) => hold.flags),
    },
    { start: 0, end: STEPS },
    SCALE,
    { top, height: BAR - 2, dpr: 1 },
    colourOf,
  );
}

function drawPlain(pen: SvgPen, { steps }: Lane, top: number, colour: string): void {
  const full = steps.lastIndexOf('#') + 1;
  pen.fillStyle = colour;
  pen.fillRect(0, top, full * STEP - 1, BAR);
  pen.globalAlpha = 0.4;
  pen.fillRect(full * STEP, top, (steps.length - full) * STEP, BAR);
  pen.globalAlpha = 1;
}

function drawCurve(pen: SvgPen, values: readonly number[], top: number, height: number, colour: string): void {
  const most = Math.max(...values);
  const yOf = (value: number) => top + height - (value / most) * height;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(0, yOf(values[0]));
  values.forEach((value, at) => {
    pen.lineTo(at * STEP, yOf(value));
    pen.lineTo((at + 1) * STEP, yOf(value));
  });
  pen.stroke();
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly SvgNode[];
}

/** @param colourOf of a thread's slot */
export function drawScene(scene: Scene, colourOf: (slot: number) => string, ink: Ink): Drawing {
  const { lanes, notes = [], strip = false, plain = false, curve } = scene;
  const left = lanes.length > 1 ? NAMES : 0;
  const font = { 'font-family': ink.family, 'font-size': 10.5 };
  const pen = new SvgPen(font);
  const names: SvgNode[] = [];
  const label = (text: string, middle: number) =>
    names.push(svg('text', { ...font, x: 0, y: middle + 3.7, fill: ink.muted }, text));
  const first = notes.length > 0 ? NOTE_ROW : 0;
  let top = first;
  if (strip) {
    label('GIL', top + BAR / 2);
    drawHolders(pen, lanes, top, colourOf);
    top += STRIP_ROW;
  }
  if (curve !== undefined) {
    drawCurve(pen, curve, top + 4, ROW, colourOf(2));
    top += ROW + 10;
  }
  for (const lane of lanes) {
    if (left > 0) label(lane.name, top + BAR / 2);
    if (plain) drawPlain(pen, lane, top, colourOf(lane.slot));
    else drawLane(pen, lane, top, colourOf(lane.slot), ink);
    top += ROW;
  }
  const height = top - (ROW - BAR) + 4;
  const noteNodes = notes.flatMap(({ at, text }) => {
    const x = at * STEP;
    const late = x + text.length * CHAR > PLOT + 4;
    return [
      svg('path', {
        d: `M${x + 0.5} 13V${height}`,
        stroke: ink.text,
        'stroke-opacity': 0.4,
        'stroke-dasharray': '2 2',
      }),
      svg('text', { ...font, x: late ? x + 1 : x, y: 10, 'text-anchor': late ? 'end' : 'start', fill: ink.text }, text),
    ];
  });
  const plot = svg('g', left > 0 ? { transform: `translate(${left} 0)` } : {}, ...pen.nodes, ...noteNodes);
  return { width: left + PLOT, height, nodes: [...names, plot] };
}
