import { expect, it } from 'vitest';
import type { BlameFunction, Place } from '../../../shared/contract/blame.ts';
import { fileLine, placeText, placeTitle } from '../../lib/places.ts';
import { FUNCTION_COLUMNS, functionWords, sorted, worstShare } from './rows.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const place: Place = { name: 'count', qualname: 'C.count', file: '/srv/app.py', firstLine: 7, line: null };
const row = (more: Partial<BlameFunction>): BlameFunction => ({
  ...{ place, own: false, causedNs: 2e9, waits: 240, waiterCount: 2, holderCount: 1 },
  waiters: [
    { thread: 1, ns: 1.5e9 },
    { thread: 2, ns: 0.5e9 },
  ],
  holders: [{ thread: 3, ns: 2e9 }],
  ...more,
});
const names = (thread: number): string => `t${thread}`;

it('names a place by function, file and line', () => {
  expect(placeText(place)).toBe('C.count (app.py:7)');
  expect(fileLine({ ...place, line: 12 })).toBe('app.py:12');
  expect(placeTitle({ ...place, line: 12 })).toBe('C.count, /srv/app.py, from line 7 on, at line 12');
  expect(placeText({ ...place, qualname: null, file: '<stdin>' })).toBe('count (<stdin>:7)');
});

it('says whom a function hit hardest, and all of it in a sentence', () => {
  expect(plain(worstShare(row({}).waiters, names, () => 1.6e9))).toBe('93.8 % of t1’s wait');
  expect(plain(functionWords(row({ waiterCount: 7 }), names))).toBe(
    'C.count made others wait 2.00 s in 240 waits. Waited: t1 (1.50 s), t2 (500 ms) and 5 more. Held: t3 (2.00 s).',
  );
  expect(functionWords(row({ place: null }), names)).toMatch(/^Functions that are not known made/);
});

it('sorts by any column; what is not known stands last by name', () => {
  const rows = [
    row({ place: null, causedNs: 3 }),
    row({ causedNs: 1 }),
    row({ place: { ...place, qualname: 'a' }, causedNs: 2 }),
  ];
  const caused = (id: string, descending: boolean) =>
    sorted(rows, FUNCTION_COLUMNS, { id, descending }).map(({ causedNs }) => causedNs);
  expect(caused('caused', true)).toEqual([3, 2, 1]);
  expect(caused('caused', false)).toEqual([1, 2, 3]);
  expect(caused('place', false)).toEqual([2, 1, 3]);
  expect(caused('place', true)).toEqual([1, 2, 3]);
});
