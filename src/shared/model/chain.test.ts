/** The chain of one wait: on a drawing, and against every hold and wait of random schedules, counted one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChainWait } from '../contract/blame.ts';
import { ThreadState } from '../contract/types.ts';
import { modelOfArt } from './testing/ascii.ts';
import { scheduleOf, schedulesOf, type Expected } from './testing/schedule.ts';

const MS = 1e6;
const RUNS = { numRuns: 60, interruptAfterTimeLimit: 15_000 };
const DEEPEST = 5;

describe('the chain of a drawing', () => {
  const model = modelOfArt(`
    A: HHHH..........
    B: _wwwHHHH......
    C: __wwwwwwHH....
    D: ____wwwwwwwHHH
  `);

  it('goes through the holds in the order of time, each with the wait before it', () => {
    const { chain } = model.details(2, 3 * MS)!;
    const a = { thread: 0, start: 0, end: 4 * MS, place: null, waited: null };
    expect(chain).toEqual({
      start: 2 * MS,
      end: 8 * MS,
      links: [
        { ...a, ns: 2 * MS },
        {
          ...{ thread: 1, start: 4 * MS, end: 8 * MS, ns: 4 * MS, place: null },
          waited: {
            ...{ start: MS, end: 4 * MS, more: { holds: 0, ns: 0 }, unheldNs: 0 },
            links: [{ ...a, ns: 3 * MS }],
          },
        },
      ],
      more: { holds: 0, ns: 0 },
      unheldNs: 0,
    });
  });

  it('goes on behind the wait behind the wait', () => {
    const { chain, culprits } = model.details(3, 5 * MS)!;
    const behind = (wait: ChainWait | null, at: number): ChainWait | null => wait!.links[at].waited;
    expect(chain!.links.map(({ thread }) => thread)).toEqual([1, 2]);
    expect(chain!.unheldNs).toBe(MS);
    expect(behind(chain, 1)!.links.map(({ thread, ns }) => [thread, ns])).toEqual([
      [0, 2 * MS],
      [1, 4 * MS],
    ]);
    expect(behind(behind(chain, 1), 1)!.links.map(({ thread, ns }) => [thread, ns])).toEqual([[0, 3 * MS]]);
    expect(culprits).toEqual([
      { thread: 1, place: null, ns: 4 * MS, holds: 1 },
      { thread: 2, place: null, ns: 2 * MS, holds: 1 },
    ]);
  });

  it('is told of waits only', () => {
    expect(model.details(0, MS)).toMatchObject({ chain: null, culprits: [] });
  });

  it('knows no wait before a hold that was got at once', () => {
    const taken = modelOfArt(`
      A: wwHHHHHH
      B: HH..wwww
    `);
    expect(taken.details(1, 6 * MS)!.chain!.links[0].waited).toMatchObject({ start: 0, end: 2 * MS });
    const free = modelOfArt(`
      A: HH..HHHH
      B: ____wwww
    `);
    expect(free.details(1, 6 * MS)!.chain!.links[0].waited).toBeNull();
  });
});

const schedules = schedulesOf({
  ...{ threads: { min: 2, max: 6 }, steps: { min: 20, max: 400 }, pause: 300 },
  sites: [1, 2, 3].map((id) => ({ id, name: `f${id}`, file: '/srv/app.py', first_line: id, line: 10 * id })),
});

const overlap = (a: Expected, start: number, end: number): number => Math.min(a.end, end) - Math.max(a.start, start);

/** Of each level: every link is a hold of that GIL, whole and in order; nothing is lost; the wait before it is its own. */
function check(chain: ChainWait, gil: number, intervals: readonly Expected[], deep: number): void {
  const { start, end, links, more, unheldNs } = chain;
  const holds = intervals.filter((i) => i.state === ThreadState.hold && i.gil === gil && overlap(i, start, end) > 0);
  expect(links.length + more.holds).toBe(holds.length);
  const shown = links.reduce((sum, { ns }) => sum + ns, 0);
  expect(shown + more.ns + unheldNs).toBe(end - start);
  expect(more.ns + shown).toBe(holds.reduce((sum, hold) => sum + overlap(hold, start, end), 0));
  expect(links.map((link) => link.start)).toEqual(links.map((link) => link.start).sort((a, b) => a - b));
  if (deep === DEEPEST) expect(links).toEqual([]);
  else if (holds.length > 0) expect(links.length).toBeGreaterThan(0);
  const hidden = holds.filter(
    (hold) => !links.some((link) => link.start === hold.start && link.thread === hold.thread),
  );
  const least = Math.min(...links.map(({ ns }) => ns));
  if (links.length > 0) for (const hold of hidden) expect(overlap(hold, start, end)).toBeLessThanOrEqual(least);
  for (const link of links) {
    const hold = holds.find((i) => i.thread === link.thread && i.start === link.start)!;
    expect(link).toMatchObject({ end: hold.end, ns: overlap(hold, start, end) });
    expect(link.place?.line ?? 0).toBe(10 * hold.site);
    const wait = intervals.find(
      (i) => i.state === ThreadState.wait && i.thread === link.thread && i.end === hold.start && i.end > i.start,
    );
    expect(link.waited === null ? null : [link.waited.start, link.waited.end]).toEqual(
      wait === undefined ? null : [wait.start, wait.end],
    );
    if (link.waited !== null) check(link.waited, gil, intervals, deep + 1);
  }
}

it('is exact on random schedules, five waits deep', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const model = schedule.recording.model({ watermarks: [schedule.endNs] });
      const waits = schedule.intervals.filter((i) => i.state === ThreadState.wait && i.end > i.start);
      for (const wait of waits.slice(-10)) {
        const details = model.details(wait.thread, wait.start)!;
        expect(details.chain).toMatchObject({ start: wait.start, end: wait.end });
        check(details.chain!, wait.gil!, schedule.intervals, 0);
        for (const { thread, ns } of details.holders) {
          const mine = details.culprits.filter((culprit) => culprit.thread === thread);
          expect(mine.reduce((sum, culprit) => sum + culprit.ns, 0)).toBe(ns);
          expect(new Set(mine.map(({ place }) => place?.name)).size).toBe(mine.length);
        }
      }
    }),
    RUNS,
  );
});

it('says of an interval where it ended, and of what follows where the thread had let go', () => {
  const schedule = scheduleOf(1, 1, [
    { thread: 0, dt: 10, will: true, cpu: null },
    { thread: 0, dt: 10, will: true, cpu: null, site: 1 },
    { thread: 0, dt: 10, will: true, cpu: null },
  ]);
  schedule.recording.sites.push({ id: 1, name: 'f', qualname: 'C.f', file: 'a.py', first_line: 3, line: 5 });
  const model = schedule.recording.model({ watermarks: [schedule.endNs] });
  const place = { name: 'f', qualname: 'C.f', file: 'a.py', firstLine: 3, line: 5 };
  expect(model.details(0, 15)).toMatchObject({ state: ThreadState.hold, place });
  expect(model.details(0, 25)).toMatchObject({ state: ThreadState.blocked, place });
  expect(model.details(0, 30)).toMatchObject({ state: ThreadState.hold, place: null });
});
