/** What the shapes of the lanes mean, drawn by the same functions as the lanes, and the keys. */
import { useEffect, useRef } from 'react';
import { IntervalFlag, ThreadState } from '../../../shared/contract/types.ts';
import { Term } from '../../help/Term.tsx';
import type { WordId } from '../../help/words.ts';
import { inkOn, threadColour, type Theme } from '../../../shared/draw/colours.ts';
import { functionColour } from '../../theme/functionColours.ts';
import { useTheme } from '../../theme/theme.ts';
import { drawBinLane } from '../../../shared/draw/bins.ts';
import { anchorTextures, makeInk, type Ctx } from '../../../shared/draw/ink.ts';
import { drawRawLane } from '../../../shared/draw/lane.ts';
import { drawFlame } from '../draw/flame.ts';
import { drawMarks } from '../draw/marks.ts';
import type { LaneStyle } from '../../../shared/draw/shape.ts';
import type { Ink } from '../../../shared/draw/ink.ts';
import { LEVEL } from '../model/flameRow.ts';
import { makeFlame } from '../model/flames.ts';
import { makeScale } from '../../../shared/draw/scale.ts';

const WIDTH = 84;
const HEIGHT = 24;

type Paint = (ctx: Ctx, ink: Ink, style: LaneStyle & { theme: Theme }, dpr: number) => void;

function interval(state: ThreadState, flags: number, from = 4, to = 80): Paint {
  return (ctx, ink, style, dpr) =>
    drawRawLane(
      ctx,
      {
        form: 'raw',
        thread: 0,
        start: Float64Array.of(from),
        end: Float64Array.of(to),
        state: Uint8Array.of(state),
        flags: Uint8Array.of(flags),
        core: Int16Array.of(-1),
      },
      makeScale({ start: 0, end: WIDTH }, WIDTH * dpr),
      { top: Math.round(4 * dpr), height: Math.round(16 * dpr), dpr },
      { ...style, inkOnColour: 'transparent' },
      ink,
    );
}

const bins: Paint = (ctx, ink, style, dpr) => {
  const count = WIDTH - 8;
  const wave = (i: number) => 0.5 + 0.4 * Math.sin(i / 9);
  const hold = Float32Array.from({ length: count }, (_, i) => wave(i));
  const none = new Float32Array(count);
  const ones = new Uint32Array(count).fill(2);
  const wait = hold.map((h) => 1 - h);
  drawBinLane(
    ctx,
    { form: 'bins', thread: 0, hold, wait, running: none, blocked: none, unknown: none, takes: ones, waits: ones },
    { start: 4, end: WIDTH - 4 },
    makeScale({ start: 0, end: WIDTH }, WIDTH * dpr),
    { top: Math.round(4 * dpr), height: Math.round(16 * dpr), dpr },
    { ...style, estimated: false },
    ink,
  );
};

const marks: Paint = (ctx, ink, style, dpr) =>
  drawMarks(
    ctx,
    {
      thread: 0,
      levels: [
        {
          form: 'raw',
          start: Float64Array.of(4),
          end: Float64Array.of(80),
          name: Uint32Array.of(0),
          open: Uint8Array.of(0),
        },
      ],
      instants: { form: 'raw', at: Float64Array.of(56), name: Uint32Array.of(0) },
    },
    { markNames: ['load'], start: 0, end: WIDTH },
    makeScale({ start: 0, end: WIDTH }, WIDTH * dpr),
    { top: 0, height: HEIGHT * dpr, dpr },
    style.colour,
    ink,
  );

/** A call within another, one written in C, and short ones that stand together. */
const calls: Paint = (ctx, ink, { theme }, dpr) => {
  const fn = (name: string, file: string, builtin = false) => ({
    ...{ idx: 0, process: 0, qualname: null, firstLine: 1 },
    ...{ name, file, builtin },
  });
  const functions = new Map([
    [1, fn('run', 'app.py')],
    [2, fn('sleep', 'time', true)],
  ]);
  const spans = {
    start: Float64Array.of(4, 4, 46),
    end: Float64Array.of(80, 44, 76),
    depth: Uint16Array.of(0, 1, 1),
    function: Uint32Array.of(1, 2, 0),
    count: Uint32Array.of(1, 1, 9),
    open: Uint8Array.of(0, 0, 0),
  };
  drawFlame(
    ctx,
    makeFlame(0, spans, functions),
    makeScale({ start: 0, end: WIDTH }, WIDTH * dpr),
    { top: -3 * dpr, height: HEIGHT * dpr, dpr, levels: 2, level: LEVEL.compact },
    ink,
    (f) => functionColour(f, theme),
  );
};

const ENTRIES: readonly (readonly [Paint, string, string, WordId?])[] = [
  [
    interval(ThreadState.hold, IntervalFlag.preempted),
    'Hold, pre-empted',
    'square end: it was made to let go',
    'pre-empted',
  ],
  [
    interval(ThreadState.hold, IntervalFlag.voluntary),
    'Hold, voluntary',
    'round end: it went into a blocking call',
    'voluntary',
  ],
  [interval(ThreadState.hold, 0, 40, 40.01), 'A very short hold', 'is still a tick', 'hold'],
  [interval(ThreadState.wait, 0), 'Wait', 'it asked for the GIL and has not got it', 'wait'],
  [interval(ThreadState.running, 0), 'Released, running', 'works without the GIL (native code)', 'running'],
  [interval(ThreadState.blocked, 0), 'Released, blocked', 'neither holds nor wants the GIL', 'blocked'],
  [
    interval(ThreadState.blocked, IntervalFlag.lock),
    'Released, waiting for a lock',
    'a lock, a condition, a queue, a join',
    'lock-wait',
  ],
  [interval(ThreadState.unknown, 0), 'Unknown', 'events were dropped here', 'coverage'],
  [interval(ThreadState.hold, IntervalFlag.estimated), 'Estimated', 'not measured: the portable engine', 'engine'],
  [marks, 'Marks', 'a region and an instant that the program named itself'],
  [calls, 'Calls', 'with the function trace; hollow: written in C; lines: several short ones'],
  [bins, 'Many at once', 'heights are the parts of the time: hold below, wait above'],
];

const KEYS: readonly (readonly [string, string])[] = [
  ['drag', 'select a range: every table answers for it'],
  ['wheel · W S', 'zoom (over many lanes: ctrl + wheel)'],
  ['shift + wheel · A D · drag the ruler', 'pan'],
  ['double click · Z', 'zoom to the interval, to the selection'],
  ['click · Enter', 'details; ← → to the neighbours'],
  ['C', 'a call; ← → ↑ ↓ to the calls around it'],
  ['↑ ↓', 'lane by lane'],
  ['0 · Home · End', 'all, start, end'],
  ['F', 'follow the live edge'],
  ['Backspace · Alt + ← →', 'back and forward through views'],
  ['Esc', 'close, unselect'],
];

function Sample({ paint }: { paint: Paint }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const ctx = canvas.current?.getContext('2d') ?? null;
    if (canvas.current === null || ctx === null) return;
    const dpr = window.devicePixelRatio;
    canvas.current.width = Math.round(WIDTH * dpr);
    canvas.current.height = Math.round(HEIGHT * dpr);
    const style = getComputedStyle(document.documentElement);
    const ink = makeInk(ctx, (name) => style.getPropertyValue(name).trim(), dpr, theme === 'dark');
    const colour = threadColour(2, theme);
    anchorTextures(ink, 0, 0);
    ctx.font = ink.font;
    ctx.textBaseline = 'middle';
    paint(ctx, ink, { colour, inkOnColour: inkOn(colour), theme }, dpr);
  }, [paint, theme]);
  return <canvas ref={canvas} style={{ width: WIDTH, height: HEIGHT }} aria-hidden="true" />;
}

export function Legend() {
  return (
    <div className="tl-legend" tabIndex={0} data-autofocus="">
      <div className="tl-legend__shapes">
        {ENTRIES.map(([paint, title, text, word]) => (
          <div key={title}>
            <Sample paint={paint} />
            <p>
              <b>{word === undefined ? title : <Term word={word}>{title}</Term>}</b>
              <br />
              {text}
            </p>
          </div>
        ))}
      </div>
      <dl>
        {KEYS.map(([keys, text]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
