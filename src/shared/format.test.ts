/** Figures as people read them. */
import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatLeft, formatPercent, formatSeconds, three } from './format.ts';

describe('figures', () => {
  it.each([
    [0, '0'],
    [1, '1.00'],
    [9.994, '9.99'],
    [9.996, '10.0'],
    [12.34, '12.3'],
    [99.96, '100'],
    [123.4, '123'],
    [1234, '1,234'],
    [0.01234, '0.0123'],
    [0.0009996, '0.00100'],
    [-1.5, '-1.50'],
    [NaN, '–'],
  ])('three(%s) is %s', (value, text) => {
    expect(three(value)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [12, '12.0 ns'],
    [999, '999 ns'],
    [999.7, '1.00 µs'],
    [3_100_000, '3.10 ms'],
    [999_600, '1.00 ms'],
    [1.5e9, '1.50 s'],
    [null, '–'],
    [-2e6, '-2.00 ms'],
  ])('formatDuration(%s) is %s', (value, text) => {
    expect(formatDuration(value)).toBe(text);
  });

  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.9999, '99.9 %'],
    [0.994, '99.4 %'],
    [0.96, '96 %'],
    [0.0423, '4.2 %'],
    [0.0004, '< 0.1 %'],
    [null, '–'],
  ])('formatPercent(%s) is %s', (value, text) => {
    expect(formatPercent(value)).toBe(text);
  });

  it('has bytes and seconds', () => {
    expect(formatBytes(1536)).toBe('1.50 KiB');
    expect(formatBytes(1e9)).toBe('954 MiB');
    expect(formatSeconds(0.005)).toBe('5.00 ms');
  });

  it.each([
    [0.4, 'less than a second left'],
    [5.2, 'about 6 s left'],
    [31, 'about 35 s left'],
    [150, 'about 3 min left'],
  ])('formatLeft(%s) is %s', (value, text) => {
    expect(formatLeft(value)).toBe(text);
  });
});
