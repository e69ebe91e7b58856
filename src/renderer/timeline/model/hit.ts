/**
 * What lies under a point of a lane or strip. Pure, by bisection. A hold of a microsecond is drawn a pixel wide, so
 * it is also hit within a few pixels.
 */
import {
  ThreadState,
  type GilStrip,
  type Ns,
  type ThreadIdx,
  type ThreadLane,
} from '../../../shared/contract/types.ts';
import { lastAtOrBefore } from '../../../shared/draw/search.ts';
import type { Call } from '../../store/view.ts';
import type { MarkHit } from './markRow.ts';
import type { Row } from './rows.ts';

/** A time on the lane, and the interval there as far as the drawn data knows it. */
export interface LaneHit {
  readonly thread: ThreadIdx;
  /** A time inside the interval: what details.query is asked for. */
  readonly at: Ns;
  /** Known when the lane holds single intervals; null when it holds bins. */
  readonly interval: { state: ThreadState; flags: number; start: Ns; end: Ns; core: number } | null;
  /** Known when the lane holds bins: the fractions there. */
  readonly bin: { start: Ns; end: Ns; hold: number; wait: number; running: number; takes: number } | null;
}

/** What the mouse is over. */
export interface Hover {
  readonly row: Row;
  readonly at: Ns;
  readonly hit: LaneHit | null;
  readonly marks: MarkHit | null;
  readonly call: Call | null;
  /** Of the mouse, in the window. */
  readonly x: number;
  readonly y: number;
}

type RawLane = Extract<ThreadLane, { form: 'raw' }>;
type BinLane = Extract<ThreadLane, { form: 'bins' }>;

/** A hold too narrow to be pointed at, near `at`; its index or -1. */
function tickNear(lane: RawLane, index: number, at: Ns, reach: Ns): number {
  let best = -1;
  let bestDistance = reach;
  for (let i = Math.max(0, index - 2); i <= index + 2 && i < lane.start.length; i++) {
    if (lane.state[i] !== ThreadState.hold) continue;
    const distance = Math.max(lane.start[i] - at, at - lane.end[i], 0);
    if (distance <= bestDistance) {
      best = i;
      bestDistance = distance;
    }
  }
  return best;
}

function hitRaw(lane: RawLane, at: Ns, reach: Ns): LaneHit {
  const index = lastAtOrBefore(lane.start, at);
  const inside = index >= 0 && at < lane.end[index] ? index : -1;
  const onHold = inside >= 0 && lane.state[inside] === ThreadState.hold;
  const tick = onHold ? -1 : tickNear(lane, index, at, reach);
  const found = tick >= 0 ? tick : inside;
  if (found < 0) return { thread: lane.thread, at, interval: null, bin: null };
  const start = lane.start[found];
  const end = lane.end[found];
  return {
    thread: lane.thread,
    at: Math.min(Math.max(at, start), Math.max(start, end - 1)),
    interval: {
      state: lane.state[found] as ThreadState,
      flags: lane.flags[found],
      start,
      end,
      core: lane.core[found],
    },
    bin: null,
  };
}

function hitBins(lane: BinLane, window: { start: Ns; end: Ns }, at: Ns): LaneHit {
  const bins = lane.hold.length;
  const width = (window.end - window.start) / bins;
  const i = Math.floor((at - window.start) / width);
  if (i < 0 || i >= bins) return { thread: lane.thread, at, interval: null, bin: null };
  const start = window.start + i * width;
  const [hold, wait, running] = [lane.hold[i], lane.wait[i], lane.running[i]];
  return {
    thread: lane.thread,
    at,
    interval: null,
    bin: { start, end: start + width, hold, wait, running, takes: lane.takes[i] },
  };
}

/** @param reach how far beside a narrow hold still counts, in ns */
export function hitLane(lane: ThreadLane, window: { start: Ns; end: Ns }, at: Ns, reach: Ns): LaneHit {
  return lane.form === 'raw' ? hitRaw(lane, at, reach) : hitBins(lane, window, at);
}

/** Who holds the GIL at `at`: a thread, or -1 for nobody or not known. */
export function holderAt(strip: GilStrip, window: { start: Ns; end: Ns }, at: Ns): ThreadIdx {
  if (strip.form === 'raw') {
    const index = lastAtOrBefore(strip.start, at);
    return index >= 0 && at < strip.end[index] ? strip.thread[index] : -1;
  }
  const bins = strip.owner.length;
  const i = Math.floor(((at - window.start) / (window.end - window.start)) * bins);
  return i >= 0 && i < bins ? strip.owner[i] : -1;
}
