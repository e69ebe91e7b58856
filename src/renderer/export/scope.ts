/** Which processes and threads, and which time, are exported: from what is ticked to what the engine is asked. Pure. */
import type { CallArgs } from '../../shared/contract/calls.ts';
import type { Ns, ProcessInfo, SessionInfo, ThreadIdx, ThreadInfo } from '../../shared/contract/types.ts';
import type { Range, ViewState } from '../store/view.ts';

type Scope = CallArgs<'export.start'>['scope'];

export interface Branch {
  process: ProcessInfo;
  threads: ThreadInfo[];
}

/** Processes with their threads, gilscope's own left out; a process without any is left out too. */
export function branchesOf(session: Pick<SessionInfo, 'processes' | 'threads'>): Branch[] {
  return session.processes
    .map((process) => ({
      process,
      threads: session.threads.filter((thread) => thread.process === process.idx && !thread.own),
    }))
    .filter(({ threads }) => threads.length > 0);
}

const words = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

/** Branches with the threads in which, or in whose process, all the words are found. */
export function searchBranches(branches: readonly Branch[], query: string): Branch[] {
  const wanted = words(query);
  const has = (text: string) => wanted.every((word) => text.toLowerCase().includes(word));
  return branches
    .map(({ process, threads }) => {
      const ofProcess = `${process.name} ${process.pid}`;
      return { process, threads: threads.filter(({ name, tid }) => has(`${ofProcess} ${name} ${tid}`)) };
    })
    .filter(({ threads }) => threads.length > 0);
}

/** Threads that are left out; a thread that starts meanwhile is in. */
export type LeftOut = ReadonlySet<ThreadIdx>;

export const chosenOf = ({ threads }: Branch, leftOut: LeftOut): number =>
  threads.filter(({ idx }) => !leftOut.has(idx)).length;

/** The set with these threads in (`on`) or out. */
export function toggle(leftOut: LeftOut, threads: readonly ThreadInfo[], on: boolean): LeftOut {
  const next = new Set(leftOut);
  for (const { idx } of threads) {
    if (on) next.delete(idx);
    else next.add(idx);
  }
  return next;
}

export type RangeKind = 'whole' | 'selection' | 'view';

/** The time of each choice, within what is recorded; null: there is nothing to choose. */
export function rangesOf(endNs: Ns, { selection, range }: Pick<ViewState, 'selection' | 'range'>) {
  const within = ({ start, end }: Range): Range | null => {
    const cut = { start: Math.max(0, start), end: Math.min(endNs, end) };
    return cut.end > cut.start ? cut : null;
  };
  return {
    whole: { start: 0, end: endNs },
    selection: selection === null ? null : within(selection),
    view: within(range),
  } satisfies Record<RangeKind, Range | null>;
}

/** As the engine is asked. `time` null: the whole session, up to now. */
export function scopeOf(branches: readonly Branch[], leftOut: LeftOut, time: Range | null): Scope {
  const range = time === null ? {} : { start: time.start, end: time.end };
  const some = branches.filter((branch) => chosenOf(branch, leftOut) > 0);
  if (branches.every(({ threads }) => threads.every(({ idx }) => !leftOut.has(idx))))
    return { ...range, processes: [], threads: [] };
  // Whole processes keep what belongs to no thread of theirs.
  if (some.every((branch) => chosenOf(branch, leftOut) === branch.threads.length))
    return { ...range, processes: some.map(({ process }) => process.idx), threads: [] };
  const threads = some.flatMap((branch) => branch.threads.map(({ idx }) => idx).filter((idx) => !leftOut.has(idx)));
  return { ...range, processes: [], threads };
}
