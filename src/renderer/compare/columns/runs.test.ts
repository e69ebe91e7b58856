import { describe, expect, test } from 'vitest';
import type { CompareInfo, CompareRun } from '../../../shared/contract/compare.ts';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { runsOf, sessionOf, shownRun } from './runs.ts';

const run = (variant: number, state: CompareRun['state'], more: Partial<CompareRun> = {}): CompareRun => ({
  variant,
  round: 0,
  state,
  error: null,
  said: [],
  path: null,
  session: null,
  wall_s: null,
  ...more,
});

type Shown = Pick<CompareInfo, 'runs' | 'variants'>;
const comparison = (runs: CompareRun[], shown: (number | null)[]): Shown => ({
  runs,
  variants: shown.map((index) => ({ shown: index }) as CompareInfo['variants'][number]),
});

describe('which run a column shows', () => {
  const runs = [run(0, 'ended'), run(1, 'ended'), run(0, 'ended'), run(1, 'ended')];

  test('the one nearest the median, or the one that was chosen', () => {
    const done = comparison(runs, [2, 1]);
    expect([shownRun(done, 0, undefined), shownRun(done, 1, undefined)]).toEqual([2, 1]);
    expect(shownRun(done, 0, 0)).toBe(0);
    expect(runsOf(done, 1).map(({ index }) => index)).toEqual([1, 3]);
  });

  test('while one is on, that one, whatever was chosen', () => {
    const on = comparison([...runs.slice(0, 3), run(1, 'running')], [2, 1]);
    expect(shownRun(on, 1, 1)).toBe(3);
    expect(shownRun(on, 0, undefined)).toBe(2);
  });

  test('where none ended the one that failed, and before the first none', () => {
    const failed = comparison([run(0, 'failed'), run(1, 'queued'), run(0, 'cancelled')], [null, null]);
    expect(shownRun(failed, 0, undefined)).toBe(0);
    expect(shownRun(failed, 1, undefined)).toBeNull();
  });
});

describe('the session of a run', () => {
  const session = (id: string, path: string | null) => ({ id, path }) as SessionInfo;
  const open = { a: session('a', '/r/a'), b: session('b', null) };

  test('is its own, or one of the same recording', () => {
    expect(sessionOf(run(0, 'running', { session: 'b' }), open)?.id).toBe('b');
    expect(sessionOf(run(0, 'ended', { path: '/r/a' }), open)?.id).toBe('a');
    expect(sessionOf(run(0, 'ended', { path: '/r/a', session: 'closed' }), open)?.id).toBe('a');
  });

  test('is none where none is open; a session without a file is no recording', () => {
    expect(sessionOf(run(0, 'ended', { path: '/r/c' }), open)).toBeNull();
    expect(sessionOf(run(0, 'queued'), open)).toBeNull();
  });
});
