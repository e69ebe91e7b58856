import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../../shared/contract/types.ts';
import { processState, processTree } from './tree.ts';

const process = (idx: number, pid: number, ppid: number | null, bornNs = idx): ProcessInfo =>
  ({ idx, pid, ppid, bornNs, endedNs: null, exitCode: null, signal: null, lost: null }) as ProcessInfo;
const told = (processes: ProcessInfo[]) => processTree(processes).map((b) => [b.process.pid, b.depth]);

describe('the tree of processes', () => {
  it('has parents before children and siblings in the order of their birth', () => {
    expect(told([process(0, 10, 1), process(1, 12, 10, 5), process(2, 11, 10, 3), process(3, 13, 11, 9)])).toEqual([
      [10, 0],
      [11, 1],
      [13, 2],
      [12, 1],
    ]);
  });

  it('finds the parent that lived then when a pid was given twice', () => {
    const tree = processTree([process(0, 10, 1), process(1, 20, 10), process(2, 20, 10), process(3, 30, 20)]);
    expect(tree.map((b) => b.process.idx)).toEqual([0, 1, 2, 3]);
    expect(tree.at(-1)?.depth).toBe(2);
  });

  it('does without exact births, and cuts circles open', () => {
    const tree = [
      [20, 0],
      [10, 1],
    ];
    expect(told([process(0, 10, 20), process(1, 20, 1)])).toEqual(tree);
    expect(told([process(0, 20, 10), process(1, 10, 20)])).toEqual(tree);
  });

  it('holds each process once, under its parent, whatever is told', () => {
    const any = fc.record({ pid: fc.integer({ min: 1, max: 6 }), ppid: fc.integer({ min: 1, max: 6 }), at: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (list) => {
        const tree = processTree(list.map(({ pid, ppid, at }, idx) => process(idx, pid, ppid, at)));
        expect(tree.map((b) => b.process.idx).sort((a, b) => a - b)).toEqual(list.map((_, i) => i));
        tree.forEach((branch, i) => {
          if (branch.depth === 0) return;
          const parent = tree.slice(0, i).findLast((b) => b.depth < branch.depth);
          expect(parent).toMatchObject({ depth: branch.depth - 1, process: { pid: branch.process.ppid } });
        });
      }),
      { numRuns: 200 },
    );
  });

  it('says how each is', () => {
    const one = process(0, 1, null);
    expect(processState(one, true)).toEqual({ text: 'running', tone: 'good' });
    expect(processState(one, false).text).toBe('ran on');
    expect(processState({ ...one, endedNs: 5, exitCode: 0 }, true)).toEqual({ text: 'exit 0', tone: 'plain' });
    expect(processState({ ...one, endedNs: 5, signal: 'SIGKILL' }, true)).toEqual({ text: 'SIGKILL', tone: 'bad' });
    expect(processState({ ...one, lost: 'it was killed' }, true).text).toBe('lost: it was killed');
    expect(processState({ ...one, lost: 'no goodbye', signal: 'SIGKILL' }, true)).toEqual({
      text: 'SIGKILL · lost: no goodbye',
      tone: 'bad',
    });
    const stranger = { ...one, python: null, lost: 'not recorded: it ran before', endedNs: 5, exitCode: 0 };
    expect(processState(stranger, true).text).toBe('exit 0 · not recorded: it ran before');
  });
});
