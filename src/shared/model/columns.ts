/**
 * Growable append-only columns of doubles: chunked so that growing never copies what is large, O(1) random access.
 * Used by the sample series; the interval columns (spans.ts, ownership.ts) chunk several fields together in the same way.
 */

export const CHUNK_SHIFT = 14;
export const CHUNK = 1 << CHUNK_SHIFT;
export const CHUNK_MASK = CHUNK - 1;
/** The first chunk begins small and doubles: a session may have thousands of threads with ten intervals each. */
export const FIRST_CHUNK = 16;

export class F64Column {
  length = 0;
  private chunks: Float64Array[] = [];

  push(value: number): void {
    const i = this.length++;
    let chunk = this.chunks[i >> CHUNK_SHIFT];
    if (chunk === undefined) {
      chunk = new Float64Array(i === 0 ? FIRST_CHUNK : CHUNK);
      this.chunks.push(chunk);
    } else if ((i & CHUNK_MASK) >= chunk.length) {
      const grown = new Float64Array(chunk.length * 2);
      grown.set(chunk);
      chunk = this.chunks[i >> CHUNK_SHIFT] = grown;
    }
    chunk[i & CHUNK_MASK] = value;
  }

  get(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT][i & CHUNK_MASK];
  }

  set(i: number, value: number): void {
    this.chunks[i >> CHUNK_SHIFT][i & CHUNK_MASK] = value;
  }

  /** The last value, or `none` of an empty column. */
  last(none: number): number {
    return this.length === 0 ? none : this.get(this.length - 1);
  }
}

/** Index of the first of `n` sorted values that is >= `value`; `at` reads one. */
export function lowerBound(n: number, at: (i: number) => number, value: number, from = 0): number {
  let low = from;
  let high = n;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (at(mid) < value) low = mid + 1;
    else high = mid;
  }
  return low;
}
