/**
 * What the program marked itself: names, which region an end belongs to, and the totals of the whole session. Filled by ingest.ts from
 * MARK frames into the columns of regions.ts, read by marksReply.ts.
 */
import { MARK_LEVELS } from '../contract/marks.ts';
import type { Ns } from '../contract/types.ts';
import { MarkKind, type Mark } from '../protocol/mark.ts';
import { TrackMarks, type RegionColumn } from './regions.ts';
import { SpanCursor } from './spans.ts';
import { Sum, SUM_WIDTH } from './states.ts';
import type { Track } from './track.ts';

/** Bounds on what a hostile peer or file can make us keep; what is beyond is counted as dropped. */
const MOST_MARKS = 5_000_000;
const MOST_OPEN = 10_000;
/** Further names are one: OTHER_NAMES. */
const MOST_NAMES = 10_000;
const OTHER_NAMES = '(other names)';

/** What regions of one name come to; nanoseconds. */
export class MarkSums {
  regions = 0;
  instants = 0;
  ns = 0;
  hold = 0;
  wait = 0;
  released = 0;

  add(count: number, ns: number, sums: Float64Array): void {
    this.regions += count;
    this.ns += ns;
    this.hold += sums[Sum.hold];
    this.wait += sums[Sum.wait];
    this.released += sums[Sum.running] + sums[Sum.blocked];
  }
}

/** By index of the name. */
export class MarkTotals {
  private readonly byName: (MarkSums | undefined)[] = [];

  of(name: number): MarkSums {
    return (this.byName[name] ??= new MarkSums());
  }

  copyInto(other: MarkTotals): void {
    this.each((name, sums) => Object.assign(other.of(name), sums));
  }

  each(visit: (name: number, sums: MarkSums) => void): void {
    this.byName.forEach((sums, name) => sums && visit(name, sums));
  }
}

/** All marks of a session. */
export class Marks {
  readonly names: string[] = [OTHER_NAMES];
  dropped = 0;
  /** Settled regions and all instants, whole session. */
  readonly whole = new MarkTotals();
  private count = 0;
  private readonly index = new Map<string, number>();

  nameIndex(name: string): number {
    let idx = this.index.get(name);
    if (idx === undefined) {
      if (this.names.length > MOST_NAMES) return 0;
      idx = this.names.push(name) - 1;
      this.index.set(name, idx);
    }
    return idx;
  }

  /** False when there is no more room. */
  admit(open: number): boolean {
    if (this.count >= MOST_MARKS || open >= MOST_OPEN) {
      this.dropped++;
      return false;
    }
    this.count++;
    return true;
  }

  /** Adds regions to the totals that have ended and whose thread is known up to their end. */
  settle(track: Track, edge: Ns): void {
    for (const level of track.marks?.levels ?? []) {
      if (level.settled === level.length || level.endOf(level.settled, Infinity) > edge) continue;
      const cursor = new SpanCursor(track.rows);
      const [before, after] = [new Float64Array(SUM_WIDTH), new Float64Array(SUM_WIDTH)];
      for (; level.settled < level.length; level.settled++) {
        const i = level.settled;
        const end = level.endOf(i, Infinity);
        if (end > edge) break;
        cursor.sumsAt(level.start(i), before);
        cursor.sumsAt(end, after);
        for (let w = 0; w < SUM_WIDTH; w++) after[w] -= before[w];
        this.whole.of(level.name(i)).add(1, end - level.start(i), after);
      }
    }
  }
}

/** The marks of one connection: which region an end belongs to. */
export class MarkIngest {
  private readonly open = new Map<bigint, RegionColumn>();
  private droppedHeard = 0;

  constructor(private readonly marks: Marks) {}

  /** @param track of a begin or an instant */
  apply(mark: Mark, ns: Ns, track: Track | null): void {
    const { marks, open } = this;
    marks.dropped += Math.max(0, mark.dropped - this.droppedHeard);
    this.droppedHeard = Math.max(this.droppedHeard, mark.dropped);
    if (mark.what === MarkKind.end) {
      open.get(mark.id)?.end(ns, false);
      open.delete(mark.id);
    }
    if (track === null || !marks.admit(mark.what === MarkKind.begin ? open.size : 0)) return;
    const own = (track.marks ??= new TrackMarks());
    // A signal handler may have marked while the thread was about to: a moment too early, in the wrong order.
    own.lastNs = Math.max(own.lastNs, ns);
    const name = marks.nameIndex(mark.name);
    if (mark.what === MarkKind.instant) {
      own.instantNames.set(own.instantNs.length, name);
      own.instantNs.push(own.lastNs);
      marks.whole.of(name).instants++;
    } else if (!open.has(mark.id)) {
      const level = own.freeLevel();
      level.begin(own.lastNs, name);
      open.set(mark.id, level);
    }
    track.info.markLevels = Math.min(Math.max(1, own.levels.length), MARK_LEVELS);
  }

  /** Nothing more is heard: what is open ends here, and says so. */
  close(ns: Ns): void {
    for (const level of this.open.values()) level.end(ns, true);
    this.open.clear();
  }
}
