import { expect, test } from 'vitest';
import { fromPosition, toPosition } from './logScale.ts';

const scale = { low: 1e-5, high: 1 };

test('ends, middle and beyond', () => {
  expect(fromPosition(0, scale)).toBe(1e-5);
  expect(fromPosition(1, scale)).toBe(1);
  expect(fromPosition(2, scale)).toBe(1);
  expect(toPosition(1e-9, scale)).toBe(0);
  expect(toPosition(Math.sqrt(1e-5), scale)).toBeCloseTo(0.5, 12);
});

test('a value of two figures survives the way there and back', () => {
  for (const value of [1e-5, 0.0005, 0.005, 0.0012, 0.1, 0.99])
    expect(fromPosition(toPosition(value, scale), scale)).toBe(value);
});
