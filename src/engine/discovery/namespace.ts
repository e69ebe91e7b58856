/**
 * A process in another pid namespace (a container) knows itself, and its children, by other numbers than we do.
 * Used by attachTarget.ts for what agents say.
 */
import { childrenOf } from '../procfs.ts';
import type { Pids } from '../target.ts';
import { allPids, link, readStatus } from './scan.ts';

/** How the program `neighbour` and its children call each other. */
export class NeighbourPids implements Pids {
  /** Its pid namespace; null when that is ours. */
  private readonly space: string | null;
  /** What was found once. It outlives the process: its parent tells of its end when nobody can look any more. */
  private readonly known = new Map<number, number>();

  constructor(private readonly neighbour: number) {
    const space = link(`/proc/${neighbour}/ns/pid`);
    this.space = space === link('/proc/self/ns/pid') ? null : space;
    const own = this.space === null ? undefined : readStatus(neighbour)?.nsPids.at(-1);
    if (own !== undefined) this.known.set(own, neighbour);
  }

  ours(own: number): number {
    if (this.space === null) return own;
    const before = this.known.get(own);
    if (before !== undefined && this.goesBy(own, before)) return before;
    const found = this.find(own) ?? before ?? -own;
    this.known.set(own, found);
    return found;
  }

  ended(own: number): number {
    return this.space === null ? own : (this.known.get(own) ?? -own);
  }

  private goesBy(own: number, pid: number): boolean {
    return readStatus(pid)?.nsPids.at(-1) === own && link(`/proc/${pid}/ns/pid`) === this.space;
  }

  /** Its descendants first: mostly it is one of those, and reading every process costs milliseconds. */
  private find(own: number): number | undefined {
    const descendants = [this.neighbour];
    for (const pid of descendants) {
      if (this.goesBy(own, pid)) return pid;
      descendants.push(...childrenOf(pid));
    }
    return allPids().find((pid) => this.goesBy(own, pid));
  }
}
