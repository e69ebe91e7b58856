/** What an answer about a large session is bounded by: what is asked for, never by how much was recorded. `node bench/run.mjs scale` has times. */
import { beforeAll, expect, it } from 'vitest';
import { EVENTS_PER_HOLD, madeFrames } from './testing/made.ts';
import { modelOf } from './testing/recording.ts';
import type { SessionModel } from './session.ts';
import { MOST_POINTS } from './timeline.ts';

const HOLDS = 75_000;
const PX = 1000;
const THREADS = [25, ...Array.from({ length: 39 }, () => 1)];
let model: SessionModel;
beforeAll(() => {
  model = modelOf(madeFrames({ threads: THREADS, holds: HOLDS, stretch: 125 }));
});

const bytesOf = (value: unknown): number => {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + bytesOf(one), 0);
  if (value === null || typeof value !== 'object') return 8;
  return Object.values(value).reduce((sum: number, one) => sum + bytesOf(one), 0);
};

it('three hundred thousand events of 64 threads in 40 processes, none lost', () => {
  expect(model.events).toBe(HOLDS * EVENTS_PER_HOLD);
  expect(model.threads).toHaveLength(64);
  expect(model.gils).toHaveLength(40);
});

it('tells the lanes and strips that are asked for, each as long as the window is wide', () => {
  const { endNs } = model;
  const asked = { start: 0, end: endNs, px: PX, threads: [0, 3, 40], gils: [0, 9] };
  const reply = model.timeline(asked);
  expect(reply.threads.map(({ thread }) => thread)).toEqual([0, 3, 40]);
  expect(reply.gils.map(({ gil }) => gil)).toEqual([0, 9]);
  for (const lane of reply.threads) {
    const points = lane.form === 'raw' ? lane.start.length : lane.hold.length;
    expect(points).toBeLessThanOrEqual(2 * PX);
  }
  for (const strip of reply.gils)
    expect(strip.form === 'raw' ? strip.start.length : strip.owner.length).toBeLessThanOrEqual(2 * PX);
  expect(reply.counters.waiters.times.length).toBeLessThanOrEqual(MOST_POINTS);
  // A lane is at most 28 bytes a column or 19 an interval, two of them a column; the rest is charts.
  expect(bytesOf(reply)).toBeLessThan(5 * PX * 40 + 12 * 16 * MOST_POINTS);
  // What is asked of one is the same with and without the others.
  expect(reply.gils[1]).toEqual(model.timeline({ ...asked, gils: undefined }).gils[9]);
});
