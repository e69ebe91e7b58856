/**
 * Who held one GIL: a column of holds in the order of time that never overlap, with gaps where it was free.
 * Sums by holder over any stretch come from two levels of groups, so a bin costs a bisection, a bounded number of holds
 * and of groups. Built by gil.ts, asked by timeline.ts, stats.ts and details.ts. 21 bytes a hold, and the groups.
 */
import { CHUNK, CHUNK_MASK, CHUNK_SHIFT, FIRST_CHUNK } from './columns.ts';

const SMALL_SHIFT = 6;
const SMALL = 1 << SMALL_SHIFT;
const LARGE_SHIFT = 12;
const LARGE = 1 << LARGE_SHIFT;
/** Own bit beside IntervalFlag: this hold changed the holder. */
export const SWITCH_BIT = 128;

interface Chunk {
  start: Float64Array;
  end: Float64Array;
  thread: Int32Array;
  flags: Uint8Array;
}

function newChunk(size: number, from?: Chunk): Chunk {
  const chunk = {
    start: new Float64Array(size),
    end: new Float64Array(size),
    thread: new Int32Array(size),
    flags: new Uint8Array(size),
  };
  if (from) {
    chunk.start.set(from.start);
    chunk.end.set(from.end);
    chunk.thread.set(from.thread);
    chunk.flags.set(from.flags);
  }
  return chunk;
}

/** What a group of holds adds up to. */
interface Group {
  threads: Int32Array;
  ns: Float64Array;
  /** Of each bit of the flags how many holds have it. */
  bits: Uint32Array;
}

/** Adds holds up by thread; reused from bin to bin. */
export class HolderSums {
  /** Nanoseconds by ThreadIdx. */
  readonly ns: Float64Array;
  /** Threads with an entry. */
  readonly touched: number[] = [];
  /** Of each bit of the flags how many holds that start in the range have it. */
  readonly bits = new Uint32Array(8);
  private readonly seen: Uint8Array;

  constructor(threads: number) {
    this.ns = new Float64Array(threads);
    this.seen = new Uint8Array(threads);
  }

  clear(): void {
    for (const thread of this.touched) this.ns[thread] = this.seen[thread] = 0;
    this.touched.length = 0;
    this.bits.fill(0);
  }

  add(thread: number, ns: number): void {
    if (this.seen[thread] === 0) {
      this.seen[thread] = 1;
      this.touched.push(thread);
    }
    this.ns[thread] += ns;
  }

  addBits(flags: number): void {
    for (let bit = 0; flags !== 0; bit++, flags >>= 1) if (flags & 1) this.bits[bit]++;
  }

  total(): number {
    let total = 0;
    for (const thread of this.touched) total += this.ns[thread];
    return total;
  }

  /** The thread with the most; -1 when there is none. The lower index wins a tie, so that answers repeat. */
  longest(): number {
    let best = -1;
    for (const thread of this.touched) {
      const ns = this.ns[thread];
      if (ns > 0 && (best < 0 || ns > this.ns[best] || (ns === this.ns[best] && thread < best))) best = thread;
    }
    return best;
  }
}

export class OwnershipColumn {
  length = 0;
  /** Where an open hold ends for now: the live edge. */
  until = 0;
  private chunks: Chunk[] = [];
  private small: Group[] = [];
  private large: Group[] = [];
  private scratch = new HolderSums(0);

  /** Begins a hold; it is open until `close`. */
  push(start: number, thread: number, flags: number): number {
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
    chunk.end[k] = Infinity;
    chunk.thread[k] = thread;
    chunk.flags[k] = flags;
    return i;
  }

  close(i: number, end: number): void {
    this.chunks[i >> CHUNK_SHIFT].end[i & CHUNK_MASK] = end;
  }

  /** Takes back the last hold: its end was never seen. */
  pop(): void {
    this.length--;
  }

  start(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT].start[i & CHUNK_MASK];
  }

  end(i: number): number {
    const end = this.chunks[i >> CHUNK_SHIFT].end[i & CHUNK_MASK];
    return end === Infinity ? Math.max(this.until, this.start(i)) : end;
  }

  isOpen(i: number): boolean {
    return this.chunks[i >> CHUNK_SHIFT].end[i & CHUNK_MASK] === Infinity;
  }

  thread(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT].thread[i & CHUNK_MASK];
  }

  flags(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT].flags[i & CHUNK_MASK];
  }

  /** Sets bits that became known after the hold ended; groups that already count it are told. */
  addFlags(i: number, bits: number): void {
    const chunk = this.chunks[i >> CHUNK_SHIFT];
    const fresh = bits & ~chunk.flags[i & CHUNK_MASK];
    chunk.flags[i & CHUNK_MASK] |= bits;
    const small = this.small[i >> SMALL_SHIFT];
    const large = this.large[i >> LARGE_SHIFT];
    for (let bit = 0; bit < 8; bit++) {
      if ((fresh & (1 << bit)) === 0) continue;
      if (small) small.bits[bit]++;
      if (large) large.bits[bit]++;
    }
  }

  /** Index of the first hold that starts at or after `t`. */
  lowerBound(t: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.start(mid) < t) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  /** Index of the first hold that ends after `t`. */
  firstEndingAfter(t: number): number {
    let i = this.lowerBound(t);
    while (i > 0 && this.end(i - 1) > t) i--;
    return i;
  }

  /** Builds the groups that are complete. `threads`: how many there are now. Called after each merge. */
  settle(threads: number): void {
    // The last hold may be open or be taken back: it belongs to no group yet.
    const closed = this.length - 1;
    if (this.scratch.ns.length < threads) this.scratch = new HolderSums(threads * 2);
    while ((this.small.length + 1) * SMALL <= closed) {
      const from = this.small.length * SMALL;
      for (let i = from; i < from + SMALL; i++) this.addHold(i, -Infinity, Infinity, this.scratch);
      this.small.push(this.pack());
    }
    while ((this.large.length + 1) * LARGE <= closed) {
      const from = (this.large.length * LARGE) >> SMALL_SHIFT;
      for (let g = from; g < from + LARGE / SMALL; g++) addGroup(this.small[g], this.scratch);
      this.large.push(this.pack());
    }
  }

  private pack(): Group {
    const threads = Int32Array.from(this.scratch.touched);
    const group = {
      threads,
      ns: Float64Array.from(threads, (thread) => this.scratch.ns[thread]),
      bits: this.scratch.bits.slice(),
    };
    this.scratch.clear();
    return group;
  }

  private addHold(i: number, from: number, to: number, sums: HolderSums): void {
    const start = this.start(i);
    const ns = Math.min(this.end(i), to) - Math.max(start, from);
    if (ns > 0) sums.add(this.thread(i), ns);
    if (start >= from && start < to) sums.addBits(this.flags(i));
  }

  /** Adds to `sums` the exact time each thread held it within [from, to), and the flags of holds that start there. */
  accumulate(from: number, to: number, sums: HolderSums): void {
    const end = this.lowerBound(to);
    let i = this.firstEndingAfter(from);
    // The first may reach out of the range, and the last: those are clipped one by one.
    const whole = end - 1;
    if (i < end) this.addHold(i++, from, to, sums);
    while (i < end) {
      if ((i & (LARGE - 1)) === 0 && i + LARGE <= whole && i >> LARGE_SHIFT < this.large.length) {
        addGroup(this.large[i >> LARGE_SHIFT], sums);
        i += LARGE;
      } else if ((i & (SMALL - 1)) === 0 && i + SMALL <= whole && i >> SMALL_SHIFT < this.small.length) {
        addGroup(this.small[i >> SMALL_SHIFT], sums);
        i += SMALL;
      } else {
        this.addHold(i++, from, to, sums);
      }
    }
  }
}

function addGroup(group: Group, sums: HolderSums): void {
  for (let k = 0; k < group.threads.length; k++) sums.add(group.threads[k], group.ns[k]);
  for (let bit = 0; bit < 8; bit++) sums.bits[bit] += group.bits[bit];
}
