/**
 * Watched objects of a session: their reference counts as steps, and the answers about them. Pure.
 * Filled by session.ts from WATCH and REFCOUNT frames; asked for `watches.query` and the summary.
 */
import type { Ns, ProcIdx } from '../contract/basics.ts';
import type {
  SummaryWatch,
  WatchAnswer,
  WatchesReply,
  WatchIdx,
  WatchSeries,
  WatchState,
} from '../contract/watches.ts';
import type { WatchChange } from '../protocol/control.ts';
import { ProtocolError } from '../protocol/frames.ts';
import { RefcountFlag, type RefcountRound, type RefcountRow } from '../protocol/refcount.ts';
import { F64Column, lowerBound } from './columns.ts';
import { StepColumn } from './stepColumn.ts';

/** Bounds on what a hostile peer or file can make us keep. */
const MOST_WATCHES = 20_000;
const MOST_TYPES = 10_000;
/** Of one chart; contract. */
const MOST_POINTS = 500;

/** In the column of counts, an object whose references nobody counts. It takes no part in least and most. */
const IMMORTAL = -1;

/** What a look at a watched object saw. Reused from row to row. */
export interface WatchStep {
  ns: Ns;
  count: number | null;
  sizeBytes: number | null;
  immortal: boolean;
  absent: boolean;
}

/** A watch, all but what was seen of it: what a session that is read back from a trace needs. */
export interface KeptWatch {
  process: ProcIdx;
  id: number;
  expression: string;
  state: WatchState;
  reason: string | null;
  rateHz: number | null;
  split: boolean;
  ended: boolean;
  types: { ns: Ns; type: string }[];
  replaced: Ns[];
}

const valueOf = (value: number): number | null => (Number.isNaN(value) ? null : value);

class WatchTrack {
  state: WatchState = 'waiting';
  reason: string | null = null;
  rateHz: number | null = null;
  split = false;
  /** NaN where there is no count. */
  readonly counts = new StepColumn();
  /** What a row without a count is: an immortal object (IMMORTAL), or none (NaN); beside `counts`. */
  readonly kinds = new F64Column();
  readonly sizes = new StepColumn();
  /** When another object was found under the name. */
  readonly replaced = new F64Column();
  private readonly types: { ns: Ns; type: string }[] = [];
  /** The last look at it. */
  lastNs: Ns = -Infinity;
  /** Its process is another program by now. */
  ended = false;

  constructor(
    readonly process: ProcIdx,
    /** Its number within the process. */
    readonly id: number,
    readonly expression: string,
  ) {}

  end(reason: string): void {
    this.ended = true;
    if (this.state === 'removed') return;
    this.state = 'gone';
    this.reason = reason;
  }

  change(change: WatchChange, ns: Ns): void {
    this.state = change.state;
    this.reason = change.reason ?? null;
    this.rateHz = change.rate_hz ?? this.rateHz;
    this.split = change.split ?? this.split;
    const type = change.type ?? null;
    if (type === null || type === this.types.at(-1)?.type) return;
    if (this.types.length >= MOST_TYPES) this.types.shift();
    this.types.push({ ns: Math.max(ns, this.types.at(-1)?.ns ?? -Infinity), type });
  }

  look(ns: Ns, row: RefcountRow): void {
    if (ns <= this.lastNs) return;
    this.lastNs = ns;
    const counted = (row.flags & (RefcountFlag.immortal | RefcountFlag.absent)) === 0;
    const kind = (row.flags & RefcountFlag.absent) === 0 && !counted ? IMMORTAL : NaN;
    const value = counted ? row.count : NaN;
    const { counts, kinds, sizes } = this;
    if (counts.length === 0 || !Object.is(value, counts.values.last(0)) || !Object.is(kind, kinds.last(0))) {
      counts.push(ns, value);
      kinds.push(kind);
    }
    if (sizes.length === 0 || !Object.is(row.sizeBytes, sizes.values.last(0))) sizes.push(ns, row.sizeBytes);
    if ((row.flags & RefcountFlag.another) !== 0) this.replaced.push(ns);
  }

  typeAt(ns: Ns): string | null {
    const at = lowerBound(this.types.length, (i) => this.types[i].ns, ns + 1);
    return this.types[at - 1]?.type ?? null;
  }

  /** What is told of the stretch between two times, the series apart. */
  figures(start: Ns, end: Ns): Omit<WatchAnswer, 'series' | 'watch'> {
    const { counts, sizes } = this;
    const to = counts.firstFrom(end);
    const { min, max } = counts.extremes(Math.max(0, counts.rowAt(start)), to);
    const none = min > max || this.lastNs < start;
    // The last look before the end; what was known of it later is of later.
    const row = this.lastNs < start ? -1 : to - 1;
    const current = row < 0 ? NaN : counts.values.get(row);
    const size = row < 0 ? NaN : sizes.values.get(Math.max(0, sizes.firstFrom(end) - 1));
    const replacedBy = (ns: Ns): number => lowerBound(this.replaced.length, (i) => this.replaced.get(i), ns);
    return {
      process: this.process,
      expression: this.expression,
      state: this.state,
      reason: this.reason,
      type: this.typeAt(end),
      rateHz: this.rateHz,
      split: this.split,
      min: none ? null : min,
      max: none ? null : max,
      current: Number.isNaN(current) ? null : current,
      immortal: row >= 0 && this.kinds.get(row) === IMMORTAL,
      sizeBytes: Number.isNaN(size) ? null : size,
      replaced: replacedBy(end) - replacedBy(start),
    };
  }

  /** Rows of counts and sizes as one: what is in force at `start`, and each change before `end`. */
  *steps(start: Ns, end: Ns): Generator<WatchStep> {
    const { counts, kinds, sizes } = this;
    const until = [counts.firstFrom(end), sizes.firstFrom(end)];
    let [row, sizeRow] = [Math.max(0, counts.rowAt(start)), Math.max(0, sizes.rowAt(start))];
    if (counts.length === 0 || this.lastNs < start || until[0] === 0) return;
    const step: WatchStep = { ns: 0, count: null, sizeBytes: null, immortal: false, absent: false };
    for (;;) {
      step.ns = Math.max(start, counts.times.get(row), sizes.times.get(sizeRow));
      step.count = valueOf(counts.values.get(row));
      step.sizeBytes = valueOf(sizes.values.get(sizeRow));
      step.immortal = kinds.get(row) === IMMORTAL;
      step.absent = step.count === null && !step.immortal;
      yield step;
      const next = row + 1 < until[0] ? counts.times.get(row + 1) : Infinity;
      const nextSize = sizeRow + 1 < until[1] ? sizes.times.get(sizeRow + 1) : Infinity;
      if (next === Infinity && nextSize === Infinity) return;
      if (next <= nextSize) row++;
      if (nextSize <= next) sizeRow++;
    }
  }

  /** All but what was seen of it. */
  kept(start: Ns, end: Ns): KeptWatch {
    const { process, id, expression, state, reason, rateHz, split, ended, types, replaced } = this;
    const times = Array.from({ length: replaced.length }, (_, i) => replaced.get(i));
    return {
      ...{ process, id, expression, state, reason, rateHz, split, ended, types: types.filter(({ ns }) => ns < end) },
      replaced: times.filter((ns) => ns >= start && ns < end),
    };
  }

  /** As it was, but for what was seen of it. */
  static of({ process, id, expression, state, reason, rateHz, split, ended, types, replaced }: KeptWatch): WatchTrack {
    const track = new WatchTrack(process, id, expression);
    Object.assign(track, { state, reason, rateHz, split, ended });
    track.types.push(...types);
    for (const ns of replaced) track.replaced.push(ns);
    return track;
  }

  series(start: Ns, end: Ns, points: number): WatchSeries {
    const until = Math.min(end, this.lastNs);
    const first = Math.max(0, this.counts.rowAt(start));
    const to = until < start ? first : this.counts.firstFrom(end);
    return to - first <= points ? this.raw(first, to, start, until) : this.bins(start, end, until, points);
  }

  private raw(from: number, to: number, start: Ns, until: Ns): WatchSeries {
    const rows = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    const values = Float64Array.from(rows, (i) => this.counts.values.get(i));
    const times = Float64Array.from(rows, (i) => Math.max(start, this.counts.times.get(i)));
    return { form: 'raw', times, min: values, max: values, last: values, until };
  }

  private bins(start: Ns, end: Ns, until: Ns, points: number): WatchSeries {
    const { counts } = this;
    const edge = (k: number): Ns => start + ((end - start) * k) / points;
    // Nothing is said of the time before the first look, nor of that after the last.
    const firstBin = Math.max(0, Math.floor(((counts.times.get(0) - start) / (end - start)) * points));
    const n = Math.max(0, Math.min(points, Math.ceil(((until - start) / (end - start)) * points)) - firstBin);
    const [times, min, max, last] = [0, 1, 2, 3].map(() => new Float64Array(n));
    let from = Math.max(0, counts.rowAt(edge(firstBin)));
    for (let k = 0; k < n; k++) {
      const to = Math.max(from + 1, counts.firstFrom(edge(firstBin + k + 1)));
      const found = counts.extremes(from, to);
      const none = found.min > found.max;
      times[k] = Math.max(edge(firstBin + k), counts.times.get(0));
      min[k] = none ? NaN : found.min;
      max[k] = none ? NaN : found.max;
      last[k] = counts.values.get(to - 1);
      // The value a bin begins with is the last of the bin before.
      from = to - 1;
    }
    return { form: 'bins', times, min, max, last, until };
  }
}

interface Rounds {
  count: number;
  sumNs: number;
  maxNs: number;
}

export interface WatchesQuery {
  start: Ns;
  end: Ns;
  px: number;
}

export class WatchStore {
  private readonly tracks: WatchTrack[] = [];
  /** By process, those of its present image. */
  private readonly byId = new Map<ProcIdx, Map<number, WatchTrack>>();
  private readonly rounds = new Map<ProcIdx, Rounds>();

  /** A process says HELLO: what was watched in the image before is no more. */
  startOver(process: ProcIdx): void {
    for (const track of this.byId.get(process)?.values() ?? []) track.end('the process became another program');
    this.byId.delete(process);
  }

  change(process: ProcIdx, change: WatchChange, ns: Ns): void {
    let known = this.byId.get(process);
    if (known === undefined) this.byId.set(process, (known = new Map<number, WatchTrack>()));
    let track = known.get(change.id);
    if (track?.expression !== change.expression) {
      if (this.tracks.length >= MOST_WATCHES) throw new ProtocolError(`more than ${MOST_WATCHES} watches`);
      track = new WatchTrack(process, change.id, change.expression);
      known.set(change.id, track);
      this.tracks.push(track);
    }
    track.change(change, ns);
  }

  round(process: ProcIdx, ns: Ns, round: RefcountRound): void {
    const known = this.byId.get(process);
    if (known === undefined) return;
    const rounds = this.rounds.get(process) ?? { count: 0, sumNs: 0, maxNs: 0 };
    this.rounds.set(process, rounds);
    rounds.count++;
    rounds.sumNs += round.costNs;
    rounds.maxNs = Math.max(rounds.maxNs, round.costNs);
    for (const row of round.rows) known.get(row.watch)?.look(ns, row);
  }

  /** Which process a watch is of, and by which number that process knows it; null for one that is no more. */
  find(watch: WatchIdx): { process: ProcIdx; id: number; expression: string } | null {
    const track = this.tracks[watch];
    if (track === undefined || track.ended || track.state === 'removed') return null;
    const { process, id, expression } = track;
    return { process, id, expression };
  }

  query(query: WatchesQuery): Pick<WatchesReply, 'start' | 'end' | 'watches' | 'rounds'> {
    const start = Math.min(query.start, query.end);
    const end = Math.max(query.start, query.end, start + 1);
    const points = Math.max(1, Math.min(Math.floor(query.px), MOST_POINTS));
    const watches = [...this.tracks.entries()]
      .filter(([, track]) => track.state !== 'removed')
      .map(([watch, track]) => ({ watch, ...track.figures(start, end), series: track.series(start, end, points) }));
    const rounds = [...this.rounds].map(([process, { count, sumNs, maxNs }]) => ({
      process,
      count,
      meanNs: count === 0 ? 0 : sumNs / count,
      maxNs,
    }));
    return { start, end, watches, rounds };
  }

  /** Each watch with what was seen of it from `start` on and before `end`, its last look at the end. */
  *kept({ start, end }: { start: Ns; end: Ns }): Generator<{ watch: KeptWatch; steps: WatchStep[] }> {
    for (const track of this.tracks) {
      const steps = Array.from(track.steps(start, end), (step) => ({ ...step }));
      const lastNs = Math.min(track.lastNs, end);
      if (steps.length > 0 && steps[steps.length - 1].ns < lastNs) steps.push({ ...steps.at(-1)!, ns: lastNs });
      yield { watch: track.kept(start, end), steps };
    }
  }

  *keptRounds(): Generator<{ process: ProcIdx } & Rounds> {
    for (const [process, rounds] of this.rounds) yield { process, ...rounds };
  }

  /** A watch as it was; returns what takes looks at it. */
  restore(kept: KeptWatch): Pick<WatchTrack, 'look'> {
    if (this.tracks.length >= MOST_WATCHES) throw new ProtocolError(`more than ${MOST_WATCHES} watches`);
    const track = WatchTrack.of(kept);
    this.tracks.push(track);
    if (!track.ended) {
      const known = this.byId.get(kept.process) ?? new Map<number, WatchTrack>();
      this.byId.set(kept.process, known.set(kept.id, track));
    }
    return track;
  }

  restoreRounds(process: ProcIdx, { count, sumNs, maxNs }: Rounds): void {
    this.rounds.set(process, { count, sumNs, maxNs });
  }

  /** What was seen of each watch from `start` on and before `end`; also of those that were removed. */
  *steps(start: Ns, end: Ns): Generator<{ watch: WatchIdx; process: ProcIdx; expression: string; step: WatchStep }> {
    for (const [watch, track] of this.tracks.entries())
      for (const step of track.steps(start, end))
        yield { watch, process: track.process, expression: track.expression, step };
  }

  /** Of a range; also those that were removed, as far as they were ever seen. */
  summary(start: Ns, end: Ns, pidOf: (process: ProcIdx) => number): SummaryWatch[] {
    return this.tracks.map((track) => {
      const of = track.figures(start, end);
      return {
        pid: pidOf(track.process),
        expression: of.expression,
        state: of.state,
        reason: of.reason,
        type: of.type,
        min: of.min,
        max: of.max,
        current: of.current,
        immortal: of.immortal,
        size_bytes: of.sizeBytes,
        replaced: of.replaced,
        split: of.split,
      };
    });
  }
}
