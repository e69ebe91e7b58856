/** What every finder of a verdict judges by, and sentences that several of them use. */
import type { Verdict } from '../../contract/types.ts';
import { formatList, formatPercent, formatSeconds } from '../../format.ts';
import type { Figures } from '../figures.ts';
import type { Store } from '../store.ts';
import type { ThreadTraits, Traits } from '../traits.ts';
import type { Looks } from './looks.ts';

/** Shorter than this, a handful of switch intervals and sampler rounds: chance decides. */
export const SHORTEST_S = 0.1;
/** Below, threads hardly meet at the GIL. */
export const CONTENDED_LOW = 0.1;
/** From here on they meet most of the time. */
export const CONTENDED_HIGH = 0.5;
/** Free for at least this part: input and output set the pace. */
export const FREE_HIGH = 0.5;
/** Holders that had a core for less than this part of their holds were kept from it by other programs. */
const HAD_A_CORE = 0.7;

/** A range of a session. */
export interface SessionContext {
  store: Store;
  figures: Figures;
  traits: Traits;
  /** Of the range, seconds. */
  lengthS: number;
}

/** Of a process of it, or of all of it where there is one. */
export interface Context extends SessionContext {
  /** Of the threads in `traits`. */
  looks: Looks;
}

export type Finding = Omit<Verdict, 'limits' | 'predicted_s'> & Partial<Pick<Verdict, 'limits' | 'predicted_s'>>;
/** Null where it does not apply. */
export type Finder<C extends SessionContext> = (context: C) => Finding | null;

export const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, part / whole) : 0);

export const total = (threads: ThreadTraits[], of: (thread: ThreadTraits) => number): number =>
  threads.reduce((sum, thread) => sum + of(thread), 0);

export const plural = (threads: unknown[], one: string, several: string): string =>
  threads.length === 1 ? one : several;

/** At most three names; the rest is a number. Threads (or whatever they are) of one name are told as so many. */
export function nameList(threads: { name: string }[], what = 'threads'): string {
  const counts = new Map<string, number>();
  for (const { name } of threads) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shown = [...counts].slice(0, 3);
  const names = shown.map(([name, count]) => (count === 1 ? name : `${count} ${what} named ${name}`));
  const more = threads.length - shown.reduce((sum, [, count]) => sum + count, 0);
  return formatList(more > 0 ? [...names, `${more} more`] : names);
}

/** Where a hold's time went to other programs, waits are longer than Python makes them; who reads the figures must know. */
export function machineEvidence(holders: ThreadTraits[]): string[] {
  const sampled = holders.filter((t) => t.cpuS !== null);
  const heldS = total(sampled, (t) => t.holdS);
  const cpuS = total(sampled, (t) => t.cpuS!);
  if (heldS < SHORTEST_S || cpuS >= HAD_A_CORE * heldS) return [];
  const part = formatPercent(cpuS / heldS);
  return [
    `${nameList(sampled)} had a core for at most ${part} of the time they held the GIL: other programs kept the machine busy, and all waits are longer for it.`,
  ];
}

export function intervalEvidence({ store }: Context, process: number): string[] {
  const interval = store.processInfos[process].switchIntervalS;
  return interval === null ? [] : [`The switch interval is ${formatSeconds(interval)}.`];
}

export const contendedEvidence = ({ traits }: Context): string[] => [
  `At least one thread waited for the GIL in ${formatPercent(traits.contended)} of the time.`,
];

export const heldEvidence = (t: ThreadTraits): string =>
  `${t.name} held the GIL for ${formatSeconds(t.holdS)} and waited ${formatSeconds(t.waitS)} for it.`;
