/**
 * The marks of a thread as columns. Its regions lie on levels: on each one after the other without overlap, so all is found by bisection.
 * Filled by marks.ts, read by marksReply.ts.
 */
import type { Ns } from '../contract/types.ts';
import { F64Column, lowerBound } from './columns.ts';
import { U32Column } from './sites.ts';

/** In the word of a name: the region never ended. */
const CUT = 0x80000000;

/** Regions that follow each other. */
export class RegionColumn {
  length = 0;
  /** The last region has not ended. */
  open = false;
  /** So many regions are in the totals of the whole session. */
  settled = 0;
  private readonly starts = new F64Column();
  /** Of an open region: nothing yet. */
  private readonly ends = new F64Column();
  /** Time within all regions before. */
  private readonly before = new F64Column();
  private readonly names = new U32Column();

  begin(ns: Ns, name: number): number {
    const i = this.length++;
    this.before.push(i === 0 ? 0 : this.before.get(i - 1) + this.ends.get(i - 1) - this.starts.get(i - 1));
    this.starts.push(ns);
    this.ends.push(NaN);
    this.names.set(i, name);
    this.open = true;
    return i;
  }

  end(ns: Ns, cut: boolean): void {
    const i = this.length - 1;
    this.ends.set(i, Math.max(ns, this.starts.get(i)));
    if (cut) this.names.set(i, (this.names.get(i) | CUT) >>> 0);
    this.open = false;
  }

  start(i: number): Ns {
    return this.starts.get(i);
  }

  /** @param edge where what is open ends for now */
  endOf(i: number, edge: Ns): Ns {
    const end = this.ends.get(i);
    return Number.isNaN(end) ? Math.max(edge, this.starts.get(i)) : end;
  }

  name(i: number): number {
    return this.names.get(i) & ~CUT;
  }

  isOpen(i: number): boolean {
    return Number.isNaN(this.ends.get(i)) || this.names.get(i) >= CUT;
  }

  /** Index of the first region that begins at or after `t`. */
  lowerBound(t: Ns, from = 0): number {
    return lowerBound(this.length, (i) => this.starts.get(i), t, from);
  }

  /** Index of the first region that ends after `t`. */
  firstEndingAfter(t: Ns, edge: Ns): number {
    const i = this.lowerBound(t);
    return i > 0 && this.endOf(i - 1, edge) > t ? i - 1 : i;
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
