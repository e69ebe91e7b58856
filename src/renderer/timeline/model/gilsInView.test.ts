import { expect, it } from 'vitest';
import { THREAD_PAGE } from './fetchWindow.ts';
import { gilsInView } from './gilsInView.ts';
import type { Row } from './rows.ts';

const rows = [
  { kind: 'core', core: 0 },
  { kind: 'gil', gil: 7 },
  ...Array.from({ length: 200 }, (_, i) =>
    i % 2 === 0 ? { kind: 'thread', thread: i } : { kind: 'gil', gil: 100 + i },
  ),
] as unknown as Row[];
const pinned = { count: 2, height: 0 };

it('of a hundred GILs the page that is seen, and the one that stays in sight', () => {
  const gils = gilsInView(rows, 110, 120, pinned);
  expect(gils[0]).toBe(7);
  for (const row of rows.slice(110, 121)) if (row.kind === 'gil') expect(gils).toContain(row.gil);
  expect(gils.length).toBeLessThanOrEqual(1 + 2 * THREAD_PAGE);
  expect(gilsInView(rows, 111, 121, pinned)).toEqual(gils);
});

it('none where only threads are seen, but the one that stays in sight', () => {
  expect(gilsInView(rows, 110, 110, pinned)).toEqual([7]);
});
