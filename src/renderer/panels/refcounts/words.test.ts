import { expect, it } from 'vitest';
import { costOf, figure, stateOf } from './words.ts';

it('tells a state with its reason', () => {
  expect(stateOf({ state: 'refused', reason: 'it is a property' }).why).toMatch(/never runs any: it is a property$/);
  expect(stateOf({ state: 'waiting', reason: null })).toMatchObject({ label: 'not there yet' });
  expect([figure(null), figure(12345)]).toEqual(['–', '12,345']);
});

it('tells what looking costs, over all processes', () => {
  expect(costOf({ rounds: [] })).toBeNull();
  const rounds = [
    { process: 0, count: 30, meanNs: 10_000, maxNs: 40_000 },
    { process: 1, count: 10, meanNs: 50_000, maxNs: 60_000 },
  ];
  expect(costOf({ rounds })!.replace(/\u00a0/g, ' ')).toBe('40 looks, 20.0 µs each, 60.0 µs at most');
});
