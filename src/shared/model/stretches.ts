/**
 * Stretches of time that follow each other without overlap, each with a number, as columns: all is found by bisection. The marks of a thread
 * (regions.ts) and its calls (calls.ts) lie on levels of these.
 */
import type { Ns } from '../contract/types.ts';
import { F64Column, lowerBound } from './columns.ts';
import { U32Column } from './sites.ts';

/** In the word of a number: its end is not known. */
const CUT = 0x80000000;

export class StretchColumn {
  length = 0;
  /** The last one has not ended. */
  open = false;
  protected readonly starts = new F64Column();
  /** Of an open one: nothing yet. */
  protected readonly ends = new F64Column();
  private readonly names = new U32Column();

  /** Not before the last one has ended. */
  begin(ns: Ns, name: number): number {
    const i = this.length++;
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

  /** Index of the first that begins at or after `t`. */
  lowerBound(t: Ns, from = 0): number {
    return lowerBound(this.length, (i) => this.starts.get(i), t, from);
  }

  /** Index of the first that ends after `t`. */
  firstEndingAfter(t: Ns, edge: Ns): number {
    const i = this.lowerBound(t);
    return i > 0 && this.endOf(i - 1, edge) > t ? i - 1 : i;
  }

  /** The same without those that are shorter. */
  thinned(leastNs: number): StretchColumn {
    const rest = new StretchColumn();
    for (let i = 0; i < this.length; i++) {
      const [start, end] = [this.starts.get(i), this.ends.get(i)];
      if (end - start < leastNs) continue;
      rest.begin(start, this.name(i));
      if (!Number.isNaN(end)) rest.end(end, this.isOpen(i));
    }
    return rest;
  }
}
