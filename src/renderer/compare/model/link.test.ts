import { afterEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { forgetView, viewStore, type Range } from '../../store/view.ts';
import { axisOf, ownRange, sharedRange, wholeRange } from './axis.ts';
import { linkViews } from './link.ts';

// The second program began 50 ms into its session and ran twice as long.
const A = { sessionId: 'a', life: { start: 10e6, end: 1010e6 } };
const B = { sessionId: 'b', life: { start: 50e6, end: 2050e6 } };
const COLUMNS = [A, B];
const LIVES = COLUMNS.map((c) => c.life);
const view = (id: string) => viewStore(id).getState();

afterEach(() => ['a', 'b'].forEach(forgetView));

function link(alignment: 'time' | 'share', range: Range | null = null) {
  const ranges: Range[] = [];
  const unlink = linkViews({ columns: COLUMNS, alignment, range, onRange: (r) => ranges.push(r) });
  return { ranges, unlink };
}

describe('the shared axis', () => {
  test('goes to a column and back', () => {
    const at = fc.double({ min: 0, max: 1e10, noNaN: true });
    fc.assert(
      fc.property(at, at, fc.constantFrom('time', 'share'), (start, end, alignment) => {
        const back = ownRange(sharedRange({ start, end }, B.life, alignment), B.life, alignment);
        expect(back.start).toBeCloseTo(start, 3);
        expect(back.end).toBeCloseTo(end, 3);
      }),
    );
  });

  test('is as long as the longest, from the start of each program', () => {
    expect(wholeRange(LIVES, 'time')).toEqual({ start: 0, end: 2000e6 });
    expect(axisOf(A.life, LIVES, 'time')).toEqual({ limits: { start: 10e6, end: 2010e6 }, origin: 10e6 });
    expect(axisOf(A.life, LIVES, 'share')).toEqual({ limits: A.life, origin: 10e6 });
  });
});

describe('linked views', () => {
  test('show the whole at first: at one scale, or each run filling its column', () => {
    link('time').unlink();
    expect([view('a').range, view('b').range]).toEqual([
      { start: 10e6, end: 2010e6 },
      { start: 50e6, end: 2050e6 },
    ]);
    link('share').unlink();
    expect([view('a').range, view('b').range]).toEqual([A.life, B.life]);
  });

  test('zoom together at one scale', () => {
    const { ranges } = link('time');
    view('a').setRange({ start: 110e6, end: 210e6 });
    expect(view('b').range).toEqual({ start: 150e6, end: 250e6 });
    view('b').setRange({ start: 50e6, end: 60e6 });
    expect(view('a').range).toEqual({ start: 10e6, end: 20e6 });
    expect(ranges).toEqual([
      { start: 100e6, end: 200e6 },
      { start: 0, end: 10e6 },
    ]);
  });

  test('show the same part of each run when each fills its column', () => {
    link('share');
    view('a').setRange({ start: 510e6, end: 1010e6 });
    expect(view('b').range).toEqual({ start: 1050e6, end: 2050e6 });
  });

  test('a move is told once to each, without an echo', () => {
    link('share');
    let told = 0;
    for (const id of ['a', 'b']) viewStore(id).subscribe((now, before) => (told += Number(now.range !== before.range)));
    view('a').setRange({ start: 333e6, end: 777e6 });
    expect(told).toBe(2);
    expect(view('a').range).toEqual({ start: 333e6, end: 777e6 });
  });

  test('cursor and selection are at the same place, and go together', () => {
    link('time');
    view('b').setCursor(60e6);
    expect(view('a').cursor).toBe(20e6);
    view('b').setCursor(null);
    expect(view('a').cursor).toBeNull();
    view('a').select({ start: 20e6, end: 30e6 });
    expect(view('b').selection).toEqual({ start: 60e6, end: 70e6 });
  });

  test('a range that was left is shown again; nothing follows a live edge', () => {
    link('time', { start: 5e6, end: 6e6 });
    expect(view('b')).toMatchObject({ range: { start: 55e6, end: 56e6 }, follow: false });
  });

  test('after unlinking each moves alone', () => {
    link('time').unlink();
    view('a').setRange({ start: 20e6, end: 30e6 });
    expect(view('b').range).toEqual({ start: 50e6, end: 2050e6 });
  });
});
