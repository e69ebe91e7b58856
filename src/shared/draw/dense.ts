/**
 * Where single intervals crowd below a pixel, drawing each would say "held all along" of a thread that holds a tenth of the time. Such
 * columns of pixels are told as bins instead: exact fractions, as draw/bins.ts draws them. Pure; used by draw/lane.ts.
 */
import { ThreadState, type ThreadLane } from '../contract/types.ts';
import { lastAtOrBefore } from './search.ts';
import { toPx, type TimeScale } from './scale.ts';

type RawLane = Extract<ThreadLane, { form: 'raw' }>;
type BinLane = Extract<ThreadLane, { form: 'bins' }>;

/** Intervals at least this wide (CSS px) always keep their shape. */
const WIDE = 2;
/** So many narrow holds in a column and its two neighbours are a crowd. */
const CROWD = 2;

/** The columns of one picture, one CSS pixel each; reused from lane to lane. */
export interface Columns {
  readonly lane: BinLane;
  /** 1: this column is drawn as bins. */
  readonly crowded: Uint8Array;
  any: boolean;
}

let kept: Columns | null = null;

function columnsOf(count: number): Columns {
  if (kept?.crowded.length !== count) {
    const floats = () => new Float32Array(count);
    const lane: BinLane = {
      form: 'bins',
      thread: 0,
      hold: floats(),
      wait: floats(),
      running: floats(),
      blocked: floats(),
      unknown: floats(),
      takes: new Uint32Array(count),
      waits: new Uint32Array(count),
    };
    return (kept = { lane, crowded: new Uint8Array(count), any: false });
  }
  const { lane } = kept;
  for (const column of [lane.hold, lane.wait, lane.running, lane.blocked, lane.unknown]) column.fill(0);
  lane.takes.fill(0);
  kept.crowded.fill(0);
  kept.any = false;
  return kept;
}

const fieldOf = (lane: BinLane, state: number): Float32Array | null =>
  state === ThreadState.hold
    ? lane.hold
    : state === ThreadState.wait
      ? lane.wait
      : state === ThreadState.running
        ? lane.running
        : state === ThreadState.blocked
          ? lane.blocked
          : state === ThreadState.unknown
            ? lane.unknown
            : null;

/** Whether interval [left, right) in columns is left to the crowd. */
export const isCrowded = (columns: Columns, left: number, right: number): boolean =>
  columns.any && right - left < WIDE && columns.crowded[Math.floor(left)] === 1;

/** @param scale of the picture in device pixels */
export function crowdedColumns(raw: RawLane, scale: TimeScale, dpr: number): Columns {
  const count = Math.ceil(scale.width / dpr);
  const columns = columnsOf(count);
  const { lane, crowded } = columns;
  const { start, end, state } = raw;
  const first = Math.max(0, lastAtOrBefore(start, scale.start));
  for (let i = first; i < start.length && start[i] < scale.end; i++) {
    if (state[i] !== ThreadState.hold) continue;
    const left = toPx(scale, start[i]) / dpr;
    if (left >= 0 && left < count && toPx(scale, end[i]) / dpr - left < WIDE) lane.takes[Math.floor(left)]++;
  }
  for (let c = 0; c < count; c++) {
    const near = lane.takes[c] + (lane.takes[c - 1] ?? 0) + (lane.takes[c + 1] ?? 0);
    // Not beside a lonely one: a column of the crowd has a hold itself, or lies between two that have.
    const between = (lane.takes[c - 1] ?? 0) > 0 && (lane.takes[c + 1] ?? 0) > 0;
    if (near >= CROWD && (lane.takes[c] > 0 || between)) {
      crowded[c] = 1;
      columns.any = true;
    }
  }
  // Lonely holds keep their own shape: they are no part of these columns.
  for (let c = 0; c < count; c++) if (crowded[c] === 0) lane.takes[c] = 0;
  if (columns.any) addFractions(raw, columns, scale, dpr, first);
  return columns;
}

/** Exact fractions of every state in the crowded columns, wide intervals that reach into them included. */
function addFractions(raw: RawLane, columns: Columns, scale: TimeScale, dpr: number, first: number): void {
  const { lane, crowded } = columns;
  const { start, end, state } = raw;
  for (let i = first; i < start.length && start[i] < scale.end; i++) {
    const field = fieldOf(lane, state[i]);
    if (field === null) continue;
    const left = Math.max(0, toPx(scale, start[i]) / dpr);
    const right = Math.min(crowded.length, toPx(scale, end[i]) / dpr);
    for (let c = Math.floor(left); c < right; c++) {
      if (crowded[c] === 1) field[c] += Math.min(right, c + 1) - Math.max(left, c);
    }
  }
}
