/**
 * A column of spans that follow each other without a gap: only starts are stored, a span ends where the next begins and the last one
 * at `until`. Each has a `meta` word and a `tag`. Sums over any stretch of time (whatever `weigh` adds up for a span) are answered
 * from marks kept every MARK spans, so a query costs a bisection and at most MARK steps, however long the column.
 * Used for the states of a thread (track.ts) and the number of threads that wait for a GIL (gil.ts). 14 bytes a span, and the marks.
 */
import { CHUNK, CHUNK_MASK, CHUNK_SHIFT, FIRST_CHUNK } from './columns.ts';

const MARK_SHIFT = 6;
const MARK = 1 << MARK_SHIFT;

interface Chunk {
  start: Float64Array;
  meta: Uint32Array;
  tag: Uint16Array;
}

function newChunk(size: number, from?: Chunk): Chunk {
  const chunk = { start: new Float64Array(size), meta: new Uint32Array(size), tag: new Uint16Array(size) };
  if (from) {
    chunk.start.set(from.start);
    chunk.meta.set(from.meta);
    chunk.tag.set(from.tag);
  }
  return chunk;
}

/** Adds what a span of `ns` with this meta contributes; `whole` is false for the part of a span that ends before its end. */
export type Weigh = (sums: Float64Array, meta: number, ns: number) => void;

export class SpanColumn {
  length = 0;
  /** Where the last span ends; moves with the live edge. */
  until = 0;
  private chunks: Chunk[] = [];
  /** `width` sums for each mark; mark m = sums of all spans before span m * MARK. */
  private marks: Float64Array;
  private marked = 1;

  constructor(
    readonly width: number,
    readonly weigh: Weigh,
  ) {
    this.marks = new Float64Array(width);
  }

  /** Begins a span at `start` (never before the start of the last one); returns its index. */
  push(start: number, meta: number, tag: number): number {
    const i = this.length++;
    const k = i & CHUNK_MASK;
    let chunk = this.chunks[i >> CHUNK_SHIFT];
    if (chunk === undefined) {
      chunk = newChunk(i === 0 ? FIRST_CHUNK : CHUNK);
      this.chunks.push(chunk);
    } else if (k >= chunk.start.length) {
      chunk = this.chunks[i >> CHUNK_SHIFT] = newChunk(chunk.start.length * 2, chunk);
    }
    chunk.start[k] = start;
    chunk.meta[k] = meta;
    chunk.tag[k] = tag;
    if (start > this.until) this.until = start;
    return i;
  }

  start(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT].start[i & CHUNK_MASK];
  }

  end(i: number): number {
    return i + 1 < this.length ? this.start(i + 1) : this.until;
  }

  meta(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT].meta[i & CHUNK_MASK];
  }

  tag(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT].tag[i & CHUNK_MASK];
  }

  setMeta(i: number, meta: number): void {
    this.chunks[i >> CHUNK_SHIFT].meta[i & CHUNK_MASK] = meta;
    const firstStale = (i >> MARK_SHIFT) + 1;
    if (firstStale < this.marked) this.marked = firstStale;
  }

  /** Index of the first span that starts at or after `t`, searched outward from `from` (close by is cheap). */
  lowerBound(t: number, from = 0): number {
    const n = this.length;
    let low = Math.min(from, n);
    let high: number;
    if (low < n && this.start(low) < t) {
      let step = 1;
      high = low + 1;
      while (high < n && this.start(high) < t) {
        low = high;
        high = Math.min(n, high + step);
        step *= 2;
      }
      low++;
    } else {
      high = low;
      low = 0;
    }
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.start(mid) < t) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  /** Index of the span that contains `t` (the later one at a border), -1 before the first. */
  indexAt(t: number): number {
    let i = this.lowerBound(t);
    while (i < this.length && this.start(i) === t) i++;
    return i - 1;
  }

  /** Brings the marks up to the last complete span. Called after each merge, so queries find them ready. */
  settle(): void {
    const wanted = this.length === 0 ? 1 : ((this.length - 1) >> MARK_SHIFT) + 1;
    if (wanted <= this.marked) return;
    const { width } = this;
    if (wanted * width > this.marks.length) {
      const grown = new Float64Array(Math.max(wanted * width, this.marks.length * 2));
      grown.set(this.marks);
      this.marks = grown;
    }
    const sums = this.marks.slice((this.marked - 1) * width, this.marked * width);
    for (let m = this.marked; m < wanted; m++) {
      for (let i = (m - 1) * MARK; i < m * MARK; i++) this.weigh(sums, this.meta(i), this.end(i) - this.start(i));
      this.marks.set(sums, m * width);
    }
    this.marked = wanted;
  }

  /** Loads into `sums` those of all spans before the last mark at or before span i; returns that mark's span. */
  loadMark(i: number, sums: Float64Array): number {
    const m = Math.min(i >> MARK_SHIFT, this.marked - 1);
    for (let w = 0; w < this.width; w++) sums[w] = this.marks[m * this.width + w];
    return m << MARK_SHIFT;
  }
}

/** Reads sums at times that mostly grow: the edges of bins. */
export class SpanCursor {
  private at = 0;
  private readonly sums: Float64Array;

  constructor(private readonly column: SpanColumn) {
    column.settle();
    this.sums = new Float64Array(column.width);
  }

  /** Into `out`: sums over everything before `t`. A span is weighed from its start: one that starts at `t` is not in it. */
  sumsAt(t: number, out: Float64Array): void {
    const { column } = this;
    const i = column.lowerBound(t, this.at) - 1;
    if (i < 0) {
      out.fill(0);
      return;
    }
    this.moveTo(i);
    out.set(this.sums);
    const start = column.start(i);
    column.weigh(out, column.meta(i), Math.min(t, column.end(i)) - start);
  }

  private moveTo(i: number): void {
    const { column, sums } = this;
    if (i < this.at || i - this.at > MARK) this.at = column.loadMark(i, sums);
    for (; this.at < i; this.at++)
      column.weigh(sums, column.meta(this.at), column.end(this.at) - column.start(this.at));
  }
}

/** Sums over [from, to): one pair of look-ups. */
export function sumsBetween(column: SpanColumn, from: number, to: number): Float64Array {
  const a = new Float64Array(column.width);
  const b = new Float64Array(column.width);
  const cursor = new SpanCursor(column);
  cursor.sumsAt(from, a);
  cursor.sumsAt(to, b);
  for (let w = 0; w < b.length; w++) b[w] -= a[w];
  return b;
}
