import { describe, expect, it } from 'vitest';
import { makeScale } from '../../../shared/draw/scale.ts';
import { flameOf, type CallTuple } from '../testing/calls.ts';
import { recordingContext, TEST_INK } from '../testing/recordingContext.ts';
import { drawFlame } from './flame.ts';

/** 1000 ns over 1000 device pixels. */
function draw(calls: CallTuple[], range = { start: 0, end: 1000 }, levels = 4) {
  const { ctx, drawn } = recordingContext();
  ctx.font = 'before';
  const row = { top: 10, height: 8 + levels * 15, dpr: 1, levels, level: 15 };
  drawFlame(ctx, flameOf(...calls), makeScale(range, 1000), row, TEST_INK, (fn) => `colour of ${fn.name}`);
  expect(ctx.font).toBe('before');
  return drawn;
}
const bars = (drawn: ReturnType<typeof draw>) => drawn.filter((d) => d.op === 'fillRect');
const names = (drawn: ReturnType<typeof draw>) => drawn.filter((d) => d.op === 'fillText').map((d) => d.text);

describe('a flame chart', () => {
  it('has a bar in the function’s colour on the level of its depth, with its name where that fits', () => {
    const drawn = draw([
      [100, 900, 0, 1],
      [200, 240, 1, 2],
      [300, 306, 1, 2],
    ]);
    expect(bars(drawn)).toMatchObject([
      { style: 'colour of main', box: [100, 14, 799, 14] },
      { style: 'colour of load', box: [200, 29, 39, 14] },
      { style: 'colour of load', box: [300, 29, 5, 14] },
    ]);
    expect(names(drawn)).toEqual(['main', 'load']);
    expect(names(draw([[200, 230, 0, 2]]))).toEqual(['lo…']);
  });

  it('keeps the name of a call in view that began before', () => {
    const [name] = draw([[0, 900, 0, 1]], { start: 500, end: 700 }).filter((d) => d.op === 'fillText');
    expect(name.box[0]).toBeGreaterThan(0);
    expect(name.box[0]).toBeLessThan(20);
  });

  it('tells C functions apart by shape: hollow', () => {
    const drawn = draw([[100, 300, 0, 3]]);
    expect(drawn.find((d) => d.op === 'strokeRect')).toMatchObject({ style: 'muted', box: [100.5, 14.5, 198, 13] });
    expect(names(drawn)).toEqual(['sleep']);
  });

  it('draws short calls that stand together as a texture without a name', () => {
    const drawn = draw([[100, 300, 0, 0, 40]]);
    expect(bars(drawn)).toMatchObject([{ style: 'crowd', box: [100, 14, 200, 14] }]);
    expect(names(drawn)).toEqual([]);
  });

  it('lets a call without an end fade out', () => {
    const alphas = bars(draw([[100, 300, 0, 1, 1, true]])).map((d) => d.alpha);
    expect(alphas.length).toBeGreaterThan(3);
    expect(alphas).toEqual([...alphas].sort((a, b) => b - a));
    expect(alphas.at(-1)).toBeLessThan(0.3);
    expect(bars(draw([[100, 300, 0, 1]])).map((d) => d.alpha)).toEqual([1]);
  });

  it('draws no level that is not shown, nothing out of view, and what is narrower than a pixel once', () => {
    const calls: CallTuple[] = Array.from({ length: 1000 }, (_, i) => [i * 0.1, i * 0.1 + 0.05, 0, 2]);
    expect(bars(draw(calls)).length).toBeLessThanOrEqual(101);
    expect(
      draw(
        [
          [100, 300, 0, 1],
          [100, 300, 1, 2],
        ],
        { start: 400, end: 500 },
      ),
    ).toEqual([]);
    expect(
      names(
        draw(
          [
            [100, 300, 0, 1],
            [100, 300, 1, 2],
          ],
          undefined,
          1,
        ),
      ),
    ).toEqual(['main']);
  });
});
