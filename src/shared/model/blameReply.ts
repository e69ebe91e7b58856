/**
 * Blame as the contract tells it: the matrix of threads, the functions and the places where holds ended. Called by session.ts.
 */
import {
  OTHERS,
  type BlameCells,
  type BlameFunction,
  type BlameHolder,
  type BlameRelease,
  type BlameReply,
  type BlameShare,
  type BlameWaiter,
  type Place,
} from '../contract/blame.ts';
import type { ThreadIdx } from '../contract/types.ts';
import type { Blame, Key, WaiterBlame } from './blame.ts';
import type { Store } from './store.ts';

/** Threads told one by one, on either side; the others are added up. */
const MOST_THREADS = 200;
const MOST_ROWS = 300;
/** Waiters and holders named of one function. */
const MOST_NAMED = 5;

/** Functions and places may be asked of one waiter, one holder, or of one because of the other. */
export interface BlameFilter {
  waiter?: ThreadIdx | undefined;
  holder?: ThreadIdx | undefined;
}

export function placeOf(store: Store, site: number, withLine = true): Place | null {
  const { name, qualname, file, firstLine, line } = store.sites.infos[site];
  return name === '' ? null : { name, qualname, file, firstLine, line: withLine ? line : null };
}

const add = (sums: Map<number, number>, index: number, ns: number): void => {
  sums.set(index, (sums.get(index) ?? 0) + ns);
};

const byNs = (a: BlameShare, b: BlameShare): number => b.ns - a.ns || a.thread - b.thread;

const shares = (sums: Map<number, number>): BlameShare[] =>
  [...sums].map(([thread, ns]) => ({ thread, ns })).sort(byNs);

/** Threads in this order, and the others as one: `at` is where a thread stands. */
function listed(order: readonly BlameShare[]): { at: (thread: number) => number; few: readonly BlameShare[] } {
  const few = order.slice(0, MOST_THREADS);
  const places = new Map(few.map(({ thread }, i) => [thread, i]));
  return { at: (thread) => places.get(thread) ?? few.length, few };
}

interface Matrix {
  waiters: BlameWaiter[];
  holders: BlameHolder[];
  waiterCount: number;
  holderCount: number;
  cells: BlameCells;
}

function matrixOf(store: Store, blame: Blame): Matrix {
  const caused = new Map<number, number>();
  for (const { keyNs } of blame.waiters)
    keyNs.index.forEach((key, i) => add(caused, blame.keys[key].holder, keyNs.value[i]));
  const rows = listed(blame.waiters.map(({ thread, waitNs }) => ({ thread, ns: waitNs })).sort(byNs));
  const columns = listed(shares(caused));
  const none = (thread: number): BlameWaiter => ({ thread, waitNs: 0, waits: 0, unheldNs: 0 });
  const waiters = rows.few.map(({ thread }) => none(thread));
  const holders = columns.few.map(({ thread, ns }) => ({
    thread,
    causedNs: ns,
    own: store.threadInfos[thread].own,
  }));
  if (blame.waiters.length > waiters.length) waiters.push(none(OTHERS));
  if (caused.size > holders.length) {
    const named = holders.reduce((sum, { causedNs }) => sum + causedNs, 0);
    const all = [...caused.values()].reduce((sum, ns) => sum + ns, 0);
    holders.push({ thread: OTHERS, causedNs: all - named, own: false });
  }
  const width = holders.length;
  const ns = new Float64Array(waiters.length * width);
  const waits = new Uint32Array(waiters.length * width);
  for (const one of blame.waiters) {
    const row = rows.at(one.thread);
    waiters[row].waitNs += one.waitNs;
    waiters[row].waits += one.waits;
    waiters[row].unheldNs += one.waitNs - one.heldNs;
    one.keyNs.index.forEach((key, i) => {
      ns[row * width + columns.at(blame.keys[key].holder)] += one.keyNs.value[i];
    });
    one.holderWaits.index.forEach((holder, i) => {
      waits[row * width + columns.at(holder)] += one.holderWaits.value[i];
    });
  }
  const counts = { waiterCount: blame.waiters.length, holderCount: caused.size };
  return { waiters, holders, ...counts, cells: cellsOf(ns, waits, width) };
}

function cellsOf(ns: Float64Array, waits: Uint32Array, width: number): BlameCells {
  const used = [...ns.keys()].filter((i) => ns[i] > 0);
  return {
    waiter: Uint32Array.from(used, (i) => Math.floor(i / width)),
    holder: Uint32Array.from(used, (i) => i % width),
    ns: Float64Array.from(used, (i) => ns[i]),
    waits: Uint32Array.from(used, (i) => waits[i]),
  };
}

/** What the functions and places of one question add up to. */
class Culprits {
  readonly fnWaiters = new Map<number, Map<number, number>>();
  readonly fnHolders = new Map<number, Map<number, number>>();
  readonly fnWaits = new Map<number, number>();
  readonly keyNs = new Map<number, number>();

  constructor(
    private readonly blame: Blame,
    private readonly filter: BlameFilter,
  ) {
    for (const waiter of blame.waiters) {
      if (filter.waiter === undefined || filter.waiter === waiter.thread) this.addWaiter(waiter);
    }
  }

  private addWaiter(waiter: WaiterBlame): void {
    const { keys, pairs } = this.blame;
    const { holder } = this.filter;
    waiter.keyNs.index.forEach((key, i) => {
      const pair = pairs[keys[key].pair];
      if (holder !== undefined && holder !== pair.holder) return;
      const ns = waiter.keyNs.value[i];
      add(this.keyNs, key, ns);
      add(sumsOf(this.fnWaiters, pair.fn), waiter.thread, ns);
      add(sumsOf(this.fnHolders, pair.fn), pair.holder, ns);
    });
    // A wait may meet a function in the holds of several threads and counts once, unless one thread is asked for.
    if (holder === undefined) waiter.fnWaits.index.forEach((fn, i) => add(this.fnWaits, fn, waiter.fnWaits.value[i]));
    else
      waiter.pairWaits.index.forEach((pair, i) => {
        if (pairs[pair].holder === holder) add(this.fnWaits, pairs[pair].fn, waiter.pairWaits.value[i]);
      });
  }
}

function sumsOf(all: Map<number, Map<number, number>>, index: number): Map<number, number> {
  let sums = all.get(index);
  if (sums === undefined) all.set(index, (sums = new Map<number, number>()));
  return sums;
}

function functionsOf(store: Store, blame: Blame, culprits: Culprits): BlameFunction[] {
  const rows = [...culprits.fnWaiters].map(([fn, byWaiter]): BlameFunction => {
    const { site, own } = blame.functions[fn];
    const waiters = shares(byWaiter);
    const holders = shares(sumsOf(culprits.fnHolders, fn));
    return {
      place: placeOf(store, site, false),
      own,
      causedNs: waiters.reduce((sum, { ns }) => sum + ns, 0),
      waits: culprits.fnWaits.get(fn) ?? 0,
      waiters: waiters.slice(0, MOST_NAMED),
      holders: holders.slice(0, MOST_NAMED),
      waiterCount: waiters.length,
      holderCount: holders.length,
    };
  });
  return rows.sort((a, b) => b.causedNs - a.causedNs);
}

function releasesOf(store: Store, blame: Blame, culprits: Culprits, filter: BlameFilter): BlameRelease[] {
  const rows = new Map<string, BlameRelease>();
  blame.keys.forEach((key, index) => {
    if (filter.holder !== undefined && filter.holder !== key.holder) return;
    const causedNs = culprits.keyNs.get(index) ?? 0;
    // Asked of one waiter, places that never made it wait are beside the question.
    if (filter.waiter !== undefined && causedNs === 0) return;
    const place = placeOf(store, key.site);
    const { own } = store.threadInfos[key.holder];
    const id = JSON.stringify([own, place]);
    const row = rows.get(id) ?? { place, own, preempted: 0, voluntary: 0, heldNs: 0, causedNs: 0 };
    row.preempted += key.preempted;
    row.voluntary += key.voluntary;
    row.heldNs += key.heldNs;
    row.causedNs += causedNs;
    rows.set(id, row);
  });
  return [...rows.values()].sort((a, b) => b.causedNs - a.causedNs || b.heldNs - a.heldNs);
}

/** Holds of the program, and those whose function is known. */
function placedOf(store: Store, keys: readonly Key[]): { holds: number; placed: number } {
  let holds = 0;
  let placed = 0;
  for (const key of keys) {
    if (store.threadInfos[key.holder].own) continue;
    holds += key.holds;
    if (placeOf(store, key.site) !== null) placed += key.holds;
  }
  return { holds, placed };
}

export function blameReply(store: Store, blame: Blame, filter: BlameFilter): Omit<BlameReply, 'revision'> {
  const culprits = new Culprits(blame, filter);
  const functions = functionsOf(store, blame, culprits);
  const releases = releasesOf(store, blame, culprits, filter);
  const waitNs = blame.waiters.reduce((sum, waiter) => sum + waiter.waitNs, 0);
  return {
    start: blame.range.start,
    end: blame.range.end,
    waitNs,
    unheldNs: waitNs - blame.waiters.reduce((sum, waiter) => sum + waiter.heldNs, 0),
    ...matrixOf(store, blame),
    functions: functions.slice(0, MOST_ROWS),
    functionCount: functions.length,
    releases: releases.slice(0, MOST_ROWS),
    releaseCount: releases.length,
    ...placedOf(store, blame.keys),
  };
}
