/**
 * Calls of one thread made up at random, the records a tracer would send of them, and what is true of them. For tests of the function trace here
 * and elsewhere; never used by the product.
 */
import { CallKind, encodeCalls, type CallInput } from '../../protocol/functionTrace.ts';
import { encodeFrame, FrameKind } from '../../protocol/frames.ts';
import { at } from './recording.ts';

export interface TrueCall {
  start: number;
  /** null: it has not ended. */
  end: number | null;
  depth: number;
  /** Number of its site. */
  site: number;
}

/** One thing a thread does; time goes on by `dt` before it. */
export interface Step {
  what: 'call' | 'return' | 'tell';
  dt: number;
  site: number;
}

export interface CallTree {
  calls: TrueCall[];
  records: CallInput[];
  endNs: number;
}

/** `leastNs`: shorter calls are not sent, as the tracer does; "tell" sends what is open and long enough. */
export function treeOf(list: readonly Step[], leastNs = 0): CallTree {
  const calls: TrueCall[] = [];
  const records: CallInput[] = [];
  const stack: { call: TrueCall; told: boolean }[] = [];
  let now = 0;
  const tell = (depth: number): void => {
    const { call } = stack[depth];
    stack[depth].told = true;
    records.push({ kind: CallKind.open, ns: at(now), depth, site: call.site, length: now - call.start });
  };
  for (const { what, dt, site } of list) {
    now += dt;
    if (what === 'call') {
      stack.push({ call: { start: now, end: null, depth: stack.length, site }, told: false });
    } else if (what === 'tell') {
      stack.forEach(({ call, told }, depth) => !told && now - call.start >= leastNs && tell(depth));
    } else {
      const top = stack.pop();
      if (top === undefined) continue;
      const { call, told } = top;
      call.end = now;
      calls.push(call);
      const { depth, start } = call;
      if (told) records.push({ kind: CallKind.close, ns: at(now), depth });
      else if (now - start >= leastNs)
        records.push({ kind: CallKind.call, ns: at(now), depth, site: call.site, length: now - start });
    }
  }
  for (const { call, told } of stack) if (told) calls.push(call);
  return { calls: calls.filter(({ start, end }) => end === null || end - start >= leastNs), records, endNs: now };
}

export const callsFrame = (records: readonly CallInput[], serial = 1, dropped = 0): Uint8Array =>
  encodeFrame(FrameKind.calls, encodeCalls({ serial, tid: 1000 + serial, dropped, records }));

/** The records in frames of some size. */
export function callsFrames(records: readonly CallInput[], size: number, serial = 1): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let i = 0; i < records.length; i += size) frames.push(callsFrame(records.slice(i, i + size), serial));
  return frames;
}
