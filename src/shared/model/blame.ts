/**
 * Blame: every wait against the holds of its GIL that overlap it. One sweep for each GIL and waiter over flat columns, no object for
 * an interval; what comes out is small and kept (blameCache.ts), and blameReply.ts tells it. Called through session.ts.
 *
 * Sums are exact: session times are whole nanoseconds, which doubles add without loss. What a waiter waited is the sum of what each
 * holder held meanwhile and the rest, in which the GIL was free or nobody knows who held it.
 */
import { IntervalFlag, ThreadState } from '../contract/types.ts';
import type { FullRange } from './figures.ts';
import { stateOf } from './states.ts';
import type { Store } from './store.ts';
import type { GilTrack, Track } from './track.ts';

/** Sums over some of many indices: dense while it is filled, packed when it is kept. */
export interface Packed {
  index: Int32Array;
  value: Float64Array;
}

/** What holds have in common: the thread, the site at which they ended. */
export interface Key {
  holder: number;
  site: number;
  /** Index of the pair of holder and function. */
  pair: number;
  preempted: number;
  voluntary: number;
  /** Holds that begin in the range. */
  holds: number;
  heldNs: number;
}

export interface Pair {
  holder: number;
  fn: number;
}

/** A function as blame counts it: the same code in several processes is one, gilscope's own threads are apart. */
export interface BlamedFunction {
  /** Any of its sites; 0 when it is not known. */
  site: number;
  own: boolean;
}

/** What one thread waited in the range, and for whom. */
export interface WaiterBlame {
  thread: number;
  waitNs: number;
  /** Waits that reach into the range. */
  waits: number;
  heldNs: number;
  /** ns by key. */
  keyNs: Packed;
  /** Waits by pair, by holder (a thread), by function: a wait counts once for each that had a part in it. */
  pairWaits: Packed;
  holderWaits: Packed;
  fnWaits: Packed;
}

export interface Blame {
  range: FullRange;
  waiters: WaiterBlame[];
  keys: Key[];
  pairs: Pair[];
  functions: BlamedFunction[];
}

/** Numbers of what is met: threads, sites, functions -> small dense indices. */
class Index {
  readonly keys: Key[] = [];
  readonly pairs: Pair[] = [];
  readonly functions: BlamedFunction[] = [];
  private readonly byHolder: (Map<number, number> | undefined)[] = [];
  private readonly pairOf = new Map<string, number>();
  private readonly fnOf = new Map<string, number>();

  constructor(private readonly store: Store) {}

  key(holder: number, site: number): number {
    const known = (this.byHolder[holder] ??= new Map<number, number>());
    let key = known.get(site);
    if (key === undefined) {
      key = this.keys.length;
      const pair = this.pair(holder, this.fn(site, this.store.threadInfos[holder].own));
      this.keys.push({ holder, site, pair, preempted: 0, voluntary: 0, holds: 0, heldNs: 0 });
      known.set(site, key);
    }
    return key;
  }

  private pair(holder: number, fn: number): number {
    return numbered(this.pairOf, `${holder} ${fn}`, this.pairs, () => ({ holder, fn }));
  }

  private fn(site: number, own: boolean): number {
    const { name, qualname, file, firstLine } = this.store.sites.infos[site];
    const id = JSON.stringify([own, file, firstLine, qualname ?? name]);
    return numbered(this.fnOf, id, this.functions, () => ({ site: name === '' ? 0 : site, own }));
  }
}

function numbered<T>(known: Map<string, number>, id: string, list: T[], make: () => T): number {
  let index = known.get(id);
  if (index === undefined) {
    index = list.push(make()) - 1;
    known.set(id, index);
  }
  return index;
}

/** The holds of one GIL in the range, flat: the sweep reads each of them once for every waiter. */
interface Holds {
  count: number;
  start: Float64Array;
  end: Float64Array;
  key: Int32Array;
}

interface GilHolds {
  idx: number;
  holds: Holds;
}

function holdsOf(gil: GilTrack, range: FullRange, index: Index): Holds {
  const { owner, sites } = gil;
  const first = owner.firstEndingAfter(range.start);
  const count = Math.max(0, owner.lowerBound(range.end) - first);
  const holds = {
    count,
    start: new Float64Array(count),
    end: new Float64Array(count),
    key: new Int32Array(count),
  };
  let lastHolder = -1;
  let lastSite = -1;
  let key = -1;
  for (let k = 0; k < count; k++) {
    const i = first + k;
    const holder = owner.thread(i);
    const site = sites.get(i);
    if (holder !== lastHolder || site !== lastSite) key = index.key((lastHolder = holder), (lastSite = site));
    const start = owner.start(i);
    holds.start[k] = Math.max(start, range.start);
    holds.end[k] = Math.min(owner.end(i), range.end);
    holds.key[k] = key;
    const sums = index.keys[key];
    sums.heldNs += holds.end[k] - holds.start[k];
    if (start < range.start) continue;
    const flags = owner.flags(i);
    sums.holds++;
    if (flags & IntervalFlag.preempted) sums.preempted++;
    else if (flags & IntervalFlag.voluntary) sums.voluntary++;
  }
  return holds;
}

/** Dense counts by small index, with the wait that counted last, so that one wait counts once. */
class Tally {
  value = new Float64Array(64);
  /** Numbers of waits; 0: none yet. */
  stamp = new Uint32Array(64);
  readonly touched: number[] = [];

  reserve(size: number): void {
    if (size <= this.value.length) return;
    this.value = new Float64Array(size * 2);
    this.stamp = new Uint32Array(size * 2);
  }

  once(index: number, now: number): void {
    const before = this.stamp[index];
    if (before === now) return;
    if (before === 0) this.touched.push(index);
    this.stamp[index] = now;
    this.value[index]++;
  }

  /** What was summed, and empty again. */
  pack(): Packed {
    const index = Int32Array.from(this.touched);
    const value = Float64Array.from(index, (i) => this.value[i]);
    for (const i of this.touched) this.value[i] = this.stamp[i] = 0;
    this.touched.length = 0;
    return { index, value };
  }
}

/** The waits of one thread at a time against the holds of its GILs. */
class Sweep {
  private readonly keyNs = new Tally();
  private readonly pairs = new Tally();
  private readonly holders = new Tally();
  private readonly functions = new Tally();
  /** The pair of each key, the holder and function of each pair: flat for the innermost loop. */
  private pairOf = new Int32Array(0);
  private holderOf = new Int32Array(0);
  private fnOf = new Int32Array(0);
  /** The wait that is looked at. */
  private now = 0;
  private waitNs = 0;
  private heldNs = 0;

  constructor(private readonly range: FullRange) {}

  /** All holds that the next threads may have waited for are in the index. */
  ready(index: Index, threads: number): void {
    this.keyNs.reserve(index.keys.length);
    this.pairs.reserve(index.pairs.length);
    this.holders.reserve(threads);
    this.functions.reserve(index.functions.length);
    this.pairOf = Int32Array.from(index.keys, ({ pair }) => pair);
    this.holderOf = Int32Array.from(index.pairs, ({ holder }) => holder);
    this.fnOf = Int32Array.from(index.pairs, ({ fn }) => fn);
  }

  thread(track: Track, gils: readonly GilHolds[]): WaiterBlame | null {
    this.now = this.waitNs = this.heldNs = 0;
    for (const { idx, holds } of gils) this.waits(track, idx, holds);
    if (this.waitNs === 0) return null;
    return {
      thread: track.info.idx,
      waitNs: this.waitNs,
      waits: this.now,
      heldNs: this.heldNs,
      keyNs: this.keyNs.pack(),
      pairWaits: this.pairs.pack(),
      holderWaits: this.holders.pack(),
      fnWaits: this.functions.pack(),
    };
  }

  private waits(track: Track, gil: number, holds: Holds): void {
    const { rows } = track;
    const { start: from, end: to } = this.range;
    let at = 0;
    for (let i = Math.max(0, rows.indexAt(from)); i < rows.length; i++) {
      const begin = rows.start(i);
      if (begin >= to) break;
      if (stateOf(rows.meta(i)) !== ThreadState.wait || rows.tag(i) !== gil) continue;
      const start = Math.max(begin, from);
      const end = Math.min(rows.end(i), to);
      if (end <= start) continue;
      this.waitNs += end - start;
      this.now++;
      at = this.wait(holds, firstEndingAfter(holds, start, at), start, end);
    }
  }

  /** Adds the overlaps of one wait; returns the hold at which the next may begin. */
  private wait(holds: Holds, first: number, start: number, end: number): number {
    const { now, pairOf } = this;
    const { value, stamp } = this.keyNs;
    const { count, start: starts, end: ends, key: keys } = holds;
    let held = 0;
    let k = first;
    for (; k < count; k++) {
      const from = starts[k];
      if (from >= end) break;
      const to = ends[k];
      const ns = (to < end ? to : end) - (from > start ? from : start);
      if (ns <= 0) continue;
      const key = keys[k];
      held += ns;
      value[key] += ns;
      if (stamp[key] === now) continue;
      if (stamp[key] === 0) this.keyNs.touched.push(key);
      stamp[key] = now;
      this.meet(pairOf[key], now);
    }
    this.heldNs += held;
    return Math.max(first, k - 1);
  }

  /** This wait meets holds of this pair, perhaps not for the first time. */
  private meet(pair: number, now: number): void {
    this.pairs.once(pair, now);
    this.holders.once(this.holderOf[pair], now);
    this.functions.once(this.fnOf[pair], now);
  }
}

/** Holds follow each other; waits of a thread too: mostly it is the next one or near it, else a bisection finds it. */
function firstEndingAfter(holds: Holds, t: number, from: number): number {
  const { count, end } = holds;
  let low = from;
  for (let near = 0; near < 8; near++, low++) if (low >= count || end[low] > t) return low;
  let high = count;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (end[mid] <= t) low = mid + 1;
    else high = mid;
  }
  return low;
}

export function blameOf(store: Store, range: FullRange): Blame {
  const index = new Index(store);
  const waiters: WaiterBlame[] = [];
  const sweep = new Sweep(range);
  for (const process of store.processes) {
    const gils = process.gils.map((gil) => ({ idx: gil.info.idx, holds: holdsOf(gil, range, index) }));
    sweep.ready(index, store.tracks.length);
    for (const track of process.tracks) {
      if (track.info.own) continue;
      const used = gils.filter(({ idx }) => track.onlyGil === idx || track.onlyGil === null);
      const blame = used.length === 0 ? null : sweep.thread(track, used);
      if (blame !== null) waiters.push(blame);
    }
  }
  return { range, waiters, keys: index.keys, pairs: index.pairs, functions: index.functions };
}
