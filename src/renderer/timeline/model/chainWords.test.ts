import { expect, it } from 'vitest';
import type { ChainLink, ChainWait } from '../../../shared/contract/blame.ts';
import { chainLines } from './chainWords.ts';

const MS = 1e6;
const place = { name: 'count', qualname: null, file: '/srv/app.py', firstLine: 7, line: 9 };
const wait = (start: number, end: number, links: ChainLink[], more = { holds: 0, ns: 0 }): ChainWait => ({
  ...{ start: start * MS, end: end * MS, links, more, unheldNs: 0 },
});
const hold = (thread: number, start: number, end: number, ns: number, waited: ChainWait | null): ChainLink => ({
  ...{ thread, start: start * MS, end: end * MS, ns: ns * MS, place, waited },
});
const told = (chain: ChainWait) =>
  chainLines(chain).map(({ depth, thread, text }) => `${depth} ${thread} ${text.replaceAll('\u00a0', ' ')}`);

it('goes through a wait in the order of time, and behind its longest hold', () => {
  const first = hold(1, 0, 5, 5, null);
  const second = hold(2, 5, 9, 4, wait(0, 5, [first, hold(3, 1, 2, 1, null)]));
  expect(told(wait(3, 9, [hold(1, 0, 5, 2, null), second], { holds: 2, ns: 3 * MS }))).toEqual([
    '0 1 held it 2.00 ms of its 5.00 ms in count (app.py:9), got at once',
    '0 2 held it 4.00 ms in count (app.py:9), after waiting 5.00 ms itself',
    '1 1 held it 5.00 ms in count (app.py:9), got at once; 1 other hold in that wait',
    '0 null and 2 shorter holds, 3.00 ms together',
  ]);
});

it('ends where it was followed no further, and has nothing to add to a single hold got at once', () => {
  const deep = hold(1, 1, 2, 1, wait(0, 1, [], { holds: 4, ns: MS }));
  expect(told(wait(1, 2, [deep]))).toEqual(['0 1 held it 1.00 ms in count (app.py:9), after waiting 1.00 ms itself']);
  expect(told(wait(0, 1, [hold(1, 0, 1, 1, null)]))).toEqual([]);
  expect(told(wait(0, 1, []))).toEqual([]);
});
