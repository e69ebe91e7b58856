/**
 * The marks of a thread as columns. Its regions lie on levels: on each one after the other without overlap, so all is found by bisection.
 * Filled by marks.ts, read by marksReply.ts.
 */
import type { Ns } from '../contract/types.ts';
import { F64Column } from './columns.ts';
import { U32Column } from './sites.ts';
import { StretchColumn } from './stretches.ts';

/** Regions that follow each other. */
export class RegionColumn extends StretchColumn {
  /** So many regions are in the totals of the whole session. */
  settled = 0;
  /** Time within all regions before. */
  private readonly before = new F64Column();

  override begin(ns: Ns, name: number): number {
    const i = this.length;
    this.before.push(i === 0 ? 0 : this.before.get(i - 1) + this.ends.get(i - 1) - this.starts.get(i - 1));
    return super.begin(ns, name);
  }

  /** Time within regions before `t`. */
  coveredBefore(t: Ns, edge: Ns, from = 0): number {
    const i = this.lowerBound(t, from) - 1;
    if (i < 0) return 0;
    return this.before.get(i) + Math.min(t, this.endOf(i, edge)) - this.starts.get(i);
  }
}

/** The marks of one thread. */
export class TrackMarks {
  readonly levels: RegionColumn[] = [];
  readonly instantNs = new F64Column();
  readonly instantNames = new U32Column();
  /** Of the last begin or instant: columns are in the order of time. */
  lastNs: Ns = 0;

  /** The outermost level that is free. */
  freeLevel(): RegionColumn {
    let level = this.levels.find(({ open }) => !open);
    if (level === undefined) this.levels.push((level = new RegionColumn()));
    return level;
  }
}
