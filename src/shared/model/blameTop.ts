/** The few who made others wait most, as the summary tells them. Called by session.ts. */
import type { SummaryBlame } from '../contract/types.ts';
import { toSeconds } from '../units.ts';
import type { Blame, WaiterBlame } from './blame.ts';
import { placeOf } from './blameReply.ts';
import type { Store } from './store.ts';

const MOST_ENTRIES = 20;

export interface BlameEntry {
  waiter: WaiterBlame;
  pair: number;
  ns: number;
}

/** ns of one waiter by pair of holder and function. */
export function entriesOf(blame: Blame, waiter: WaiterBlame): BlameEntry[] {
  const sums = new Map<number, number>();
  waiter.keyNs.index.forEach((key, i) => {
    const { pair } = blame.keys[key];
    sums.set(pair, (sums.get(pair) ?? 0) + waiter.keyNs.value[i]);
  });
  return [...sums].map(([pair, ns]) => ({ waiter, pair, ns }));
}

/** In how many of its waits this pair had a part. */
export const waitsOf = ({ pairWaits }: WaiterBlame, pair: number): number =>
  pairWaits.value[pairWaits.index.indexOf(pair)] ?? 0;

export function topBlame(store: Store, blame: Blame): SummaryBlame[] {
  const entries = blame.waiters.flatMap((waiter) => entriesOf(blame, waiter));
  entries.sort((a, b) => b.ns - a.ns || a.waiter.thread - b.waiter.thread || a.pair - b.pair);
  return entries.slice(0, MOST_ENTRIES).map(({ waiter, pair, ns }) => {
    const { holder, fn } = blame.pairs[pair];
    const place = placeOf(store, blame.functions[fn].site, false);
    const by = store.threadInfos[holder];
    return {
      pid: store.processInfos[by.process].pid,
      waiter: store.threadInfos[waiter.thread].name,
      holder: by.name,
      own: by.own,
      function: place === null ? null : (place.qualname ?? place.name),
      file: place?.file ?? null,
      line: place?.firstLine ?? null,
      wait_s: toSeconds(ns),
      waits: waitsOf(waiter, pair),
      share: ns / waiter.waitNs,
    };
  });
}
