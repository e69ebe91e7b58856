import { describe, expect, test } from 'vitest';
import type { ProcessInfo, ThreadInfo } from '../../shared/contract/types.ts';
import { unknownProcess } from '../../shared/model/store.ts';
import { branchesOf, rangesOf, scopeOf, searchBranches, toggle, type LeftOut } from './scope.ts';

const process = (idx: number): ProcessInfo => ({
  ...unknownProcess(idx),
  ...{ pid: 100 + idx, name: idx === 0 ? 'main.py' : `worker ${idx}` },
});
const thread = (idx: number, ofProcess: number, own = false): ThreadInfo => ({
  idx,
  process: ofProcess,
  tid: 1000 + idx,
  name: `thread-${idx}`,
  main: false,
  own,
  markLevels: 0,
  callLevels: 0,
  bornNs: 0,
  endedNs: null,
});

/** Process 0 has threads 0 and 1, and gilscope's 2; process 1 has 3 and 4; process 2 has gilscope's only. */
const BRANCHES = branchesOf({
  processes: [process(0), process(1), process(2)],
  threads: [thread(0, 0), thread(1, 0), thread(2, 0, true), thread(3, 1), thread(4, 1), thread(5, 2, true)],
});
const [FIRST, SECOND] = BRANCHES;
const NONE: LeftOut = new Set();

describe('what is asked', () => {
  test('gilscope’s own threads are not there to choose', () => {
    expect(BRANCHES.map((b) => b.threads.map(({ idx }) => idx))).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });
  test('everything is asked without naming anybody, also those that are to come', () => {
    expect(scopeOf(BRANCHES, NONE, null)).toEqual({ processes: [], threads: [] });
  });
  test('whole processes are asked as such, else threads', () => {
    const second = toggle(NONE, FIRST.threads, false);
    expect(scopeOf(BRANCHES, second, null)).toEqual({ processes: [1], threads: [] });
    const three = toggle(second, [FIRST.threads[1]], true);
    expect(scopeOf(BRANCHES, three, { start: 5, end: 9 })).toEqual({
      start: 5,
      end: 9,
      processes: [],
      threads: [1, 3, 4],
    });
    expect(scopeOf(BRANCHES, toggle(three, FIRST.threads, true), null)).toEqual({ processes: [], threads: [] });
  });
});

test('a search finds threads by their own words and those of their process', () => {
  const found = (query: string) =>
    searchBranches(BRANCHES, query).map((b) => [b.process.idx, ...b.threads.map(({ idx }) => idx)]);
  expect(found('')).toEqual([
    [0, 0, 1],
    [1, 3, 4],
  ]);
  expect(found('WORKER 1004')).toEqual([[1, 4]]);
  expect(found('101')).toEqual([[1, 3, 4]]);
  expect(found('nobody')).toEqual([]);
  expect(SECOND.threads).toHaveLength(2);
});

test('a range is kept within what is recorded; outside of it there is nothing to choose', () => {
  expect(rangesOf(100, { selection: { start: 20, end: 30 }, range: { start: -50, end: 150 } })).toEqual({
    whole: { start: 0, end: 100 },
    selection: { start: 20, end: 30 },
    view: { start: 0, end: 100 },
  });
  expect(rangesOf(100, { selection: null, range: { start: 200, end: 300 } })).toMatchObject({
    selection: null,
    view: null,
  });
});
