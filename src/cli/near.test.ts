import { expect, test } from 'vitest';
import { editDistance, nearNames } from './near.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', '', 3],
  ['', 'ab', 2],
  ['starving', 'staving', 1],
  ['starving', 'satrving', 1],
  ['kitten', 'sitting', 3],
])('from %j to %j it is %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test('what is near is named, nearest first; what is far is not', () => {
  const names = ['countdown', 'counter', 'starving', 'cpu-bound', 'io-bound'];
  expect(nearNames('countdwon', names)).toEqual(['countdown']);
  expect(nearNames('Count', names)).toEqual(['countdown', 'counter']);
  expect(nearNames('bound', names)).toEqual(['cpu-bound', 'io-bound']);
  expect(nearNames('references', names)).toEqual([]);
});
