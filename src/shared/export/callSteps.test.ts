/** Calls as steps and stretches: balanced and in order whatever the calls, and no time is lost or told twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FunctionInfo } from '../contract/functions.ts';
import { callSteps, NO_STACK, StackTree, stretches } from './callSteps.ts';
import type { CallRow } from './types.ts';

const fn = (idx: number): FunctionInfo => ({
  ...{ idx, process: 0, name: `f${idx}`, qualname: null, file: 'a.py', firstLine: idx, builtin: false },
});
const row = (depth: number, start: number, end: number, idx: number): CallRow => ({
  ...{ thread: 0, start, end, depth, function: fn(idx), open: false },
});

/** As they come: by start, callers first; ends and depths as a lossy trace may have them. */
const rows = fc
  .array(fc.tuple(fc.nat(4), fc.nat(100), fc.nat(60), fc.nat(3)), { maxLength: 40 })
  .map((all) =>
    all
      .map(([depth, start, length, idx]) => row(depth, start, start + length, idx + 1))
      .sort((a, b) => a.start - b.start || a.depth - b.depth),
  );

describe('steps', () => {
  it('enter and leave in pairs, and time never goes back', () => {
    fc.assert(
      fc.property(rows, (calls) => {
        const open: (number | undefined)[] = [];
        let last = -Infinity;
        for (const { at, enters, function: entered } of callSteps(calls)) {
          expect(at).toBeGreaterThanOrEqual(last);
          last = at;
          if (enters) open.push(entered?.idx);
          else expect(open.pop()).toBe(entered?.idx);
        }
        expect(open).toEqual([]);
      }),
    );
  });
});

const A = row(0, 0, 10, 1);

describe('stretches', () => {
  const told = (calls: CallRow[], tree = new StackTree()): string[] =>
    [...stretches(calls, tree)].length === 0
      ? []
      : Array.from(stretches(calls, tree), ({ start, end, stack }) => {
          const names: string[] = [];
          for (let at = stack; at !== NO_STACK; at = tree.callers[at]) names.unshift(tree.functions[at]?.name ?? '?');
          return `${start}-${end} ${names.join(';')}`;
        });

  it('tell the stack at every moment, and nothing of time in no call', () => {
    const calls = [A, row(1, 2, 4, 2), row(2, 3, 4, 3), row(1, 6, 8, 2), row(0, 12, 13, 3)];
    expect(told(calls)).toEqual([
      ...['0-2 f1', '2-3 f1;f2', '3-4 f1;f2;f3', '4-6 f1', '6-8 f1;f2', '8-10 f1', '12-13 f3'],
    ]);
  });

  it('a call does not outlive its caller, and ends where the next of its depth begins', () => {
    expect(told([A, row(1, 8, 12, 2)])).toEqual(['0-8 f1', '8-10 f1;f2']);
    expect(told([A, row(0, 5, 7, 2)])).toEqual(['0-5 f1', '5-7 f2']);
  });

  it('a tree that is full tells deeper calls as their caller', () => {
    expect(told([A, row(1, 2, 4, 2), row(2, 3, 4, 3)], new StackTree(1))).toEqual([
      '0-2 f1',
      '2-3 f1',
      '3-4 f1',
      '4-10 f1',
    ]);
  });

  it('add up to the time in outermost calls', () => {
    fc.assert(
      fc.property(rows, (calls) => {
        let [depth, since, outer] = [0, 0, 0];
        for (const { at, enters } of callSteps(calls)) {
          if (enters && depth++ === 0) since = at;
          else if (!enters && --depth === 0) outer += at - since;
        }
        let sum = 0;
        for (const { start, end } of stretches(calls, new StackTree())) sum += end - start;
        expect(sum).toBe(outer);
      }),
    );
  });
});
