import { describe, expect, test } from 'vitest';
import {
  baseName,
  count,
  dirName,
  formatBytes,
  formatNs,
  formatPercent,
  formatRate,
  formatS,
  formatSetting,
  formatWhen,
  group,
  threeFigures,
  tildePath,
  unbroken,
} from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('durations', () => {
  test.each([
    [0, '0 s'],
    [1, '1.00 ns'],
    [999, '999 ns'],
    [999.7, '1.00 µs'],
    [1500, '1.50 µs'],
    [999_600, '1.00 ms'],
    [4_930_000, '4.93 ms'],
    [152_000_000, '152 ms'],
    [1e9, '1.00 s'],
    [61e9, '61.0 s'],
    [754e9, '754 s'],
    [-2_000_000, '-2.00 ms'],
    [Number.NaN, '–'],
  ])('%d ns', (ns, text) => expect(plain(formatNs(ns))).toBe(text));

  test('a setting drops its zeros', () => {
    expect(plain(formatSetting(0.005))).toBe('5 ms');
    expect(plain(formatSetting(0.0005))).toBe('500 µs');
    expect(plain(formatSetting(0.0125))).toBe('12.5 ms');
    expect(plain(formatSetting(0.1))).toBe('100 ms');
    expect(formatSetting(null)).toBe('–');
  });
  test('unknown seconds', () => expect(formatS(null)).toBe('–'));
});

describe('numbers', () => {
  test.each([
    [0.8094, '0.809'],
    [12.34, '12.3'],
    [999.4, '999'],
    [1234, '1,234'],
    [1234567, '1,234,567'],
    [0.00000012, '0.000000120'],
  ])('%d', (n, text) => expect(plain(threeFigures(n))).toBe(text));
  test('groups', () => expect(plain(group(-12345))).toBe('-12,345'));
  test('percentages tell none and all from nearly', () => {
    expect(plain(formatPercent(0))).toBe('0 %');
    expect(plain(formatPercent(0.0004))).toBe('< 0.1 %');
    expect(plain(formatPercent(0.809))).toBe('80.9 %');
    expect(plain(formatPercent(0.9999))).toBe('> 99.9 %');
    expect(plain(formatPercent(1))).toBe('100 %');
  });
  test('bytes', () => {
    expect(plain(formatBytes(512))).toBe('512 B');
    expect(plain(formatBytes(1536))).toBe('1.50 KiB');
    expect(plain(formatBytes(1023 * 1024))).toBe('0.999 MiB');
    expect(formatBytes(null)).toBe('–');
  });
  test('rates and counts', () => {
    expect(plain(formatRate(412.4))).toBe('412/s');
    expect(plain(formatRate(1_250_000))).toBe('1.25 M/s');
    expect(plain(count(1, 'thread'))).toBe('1 thread');
    expect(plain(count(2, 'switch', 'switches'))).toBe('2 switches');
  });
});

describe('dates and paths', () => {
  const now = new Date(2026, 10, 21, 15, 0);
  test('today, yesterday, before', () => {
    expect(formatWhen(new Date(2026, 10, 21, 9, 5).toISOString(), now)).toBe('today 09:05');
    expect(formatWhen(new Date(2026, 10, 20, 23, 59).toISOString(), now)).toBe('yesterday 23:59');
    expect(formatWhen(new Date(2026, 10, 3).toISOString(), now)).toBe('3 Nov');
    expect(formatWhen(new Date(2025, 10, 3).toISOString(), now)).toBe('3 Nov 2025');
    expect(formatWhen('no date', now)).toBe('–');
  });
  test('paths', () => {
    expect(baseName('/a/b.py')).toBe('b.py');
    expect(baseName('C:\\a\\b.py')).toBe('b.py');
    expect(dirName('/a/b.py')).toBe('/a');
    expect(dirName('/b.py')).toBe('/');
    expect(tildePath('/home/ada/x', '/home/ada')).toBe('~/x');
    expect(tildePath('/home/adam/x', '/home/ada')).toBe('/home/adam/x');
  });
});

test('keeps a figure and its unit on one line, and nothing else', () => {
  const kept = unbroken(
    'It takes 11 % (9.5 % to 12 %) of 1.02 s: 43 µs, 3 MiB, 2 B; 4 runs, 2 seconds, 3 threads of 8 sB.',
  );
  expect(kept.split(' ').filter((part) => part.includes('\u00a0'))).toEqual([
    '11\u00a0%',
    '(9.5\u00a0%',
    '12\u00a0%)',
    '1.02\u00a0s:',
    '43\u00a0µs,',
    '3\u00a0MiB,',
    '2\u00a0B;',
  ]);
});
