/** Limits and names of metrics as typed: what is written is read back, and what is not a limit is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimitError, metricText, parseBudget, parseLimit, parseMetric } from './limits.ts';

describe('a limit', () => {
  it.each([
    ['2ms', 'time', 0.002],
    ['1.5s', 'time', 1.5],
    ['250us', 'time', 0.00025],
    ['250µs', 'time', 0.00025],
    ['3 ns', 'time', 3e-9],
    ['.5s', 'time', 0.5],
    ['7%', 'share', 0.07],
    ['0%', 'share', 0],
    ['250%', 'share', 2.5],
    ['2MiB', 'bytes', 2 ** 21],
    ['1.5GB', 'bytes', 1.5e9],
    ['12', 'count', 12],
    ['1.5', 'cores', 1.5],
  ] as const)('%s', (text, kind, value) => {
    expect(parseLimit(text, kind, 'x')).toBe(value);
  });

  it.each([
    ['2', 'time', 'a time, as 2ms'],
    ['2%', 'time', 'a time'],
    ['0.1', 'share', 'a share, as 10%'],
    ['2MiB', 'count', 'a plain number'],
    ['2M', 'bytes', 'an amount of memory'],
    ['-1s', 'time', 'a time'],
    ['1e3s', 'time', 'a time'],
    ['1,5s', 'time', 'a time'],
    ['NaN', 'count', 'a plain number'],
    ['Infinity', 'count', 'a plain number'],
    ['', 'count', 'an empty limit'],
    ['1 2', 'count', 'a plain number'],
    ['2constructor', 'count', 'a plain number'],
    ['9'.repeat(400), 'count', 'too large'],
  ] as const)('%s is none of %s', (text, kind, words) => {
    expect(() => parseLimit(text, kind, 'x')).toThrow(LimitError);
    expect(() => parseLimit(text, kind, 'x')).toThrow(words);
  });

  it('never grows smaller with its number, in every unit', () => {
    const units = fc.constantFrom<['time' | 'share' | 'bytes', string]>(
      ...(['ns', 'us', 'ms', 's'] as const).map((unit): ['time', string] => ['time', unit]),
      ['share', '%'],
      ...(['B', 'KiB', 'MiB', 'GiB', 'kB'] as const).map((unit): ['bytes', string] => ['bytes', unit]),
    );
    fc.assert(
      fc.property(units, fc.nat(), fc.nat(), ([kind, unit], a, b) => {
        const [x, y] = [a, b].map((n) => parseLimit(`${n}${unit}`, kind, 'x'));
        expect(Math.sign(x - y)).toBe(Math.sign(a - b));
      }),
    );
  });
});

describe('a metric', () => {
  it.each([
    ['gil.wait_share', { of: null, name: '', figure: 'gil.wait_share' }],
    ['thread.napper.wait_p95', { of: 'thread', name: 'napper', figure: 'wait_p95' }],
    ['thread.my.own.thread.held', { of: 'thread', name: 'my.own.thread', figure: 'held' }],
    ['thread."my thread".held', { of: 'thread', name: 'my thread', figure: 'held' }],
    ['thread."a\\"b\\nc".held', { of: 'thread', name: 'a"b\nc', figure: 'held' }],
    ['function.<lambda>.own', { of: 'function', name: '<lambda>', figure: 'own' }],
    ['thread."".held', { of: 'thread', name: '', figure: 'held' }],
  ])('%s', (text, name) => {
    expect(parseMetric(text)).toEqual(name);
  });

  it.each([
    'thread.',
    'thread.x',
    'thread..held',
    'thread."x',
    'thread."x"held',
    'thread."x".a.b',
    'thread."\\q".held',
  ])('%s is none', (text) => {
    expect(() => parseMetric(text)).toThrow(LimitError);
  });

  const figures = fc.stringMatching(/^[a-z0-9_]{1,12}$/);
  const names = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());

  it('is written so that it is read back, whatever the name, with a limit behind it', () => {
    fc.assert(
      fc.property(fc.constantFrom('thread', 'function', 'mark'), names, figures, (of, name, figure) => {
        const text = metricText({ of, name, figure });
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u);
        expect(parseMetric(text)).toEqual({ of, name, figure });
        expect(parseBudget('max', `${text}=2ms`)).toEqual({ bound: 'max', metric: { of, name, figure }, limit: '2ms' });
      }),
      { numRuns: 300 },
    );
  });

  it('any text is read or refused, and never anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          names,
          names.map((name) => `thread.${name}`),
        ),
        (text) => {
          try {
            parseBudget('min', text);
          } catch (error) {
            expect(error).toBeInstanceOf(LimitError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
