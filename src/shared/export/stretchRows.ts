/** Calls and marks of a thread, row by row: levels of stretches read as one, in the order of time. Of source.ts. */
import type { Ns } from '../contract/types.ts';
import type { FullRange } from '../model/figures.ts';
import type { Store } from '../model/store.ts';
import type { StretchColumn } from '../model/stretches.ts';
import type { Track } from '../model/track.ts';
import { siteOf } from './stateRows.ts';
import type { CallRow, MarkRow } from './types.ts';

/** The stretches of several levels in the order of their begin, outer ones first; reused. */
interface Visit {
  level: StretchColumn;
  depth: number;
  i: number;
}

function* inOrder(levels: readonly StretchColumn[], { start, end }: FullRange, edge: Ns): Generator<Visit> {
  const at = levels.map((level) => level.firstEndingAfter(start, edge));
  const to = levels.map((level) => level.lowerBound(end));
  const next = Float64Array.from(levels, (level, k) => (at[k] < to[k] ? level.start(at[k]) : Infinity));
  const visit: Visit = { level: levels[0], depth: 0, i: 0 };
  for (;;) {
    let depth = 0;
    for (let k = 1; k < next.length; k++) if (next[k] < next[depth]) depth = k;
    if (next[depth] === Infinity) return;
    visit.level = levels[depth];
    visit.depth = depth;
    visit.i = at[depth]++;
    yield visit;
    next[depth] = at[depth] < to[depth] ? levels[depth].start(at[depth]) : Infinity;
  }
}

/** Where what is open ends for now. */
const edgeOf = (store: Store, { info }: Track): Ns => info.endedNs ?? store.processes[info.process].endNs;

export function* callRows(store: Store, track: Track, range: FullRange): Generator<CallRow> {
  if (track.calls === null || track.calls.levels.length === 0) return;
  const edge = edgeOf(store, track);
  const row: CallRow = { thread: track.info.idx, start: 0, end: 0, depth: 0, function: null, open: false };
  for (const { level, depth, i } of inOrder(track.calls.levels, range, edge)) {
    row.start = Math.max(level.start(i), range.start);
    row.end = Math.min(level.endOf(i, edge), range.end);
    row.depth = depth;
    row.function = siteOf(store, level.name(i));
    row.open = level.isOpen(i);
    yield row;
  }
}

export function* markRows(store: Store, track: Track, range: FullRange): Generator<MarkRow> {
  const { marks } = track;
  if (marks === null) return;
  const edge = edgeOf(store, track);
  const { names } = store.marks;
  const { instantNs, instantNames } = marks;
  const row: MarkRow = { thread: track.info.idx, start: 0, end: 0, name: '', instant: true, open: false };
  let k = 0;
  while (k < instantNs.length && instantNs.get(k) < range.start) k++;
  const instant = (before: Ns): boolean => {
    if (k >= instantNs.length || instantNs.get(k) >= Math.min(before, range.end)) return false;
    row.start = row.end = instantNs.get(k);
    row.name = names[instantNames.get(k++)];
    row.instant = true;
    row.open = false;
    return true;
  };
  if (marks.levels.length > 0)
    for (const { level, i } of inOrder(marks.levels, range, edge)) {
      while (instant(level.start(i))) yield row;
      row.start = Math.max(level.start(i), range.start);
      row.end = Math.min(level.endOf(i, edge), range.end);
      row.name = names[level.name(i)];
      row.instant = false;
      row.open = level.isOpen(i);
      yield row;
    }
  while (instant(Infinity)) yield row;
}
