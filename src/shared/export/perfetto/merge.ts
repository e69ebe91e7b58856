/** Takes the steps of lanes in the order of time. */
import type { Lane } from './lanes.ts';

/** A lane may be moved on by others meanwhile, never back: what is known of it here is no later than what is true. */
interface Entry {
  lane: Lane;
  at: number;
  turn: number;
}

const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);

/** A heap: the lane whose step is next stands first. */
export class Merge {
  private readonly heap: Entry[];

  constructor(lanes: readonly Lane[]) {
    this.heap = lanes.map((lane) => ({ lane, at: lane.at, turn: lane.turn }));
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i--) this.sink(i);
  }

  /** Does the next step; false when there is none. */
  step(): boolean {
    const { heap } = this;
    if (heap.length === 0 || heap[0].at === Infinity) return false;
    const first = heap[0];
    if (first.lane.at === first.at) first.lane.step();
    first.at = first.lane.at;
    first.turn = first.lane.turn;
    this.sink(0);
    return true;
  }

  private sink(i: number): void {
    const { heap } = this;
    const entry = heap[i];
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], entry)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = entry;
  }
}
