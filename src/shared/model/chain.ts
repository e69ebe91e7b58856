/**
 * The chain of one wait: the holds that made it, in the order of time, and of each what its own thread had waited for before it.
 * Exact; bounded by showing the longest and adding up the rest. Called by details.ts.
 */
import { ThreadState, type Ns } from '../contract/types.ts';
import type { ChainLink, ChainWait, Culprit } from '../contract/blame.ts';
import { placeOf } from './blameReply.ts';
import { stateOf } from './states.ts';
import type { Store } from './store.ts';
import type { GilTrack } from './track.ts';

const MOST_DEEP = 5;
/** Holds shown of the wait that was asked about, and of each wait behind it. */
const MOST_FIRST = 12;
const MOST_BEHIND = 2;
const MOST_CULPRITS = 50;

interface Overlap {
  row: number;
  ns: number;
}

/** The holds of this GIL that overlap [start, end), with the length of each overlap. */
function eachOverlap(gil: GilTrack, start: Ns, end: Ns, visit: (row: number, ns: number) => void): void {
  const { owner } = gil;
  for (let row = owner.firstEndingAfter(start); row < owner.length && owner.start(row) < end; row++) {
    const ns = Math.min(end, owner.end(row)) - Math.max(start, owner.start(row));
    if (ns > 0) visit(row, ns);
  }
}

/** The longest few of them in the order of time, and what all of them add up to. */
function longest(gil: GilTrack, start: Ns, end: Ns, most: number): { few: Overlap[]; holds: number; ns: number } {
  const few: Overlap[] = [];
  const all = { holds: 0, ns: 0 };
  eachOverlap(gil, start, end, (row, ns) => {
    all.holds++;
    all.ns += ns;
    if (most === 0 || (few.length === most && few[most - 1].ns >= ns)) return;
    if (few.length === most) few.pop();
    const at = few.findIndex((other) => other.ns < ns);
    few.splice(at < 0 ? few.length : at, 0, { row, ns });
  });
  return { few: few.sort((a, b) => a.row - b.row), ...all };
}

/** The wait that ended with this hold. */
function waitBefore(store: Store, gil: GilTrack, row: number): { start: Ns; end: Ns } | null {
  const { rows } = store.tracks[gil.owner.thread(row)];
  const at = gil.owner.start(row);
  const i = rows.lowerBound(at) - 1;
  if (i < 0 || stateOf(rows.meta(i)) !== ThreadState.wait || rows.tag(i) !== gil.info.idx) return null;
  return { start: rows.start(i), end: at };
}

function linkOf(store: Store, gil: GilTrack, { row, ns }: Overlap, deep: number): ChainLink {
  const { owner } = gil;
  const before = waitBefore(store, gil, row);
  return {
    thread: owner.thread(row),
    start: owner.start(row),
    end: owner.end(row),
    ns,
    place: placeOf(store, gil.sites.get(row)),
    waited: before === null ? null : chainOf(store, gil, before.start, before.end, deep + 1),
  };
}

/** `deep`: how many waits lie between this one and the one that was asked about. */
export function chainOf(store: Store, gil: GilTrack, start: Ns, end: Ns, deep = 0): ChainWait {
  const most = deep === 0 ? MOST_FIRST : deep < MOST_DEEP ? MOST_BEHIND : 0;
  const { few, holds, ns } = longest(gil, start, end, most);
  return {
    start,
    end,
    links: few.map((hold) => linkOf(store, gil, hold, deep)),
    more: { holds: holds - few.length, ns: ns - few.reduce((sum, hold) => sum + hold.ns, 0) },
    unheldNs: end - start - ns,
  };
}

/** The same holds added up by thread and function, longest first. */
export function culpritsOf(store: Store, gil: GilTrack, start: Ns, end: Ns): Culprit[] {
  const bySite = new Map<number, Map<number, Culprit>>();
  eachOverlap(gil, start, end, (row, ns) => {
    const thread = gil.owner.thread(row);
    const site = gil.sites.get(row);
    let sums = bySite.get(thread);
    if (sums === undefined) bySite.set(thread, (sums = new Map<number, Culprit>()));
    let sum = sums.get(site);
    if (sum === undefined) sums.set(site, (sum = { thread, place: placeOf(store, site, false), ns: 0, holds: 0 }));
    sum.ns += ns;
    sum.holds++;
  });
  const merged = new Map<string, Culprit>();
  for (const sum of [...bySite.values()].flatMap((sums) => [...sums.values()])) {
    // Several lines of one function.
    const id = JSON.stringify([sum.thread, sum.place]);
    const known = merged.get(id);
    merged.set(id, known === undefined ? sum : { ...known, ns: known.ns + sum.ns, holds: known.holds + sum.holds });
  }
  return [...merged.values()].sort((a, b) => b.ns - a.ns || a.thread - b.thread).slice(0, MOST_CULPRITS);
}
