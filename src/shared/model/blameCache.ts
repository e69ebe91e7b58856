/** Blame of the last few ranges, kept while nothing changes: a click in the matrix asks again for what is there. Of session.ts. */
import { blameOf, type Blame } from './blame.ts';
import type { FullRange } from './figures.ts';
import type { Store } from './store.ts';

const KEPT = 3;

export class BlameCache {
  private kept: { revision: number; blame: Blame }[] = [];

  constructor(private readonly store: Store) {}

  get(range: FullRange, revision: number): Blame {
    this.kept = this.kept.filter((one) => one.revision === revision);
    const known = this.kept.find(({ blame }) => blame.range.start === range.start && blame.range.end === range.end);
    if (known !== undefined) return known.blame;
    const blame = blameOf(this.store, range);
    this.kept = [{ revision, blame }, ...this.kept].slice(0, KEPT);
    return blame;
  }
}
