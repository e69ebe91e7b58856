import { describe, expect, it } from 'vitest';
import { OTHERS, type BlameReply } from '../../../shared/contract/blame.ts';
import { cellWords, heat, matrixOf, nameParts, NOBODY, stepTo } from './matrix.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

/** A reply with these cells: [waiter, holder, ns, waits], and so much unheld time for each waiter. */
function reply(cells: [number, number, number, number][], unheld: number[]): BlameReply {
  const waited = unheld.map((ns, i) => ns + cells.filter(([w]) => w === i).reduce((sum, cell) => sum + cell[2], 0));
  const holders = Math.max(...cells.map(([, h]) => h)) + 1;
  return {
    ...{ revision: 1, start: 0, end: 1e9, functions: [], functionCount: 0, releases: [], releaseCount: 0 },
    ...{ holds: 0, placed: 0 },
    waitNs: waited.reduce((a, b) => a + b, 0),
    unheldNs: unheld.reduce((a, b) => a + b, 0),
    waiters: unheld.map((ns, i) => ({ thread: 10 + i, waitNs: waited[i], waits: 1, unheldNs: ns })),
    holders: Array.from({ length: holders }, (_, i) => ({ thread: 20 + i, causedNs: 0, own: i === 1 })),
    waiterCount: unheld.length,
    holderCount: holders,
    cells: {
      waiter: Uint32Array.from(cells, ([w]) => w),
      holder: Uint32Array.from(cells, ([, h]) => h),
      ns: Float64Array.from(cells, ([, , ns]) => ns),
      waits: Uint32Array.from(cells, ([, , , waits]) => waits),
    },
  };
}

describe('the matrix', () => {
  const cells: [number, number, number, number][] = [
    [0, 0, 50, 5],
    [0, 1, 20, 2],
    [1, 2, 10, 1],
    [2, 1, 7, 1],
    [3, 2, 3, 4],
  ];

  it('has a row for each waiter, a column for each holder, and one for what nobody explains', () => {
    const matrix = matrixOf(reply(cells, [4, 0, 0, 1]), 12);
    expect(matrix.rows.map(({ thread }) => thread)).toEqual([10, 11, 12, 13]);
    expect(matrix.columns).toEqual([
      { thread: 20, own: false },
      { thread: 21, own: true },
      { thread: 22, own: false },
      { thread: NOBODY, own: false },
    ]);
    expect([...matrix.ns]).toEqual([50, 20, 0, 4, 0, 0, 10, 0, 0, 7, 0, 0, 0, 0, 3, 1]);
    expect([...matrix.waits.slice(0, 4)]).toEqual([5, 2, 0, 0]);
    expect(matrix).toMatchObject({ mostNs: 50, otherWaiters: 0, otherHolders: 0 });
  });

  it('adds the others up and loses nothing', () => {
    const matrix = matrixOf(reply(cells, [0, 0, 0, 0]), 1);
    expect(matrix.rows.map(({ thread, waitNs }) => [thread, waitNs])).toEqual([
      [10, 70],
      [OTHERS, 20],
    ]);
    expect(matrix.columns.map(({ thread }) => thread)).toEqual([20, OTHERS]);
    expect([...matrix.ns]).toEqual([50, 20, 0, 20]);
    expect(matrix).toMatchObject({ otherWaiters: 3, otherHolders: 2 });
  });

  it('makes no others of a single one, and counts those the engine added up', () => {
    const some = reply(cells, [0, 0, 0, 0]);
    expect(matrixOf(some, 3).rows).toHaveLength(4);
    const waiters = some.waiters.map((waiter, i) => (i === 3 ? { ...waiter, thread: OTHERS } : waiter));
    expect(matrixOf({ ...some, waiters, waiterCount: 300 }, 12).otherWaiters).toBe(297);
  });

  it('is coloured by the largest of two threads, and whatever is not nothing is seen', () => {
    const matrix = matrixOf(reply([...cells, [2, 2, 60, 1], [3, 1, 70, 1]], [900, 0, 0, 0]), 1);
    expect(matrix.mostNs).toBe(50);
    expect([heat(0, 50), heat(1e-9, 50), heat(12.5, 50), heat(900, 50)]).toEqual([0, 0.08, 0.5, 1]);
  });
});

describe('a cell in words', () => {
  const cell = {
    waiter: 'poller',
    holder: 'count',
    nobody: false,
    apart: false,
    ns: 1.23e9,
    waits: 240,
    waitNs: 1.3e9,
  };

  it('says who made whom wait, how long, how often and which part', () => {
    expect(plain(cellWords(cell))).toBe('count made poller wait 1.23 s in 240 waits, 94.6 % of poller’s wait');
    expect(cellWords({ ...cell, ns: 0 })).toBe('count never made poller wait');
    expect(cellWords({ ...cell, ns: 0, apart: true })).toMatch(/share no GIL$/);
    expect(plain(cellWords({ ...cell, nobody: true }))).toMatch(/^1\.23 s of the time poller waited, the GIL was free/);
  });

  it('keeps the end of a long name, by whole characters', () => {
    expect(nameParts('poller')).toEqual(['poller', '']);
    expect(nameParts('parse_document-12')).toEqual(['parse_document', '-12']);
    expect(nameParts('aaaaaaa😀😀😀')).toEqual(['aaaaaaa', '😀😀😀']);
  });
});

it('is walked with the keys, headers included, never into the corner', () => {
  const matrix = matrixOf(
    reply(
      [
        [0, 0, 5, 1],
        [1, 1, 5, 1],
      ],
      [0, 0],
    ),
    12,
  );
  expect(stepTo({ row: 1, column: 1 }, 'ArrowUp', matrix)).toEqual({ row: 0, column: 1 });
  expect(stepTo({ row: 0, column: 1 }, 'ArrowLeft', matrix)).toEqual({ row: 0, column: 1 });
  expect(stepTo({ row: 1, column: 1 }, 'End', matrix)).toEqual({ row: 1, column: 2 });
  expect(stepTo({ row: 1, column: 2 }, 'PageDown', matrix)).toEqual({ row: 2, column: 2 });
  expect(stepTo({ row: 1, column: 1 }, 'x', matrix)).toBeNull();
});
