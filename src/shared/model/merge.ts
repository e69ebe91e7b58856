/**
 * Puts the events of several threads into the order of time: each thread's blocks wait here until a watermark promises that
 * nothing earlier will come. The order depends on the events alone, not on how watermarks cut the stream. Used by ingest.ts.
 */
import { EventKind, type EventBlock } from '../protocol/events.ts';
import type { Track } from './track.ts';

/** At equal times who lets go comes before who takes. */
const RANK = new Uint8Array(8).fill(1);
RANK[EventKind.drop] = 0;
RANK[EventKind.take] = 2;

const headTime = (track: Track): number => track.queue[0].times[track.next];

function isBefore(a: Track, b: Track): boolean {
  const ta = headTime(a);
  const tb = headTime(b);
  if (ta !== tb) return ta < tb;
  const ra = RANK[a.queue[0].kinds[a.next]];
  const rb = RANK[b.queue[0].kinds[b.next]];
  return ra !== rb ? ra < rb : a.info.idx < b.info.idx;
}

export class Merger {
  /** Events that wait for a watermark. */
  waiting = 0;
  private pending: Track[] = [];
  private readonly heap: Track[] = [];

  constructor(private readonly apply: (track: Track, block: EventBlock, row: number) => void) {}

  add(track: Track, block: EventBlock): void {
    if (!track.pending) this.pending.push(track);
    track.queue.push(block);
    this.waiting += block.count;
  }

  /** Applies every event with a time <= `ns`. */
  upTo(ns: number): void {
    const { heap } = this;
    for (const track of this.pending) if (headTime(track) <= ns) this.push(track);
    while (heap.length > 0) {
      const track = this.pop();
      // Thread by thread as long as nobody else comes between: holds come in runs.
      do this.applyHead(track);
      while (track.pending && headTime(track) <= ns && (heap.length === 0 || isBefore(track, heap[0])));
      if (track.pending && headTime(track) <= ns) this.push(track);
    }
    this.pending = this.pending.filter((track) => track.pending);
  }

  private applyHead(track: Track): void {
    const block = track.queue[0];
    const row = track.next++;
    if (track.next === block.count) {
      track.queue.shift();
      track.next = 0;
    }
    this.waiting--;
    this.apply(track, block, row);
  }

  private push(track: Track): void {
    const { heap } = this;
    let i = heap.length;
    heap.push(track);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(track, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = track;
  }

  private pop(): Track {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
