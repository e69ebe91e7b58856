/** What slices, counters and annotations are called in traces for other tools; shared by `perfetto` and `chrome`. */
import { IntervalFlag, ThreadState, type GilInfo, type ProcIdx, type ThreadInfo } from '../../contract/types.ts';
import type { IntervalRow } from '../types.ts';

/** Blocked is told by no slice. */
export const SLICE = {
  hold: 'holds GIL',
  wait: 'waits for GIL',
  lock: 'waits for a lock',
  running: 'runs without the GIL',
  unknown: 'not known: events were dropped',
} as const;

/** Of a released interval; a wait for a lock is released and blocked, or nearly so. */
export function sliceName(row: IntervalRow): string | null {
  switch (row.state) {
    case ThreadState.hold:
      return SLICE.hold;
    case ThreadState.wait:
      return SLICE.wait;
    case ThreadState.running:
      return row.flags & IntervalFlag.lock ? SLICE.lock : SLICE.running;
    case ThreadState.blocked:
      return row.flags & IntervalFlag.lock ? SLICE.lock : null;
    case ThreadState.unknown:
      return SLICE.unknown;
    default:
      return null;
  }
}

/** How a hold ended. */
export const ENDED = { preempted: 'pre-empted', voluntary: 'voluntary', open: 'not seen' } as const;

export function endedHow(flags: number): string | null {
  if (flags & IntervalFlag.preempted) return ENDED.preempted;
  if (flags & IntervalFlag.voluntary) return ENDED.voluntary;
  return flags & IntervalFlag.open ? ENDED.open : null;
}

export const nameOfThread = (info: ThreadInfo): string => info.name || `thread ${info.tid}`;

/** Of the ownership strip of one GIL. */
export const nameOfGil = (info: GilInfo): string => (info.id === 0 ? 'GIL' : `GIL of interpreter ${info.id}`);

/** Of the counter of one GIL. */
export const waitersName = (info: GilInfo): string => `${nameOfGil(info)}: threads that wait`;

/** An event with no name would be shown as none. */
export const orUnknown = (name: string | null | undefined): string => name || 'not known';

/** A change of holder, where a thread lets go. */
export const switchName = (flags: number): string =>
  flags & IntervalFlag.preempted ? 'switch, pre-empted' : 'switch, voluntary';

export const CATEGORY = {
  /** Of one's own: what gilscope says of the recording as a whole. */
  gilscope: 'gilscope',
  gil: 'gil',
  /** A hold that is one of the GIL's switches. */
  switched: 'gil.switch',
  released: 'released',
  functions: 'functions',
  marks: 'marks',
} as const;

export const YES = 'yes';

export const ANNOTATION = {
  ended: 'ended',
  core: 'core',
  /** Index of the thread that holds, as the metadata lists them. */
  thread: 'thread',
  heldBefore: 'held before by',
  /** A wait that asked the holder to let go. */
  asked: 'asked for a drop',
  /** A hold whose thread was asked to let go. */
  wanted: 'asked to let go',
  /** Which GIL of its process it holds or waits for, as the metadata lists them, where the process has several. */
  gil: 'GIL',
  /** Nanoseconds of a region that ends after one around it, which a slice cannot. */
  lasts: 'lasts, ns',
  /** The program gave it no name. */
  nameless: 'without a name',
  /** A wait for a lock that used the CPU. */
  ran: 'used the CPU',
} as const;

/** What is said of a state beside its name and place; null: nothing. */
export function stateNotes({ state, flags, core, gil }: IntervalRow, several: boolean) {
  const isHold = state === ThreadState.hold;
  const isWait = state === ThreadState.wait;
  const ended = isHold ? endedHow(flags) : flags & IntervalFlag.open ? ENDED.open : null;
  const requested = (flags & IntervalFlag.requested) !== 0;
  return {
    [ANNOTATION.core]: isHold && core >= 0 ? core : null,
    [ANNOTATION.ended]: ended,
    [ANNOTATION.asked]: isWait && requested ? YES : null,
    [ANNOTATION.wanted]: isHold && requested ? YES : null,
    [ANNOTATION.gil]: several && (isHold || isWait) ? gil : null,
    [ANNOTATION.ran]: state === ThreadState.running && flags & IntervalFlag.lock ? YES : null,
  };
}

/** Numbers of processes of which there are several GILs. */
export function severalGils(gils: readonly GilInfo[]): ReadonlySet<ProcIdx> {
  const [once, several] = [new Set<ProcIdx>(), new Set<ProcIdx>()];
  for (const { process } of gils) (once.has(process) ? several : once).add(process);
  return several;
}
