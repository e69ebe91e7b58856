import { describe, expect, it } from 'vitest';
import { flameOf } from '../testing/calls.ts';
import { callWords } from './callWords.ts';
import { callAt, callBeside, type Direction } from './flames.ts';
import { flameHeight, levelAt } from './flameRow.ts';

/** main calls load three times, the second of which sleeps twice; depth 3 has nothing, depth 4 something. */
const flame = flameOf(
  [0, 1000, 0, 1],
  [1200, 2000, 0, 1, 1, true],
  [100, 200, 1, 2],
  [300, 600, 1, 2],
  [600, 601, 1, 2],
  [1300, 1400, 1, 0, 7],
  [310, 400, 2, 3],
  [420, 590, 2, 3],
  [430, 440, 4, 2],
);
const brief = (call: ReturnType<typeof callAt>) => call && [call.depth, call.start, call.function?.name ?? null];

describe('what is under a point', () => {
  it('is the call of that depth that holds it', () => {
    expect(brief(callAt(flame, 0, 500, 0))).toEqual([0, 0, 'main']);
    expect(brief(callAt(flame, 1, 599, 0))).toEqual([1, 300, 'load']);
    expect(brief(callAt(flame, 1, 600, 0))).toEqual([1, 600, 'load']);
    expect(brief(callAt(flame, 4, 435, 0))).toEqual([4, 430, 'load']);
    expect(callAt(flame, 0, 500, 0)).toMatchObject({ thread: 5, count: 1, open: false });
    expect(callAt(flame, 0, 1500, 0)).toMatchObject({ open: true });
  });

  it('is the nearest within reach, and nothing beyond it, on a level without calls, or below all levels', () => {
    expect(brief(callAt(flame, 1, 610, 20))).toEqual([1, 600, 'load']);
    expect(brief(callAt(flame, 1, 295, 20))).toEqual([1, 300, 'load']);
    expect(callAt(flame, 1, 250, 20)).toBeNull();
    expect(callAt(flame, 3, 435, 1e9)).toBeNull();
    expect(callAt(flame, 9, 435, 1e9)).toBeNull();
    expect(callAt(flameOf(), 0, 1, 1e9)).toBeNull();
  });

  it('is found by its level in the row', () => {
    expect([3, 4, 18, 19, 33, 34].map((y) => levelAt(y, 2, 15))).toEqual([-1, 0, 0, 1, 1, -1]);
    expect(flameHeight(2, 15)).toBe(38);
  });
});

describe('the calls around a call', () => {
  const from = (depth: number, at: number, direction: Direction, near = 0) =>
    brief(callBeside(flame, callAt(flame, depth, at, 0)!, direction, near));

  it('are its neighbours of the same depth', () => {
    expect(from(1, 350, 'previous')).toEqual([1, 100, 'load']);
    expect(from(1, 350, 'next')).toEqual([1, 600, 'load']);
    expect(from(1, 150, 'previous')).toBeNull();
    expect(from(1, 1350, 'next')).toBeNull();
  });

  it('are who called it and what it called, nearest to what is looked at', () => {
    expect(from(2, 450, 'caller')).toEqual([1, 300, 'load']);
    expect(from(1, 1350, 'caller')).toEqual([0, 1200, 'main']);
    expect(from(0, 10, 'caller')).toBeNull();
    expect(from(0, 10, 'callee')).toEqual([1, 100, 'load']);
    expect(from(1, 350, 'callee')).toEqual([2, 310, 'sleep']);
    expect(from(1, 350, 'callee', 415)).toEqual([2, 420, 'sleep']);
    expect(from(1, 350, 'callee', 9999)).toEqual([2, 420, 'sleep']);
    expect(from(0, 10, 'callee', 5000)).toEqual([1, 600, 'load']);
    expect(from(1, 150, 'callee')).toBeNull();
  });
});

describe('a call in words', () => {
  it('says what its function is called, where it is, and how long it took', () => {
    expect(callWords(callAt(flame, 1, 150, 0)!)).toEqual({
      ...{ name: 'load', qualname: 'Loader.load', place: 'app.py:7', length: '100\u00a0ns' },
    });
    expect(callWords(callAt(flame, 2, 320, 0)!)).toMatchObject({
      name: 'sleep',
      qualname: 'time.sleep',
      place: 'written in C',
    });
    expect(callWords(callAt(flame, 0, 1500, 0)!).length).toBe('800\u00a0ns, not ended');
  });

  it('counts short calls that stand together', () => {
    expect(callWords(callAt(flame, 1, 1350, 0)!)).toMatchObject({ name: '7\u00a0short calls', place: null });
  });
});
