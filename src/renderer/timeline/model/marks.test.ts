import { describe, expect, it } from 'vitest';
import type { MarkLane, MarkLevel } from '../../../shared/contract/marks.ts';
import type { ThreadInfo } from '../../../shared/contract/types.ts';
import { marksHeight } from './markRow.ts';
import { hitMarks } from './marks.ts';
import { planRows } from './rows.ts';

const NAMES = ['load', 'parse', 'tick'];
const REPLY = { markNames: NAMES, start: 0, end: 1000, px: 10 };

type Region = readonly [name: number, start: number, end: number, open?: number];
const level = (...regions: Region[]): MarkLevel => ({
  form: 'raw',
  name: Uint32Array.from(regions, (r) => r[0]),
  start: Float64Array.from(regions, (r) => r[1]),
  end: Float64Array.from(regions, (r) => r[2]),
  open: Uint8Array.from(regions, (r) => r[3] ?? 0),
});
const lane = (levels: MarkLevel[], ...at: number[]): MarkLane => ({
  thread: 0,
  levels,
  instants: { form: 'raw', at: Float64Array.from(at), name: new Uint32Array(at.length).fill(2) },
});

describe('marks under the mouse', () => {
  const nested = lane([level([0, 100, 500], [0, 600, 900, 1]), level([1, 200, 201], [1, 203, 300])], 400, 405);

  it('are the regions there, the outermost first, and the instants near it', () => {
    expect(hitMarks(nested, REPLY, 250, 5)?.regions.map((r) => [r.name, r.start, r.open])).toEqual([
      ['load', 100, false],
      ['parse', 203, false],
    ]);
    expect(hitMarks(nested, REPLY, 403, 5)).toMatchObject({ instants: [{ at: 400 }, { at: 405 }], crowd: null });
    expect(hitMarks(nested, REPLY, 700, 5)?.regions).toEqual([{ name: 'load', start: 600, end: 900, open: true }]);
    expect(hitMarks(nested, REPLY, 550, 5)).toBe(null);
  });

  it('are hit beside themselves when they are too narrow, and not mistaken for their neighbour', () => {
    expect(hitMarks(nested, REPLY, 197, 5)?.regions.map((r) => r.name)).toEqual(['load', 'parse']);
    // 203 is within reach, yet this one is under the mouse.
    expect(hitMarks(nested, REPLY, 200, 5)?.regions.at(-1)).toMatchObject({ start: 200, end: 201 });
    expect(hitMarks(nested, REPLY, 97, 5)?.regions.map((r) => r.name)).toEqual(['load']);
  });

  it('are counted where there are too many', () => {
    const bins: MarkLevel = { form: 'bins', covered: new Float32Array(10), begins: new Uint32Array(10).fill(7) };
    const many: MarkLane = { ...lane([bins]), instants: { form: 'bins', count: Uint32Array.from([0, 3]) } };
    expect(hitMarks(many, REPLY, 150, 5)?.crowd).toEqual({ regions: 7, instants: 3, ns: 100 });
    expect(hitMarks(many, REPLY, 2000, 5)).toBe(null);
  });
});

it('have a row under their thread, as high as they are deep', () => {
  const thread = (idx: number, markLevels: number) => ({ idx, process: 0, own: false, markLevels }) as ThreadInfo;
  const session = { cores: 0, processes: [], gils: [], threads: [thread(0, 0), thread(1, 3)] };
  const { rows, threads } = planRows({ ...session, processes: [{ idx: 0 } as never] }, 'auto', {});
  expect(rows.slice(0, 3)).toMatchObject([
    { kind: 'thread', thread: 0 },
    { kind: 'thread', thread: 1 },
    { kind: 'marks', thread: 1, height: marksHeight(3) },
  ]);
  expect(threads).toEqual([0, 1]);
});
