import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ThreadState, type ThreadLane } from '../../../shared/contract/types.ts';
import { fetchWindow, fitness, MAX_PX, pageOfThreads, resolutionFor, sameWindow } from './fetchWindow.ts';
import { followRange, limitEnd, rangeOnChange, toldUntil } from './follow.ts';
import { BURST_MS, EMPTY_HISTORY, goBack, goForward, recordFollow, recordMove } from './history.ts';
import { hitLane, holderAt } from './hit.ts';
import { lastAtOrBefore } from '../../../shared/draw/search.ts';
import {
  between,
  clampRange,
  makeScale,
  MIN_SPAN,
  panBy,
  span,
  toNs,
  toPx,
  zoomAt,
} from '../../../shared/draw/scale.ts';
import { formatAt, niceStep, rulerTicks } from '../../../shared/draw/ticks.ts';
import { coreTotals, gilTotals, laneTotals } from './totals.ts';

const someRange = fc
  .tuple(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.double({ min: MIN_SPAN, max: 1e12, noNaN: true }))
  .map(([start, length]) => ({ start, end: start + length }));

describe('scale', () => {
  it('goes to pixels and back', () => {
    fc.assert(
      fc.property(someRange, fc.double({ min: 0, max: 2000, noNaN: true }), (range, px) => {
        const scale = makeScale(range, 1500);
        expect(Math.abs(toPx(scale, toNs(scale, px)) - px)).toBeLessThan(1e-3);
      }),
    );
  });

  it('keeps the time under the mouse still while zooming, away from the limits', () => {
    const zoomed = zoomAt({ start: 4e8, end: 6e8 }, 4.5e8, 0.5, { end: 1e9 });
    expect(zoomed).toEqual({ start: 4.25e8, end: 5.25e8 });
  });

  it('never leaves the limits, never zooms closer than a microsecond', () => {
    fc.assert(
      fc.property(someRange, fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (range, factor) => {
        const limits = { end: 5e11 };
        const zoomed = zoomAt(range, range.start, factor, limits);
        expect(zoomed.start).toBeGreaterThanOrEqual(0);
        expect(zoomed.end).toBeLessThanOrEqual(limits.end * (1 + 1e-9));
        expect(span(zoomed)).toBeGreaterThanOrEqual(MIN_SPAN * (1 - 1e-6));
      }),
    );
  });

  it('pans by at most what is there and keeps the span', () => {
    expect(panBy({ start: 100_000, end: 200_000 }, -1e9, { end: 1e6 })).toEqual({ start: 0, end: 100_000 });
    expect(clampRange({ start: -5e5, end: 3e6 }, { end: 1e6 })).toEqual({ start: 0, end: 1e6 });
  });

  it('stays in limits that begin later than the session', () => {
    const limits = { start: 2e6, end: 12e6 };
    expect(clampRange({ start: 0, end: 1e6 }, limits)).toEqual({ start: 2e6, end: 3e6 });
    expect(clampRange({ start: 0, end: 50e6 }, limits)).toEqual(limits);
    expect(zoomAt({ start: 4e6, end: 6e6 }, 5e6, 100, limits)).toEqual(limits);
  });

  it('moves from one view to another through both ends', () => {
    const [from, to] = [
      { start: 0, end: 1e9 },
      { start: 5e8, end: 5.1e8 },
    ];
    expect(between(from, to, 0)).toEqual(from);
    const end = between(from, to, 1);
    expect(end.start).toBeCloseTo(to.start, 0);
    expect(end.end).toBeCloseTo(to.end, 0);
  });
});

describe('ticks', () => {
  it('steps by 1, 2 and 5, by clock steps above a second', () => {
    const steps = [3, 11, 23, 60, 4.9e6, 0.3e9, 0.6e9, 7e9, 40e9, 100e9];
    expect(steps.map(niceStep)).toEqual([5, 20, 50, 100, 5e6, 0.5e9, 1e9, 10e9, 60e9, 120e9]);
  });

  it.each([
    [143e6, 1e6, '143 ms'],
    [143.25e6, 1e4, '143.25 ms'],
    [2.5e9, 5e8, '2.5 s'],
    [1500, 100, '1.5 µs'],
    [0, 1e7, '0 ms'],
    [65e9, 5e9, '1:05 min'],
    [3_725.5e9, 5e8, '1:02:05.5'],
    [999, 1, '999 ns'],
  ])('writes %d at steps of %d as %s', (at, step, text) => {
    expect(formatAt(at, step)).toBe(text);
  });

  it('counts from where it is told to', () => {
    const { ticks } = rulerTicks(43e6, 143e6, 1000, 96, 43e6);
    expect(ticks[0]).toEqual({ at: 43e6, label: '0 ms' });
    expect(ticks.at(-1)).toEqual({ at: 143e6, label: '100 ms' });
  });

  it('has ticks as far apart as asked, each label once', () => {
    fc.assert(
      fc.property(someRange, (range) => {
        const { ticks, step } = rulerTicks(range.start, range.end, 1200, 96);
        expect((step / span(range)) * 1200).toBeGreaterThanOrEqual(95.99);
        expect(ticks.length).toBeLessThanOrEqual(15);
        expect(new Set(ticks.map((t) => t.label)).size).toBe(ticks.length);
      }),
    );
  });
});

describe('what is asked of the engine', () => {
  it('covers the view, at a power of two near one pixel, within the bound', () => {
    fc.assert(
      fc.property(someRange, fc.integer({ min: 300, max: 5000 }), fc.constantFrom(0, 1), (range, width, margin) => {
        const window = fetchWindow(range, width, margin);
        expect(window.start).toBeLessThanOrEqual(range.start);
        expect(window.end).toBeGreaterThanOrEqual(range.end);
        expect(window.px).toBeLessThanOrEqual(MAX_PX);
        expect(Number.isInteger(Math.log2(resolutionFor(range, width)))).toBe(true);
      }),
    );
  });

  it('asks for the same window after a small pan, and for three times the view', () => {
    const window = fetchWindow({ start: 1e9, end: 2e9 }, 1000, 1);
    expect(span(window)).toBeGreaterThanOrEqual(3e9);
    const moved = fetchWindow({ start: 1e9 + 2e6, end: 2e9 + 2e6 }, 1000, 1);
    expect(sameWindow(window, moved)).toBe(true);
  });

  it('prefers a kept window that covers the view, then the nearer resolution', () => {
    const range = { start: 4e9, end: 5e9 };
    const fine = fetchWindow(range, 1000, 1);
    const coarse = fetchWindow({ start: 0, end: 64e9 }, 1000, 1);
    const beside = fetchWindow({ start: 20e9, end: 21e9 }, 1000, 1);
    const score = (w: typeof fine) => fitness(w, range, 1000);
    expect(score(fine)).toBeGreaterThan(score(coarse));
    expect(score(coarse)).toBeGreaterThan(score(beside));
  });

  it('asks for lanes in pages', () => {
    const all = Array.from({ length: 50 }, (_, i) => i * 2);
    expect(pageOfThreads(all, 17, 20)).toEqual(all.slice(16, 32));
    expect(pageOfThreads(all, 15, 16)).toEqual(all.slice(0, 32));
    expect(pageOfThreads(all, 45, 49)).toEqual(all.slice(32));
    expect(pageOfThreads(all, 0, -1)).toEqual([]);
  });
});

describe('follow', () => {
  const live = (endNs: number) => ({ state: 'recording' as const, endNs });

  it('follows what an answer tells of, not a live edge that has run on beyond it', () => {
    // Zoomed in to 10 ms, an answer for a window that ended 100 ms ago.
    const range = followRange({ start: 0, end: 1e7 }, toldUntil({ end: 5e9, endNs: 5.1e9 }));
    expect(range.start).toBeLessThan(5e9);
    expect(range.end - 5e9).toBeLessThan(0.05 * 1e7);
    expect(toldUntil({ end: 6e9, endNs: 5.1e9 })).toBe(5.1e9);
  });

  it('stands still while the session is shorter than the view, then keeps its span with the edge in view', () => {
    expect(followRange({ start: 0, end: 1e9 }, 3e8)).toEqual({ start: 0, end: 1e9 });
    const later = followRange({ start: 0, end: 1e9 }, 7e9);
    expect(span(later)).toBeCloseTo(1e9, 0);
    expect(later.end).toBeGreaterThan(7e9);
    expect(later.start).toBeLessThan(7e9);
  });

  it('shows a file whole, a short run whole when it ends, the end of a long one', () => {
    const view = { start: 0, end: 1e9 };
    expect(rangeOnChange({ state: 'file', endNs: 4e8 }, view, false)).toEqual({ start: 0, end: 4e8 });
    expect(rangeOnChange({ state: 'ended', endNs: 2e9 }, view, true)).toEqual({ start: 0, end: 2e9 });
    const long = rangeOnChange({ state: 'ended', endNs: 60e9 }, view, true)!;
    expect(span(long)).toBeCloseTo(1e9, 0);
    expect(long.end).toBeGreaterThan(60e9);
  });

  it('leaves room for what is coming only while it comes', () => {
    expect(limitEnd(live(5e9), { start: 0, end: 1e9 })).toBeGreaterThan(5e9);
    expect(limitEnd({ state: 'file', endNs: 5e9 }, { start: 0, end: 1e9 })).toBe(5e9);
  });
});

describe('history of views', () => {
  const at = (start: number) => ({ start, end: start + 1e6 });

  it('takes a burst as one move, and goes back and forward', () => {
    let history = recordFollow(EMPTY_HISTORY, at(0));
    for (let i = 1; i <= 5; i++) history = recordMove(history, at(i * 1e5), 1000 + i * 50);
    history = recordMove(history, at(9e5), 1250 + BURST_MS);
    expect(history.back).toEqual([at(0), at(5e5)]);
    const back = goBack(goBack(history));
    expect(back.now).toEqual(at(0));
    expect(goForward(back).now).toEqual(at(5e5));
    expect(goBack(goBack(back))).toEqual(back);
  });

  it('forgets what was ahead once one goes elsewhere, and does not record the live edge', () => {
    let history = recordMove(recordFollow(EMPTY_HISTORY, at(0)), at(5e5), 0);
    history = recordMove(goBack(history), at(7e5), 5000);
    expect(history.forward).toEqual([]);
    expect(recordFollow(history, at(8e5)).back).toEqual(history.back);
  });
});

const { hold, wait, blocked } = ThreadState;
const lane: Extract<ThreadLane, { form: 'raw' }> = {
  form: 'raw',
  thread: 7,
  start: Float64Array.of(0, 1000, 1001, 5000),
  end: Float64Array.of(1000, 1001, 5000, 9000),
  state: Uint8Array.of(wait, hold, blocked, hold),
  flags: new Uint8Array(4),
  core: Int16Array.of(-1, 1, -1, 0),
};
const window = { start: 0, end: 10_000 };

describe('hit testing', () => {
  it('bisects', () => {
    expect([-1, 0, 999, 1000, 5000, 1e9].map((v) => lastAtOrBefore(lane.start, v))).toEqual([-1, 0, 0, 1, 3, 3]);
  });

  it('finds the interval, and a hold too narrow to be pointed at beside the mouse', () => {
    expect(hitLane(lane, window, 500, 0).interval).toMatchObject({ state: wait, start: 0, end: 1000 });
    const near = hitLane(lane, window, 1020, 30);
    expect(near.interval).toMatchObject({ state: hold, start: 1000, end: 1001 });
    expect(near.at).toBeGreaterThanOrEqual(1000);
    expect(near.at).toBeLessThan(1001);
    expect(hitLane(lane, window, 1020, 5).interval?.state).toBe(blocked);
    expect(hitLane(lane, window, 9500, 0).interval).toBeNull();
  });

  it('tells who holds a GIL', () => {
    const strip = {
      form: 'raw' as const,
      gil: 0,
      start: Float64Array.of(10, 30),
      end: Float64Array.of(20, 40),
      thread: Int32Array.of(1, 2),
      flags: new Uint8Array(2),
    };
    expect([5, 15, 25, 35, 45].map((t) => holderAt(strip, window, t))).toEqual([-1, 1, -1, 2, -1]);
  });
});

describe('totals of the visible range', () => {
  it('clips intervals to the range', () => {
    expect(laneTotals(lane, window, { start: 500, end: 6000 })).toEqual({ hold: 1001, wait: 500 });
  });

  it('is the same from bins as from intervals', () => {
    const bins = 100;
    const column = (state: number) =>
      Float32Array.from({ length: bins }, (_, b) => {
        let sum = 0;
        lane.start.forEach((s, i) => {
          if (lane.state[i] === state) sum += Math.max(0, Math.min(lane.end[i], (b + 1) * 100) - Math.max(s, b * 100));
        });
        return sum / 100;
      });
    const none = new Float32Array(bins);
    const counts = new Uint32Array(bins);
    const binned: ThreadLane = {
      form: 'bins',
      thread: 7,
      hold: column(hold),
      wait: column(wait),
      running: none,
      blocked: none,
      unknown: none,
      takes: counts,
      waits: counts,
    };
    const range = { start: 300, end: 7300 };
    const [a, b] = [laneTotals(lane, window, range), laneTotals(binned, window, range)];
    expect(b.hold).toBeCloseTo(a.hold, 0);
    expect(b.wait).toBeCloseTo(a.wait, 0);
  });

  it('counts changes of holder, not takes by the same thread', () => {
    const strip = {
      form: 'raw' as const,
      gil: 0,
      start: Float64Array.of(0, 10, 20, 30),
      end: Float64Array.of(10, 20, 30, 35),
      thread: Int32Array.of(1, 1, 2, 1),
      flags: new Uint8Array(4),
    };
    expect(gilTotals(strip, window, { start: 0, end: 40 })).toEqual({ held: 0.875, switches: 2 });
  });

  it('weighs samples of a core by the time they speak for', () => {
    const cores = {
      times: Float64Array.of(0, 100, 400),
      series: [{ core: 0, target: Float32Array.of(0, 1, 0), others: Float32Array.of(0, 0, 0.5) }],
    };
    const totals = coreTotals(cores, 0, { start: 0, end: 400 })!;
    expect(totals.target).toBeCloseTo(0.25);
    expect(totals.busy).toBeCloseTo(0.625);
    expect(coreTotals(cores, 3, { start: 0, end: 400 })).toBeNull();
  });
});
