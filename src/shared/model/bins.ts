/** A window cut into equal parts: what queries are answered in when single intervals are too many. */
import type { Ns } from '../contract/types.ts';

export interface Bins {
  start: Ns;
  end: Ns;
  count: number;
}

export const edgeOf = (bins: Bins, k: number): Ns =>
  k === bins.count ? bins.end : bins.start + ((bins.end - bins.start) * k) / bins.count;
