/**
 * How long holds and waits are: histograms with logarithmic buckets, percentiles, the longest. Filled by lengths.ts, read by figures.ts.
 */
import { ThreadState, type Histogram, type Ns } from '../contract/types.ts';

const DECADES = 10;
const FIRST_NS = 10;
/** Kept finer than shown, so that percentiles taken from buckets are within a few percent. */
const FINE = 32;
const SHOWN = 4;
const BUCKETS = DECADES * FINE;

/** Shorter and longer lengths count in the first and the last bucket. */
export function bucketOf(ns: number): number {
  if (ns <= FIRST_NS) return 0;
  return Math.min(BUCKETS - 1, Math.floor(Math.log10(ns / FIRST_NS) * FINE));
}

const edge = (bucket: number, perDecade: number): number => FIRST_NS * 10 ** (bucket / perDecade);

export class Distribution {
  readonly holds = new Uint32Array(BUCKETS);
  readonly preempted = new Uint32Array(BUCKETS);
  readonly waits = new Uint32Array(BUCKETS);
  holdMaxNs = -1;
  waitMaxNs = -1;
  waitMaxStart = 0;
  /** Every wait, while they are few enough. */
  exactWaits: number[] | null = [];

  addHold(ns: number, isPreempted: boolean): void {
    const bucket = bucketOf(ns);
    this.holds[bucket]++;
    if (isPreempted) this.preempted[bucket]++;
  }

  longest(state: ThreadState, start: Ns, ns: number): void {
    if (state === ThreadState.hold) {
      if (ns > this.holdMaxNs) this.holdMaxNs = ns;
    } else if (state === ThreadState.wait && ns > this.waitMaxNs) {
      this.waitMaxNs = ns;
      this.waitMaxStart = start;
    }
  }

  /** Buckets and longest of another, not its single waits. */
  merge(other: Distribution): void {
    for (let b = 0; b < BUCKETS; b++) {
      this.holds[b] += other.holds[b];
      this.preempted[b] += other.preempted[b];
      this.waits[b] += other.waits[b];
    }
    this.holdMaxNs = Math.max(this.holdMaxNs, other.holdMaxNs);
    this.longest(ThreadState.wait, other.waitMaxStart, other.waitMaxNs);
  }

  /** Waits at these fractions, nearest rank; null without waits. */
  waitPercentiles(fractions: number[]): (number | null)[] {
    if (this.exactWaits) {
      const sorted = Float64Array.from(this.exactWaits).sort();
      return fractions.map((f) => (sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(f * sorted.length) - 1)]));
    }
    return fractions.map((f) => this.fromBuckets(f));
  }

  private fromBuckets(fraction: number): number | null {
    const total = this.waits.reduce((sum, n) => sum + n, 0);
    if (total === 0) return null;
    const rank = Math.max(1, Math.ceil(fraction * total));
    let before = 0;
    let b = 0;
    while (before + this.waits[b] < rank) before += this.waits[b++];
    const within = (rank - before - 0.5) / this.waits[b];
    return Math.min(this.waitMaxNs, edge(b + within, FINE));
  }
}

/** Several threads together, in the buckets the window shows. */
export function histogramOf(distributions: Distribution[]): Histogram {
  const shown = DECADES * SHOWN;
  const fold = (pick: (d: Distribution) => Uint32Array): number[] => {
    const out = new Array<number>(shown).fill(0);
    for (const d of distributions) pick(d).forEach((n, b) => (out[Math.floor((b * SHOWN) / FINE)] += n));
    return out;
  };
  return {
    edges: Array.from({ length: shown + 1 }, (_, b) => edge(b, SHOWN)),
    holds: fold((d) => d.holds),
    holdsPreempted: fold((d) => d.preempted),
    waits: fold((d) => d.waits),
  };
}
