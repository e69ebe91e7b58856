import { expect, it } from 'vitest';
import { modelOfArt } from './testing/ascii.ts';

it('the 95th percentile is of the waits of all threads together, not a mean of theirs', () => {
  // 19 waits of 1 ms of one thread, one of 10 ms of another: of twenty the nineteenth.
  const short = `A: ${'wH'.repeat(19)}`;
  const one = modelOfArt(`${short}\nB: ${'_'.repeat(38)}wwwwwwwwwwH`);
  expect(one.summary().wait_p95_s).toBeCloseTo(0.001, 9);
  const two = modelOfArt(`A: ${'wH'.repeat(18)}\nB: ${'_'.repeat(36)}wwwwwwwwwwH`);
  expect(two.summary().wait_p95_s).toBeCloseTo(0.01, 9);
  expect(modelOfArt('A: HHHH....').summary().wait_p95_s).toBeNull();
});
