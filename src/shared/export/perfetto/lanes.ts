/**
 * What happens in one process, as lanes that go on step by step: states of a thread, who holds a GIL, how many wait for it.
 * merge.ts takes the steps in the order of time, so that what happens at one moment (one thread lets go, another takes) costs the moment once.
 */
import { IntervalFlag, ThreadState, type GilIdx, type Ns, type ThreadIdx } from '../../contract/types.ts';
import {
  ANNOTATION,
  CATEGORY,
  endedHow,
  nameOfThread,
  SLICE,
  sliceName,
  stateNotes,
  switchName,
} from '../trace/names.ts';
import type { Teller } from '../trace/teller.ts';
import type { ExportSource, HoldRow, IntervalRow, SwitchRow, WaitersRow } from '../types.ts';
import type { Encoded, Output } from './output.ts';
import { EventType } from './schema.ts';
import { Known, type Event, type Sequence } from './sequence.ts';

/** What the lanes of a process share. */
export interface Process {
  source: ExportSource;
  out: Output;
  sequence: Sequence;
  gils: Map<GilIdx, GilLane>;
  /** It has more than one. */
  several: boolean;
  teller: Teller;
  /** Threads that are in the file. */
  told: ReadonlySet<ThreadIdx>;
}

/** Who lets go comes first, so that arrows point forwards; numbers of waiters come last, when nothing else has told them. */
const TURN = { letsGo: 0, other: 1, waiters: 2 } as const;

/** Something that goes on in steps. */
export interface Lane {
  /** When the next step is; Infinity when it is over. */
  readonly at: Ns;
  /** Of several steps at one moment the lowest comes first. */
  readonly turn: number;
  step(): void;
}

/** The rows of an iterable one by one, null after the last. */
class Rows<T> {
  row: T | null = null;
  private readonly iterator: Iterator<T>;

  constructor(rows: Iterable<T>) {
    this.iterator = rows[Symbol.iterator]();
    this.next();
  }

  next(): void {
    const next = this.iterator.next();
    this.row = next.done === true ? null : next.value;
  }
}

/** The switches of one GIL. At most one is under way: a thread has let go, the next one has not taken. */
class Switches {
  private readonly rows: Rows<SwitchRow>;

  constructor(rows: Iterable<SwitchRow>) {
    this.rows = new Rows(rows);
  }

  /** Who takes it from that thread, if its drop now begins a switch. */
  takerAfter(thread: ThreadIdx, at: Ns): ThreadIdx | null {
    const { rows } = this;
    while (rows.row !== null && rows.row.at < at) rows.next();
    return rows.row !== null && rows.row.from === thread && rows.row.droppedAt === at ? rows.row.to : null;
  }
}

const NOT_TOLD = -1;
const NOBODY = -1;

/** How many threads wait for a GIL. Told with the event that changed it where there is one, else on its own. */
export class WaitersLane implements Lane {
  at: Ns;
  readonly turn = TURN.waiters;
  private readonly rows: Rows<WaitersRow>;

  constructor(
    private readonly process: Process,
    gil: GilIdx,
    private readonly track: number,
  ) {
    this.rows = new Rows(process.source.waiters(gil));
    this.at = this.rows.row?.at ?? Infinity;
  }

  /** The number from now on, if it changes now and was not told yet; else NOT_TOLD. */
  changeAt(at: Ns): number {
    if (this.at !== at) return NOT_TOLD;
    const { waiting } = this.rows.row!;
    this.next();
    return waiting;
  }

  /** As part of another event. */
  counter(waiting: number): Event['counter'] {
    return waiting === NOT_TOLD ? null : { track: this.track, value: waiting };
  }

  private next(): void {
    this.rows.next();
    this.at = this.rows.row?.at ?? Infinity;
  }

  step(): void {
    this.process.sequence.counter(this.at, this.track, this.rows.row!.waiting);
    this.next();
  }
}

/** Who holds a GIL, gilscope's own threads too. */
export class GilLane implements Lane {
  at: Ns;
  readonly turn = TURN.other;
  readonly switches: Switches;
  /** Arrows can be numbered by their GIL: one ends before the next begins. */
  readonly flow: number;
  private readonly rows: Rows<HoldRow>;
  private readonly begins: Known;
  private close: Encoded | null = null;
  private open = false;
  private holder: ThreadIdx | null = null;
  private before: ThreadIdx | null = null;

  constructor(
    private readonly process: Process,
    gil: GilIdx,
    private readonly track: number,
    readonly waiters: WaitersLane,
  ) {
    const { source, sequence } = process;
    this.flow = gil + 1;
    this.begins = new Known(sequence);
    this.rows = new Rows(source.holds(gil));
    this.switches = new Switches(source.switches(gil));
    this.at = this.rows.row?.start ?? Infinity;
  }

  /** Who held it last, other than that thread. */
  heldBefore(thread: ThreadIdx): ThreadIdx | null {
    return this.holder === thread ? this.before : this.holder;
  }

  step(): void {
    if (this.open) {
      this.close ??= this.process.sequence.encode({ type: EventType.end, track: this.track });
      this.process.sequence.write(this.at, this.close);
      this.open = false;
      this.rows.next();
    }
    const { row } = this.rows;
    if (row === null || row.start > this.at) {
      this.at = row?.start ?? Infinity;
      return;
    }
    this.begin(row);
    this.at = row.end;
    this.open = true;
  }

  private begin({ thread, flags, switched, site }: HoldRow): void {
    if (thread !== this.holder) {
      this.before = this.holder;
      this.holder = thread;
    }
    const how = flags * 2 + Number(switched);
    // A thread of the file says itself where.
    const source = this.process.told.has(thread) ? null : site;
    const who = thread + (source?.idx ?? 0) * 2 ** 18;
    const event =
      this.begins.get(who, how) ??
      this.begins.add(who, how, {
        source,
        ...{ type: EventType.begin, track: this.track, name: nameOfThread(this.process.source.thread(thread)) },
        category: switched ? CATEGORY.switched : CATEGORY.gil,
        notes: { [ANNOTATION.thread]: thread, [ANNOTATION.ended]: endedHow(flags) },
      });
    this.process.sequence.write(this.at, event);
  }
}

/** What a thread does with one GIL, or with none: events name that GIL's counter and arrows. */
class WithGil {
  readonly begins: Known;
  readonly ends: Known;
  readonly drops: Known;

  constructor(
    sequence: Sequence,
    readonly gil: GilLane | undefined,
  ) {
    this.begins = new Known(sequence);
    this.ends = new Known(sequence);
    this.drops = new Known(sequence);
  }
}

/** The states of one thread. Blocked is told by no slice. */
export class ThreadLane implements Lane {
  at: Ns;
  turn: number = TURN.other;
  private readonly rows: Rows<IntervalRow>;
  private readonly gils = new Map<GilIdx | null, WithGil>();
  private open = false;

  constructor(
    private readonly process: Process,
    private readonly thread: ThreadIdx,
    private readonly track: number,
  ) {
    this.rows = new Rows(process.source.intervals(thread));
    this.skip();
    this.at = this.rows.row?.start ?? Infinity;
  }

  /** To the next interval that is a slice. */
  private skip(): void {
    while (this.rows.row !== null && sliceName(this.rows.row) === null) {
      this.process.teller.untold(this.rows.row);
      this.rows.next();
      this.process.out.done++;
    }
  }

  step(): void {
    if (this.open) this.end(this.rows.row!);
    const { row } = this.rows;
    if (row === null || row.start > this.at) {
      this.at = row?.start ?? Infinity;
      return;
    }
    this.begin(row);
    this.at = row.end;
    this.open = true;
    this.turn = row.state === ThreadState.hold ? TURN.letsGo : TURN.other;
  }

  private withGil({ gil }: IntervalRow): WithGil {
    let found = this.gils.get(gil);
    if (found === undefined) {
      found = new WithGil(this.process.sequence, gil === null ? undefined : this.process.gils.get(gil));
      this.gils.set(gil, found);
    }
    return found;
  }

  private begin(row: IntervalRow): void {
    const { gil, begins } = this.withGil(row);
    const { start, state, flags, core } = row;
    const isWait = state === ThreadState.wait;
    const waiting = isWait && gil !== undefined ? gil.waiters.changeAt(start) : NOT_TOLD;
    // Small enough for the quick whole numbers of a Map: 3, 8 and 16 bits.
    const kind = state | (flags << 3) | ((core + 1) << 11);
    const detail = isWait ? waiting : (row.site?.idx ?? 0);
    const event = begins.get(kind, detail) ?? begins.add(kind, detail, this.beginOf(row, gil, waiting));
    this.process.sequence.write(start, event);
  }

  private beginOf(row: IntervalRow, gil: GilLane | undefined, waiting: number): Event {
    const { state, site } = row;
    const isHold = state === ThreadState.hold;
    const isWait = state === ThreadState.wait;
    return {
      ...{ type: EventType.begin, track: this.track, name: sliceName(row) ?? SLICE.unknown },
      ...{ source: isWait ? null : site, counter: gil?.waiters.counter(waiting) },
      category: isHold || isWait ? CATEGORY.gil : CATEGORY.released,
      notes: stateNotes(row, this.process.several),
      // Where no arrow is under way to it, none ends.
      flowEnd: isHold ? gil?.flow : null,
    };
  }

  private end(row: IntervalRow): void {
    const { gil, ends, drops } = this.withGil(row);
    const isWait = row.state === ThreadState.wait;
    const waiting = isWait && gil !== undefined ? gil.waiters.changeAt(this.at) : NOT_TOLD;
    const before = isWait && gil !== undefined ? gil.heldBefore(this.thread) : null;
    const kind = before ?? NOBODY;
    const event = ends.get(kind, waiting) ?? ends.add(kind, waiting, this.endOf(before, gil, waiting));
    this.process.sequence.write(this.at, event);
    if (row.state === ThreadState.hold && gil !== undefined) this.drop(gil, drops, row.flags);
    this.open = false;
    this.turn = TURN.other;
    this.rows.next();
    this.process.out.done++;
    this.skip();
  }

  private endOf(before: ThreadIdx | null, gil: GilLane | undefined, waiting: number): Event {
    const holder = before === null ? null : nameOfThread(this.process.source.thread(before));
    const counter = gil?.waiters.counter(waiting);
    return { type: EventType.end, track: this.track, counter, notes: { [ANNOTATION.heldBefore]: holder } };
  }

  /** A switch begins: an arrow from here, if who takes is in the file. */
  private drop(gil: GilLane, drops: Known, flags: number): void {
    const taker = gil.switches.takerAfter(this.thread, this.at);
    if (taker === null) return;
    const told = this.process.told.has(taker);
    const how = flags & IntervalFlag.preempted;
    const event =
      drops.get(how, Number(told)) ??
      drops.add(how, Number(told), {
        ...{ type: EventType.instant, track: this.track, name: switchName(flags), category: CATEGORY.gil },
        flow: told ? gil.flow : null,
      });
    this.process.sequence.write(this.at, event);
  }
}
