import { describe, expect, it } from 'vitest';
import type { MarkLane, MarkLevel } from '../../../shared/contract/marks.ts';
import { makeScale } from '../../../shared/draw/scale.ts';
import { recordingContext, TEST_INK } from '../testing/recordingContext.ts';
import { drawMarks } from './marks.ts';

const NAMES = ['load the configuration', 'x'];
type Region = readonly [start: number, end: number, open?: number];
const level = (name: number, ...regions: Region[]): MarkLevel => ({
  form: 'raw',
  name: new Uint32Array(regions.length).fill(name),
  start: Float64Array.from(regions, (r) => r[0]),
  end: Float64Array.from(regions, (r) => r[1]),
  open: Uint8Array.from(regions, (r) => r[2] ?? 0),
});
const none = { form: 'raw' as const, at: new Float64Array(0), name: new Uint32Array(0) };

/** 1000 ns over 1000 device pixels. */
function draw(lane: Omit<MarkLane, 'thread'>, range = { start: 0, end: 1000 }) {
  const { ctx, drawn } = recordingContext();
  const reply = { markNames: NAMES, start: 0, end: 1000 };
  drawMarks(
    ctx,
    { thread: 0, ...lane },
    reply,
    makeScale(range, 1000),
    { top: 10, height: 40, dpr: 1 },
    'blue',
    TEST_INK,
  );
  return drawn;
}

describe('a row of marks', () => {
  it('names a region within its bar, cut where it is narrow, and one level lies under the other', () => {
    const drawn = draw({ levels: [level(0, [100, 400]), level(0, [100, 160], [200, 203])], instants: none });
    const texts = drawn.filter((d) => d.op === 'fillText');
    expect(texts.map((d) => d.text)).toEqual(['load the configuration', 'load t…']);
    expect(texts.map((d) => d.style)).toEqual(['text', 'text']);
    expect(texts[1].box[1]).toBeGreaterThan(texts[0].box[1] + 10);
    for (const { text, box } of texts) expect(box[0] + text!.length * 6.8).toBeLessThan(400);
  });

  it('keeps the name in view when the region begins out of it', () => {
    const [text] = draw({ levels: [level(0, [0, 900])], instants: none }, { start: 500, end: 800 }).filter(
      (d) => d.op === 'fillText',
    );
    expect(text.box[0]).toBeGreaterThan(0);
    expect(text.box[0]).toBeLessThan(20);
  });

  it('has no right edge where the region has not ended', () => {
    const edges = (open: number) =>
      draw({ levels: [level(1, [100, 200, open])], instants: none }).filter((d) => d.op === 'fillRect' && d.alpha === 1)
        .length;
    expect(edges(0)).toBe(edges(1) + 1);
  });

  it('shows the shortest region, once for each pixel', () => {
    const drawn = draw({
      levels: [level(1, [100, 100], [100.1, 100.2], [100.2, 100.4], [300, 300.001])],
      instants: none,
    });
    expect(drawn.map((d) => [d.box[0], d.box[2]])).toEqual([
      [100, 1],
      [300, 1],
    ]);
  });

  it('of too many regions shows the covered part of each column, and the least of them', () => {
    const covered = new Float32Array(1000);
    const begins = new Uint32Array(1000);
    [covered[10], covered[20], begins[30]] = [1, 0.5, 4];
    const drawn = draw({ levels: [{ form: 'bins', covered, begins }], instants: none });
    expect(drawn.map((d) => [d.box[0], d.box[3]])).toEqual([
      [10, 14],
      [20, 7],
      [30, 2],
    ]);
  });

  it('draws instants over all levels, with flags where there is room', () => {
    const at = Float64Array.of(100, 102, 300, 300.2);
    const drawn = draw({ levels: [level(0, [0, 900])], instants: { form: 'raw', at, name: new Uint32Array(4) } });
    const lines = drawn.filter((d) => d.style === 'text' && d.op === 'fillRect');
    expect(lines.map((d) => [d.box[0], d.box[2]])).toEqual([
      [100, 1],
      [100, 4],
      [102, 1],
      [300, 1],
      [300, 4],
    ]);
    const count = new Uint32Array(1000);
    count[500] = 9;
    const crowd = draw({ levels: [], instants: { form: 'bins', count } });
    expect(crowd.map((d) => d.box[2])).toEqual([1, 4]);
  });
});
