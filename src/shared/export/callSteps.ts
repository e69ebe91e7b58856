/**
 * A thread's calls as functions are entered and left, and as stretches in each of which the stack stays as it is. Used by the formats
 * that tell stacks. What is too short to be kept as a call, or was lost, is time of its caller.
 */
import type { FunctionInfo } from '../contract/functions.ts';
import type { Ns } from '../contract/types.ts';
import type { CallRow } from './types.ts';

/** Reused: read it before the next one is asked for. */
export interface CallStep {
  at: Ns;
  /** False: it is left. */
  enters: boolean;
  function: FunctionInfo | null;
}

/** In the order of time, each function left after those that it called. */
export function* callSteps(rows: Iterable<CallRow>): Generator<CallStep> {
  const open: { fn: FunctionInfo | null; depth: number; end: Ns }[] = [];
  const step: CallStep = { at: -Infinity, enters: false, function: null };
  const leave = (at: Ns): CallStep => {
    const { fn, end } = open.pop()!;
    step.at = Math.max(step.at, Math.min(end, at));
    step.enters = false;
    step.function = fn;
    return step;
  };
  for (const { start, end, depth, function: fn } of rows) {
    while (open.length > 0 && (open[open.length - 1].depth >= depth || open[open.length - 1].end <= start))
      yield leave(start);
    step.at = Math.max(step.at, start);
    step.enters = true;
    step.function = fn;
    // A clock may let a call seem to outlive its caller.
    open.push({ fn, depth, end: Math.max(step.at, Math.min(end, open[open.length - 1]?.end ?? end)) });
    yield step;
  }
  while (open.length > 0) yield leave(Infinity);
}

/** Beyond these, deeper calls are told as time of their caller. */
const MOST_STACKS = 200_000;
/** Nothing is called. */
export const NO_STACK = -1;

/** The stacks of a thread, each as its caller's stack and one function more; a caller comes before what it calls. */
export class StackTree {
  readonly callers: number[] = [];
  readonly functions: (FunctionInfo | null)[] = [];
  private readonly known = new Map<number, Map<number, number>>();

  constructor(private readonly most = MOST_STACKS) {}

  called(caller: number, fn: FunctionInfo | null): number {
    let callees = this.known.get(caller);
    if (callees === undefined) this.known.set(caller, (callees = new Map<number, number>()));
    const key = fn?.idx ?? 0;
    let stack = callees.get(key);
    if (stack === undefined) {
      if (caller !== NO_STACK && this.callers.length >= this.most) return caller;
      stack = this.callers.push(caller) - 1;
      this.functions.push(fn);
      callees.set(key, stack);
    }
    return stack;
  }
}

/** Time over which a thread was in one stack and nothing that it called; reused. */
export interface Stretch {
  start: Ns;
  end: Ns;
  stack: number;
}

/** In the order of time; of time in no call there is none. The same tree may be filled by several readings of the same calls. */
export function* stretches(rows: Iterable<CallRow>, tree: StackTree): Generator<Stretch> {
  const stacks = [NO_STACK];
  const stretch: Stretch = { start: 0, end: 0, stack: NO_STACK };
  for (const { at, enters, function: fn } of callSteps(rows)) {
    const stack = stacks[stacks.length - 1];
    stretch.start = stretch.end;
    stretch.end = at;
    stretch.stack = stack;
    if (stack !== NO_STACK && at > stretch.start) yield stretch;
    if (enters) stacks.push(tree.called(stack, fn));
    else stacks.pop();
  }
}
