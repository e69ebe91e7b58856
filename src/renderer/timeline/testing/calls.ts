/** Calls for tests, as a flame chart has them. */
import type { FunctionInfo } from '../../../shared/contract/functions.ts';
import { makeFlame, type Flame } from '../model/flames.ts';

/** Begin, end, depth, function; then count and whether it is open. */
export type CallTuple = readonly [
  start: number,
  end: number,
  depth: number,
  fn: number,
  count?: number,
  open?: boolean,
];

export const functionInfo = (idx: number, name: string, more: Partial<FunctionInfo> = {}): FunctionInfo => ({
  ...{ idx, process: 0, name, qualname: null, file: '/w/app.py', firstLine: 7, builtin: false },
  ...more,
});

export const FUNCTIONS: readonly FunctionInfo[] = [
  functionInfo(1, 'main'),
  functionInfo(2, 'load', { qualname: 'Loader.load' }),
  functionInfo(3, 'sleep', { file: 'time', firstLine: 0, builtin: true }),
];

export function flameOf(...calls: CallTuple[]): Flame {
  const spans = {
    start: Float64Array.from(calls, (c) => c[0]),
    end: Float64Array.from(calls, (c) => c[1]),
    depth: Uint16Array.from(calls, (c) => c[2]),
    function: Uint32Array.from(calls, (c) => c[3]),
    count: Uint32Array.from(calls, (c) => c[4] ?? 1),
    open: Uint8Array.from(calls, (c) => Number(c[5] ?? false)),
  };
  return makeFlame(5, spans, new Map(FUNCTIONS.map((fn) => [fn.idx, fn])));
}
