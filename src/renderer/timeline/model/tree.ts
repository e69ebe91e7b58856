/** The processes of a session as a tree, in the order of the rail, and what is said of each. Pure; used by rows.ts and parts/ProcessLabel.tsx. */
import type { ProcessInfo } from '../../../shared/contract/types.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { endingOf } from '../../../shared/provenance.ts';

export interface Branch {
  readonly process: ProcessInfo;
  /** 0: nobody here is its parent. */
  readonly depth: number;
}

const byBirth = (a: ProcessInfo, b: ProcessInfo): number => a.bornNs - b.bornNs || a.idx - b.idx;

/**
 * A pid may be given again while a session lasts: the parent is the one that was born last before the child. When each was born
 * is not always known to the moment, so that a later one is taken rather than none.
 */
function parentOf(child: ProcessInfo, byPid: ReadonlyMap<number, readonly ProcessInfo[]>): ProcessInfo | null {
  if (child.ppid === null) return null;
  const others = (byPid.get(child.ppid) ?? []).filter((p) => p !== child);
  return others.findLast((p) => byBirth(p, child) < 0) ?? others[0] ?? null;
}

/** Parents before their children, siblings in the order of their birth. Each process is there once, whatever was told. */
export function processTree(processes: readonly ProcessInfo[]): Branch[] {
  const sorted = [...processes].sort(byBirth);
  const byPid = groupBy(sorted, (p) => p.pid);
  const children = groupBy(sorted, (p) => parentOf(p, byPid));
  const found: Branch[] = [];
  const seen = new Set<ProcessInfo>();
  const grow = (root: ProcessInfo) => {
    const stack: Branch[] = [{ process: root, depth: 0 }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (seen.has(next.process)) continue;
      seen.add(next.process);
      found.push(next);
      const depth = next.depth + 1;
      for (const process of (children.get(next.process) ?? []).toReversed()) stack.push({ process, depth });
    }
  };
  (children.get(null) ?? []).forEach(grow);
  // What is left are circles, which only a damaged file can tell: each is cut open at its eldest.
  sorted.forEach(grow);
  return found;
}

export interface ProcessState {
  readonly text: string;
  readonly tone: 'good' | 'plain' | 'bad';
}

/** @param live the session is being recorded */
export function processState(process: ProcessInfo, live: boolean): ProcessState {
  const ending = endingOf({ ...process, lost: null });
  if (process.lost !== null) {
    const end = ending === null ? '' : `${ending} · `;
    // What never said HELLO was not lost, and its reason says "not recorded" itself.
    return { text: `${end}${isPython(process) ? 'lost: ' : ''}${process.lost}`, tone: 'bad' };
  }
  if (ending !== null) return { text: ending, tone: ending === 'exit 0' ? 'plain' : 'bad' };
  if (process.endedNs !== null) return { text: 'ended', tone: 'plain' };
  return live ? { text: 'running', tone: 'good' } : { text: 'ran on', tone: 'plain' };
}

/** Another program: it has no lanes. */
export const isPython = (process: ProcessInfo): boolean => process.python !== null;

/** Every word is somewhere in its name, its command or its pid. */
export function fits({ name, argv, pid }: ProcessInfo, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [name, pid, ...argv].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}
