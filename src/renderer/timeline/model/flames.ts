/** The calls of a flame chart: what is under a point, and who called whom. Pure, by bisection. */
import type { FlameSpans, FunctionInfo } from '../../../shared/contract/functions.ts';
import type { Ns, ThreadIdx } from '../../../shared/contract/types.ts';
import type { Call } from '../../store/view.ts';
import { lastAtOrBefore } from '../../../shared/draw/search.ts';

/** The spans of one thread, and where each level begins among them. */
export interface Flame {
  readonly thread: ThreadIdx;
  readonly spans: FlameSpans;
  /** `from[d]` to `from[d + 1]` are the spans of depth d. */
  readonly from: Uint32Array;
  readonly functions: ReadonlyMap<number, FunctionInfo>;
}

export function makeFlame(thread: ThreadIdx, spans: FlameSpans, functions: ReadonlyMap<number, FunctionInfo>): Flame {
  const { depth } = spans;
  const from = new Uint32Array((depth.at(-1) ?? -1) + 2);
  for (let i = 0, d = 0; i < depth.length; i++) while (d < depth[i]) from[++d] = i;
  from[from.length - 1] = depth.length;
  return { thread, spans, from, functions };
}

/** Indices [first, end) of the spans of a level. */
export const levelOf = ({ from }: Flame, depth: number): readonly [number, number] =>
  depth < 0 || depth >= from.length - 1 ? [0, 0] : [from[depth], from[depth + 1]];

/** The last span of a level that begins at or before `at`; -1 when none does. */
export function lastSpan(flame: Flame, depth: number, at: Ns): number {
  const [first, end] = levelOf(flame, depth);
  const index = first + lastAtOrBefore(flame.spans.start.subarray(first, end), at);
  return index < first ? -1 : index;
}

export function callOf({ thread, spans, functions }: Flame, i: number): Call {
  return {
    thread,
    depth: spans.depth[i],
    start: spans.start[i],
    end: spans.end[i],
    function: functions.get(spans.function[i]) ?? null,
    count: spans.count[i],
    open: spans.open[i] === 1,
  };
}

/** The span of [first, last) nearest to `at`, if it is within `reach`; -1 when none is. */
function nearest({ spans }: Flame, [first, last]: readonly [number, number], at: Ns, reach: Ns): number {
  const { start, end } = spans;
  const before = first + lastAtOrBefore(start.subarray(first, last), at);
  let [found, distance] = [-1, reach];
  for (const i of [before, before + 1]) {
    if (i < first || i >= last) continue;
    const away = Math.max(start[i] - at, at - end[i], 0);
    if (away <= distance) [found, distance] = [i, away];
    if (away === 0) break;
  }
  return found;
}

/** The call at a point of a level, or the nearest one. @param reach how far beside a call still counts, in ns */
export function callAt(flame: Flame, depth: number, at: Ns, reach: Ns): Call | null {
  const i = nearest(flame, levelOf(flame, depth), at, reach);
  return i < 0 ? null : callOf(flame, i);
}

export type Direction = 'previous' | 'next' | 'caller' | 'callee';

/**
 * The call one goes to from another: its neighbours of the same depth, who called it, or what it called.
 * @param near of what it called the one nearest to this time: the call may be much longer than what is in view
 */
export function callBeside(flame: Flame, call: Call, direction: Direction, near: Ns): Call | null {
  const { start, end } = flame.spans;
  const { depth } = call;
  if (direction === 'caller') {
    const i = lastSpan(flame, depth - 1, call.start);
    return i >= 0 && end[i] >= call.start ? callOf(flame, i) : null;
  }
  if (direction === 'callee') {
    const [first, last] = levelOf(flame, depth + 1);
    const begins = start.subarray(first, last);
    const within = [
      first + 1 + lastAtOrBefore(begins, call.start - 1),
      first + 1 + lastAtOrBefore(begins, call.end - 1),
    ];
    const i = nearest(flame, [within[0], within[1]], Math.min(Math.max(near, call.start), call.end), Infinity);
    return i < 0 ? null : callOf(flame, i);
  }
  const [first, last] = levelOf(flame, depth);
  const at = first + lastAtOrBefore(start.subarray(first, last), call.start);
  const before = start[at] >= call.start ? at - 1 : at;
  const i = direction === 'next' ? at + 1 : before;
  return i >= first && i < last ? callOf(flame, i) : null;
}
