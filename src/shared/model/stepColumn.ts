/**
 * Values that stay for a while: one row for each change, and the least and the most of blocks of rows beside them, so that both can be
 * had of any stretch without a scan. Used by watches.ts.
 */
import type { Ns } from '../contract/basics.ts';
import { F64Column, lowerBound } from './columns.ts';

const FANOUT = 64;
const LEVELS = 4;

export class StepColumn {
  readonly times = new F64Column();
  readonly values = new F64Column();
  private readonly least = Array.from({ length: LEVELS }, () => new F64Column());
  private readonly most = Array.from({ length: LEVELS }, () => new F64Column());

  get length(): number {
    return this.times.length;
  }

  /** Times must not go backwards. NaN is no value: it has no part in least and most. */
  push(ns: Ns, value: number): void {
    const row = this.times.length;
    this.times.push(ns);
    this.values.push(value);
    for (let level = 0, block = Math.floor(row / FANOUT); level < LEVELS; level++, block = Math.floor(block / FANOUT)) {
      const [least, most] = [this.least[level], this.most[level]];
      if (block === least.length) {
        least.push(Infinity);
        most.push(-Infinity);
      }
      if (value < least.get(block)) least.set(block, value);
      if (value > most.get(block)) most.set(block, value);
    }
  }

  /** The row in force at a time; -1 before the first. */
  rowAt(ns: Ns): number {
    return this.firstAfter(ns) - 1;
  }

  /** The first row that begins at or after a time. */
  firstFrom(ns: Ns): number {
    return lowerBound(this.length, (i) => this.times.get(i), ns);
  }

  private firstAfter(ns: Ns): number {
    let at = this.firstFrom(ns);
    while (at < this.length && this.times.get(at) === ns) at++;
    return at;
  }

  /** Least and most of the rows `from` to `to` (not included); infinite when there is no value among them. */
  extremes(from: number, to: number): { min: number; max: number } {
    let [min, max] = [Infinity, -Infinity];
    for (let at = from; at < to;) {
      let [level, size] = [-1, 1];
      while (level + 1 < LEVELS && at % (size * FANOUT) === 0 && at + size * FANOUT <= to) {
        level++;
        size *= FANOUT;
      }
      const low = level < 0 ? this.values.get(at) : this.least[level].get(at / size);
      const high = level < 0 ? low : this.most[level].get(at / size);
      if (low < min) min = low;
      if (high > max) max = high;
      at += size;
    }
    return { min, max };
  }
}
