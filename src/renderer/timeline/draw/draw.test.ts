import { describe, expect, it } from 'vitest';
import { IntervalFlag, ThreadState, type ThreadLane } from '../../../shared/contract/types.ts';
import { makeScale } from '../../../shared/draw/scale.ts';
import { recordingContext, TEST_INK } from '../testing/recordingContext.ts';
import { drawBinLane } from '../../../shared/draw/bins.ts';
import { drawLife, type Life } from './life.ts';
import { drawOverlay } from './overlay.ts';
import { drawRawLane } from '../../../shared/draw/lane.ts';
import { drawStrip } from '../../../shared/draw/strip.ts';

type Interval = readonly [state: ThreadState, start: number, end: number, flags?: number];
const { hold, wait, running, blocked, unknown } = ThreadState;

function lane(...intervals: Interval[]): Extract<ThreadLane, { form: 'raw' }> {
  return {
    form: 'raw',
    thread: 0,
    start: Float64Array.from(intervals, (i) => i[1]),
    end: Float64Array.from(intervals, (i) => i[2]),
    state: Uint8Array.from(intervals, (i) => i[0]),
    flags: Uint8Array.from(intervals, (i) => i[3] ?? 0),
    core: new Int16Array(intervals.length),
  };
}

const STYLE = { colour: 'blue', inkOnColour: 'black' };

/** 1000 ns over 1000 device pixels. */
function draw(intervals: Interval[], dpr = 1, range = { start: 0, end: 1000 }) {
  const { ctx, drawn } = recordingContext();
  drawRawLane(ctx, lane(...intervals), makeScale(range, 1000), { top: 10, height: 20 * dpr, dpr }, STYLE, TEST_INK);
  return drawn;
}

describe('a lane of single intervals', () => {
  it('ends a pre-empted hold square and a voluntary one round', () => {
    const drawn = draw([
      [hold, 100, 200, IntervalFlag.preempted],
      [hold, 300, 400, IntervalFlag.voluntary],
    ]);
    const bars = drawn.filter((d) => d.style === 'blue');
    expect(bars.map((d) => d.op)).toEqual(['fillRect', 'roundRect']);
    expect(bars[0].box).toEqual([100, 10, 99, 20]);
    expect(bars[1].radii).toEqual([0, 9, 9, 0]);
  });

  it('leaves the end of an open hold without gap and without rounding', () => {
    const [bar] = draw([[hold, 100, 200, IntervalFlag.open | IntervalFlag.voluntary]]);
    expect(bar).toMatchObject({ op: 'fillRect', box: [100, 10, 100, 20] });
  });

  it.each([1, 2, 3])('shows a hold a thousand times shorter than a pixel as a full tick, density %i', (dpr) => {
    const drawn = draw([[hold, 500, 500.001]], dpr);
    expect(drawn).toHaveLength(1);
    expect(drawn[0].box).toEqual([500, 10, dpr, 20 * dpr]);
    expect(drawn[0].style).toBe('blue');
  });

  it('draws the tick over the wait that it ends', () => {
    const drawn = draw([
      [wait, 100, 500],
      [hold, 500, 500.01],
    ]);
    expect(drawn.map((d) => d.style)).toEqual(['hatch', 'wait', 'blue']);
  });

  it('hatches a wait over its base line', () => {
    const drawn = draw([[wait, 100, 300]]);
    expect(drawn[0]).toMatchObject({ style: 'hatch', box: [100, 10, 200, 20] });
    expect(drawn[1]).toMatchObject({ style: 'wait', box: [100, 28, 200, 2] });
  });

  it('tells released running from blocked by shape', () => {
    const drawn = draw([
      [running, 100, 200],
      [blocked, 200, 300],
    ]);
    const line = drawn.find((d) => d.style === 'muted');
    expect(line?.box).toEqual([200, 20, 100, 1]);
    const box = drawn.find((d) => d.op === 'strokeRect');
    expect(box?.dash.length).toBeGreaterThan(0);
    expect(drawn.find((d) => d.op === 'fillRect' && d.style === 'blue')?.alpha).toBeLessThan(0.5);
  });

  it('dots the line of a wait for a lock, where there is room for dots', () => {
    const dots = (until: number, flags: number) =>
      draw([[blocked, 200, until, flags]]).filter((d) => d.op === 'stroke');
    expect(dots(300, IntervalFlag.lock)).toMatchObject([{ style: 'muted' }]);
    expect(dots(300, IntervalFlag.lock)[0].dash.length).toBeGreaterThan(0);
    expect(dots(204, IntervalFlag.lock)).toEqual([]);
    expect(dots(300, 0)).toEqual([]);
  });

  it('marks what is unknown with its own texture and a question mark', () => {
    const drawn = draw([[unknown, 100, 200]]);
    expect(drawn.map((d) => d.style)).toEqual(['unknown', 'text']);
    expect(drawn[1].text).toBe('?');
  });

  it('lays a texture over estimated holds and says "about" in their length', () => {
    const drawn = draw([[hold, 100, 300, IntervalFlag.estimated]]);
    expect(drawn.some((d) => d.style === 'estimated')).toBe(true);
    expect(drawn.find((d) => d.op === 'fillText')?.text).toMatch(/^~200/);
  });

  it('names a hold only when the text fits, and within what is visible', () => {
    const texts = (from: number) => draw([[hold, from, 200]]).filter((d) => d.op === 'fillText');
    expect(texts(170)).toHaveLength(0);
    expect(texts(100)).toHaveLength(1);
    const [cut] = draw([[hold, 0, 900]], 1, { start: 400, end: 1400 }).filter((d) => d.op === 'fillText');
    expect(cut.box[0]).toBe(7);
  });

  it('tells a crowd of tiny holds by its fraction, not as one long hold', () => {
    // Ten holds a pixel, each a fiftieth of it: a fifth of the time is held.
    const intervals = Array.from({ length: 1000 }, (_, i): Interval => [hold, 100 + i / 10, 100.02 + i / 10]);
    const drawn = draw(intervals).filter((d) => d.style === 'blue');
    expect(Math.max(...drawn.map((d) => d.box[3]))).toBeLessThanOrEqual(6);
    const columns = drawn.reduce((sum, d) => sum + d.box[2], 0);
    expect(columns).toBe(100);
  });

  it('draws nothing outside the picture and skips what is over', () => {
    expect(draw([[wait, 0, 300]], 1, { start: 400, end: 1400 })).toEqual([]);
  });
});

describe('a lane of bins', () => {
  const bins = (columns: Partial<Record<'hold' | 'wait' | 'takes' | 'waits' | 'blocked', number[]>>) => {
    const floats = (list: number[] = []) => Float32Array.from({ length: 10 }, (_, i) => list[i] ?? 0);
    const counts = (list: number[] = []) => Uint32Array.from({ length: 10 }, (_, i) => list[i] ?? 0);
    const { ctx, drawn } = recordingContext();
    drawBinLane(
      ctx,
      {
        form: 'bins',
        thread: 0,
        hold: floats(columns.hold),
        wait: floats(columns.wait),
        running: floats(),
        blocked: floats(columns.blocked),
        unknown: floats(),
        takes: counts(columns.takes),
        waits: counts(columns.waits),
      },
      { start: 0, end: 10 },
      makeScale({ start: 0, end: 10 }, 100),
      { top: 0, height: 20, dpr: 1 },
      { ...STYLE, estimated: false },
      TEST_INK,
    );
    return drawn;
  };

  it('stacks fractions, hold below and over the hatching of the wait', () => {
    const crowd = Array.from({ length: 10 }, () => 5);
    const drawn = bins({ hold: Array(10).fill(0.5), wait: Array(10).fill(0.25), takes: crowd });
    expect(drawn.find((d) => d.style === 'blue')?.box).toEqual([0, 10, 100, 10]);
    expect(drawn.find((d) => d.style === 'hatch')?.box).toEqual([0, 4, 100, 16]);
    expect(drawn.findIndex((d) => d.style === 'hatch')).toBeLessThan(drawn.findIndex((d) => d.style === 'blue'));
  });

  it('keeps one short hold among nothing a tick of full height', () => {
    const drawn = bins({ hold: [0, 0, 0, 1e-6], blocked: Array(10).fill(1), takes: [0, 0, 0, 1] });
    expect(drawn.filter((d) => d.style === 'blue').map((d) => d.box)).toEqual([[30, 0, 10, 20]]);
  });

  it('keeps a short hold visible in a crowd that mostly waits', () => {
    const drawn = bins({ hold: Array(10).fill(0.001), wait: Array(10).fill(0.999), takes: Array(10).fill(3) });
    expect(drawn.find((d) => d.style === 'blue')?.box[3]).toBeGreaterThanOrEqual(4);
  });
});

describe('strip and overlay', () => {
  it('colours the strip by holder and leaves gaps free', () => {
    const { ctx, drawn } = recordingContext();
    const strip = {
      form: 'raw' as const,
      gil: 0,
      start: Float64Array.of(0, 500),
      end: Float64Array.of(300, 500.1),
      thread: Int32Array.of(3, 4),
      flags: new Uint8Array(2),
    };
    const scale = makeScale({ start: 0, end: 1000 }, 1000);
    drawStrip(ctx, strip, { start: 0, end: 1000 }, scale, { top: 0, height: 22, dpr: 1 }, (t) => `t${t}`);
    expect(drawn.map((d) => [d.style, ...d.box])).toEqual([
      ['t3', 0, 0, 299, 22],
      ['t4', 500, 0, 1, 22],
    ]);
  });

  it('draws the cursor through all rows and says the time', () => {
    const { ctx, drawn } = recordingContext();
    drawOverlay(ctx, {
      scale: makeScale({ start: 0, end: 1e6 }, 1000),
      height: 400,
      ruler: 24,
      dpr: 1,
      ink: TEST_INK,
      cursor: 143_000,
      origin: 0,
      selection: null,
      outlines: [],
    });
    expect(drawn.find((d) => d.op === 'fillRect')?.box).toEqual([143, 0, 1, 400]);
    expect(drawn.find((d) => d.op === 'fillText')?.text).toBe('143 µs');
  });

  it('tells the cursor from where the ruler begins to count', () => {
    const { ctx, drawn } = recordingContext();
    drawOverlay(ctx, {
      scale: makeScale({ start: 43_000, end: 1_043_000 }, 1000),
      height: 400,
      ruler: 24,
      dpr: 1,
      ink: TEST_INK,
      cursor: 143_000,
      origin: 43_000,
      selection: null,
      outlines: [],
    });
    expect(drawn.find((d) => d.op === 'fillRect')?.box).toEqual([100, 0, 1, 400]);
    expect(drawn.find((d) => d.op === 'fillText')?.text).toBe('100 µs');
  });
});

describe('the life of a process', () => {
  const BAR = { top: 10, height: 10, dpr: 1 };
  const life = (more: Partial<Life>, range = { start: 0, end: 1000 }) => {
    const { ctx, drawn } = recordingContext();
    const whole: Life = { bornNs: 200, endedNs: 600, bad: false, ...more };
    drawLife(ctx, whole, 900, makeScale(range, 1000), BAR, TEST_INK);
    return drawn.map((d) => d.box);
  };

  it('goes from birth to end, both marked', () => {
    expect(life({})).toEqual([
      [200, 14, 400, 2],
      [200, 10, 2, 10],
      [598, 10, 2, 10],
    ]);
  });

  it('goes to the live edge while it lives, without an end', () => {
    expect(life({ endedNs: null })).toEqual([
      [200, 14, 700, 2],
      [200, 10, 2, 10],
    ]);
  });

  it('is cut to the view, and not drawn outside it', () => {
    expect(life({}, { start: 300, end: 500 })).toEqual([[0, 14, 1000, 2]]);
    expect(life({}, { start: 700, end: 800 })).toEqual([]);
  });

  it('ends in the colour of what went wrong', () => {
    const { ctx, drawn } = recordingContext();
    drawLife(ctx, { bornNs: 0, endedNs: 500, bad: true }, 900, makeScale({ start: 0, end: 1000 }, 1000), BAR, TEST_INK);
    expect(drawn.at(-1)?.style).toBe(TEST_INK.wait);
  });
});
