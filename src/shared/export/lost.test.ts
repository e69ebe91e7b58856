/** Switches across stretches in which events were dropped: what is not known is not told. */
import { describe, expect, it } from 'vitest';
import { modelOfArt } from '../model/testing/ascii.ts';
import { sourceOf } from './testing/oddNames.ts';
import { TABLES } from './tables/tables.ts';

const MS = 1e6;

interface Told {
  at: number;
  from: number | null;
  droppedAt: number | null;
  preempted: boolean | null;
}

/** Times in ms. */
function switchesOf(art: string): Told[] {
  const source = sourceOf(modelOfArt(art));
  return Array.from(source.switches(0), ({ at, from, droppedAt, preempted }) => ({
    ...{ at: at / MS, from, droppedAt: droppedAt === null ? null : droppedAt / MS, preempted },
  }));
}

describe('a switch', () => {
  it('over a gap in which another thread lost events: who let go, and when, is not known', () => {
    const told = switchesOf(`
      A: HHHHbbbbbbbbHHHH
      B: wwwwHHHHbbbbbbbb
      C: wwwwwwwwxxxxwwww
    `);
    // B took the moment A let go: nobody can have been in between.
    expect(told).toMatchObject([
      { at: 4, from: 0, droppedAt: 4 },
      { at: 12, from: 1, droppedAt: null },
    ]);
  });

  it('over a gap is known again once the other thread is', () => {
    const told = switchesOf(`
      A: HHHHbbbbbbHHHH
      B: wwwwwwHHHHbbbb
      C: xxxxwwwwwwwwww
    `);
    expect(told).toMatchObject([
      { at: 6, from: 0, droppedAt: 4 },
      { at: 10, from: 1, droppedAt: 10 },
    ]);
    const first = switchesOf(`
      A: HHbbbbbbbbbbbb
      B: wwwwwwHHHHbbbb
      C: xxxxwwwwwwwwww
    `);
    expect(first).toMatchObject([{ at: 6, from: 0, droppedAt: null }]);
  });

  it('after a hold whose end was lost: how it ended is not known', () => {
    const told = switchesOf(`
      A: HHxxxxxx..
      B: wwwwHH....
    `);
    expect(told).toMatchObject([{ at: 4, from: 0, droppedAt: null, preempted: null }]);
  });

  it('says so in its table, where the row and its threads stay', () => {
    const art = `
      A: HHHHbbbbbbbbHHHH
      B: wwwwHHHHbbbbbbbb
      C: wwwwwwwwxxxxwwww
    `;
    const source = sourceOf(modelOfArt(art));
    const table = TABLES.find(({ name }) => name === 'switches')!;
    const free = table.columns.findIndex(({ name }) => name === 'free_s');
    expect(Array.from(table.rows(source), ({ cells }) => cells[free])).toEqual([0, null]);
    expect(source.summary.processes[0].gils[0].switches).toBe(2);
  });
});
