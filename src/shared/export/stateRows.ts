/** Intervals of threads, changes of holder and numbers of waiters, row by row: of source.ts. */
import { IntervalFlag, ThreadState, type Ns, type SiteInfo } from '../contract/types.ts';
import type { FullRange } from '../model/figures.ts';
import { SWITCH_BIT } from '../model/ownership.ts';
import { coreOf, flagsOf, fractionOf, NO_GIL, stateOf } from '../model/states.ts';
import type { Store } from '../model/store.ts';
import { estimatedFlag, isShownState } from '../model/timeline.ts';
import type { GilTrack, Track } from '../model/track.ts';
import { LostStretches } from './lost.ts';
import type { HoldRow, IntervalRow, SwitchRow, WaitersRow } from './types.ts';

/** The rows of a thread that reach into the range: from, to (not included). */
export function rowsWithin({ rows }: Track, { start, end }: FullRange): { from: number; to: number } {
  const from = rows.lowerBound(start);
  const reachesIn = from > 0 && rows.end(from - 1) > start;
  return { from: reachesIn ? from - 1 : from, to: rows.lowerBound(end) };
}

/** Null for what was never described. */
export function siteOf(store: Store, site: number): SiteInfo | null {
  const info = store.sites.infos[site];
  return info.name === '' ? null : info;
}

export function* intervalRows(store: Store, track: Track, range: FullRange): Generator<IntervalRow> {
  const { rows, sites } = track;
  const { start: first, end: last } = range;
  const { from, to } = rowsWithin(track, range);
  const row: IntervalRow = {
    ...{ thread: track.info.idx, start: 0, end: 0, state: ThreadState.none, flags: 0, core: -1, cpu: null, gil: null },
    ...{ site: null, cutStart: false, cutEnd: false },
  };
  // Of every interval of the session, in most formats: nothing is looked up twice.
  const estimated = estimatedFlag(store, track.info.process);
  const open = rows.length - 1;
  let next = from < to ? rows.start(from) : 0;
  for (let i = from; i < to; i++) {
    const meta = rows.meta(i);
    const start = next;
    const end = (next = rows.end(i));
    const state = stateOf(meta);
    if (!isShownState(state, start, end)) continue;
    const gil = rows.tag(i);
    row.start = Math.max(start, first);
    row.end = Math.min(end, last);
    row.state = state;
    row.flags = flagsOf(meta) | estimated | (i === open ? IntervalFlag.open : 0);
    row.core = coreOf(meta);
    row.cpu = fractionOf(meta);
    row.gil = gil === NO_GIL ? null : gil;
    row.site = siteOf(store, sites.get(i));
    row.cutStart = start < first;
    row.cutEnd = end > last;
    yield row;
  }
}

/** All of them, a take at the very end of the session included. */
export function* holdRows(store: Store, { info, owner, sites }: GilTrack, range: FullRange): Generator<HoldRow> {
  const row: HoldRow = {
    ...{ gil: info.idx, thread: 0, start: 0, end: 0, flags: 0, switched: false, site: null },
  };
  const to = range.whole ? owner.length : owner.lowerBound(range.end);
  for (let i = owner.firstEndingAfter(range.start); i < to; i++) {
    const flags = owner.flags(i);
    row.thread = owner.thread(i);
    row.start = Math.max(owner.start(i), range.start);
    row.end = Math.min(owner.end(i), range.end);
    row.flags = (flags & ~SWITCH_BIT) | (owner.isOpen(i) ? IntervalFlag.open : 0);
    row.switched = (flags & SWITCH_BIT) !== 0 && owner.start(i) >= range.start;
    row.site = siteOf(store, sites.get(i));
    yield row;
  }
}

/** @param wanted whether a thread is in the scope */
export function* switchRows(
  store: Store,
  gil: GilTrack,
  range: FullRange,
  wanted: (thread: number) => boolean,
): Generator<SwitchRow> {
  const { owner, sites } = gil;
  const row: SwitchRow = {
    ...{ gil: gil.info.idx, at: 0, from: null, to: 0, droppedAt: null, preempted: null, site: null },
  };
  const lost = new LostStretches(store.processes[gil.info.process]);
  // A take at the very end of the session is one of its switches.
  const to = range.whole ? Infinity : owner.lowerBound(range.end);
  for (let i = owner.lowerBound(range.start); i < Math.min(to, owner.length); i++) {
    if ((owner.flags(i) & SWITCH_BIT) === 0) continue;
    const from = i === 0 ? null : owner.thread(i - 1);
    if (!wanted(owner.thread(i)) && (from === null || !wanted(from))) continue;
    row.at = owner.start(i);
    row.from = from;
    row.to = owner.thread(i);
    const flags = i === 0 ? IntervalFlag.open : owner.flags(i - 1);
    const seen = (flags & IntervalFlag.open) === 0;
    const droppedAt = i === 0 ? row.at : owner.end(i - 1);
    row.droppedAt = seen && !lost.between(droppedAt, row.at) ? droppedAt : null;
    row.preempted = seen ? (flags & IntervalFlag.preempted) !== 0 : null;
    row.site = i === 0 ? null : siteOf(store, sites.get(i - 1));
    yield row;
  }
}

/** One row for each time at which the number differs from the one before. */
export function* waitersRows({ waiters }: GilTrack, { start, end }: FullRange): Generator<WaitersRow> {
  const row: WaitersRow = { at: start, waiting: 0 };
  const to = waiters.lowerBound(end);
  let told: number | null = null;
  for (let i = Math.max(0, waiters.indexAt(start)); i < to; i++) {
    // Of several changes at once the last one counts.
    const at: Ns = Math.max(start, waiters.start(i));
    if (waiters.meta(i) === told || (i + 1 < to && waiters.start(i + 1) <= at)) continue;
    row.at = at;
    row.waiting = told = waiters.meta(i);
    yield row;
  }
}
