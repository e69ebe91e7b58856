/** When events of a process were dropped: stretches in which a thread may have held a GIL and nobody knows. Pure; used by stateRows.ts. */
import { ThreadState, type Ns } from '../contract/types.ts';
import { stateOf } from '../model/states.ts';

import type { ProcessTrack, Track } from '../model/track.ts';

type Stretch = [start: Ns, end: Ns];

/** Of one thread. Before its first event there is no interval that could say it, and of a thread all of whose events were dropped there is none at all. */
function* lostOf({ rows, info, dropped, droppedHeard, droppedFirst }: Track, whole: Stretch): Generator<Stretch> {
  if (rows.length === 0) {
    if (droppedHeard > 0) yield whole;
    return;
  }
  if (droppedFirst) yield [whole[0], info.bornNs ?? whole[1]];
  if (Math.max(dropped, droppedHeard) === 0) return;
  for (let i = 0; i < rows.length; i++)
    if (stateOf(rows.meta(i)) === ThreadState.unknown) yield [rows.start(i), rows.end(i)];
}

/** Asked in the order of time: whether events were dropped anywhere between two moments. */
export class LostStretches {
  private readonly starts: Ns[] = [];
  private readonly ends: Ns[] = [];
  private next = 0;

  constructor({ info, tracks, startNs, endNs }: ProcessTrack) {
    if (info.dropped === 0) return;
    const all = tracks.flatMap((track) => [...lostOf(track, [startNs, endNs])]).sort((a, b) => a[0] - b[0]);
    for (const [start, end] of all) {
      const last = this.ends.length - 1;
      if (last >= 0 && start <= this.ends[last]) this.ends[last] = Math.max(this.ends[last], end);
      else {
        this.starts.push(start);
        this.ends.push(end);
      }
    }
  }

  /** @param since not before that of the last call */
  between(since: Ns, until: Ns): boolean {
    while (this.next < this.ends.length && this.ends[this.next] <= since) this.next++;
    return since < until && this.next < this.starts.length && this.starts[this.next] < until;
  }
}
