/**
 * One interval told in full: who held the GIL during a wait, who waited during a hold, who came before and after. Called by SessionModel.
 */
import { ThreadState, type IntervalDetails, type Ns, type ThreadIdx } from '../contract/types.ts';
import { placeOf } from './blameReply.ts';
import { lowerBound } from './columns.ts';
import { chainOf, culpritsOf } from './chain.ts';
import { HolderSums } from './ownership.ts';
import { sumsBetween } from './spans.ts';
import { coreOf, fractionOf, NO_GIL, stateOf, Sum } from './states.ts';
import type { Store } from './store.ts';
import { shownFlags } from './timeline.ts';
import type { GilTrack, Track } from './track.ts';

interface Share {
  thread: ThreadIdx;
  ns: number;
}

const byLength = (a: Share, b: Share): number => b.ns - a.ns || a.thread - b.thread;

/** Exact time each thread held the GIL within the range. */
export function holdersWithin(store: Store, gil: GilTrack, start: Ns, end: Ns): Share[] {
  const sums = new HolderSums(store.tracks.length);
  gil.owner.accumulate(start, end, sums);
  return sums.touched
    .map((thread) => ({ thread, ns: sums.ns[thread] }))
    .filter((share) => share.ns > 0)
    .sort(byLength);
}

/** Time a thread waited for this GIL within the range. */
function waitedFor(track: Track, gil: GilTrack, start: Ns, end: Ns): number {
  if (track.onlyGil === gil.info.idx) return sumsBetween(track.rows, start, end)[Sum.wait];
  if (track.onlyGil !== null) return 0;
  const { rows } = track;
  let ns = 0;
  for (let i = Math.max(0, rows.indexAt(start)); i < rows.length && rows.start(i) < end; i++) {
    if (stateOf(rows.meta(i)) !== ThreadState.wait || rows.tag(i) !== gil.info.idx) continue;
    ns += Math.min(end, rows.end(i)) - Math.max(start, rows.start(i));
  }
  return ns;
}

function waitersWithin(store: Store, gil: GilTrack, start: Ns, end: Ns): Share[] {
  return store.processes[gil.info.process].tracks
    .map((track) => ({ thread: track.info.idx, ns: waitedFor(track, gil, start, end) }))
    .filter((share) => share.ns > 0)
    .sort(byLength);
}

function ownerRow(gil: GilTrack, i: number): IntervalDetails['before'] {
  const { owner } = gil;
  if (i < 0 || i >= owner.length) return null;
  return { thread: owner.thread(i), start: owner.start(i), end: owner.end(i) };
}

/** What a hold ran, as far as it was looked at; the most seen first. */
function seenWithin(store: Store, track: Track, start: Ns, end: Ns): IntervalDetails['inside'] {
  const { lookNs, lookSites } = track;
  const counts = new Map<number, number>();
  for (
    let i = lowerBound(lookNs.length, (row) => lookNs.get(row), start);
    i < lookNs.length && lookNs.get(i) < end;
    i++
  )
    counts.set(lookSites.get(i), (counts.get(lookSites.get(i)) ?? 0) + 1);
  return [...counts]
    .flatMap(([site, looks]) => {
      const place = placeOf(store, site);
      return place === null ? [] : [{ place, looks }];
    })
    .sort((a, b) => b.looks - a.looks);
}

function neighbour(track: Track, i: number): IntervalDetails['previous'] {
  const { rows } = track;
  if (i < 0 || i >= rows.length) return null;
  const state = stateOf(rows.meta(i));
  return state === ThreadState.none ? null : { state, start: rows.start(i), end: rows.end(i) };
}

export function details(store: Store, thread: ThreadIdx, at: Ns): IntervalDetails | null {
  const track = store.tracks[thread];
  if (track === undefined) return null;
  const { rows } = track;
  const i = rows.indexAt(at);
  if (i < 0 || at > rows.end(i) || stateOf(rows.meta(i)) === ThreadState.none) return null;
  const meta = rows.meta(i);
  const state = stateOf(meta);
  const start = rows.start(i);
  const end = rows.end(i);
  const gil = rows.tag(i) === NO_GIL ? null : store.gils[rows.tag(i)];
  const isHold = gil !== null && state === ThreadState.hold;
  const isWait = gil !== null && state === ThreadState.wait;
  const holders = isWait ? holdersWithin(store, gil, start, end) : [];
  const ownRow = isHold ? gil.owner.lowerBound(start) : -1;
  return {
    thread,
    state,
    flags: shownFlags(store, track, i),
    start,
    end,
    gil: gil?.info.idx ?? null,
    core: coreOf(meta) < 0 ? null : coreOf(meta),
    holders,
    unheldNs: isWait ? Math.max(0, end - start - holders.reduce((sum, share) => sum + share.ns, 0)) : 0,
    waiters: isHold ? waitersWithin(store, gil, start, end) : [],
    before: isHold ? ownerRow(gil, ownRow - 1) : null,
    after: isHold ? ownerRow(gil, ownRow + 1) : null,
    previous: neighbour(track, i - 1),
    next: neighbour(track, i + 1),
    cpuFraction: fractionOf(meta),
    place: placeOf(store, track.sites.get(i)),
    inside: isHold ? seenWithin(store, track, start, end) : [],
    culprits: isWait ? culpritsOf(store, gil, start, end) : [],
    chain: isWait ? chainOf(store, gil, start, end) : null,
  };
}
