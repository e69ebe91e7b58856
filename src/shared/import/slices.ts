/** What a slice of a thread's states or of a GIL's holder means, by its name and what is said with it: of chrome.ts and perfetto.ts. */
import { IntervalFlag, ThreadState } from '../contract/types.ts';
import { ANNOTATION, ENDED, SLICE } from '../export/trace/names.ts';
import { TraceError } from './errors.ts';

/** What is said with a slice, by name. */
export type Notes = Readonly<Partial<Record<string, unknown>>>;

const LOCK = SLICE.lock;

const STATES = new Map<string, ThreadState>([
  [SLICE.hold, ThreadState.hold],
  [SLICE.wait, ThreadState.wait],
  [SLICE.lock, ThreadState.blocked],
  [SLICE.running, ThreadState.running],
  [SLICE.unknown, ThreadState.unknown],
]);

/** A whole number that is said; `none` where it is not. */
export function numberOf(notes: Notes, name: string, none: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = notes[name] ?? none;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < -1 || value > most)
    throw new TraceError(`${name} is no number that it can be`);
  return value;
}

/** IntervalFlag bits that tell how a hold ended. */
export function endFlags(notes: Notes): number {
  switch (notes[ANNOTATION.ended]) {
    case ENDED.preempted:
      return IntervalFlag.preempted;
    case ENDED.voluntary:
      return IntervalFlag.voluntary;
    case ENDED.open:
      return IntervalFlag.open;
    default:
      return 0;
  }
}

export const isOpen = (notes: Notes): boolean => notes[ANNOTATION.ended] === ENDED.open;

export function stateOf(name: string, notes: Notes, site: number) {
  const state = STATES.get(name);
  if (state === undefined) throw new TraceError('a slice of a thread has a name that gilscope does not give');
  const requested = (ANNOTATION.asked in notes || ANNOTATION.wanted in notes) && IntervalFlag.requested;
  const lock = name === LOCK && IntervalFlag.lock;
  const flags = endFlags(notes) | (requested || 0) | (lock || 0);
  const ran = lock && ANNOTATION.ran in notes;
  const gil = notes[ANNOTATION.gil] === undefined ? null : numberOf(notes, ANNOTATION.gil, -1);
  return {
    row: { state: ran ? ThreadState.running : state, flags, core: numberOf(notes, ANNOTATION.core, -1, 0xfffe), site },
    /** Where its process has several. */
    gil,
    /** It holds or waits for one. */
    ofGil: state === ThreadState.hold || state === ThreadState.wait,
  };
}

export const markName = (name: string, notes: Notes): string => (ANNOTATION.nameless in notes ? '' : name);
