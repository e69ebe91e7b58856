/** Takes the steps of lanes in the order of time. */
import type { Lane } from './lanes.ts';

const before = (a: Lane, b: Lane): boolean => a.at < b.at || (a.at === b.at && a.letsGo && !b.letsGo);

/** A heap: the lane whose step is next stands first. */
export class Merge {
  private readonly heap: Lane[] = [];

  constructor(lanes: readonly Lane[]) {
    this.heap = lanes.filter((lane) => lane.at < Infinity);
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i--) this.sink(i);
  }

  /** Does the next step; false when there is none. */
  step(): boolean {
    const { heap } = this;
    if (heap.length === 0) return false;
    heap[0].step();
    if (heap[0].at === Infinity) {
      const last = heap.pop()!;
      if (heap.length === 0) return false;
      heap[0] = last;
    }
    this.sink(0);
    return true;
  }

  private sink(i: number): void {
    const { heap } = this;
    const lane = heap[i];
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], lane)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = lane;
  }
}
