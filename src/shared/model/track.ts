/**
 * One thread, one GIL and one process while a session grows: their columns, and what is open at the live edge.
 * Changed by builder.ts (events), released.ts (samples) and process.ts (names, ends); read by the queries.
 */
import type { FunctionsState } from '../contract/functions.ts';
import { ThreadState, type GilInfo, type Ns, type ProcessInfo, type ThreadInfo } from '../contract/types.ts';
import type { EventBlock } from '../protocol/events.ts';
import type { TrackCalls } from './calls.ts';
import { F64Column } from './columns.ts';
import type { Distribution } from './distribution.ts';
import { OwnershipColumn } from './ownership.ts';
import type { TrackMarks } from './regions.ts';
import { U32Column } from './sites.ts';
import { SpanColumn } from './spans.ts';
import { NO_GIL, SUM_WIDTH, weighState } from './states.ts';
import type { TallyColumn } from './tallies.ts';

/** A DROP whose nature only the thread's next event tells. */
export interface OpenDrop {
  /** Index of the hold in the thread's column and in its GIL's. */
  row: number;
  ownRow: number;
  gil: GilTrack;
  ns: Ns;
  /** It waited until somebody else had taken. */
  switchWaited: boolean;
}

export class Track {
  /** Unique within the process; null for a thread only the sampler has seen. */
  serial: number | null;
  readonly rows = new SpanColumn(SUM_WIDTH, weighState);
  /** Of each row the site (sites.ts): of a hold where it ended (where it began, if the thread's last function had returned), of what follows where the thread had let go. */
  readonly sites = new U32Column();
  /** Where it lets go next, as the tracer said last. */
  site = 0;
  /** Where it was when it took the GIL. */
  takenAt = 0;
  /** What it ran within long holds, seen from outside now and then: times and sites. */
  readonly lookNs = new F64Column();
  readonly lookSites = new U32Column();
  /** What the program marked in this thread; null: nothing. */
  marks: TrackMarks | null = null;
  /** Its calls, and their sums by function; null: it was not traced. */
  calls: TrackCalls | null = null;
  tallies: TallyColumn | null = null;
  state: ThreadState = ThreadState.none;
  /** The GIL it holds or waits for. */
  gil: GilTrack | null = null;
  /** Index of its open hold in that GIL's column. */
  ownRow = -1;
  openDrop: OpenDrop | null = null;
  /** CPU ns of the released interval that is about to end; NaN when not measured. */
  releaseCpu = NaN;
  /** Since when it waits for a lock in the released interval that is open; NaN: it does not. */
  lockFrom: Ns = NaN;
  /** The one GIL it ever used, NO_GIL before, null when there were several. */
  onlyGil: number | null = NO_GIL;
  /** True while it is counted among the waiters of `gil`. */
  counted = false;
  lastNs: Ns = 0;

  /** Events lost so far: as applied, and as heard of. */
  dropped = 0;
  droppedHeard = 0;
  /** Some before the first that came. */
  droppedFirst = false;
  /** Blocks not merged yet; the next event is row `next` of queue[0]. */
  queue: EventBlock[] = [];
  next = 0;
  queuedEnd: Ns = 0;

  /** Kept by lengths.ts: of each whole chunk of rows how long its intervals are. */
  chunks: Distribution[] = [];

  /** Sampled CPU: one row for each sample that saw this thread. */
  readonly sampleNs = new F64Column();
  readonly sampleCpu = new F64Column();
  /** Released CPU estimated so far for the interval that was open at the last sample, and that interval. */
  carryRow = -1;
  carryCpu = 0;
  carryNs = 0;

  constructor(
    readonly info: ThreadInfo,
    serial: number | null,
  ) {
    this.serial = serial;
  }

  get pending(): boolean {
    return this.queue.length > 0;
  }
}

/** Sums of the waiters' column. */
export const WaiterSum = { contended: 0, waiterNs: 1 } as const;

function weighWaiters(sums: Float64Array, waiters: number, ns: number): void {
  if (waiters > 0) sums[WaiterSum.contended] += ns;
  sums[WaiterSum.waiterNs] += waiters * ns;
}

export class GilTrack {
  readonly owner = new OwnershipColumn();
  /** Of each hold the site at which it ended. */
  readonly sites = new U32Column();
  /** How many threads wait; gilscope's own are not counted. */
  readonly waiters = new SpanColumn(2, weighWaiters);
  waiting = 0;
  holder: Track | null = null;
  lastHolder: Track | null = null;
  lastTakeNs: Ns = -Infinity;
  /** The interpreter's count when tracing of this GIL began. */
  count0: bigint | null = null;

  constructor(readonly info: GilInfo) {}

  addWaiters(change: number, ns: Ns): void {
    this.waiting += change;
    this.waiters.push(ns, this.waiting, 0);
  }
}

export class ProcessTrack {
  readonly tracks: Track[] = [];
  readonly gils: GilTrack[] = [];
  /** Events are complete from here on. */
  startNs: Ns = 0;
  /** Merged up to here: the live edge of this process, and its end once it has ended. */
  endNs: Ns = 0;
  /** Begun by this session, not attached to: all of its CPU time is the session's. */
  bornHere = false;
  /** No more events will come. */
  closed = false;
  /** Sampled, one row for each sample that saw the process; cumulative CPU seconds without gilscope's own threads. */
  readonly sampleNs = new F64Column();
  readonly rssBytes = new F64Column();
  readonly cpuS = new F64Column();
  readonly functions: FunctionsState;
  /** The last reason there was, over or not: calls are missing in the sums. */
  functionsReason: string | null = null;
  rssMaxBytes: number | null = null;
  pssMaxBytes: number | null = null;

  constructor(readonly info: ProcessInfo) {
    this.functions = { process: info.idx, on: false, ever: false, reason: null, minNs: null };
  }
}
