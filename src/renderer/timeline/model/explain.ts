/**
 * An interval in words: what, since when, why, and how it ended. Pure; the one text of tooltip and details card. Text from the target
 * (thread names) is only ever put into text nodes by the callers.
 */
import { IntervalFlag, ThreadState, type IntervalDetails, type ThreadIdx } from '../../../shared/contract/types.ts';
import type { Place } from '../../../shared/contract/blame.ts';
import { count, formatNs } from '../../lib/format.ts';
import { placeText } from '../../lib/places.ts';

/** Stands among the holders for "nobody, as far as is known". */
export const NOBODY: ThreadIdx = -1;

export interface Share {
  /** A thread, or NOBODY. */
  readonly thread: ThreadIdx;
  readonly ns: number;
  /** The function in which it held, for the cause of a wait. */
  readonly place: Place | null;
}

export interface Explanation {
  /** "waits", to stand after the thread's name. */
  readonly verb: string;
  readonly length: string;
  /** Who is the cause (of a wait), or who suffered (from a hold), longest first. */
  readonly shares: readonly Share[];
  readonly sharesTitle: string | null;
  /** Plain sentences, most telling first. */
  readonly notes: readonly string[];
  /** How it ended. */
  readonly ending: string;
  /** The function: where a hold ended, or where the thread had let go before. */
  readonly where: string | null;
}

/** Functions of a long hold told one by one. */
const MOST_SEEN = 3;

/** To stand between a thread's name and a length of time. */
const VERBS: Readonly<Record<ThreadState, string>> = {
  [ThreadState.none]: 'is not alive for',
  [ThreadState.hold]: 'holds',
  [ThreadState.wait]: 'waits',
  [ThreadState.running]: 'runs without the GIL for',
  [ThreadState.blocked]: 'is blocked for',
  [ThreadState.unknown]: 'is unknown for',
};

const has = (flags: number, flag: number) => (flags & flag) !== 0;

/** What a thread does for so long: "waits", "waits for a lock for". */
export const verbOf = (state: ThreadState, flags: number): string =>
  has(flags, IntervalFlag.lock) ? 'waits for a lock for' : VERBS[state];

function endingOf(details: IntervalDetails): string {
  const { flags, next } = details;
  if (has(flags, IntervalFlag.open)) return 'not ended yet';
  switch (details.state) {
    case ThreadState.hold:
      if (has(flags, IntervalFlag.preempted)) return 'pre-empted: it was asked to let go, and wants the GIL back';
      if (has(flags, IntervalFlag.voluntary)) return 'voluntary: it went into a blocking call';
      return 'how it ended is not known';
    case ThreadState.wait:
      return next?.state === ThreadState.hold
        ? `then holds ${formatNs(next.end - next.start)}`
        : 'then gave up waiting';
    case ThreadState.running:
    case ThreadState.blocked:
      if (next?.state === ThreadState.wait) return `then waits ${formatNs(next.end - next.start)} for the GIL`;
      return next?.state === ThreadState.hold ? 'then got the GIL at once' : 'then its end';
    default:
      return '';
  }
}

function notesOf(details: IntervalDetails): string[] {
  const notes: string[] = [];
  const { flags, state } = details;
  if (state === ThreadState.unknown) notes.push('Events were dropped here: what it did is not known.');
  if (state === ThreadState.wait && has(flags, IntervalFlag.requested)) notes.push('it asked the holder to let go');
  if (state === ThreadState.hold && details.waiters.length === 0) notes.push('nobody waited meanwhile');
  if (details.cpuFraction !== null) notes.push(`on a core ${Math.round(details.cpuFraction * 100)} % of it`);
  if (has(flags, IntervalFlag.sampled)) notes.push('whether it ran or was blocked is sampled, not measured');
  if (has(flags, IntervalFlag.estimated)) notes.push('estimated, not measured');
  return notes;
}

/** Who kept a waiting thread waiting, longest first; a GIL that is free and not yet taken counts too. */
function causes(details: IntervalDetails): Share[] {
  const { culprits, unheldNs } = details;
  const all: Share[] = culprits.map(({ thread, ns, place }) => ({ thread, ns, place }));
  if (unheldNs > 0) all.push({ thread: NOBODY, ns: unheldNs, place: null });
  return all.sort((a, b) => b.ns - a.ns);
}

function whereOf({ state, flags, place }: IntervalDetails): string | null {
  if (place === null) return null;
  if (state === ThreadState.hold) return has(flags, IntervalFlag.open) ? null : `let go in ${placeText(place)}`;
  return `had let go in ${placeText(place)}`;
}

/** What a hold ran, looked at from outside; only where there is more to tell than where it ended. */
function seenOf({ inside }: IntervalDetails): string[] {
  const all = inside.reduce((sum, { looks }) => sum + looks, 0);
  return inside
    .slice(0, MOST_SEEN)
    .map(({ place, looks }) => `ran ${placeText(place)} in ${looks} of ${count(all, 'look')} (sampled)`);
}

function sharesOf(details: IntervalDetails): Share[] {
  if (details.state === ThreadState.wait) return causes(details);
  if (details.state !== ThreadState.hold) return [];
  return details.waiters.map(({ thread, ns }) => ({ thread, ns, place: null }));
}

export function explain(details: IntervalDetails): Explanation {
  const { state } = details;
  const shares = sharesOf(details);
  const titles: Partial<Record<ThreadState, string>> = {
    [ThreadState.wait]: 'because of',
    [ThreadState.hold]: 'meanwhile waited',
  };
  const estimated = has(details.flags, IntervalFlag.estimated) ? '~' : '';
  return {
    verb: verbOf(state, details.flags),
    length: estimated + formatNs(details.end - details.start),
    shares,
    sharesTitle: shares.length > 0 ? (titles[state] ?? null) : null,
    notes: [...seenOf(details), ...notesOf(details)],
    ending: endingOf(details),
    where: whereOf(details),
  };
}
