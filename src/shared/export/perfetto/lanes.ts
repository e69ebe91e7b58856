/**
 * What happens in one process, as lanes that go on step by step: states of a thread, who holds a GIL, how many wait for it.
 * merge.ts takes the steps in the order of time, so that what happens at one moment (one thread lets go, another takes) costs the moment once.
 */
import { ThreadState, type GilIdx, type Ns, type ThreadIdx } from '../../contract/types.ts';
import { ANNOTATION, CATEGORY, endedHow, nameOfThread, SLICE, sliceName, switchName } from '../trace/names.ts';
import type { ExportSource, HoldRow, IntervalRow, SwitchRow, WaitersRow } from '../types.ts';
import type { Output } from './output.ts';
import { EventType } from './schema.ts';
import { part, type Sequence } from './slices.ts';

/** What the lanes of a process share. */
export interface Process {
  source: ExportSource;
  out: Output;
  sequence: Sequence;
  gils: Map<GilIdx, GilLane>;
}

/** Something that goes on in steps. */
export interface Lane {
  /** When the next step is; Infinity when it is over. */
  readonly at: Ns;
  /** The next step ends a hold: of several at one moment that comes first, so that arrows point forwards. */
  readonly letsGo: boolean;
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

/** The switches of one GIL, numbered: the arrow of each goes from the thread that lets go to the one that takes. */
class Switches {
  private readonly rows: Rows<SwitchRow>;

  constructor(
    rows: Iterable<SwitchRow>,
    private flow: number,
  ) {
    this.rows = new Rows(rows);
  }

  /** The number of the switch that the drop of this thread begins now; null: it begins none. */
  droppedBy(thread: ThreadIdx, at: Ns): number | null {
    const row = this.from(at);
    return row !== null && row.from === thread && row.droppedAt === at ? this.flow : null;
  }

  /** The number of the switch that the take of this thread ends now, if its drop was told. */
  takenBy(thread: ThreadIdx, at: Ns): number | null {
    const row = this.from(at);
    return row !== null && row.to === thread && row.at === at ? this.flow : null;
  }

  /** The first that was not over before. */
  private from(at: Ns): SwitchRow | null {
    while (this.rows.row !== null && this.rows.row.at < at) {
      this.rows.next();
      this.flow++;
    }
    return this.rows.row;
  }
}

/** Arrows of each GIL have numbers of their own. */
const ARROWS_OF_A_GIL = 2 ** 32;

/** Who holds a GIL, gilscope's own threads too. */
export class GilLane implements Lane {
  at: Ns;
  letsGo = false;
  readonly switches: Switches;
  /** The number of the switch whose drop was told and whose take was not. */
  told: number | null = null;
  private readonly rows: Rows<HoldRow>;
  private open = false;
  private holder: ThreadIdx | null = null;
  private before: ThreadIdx | null = null;

  constructor(
    private readonly process: Process,
    gil: GilIdx,
    private readonly track: number,
  ) {
    const { source } = process;
    this.rows = new Rows(source.holds(gil));
    this.switches = new Switches(source.switches(gil), gil * ARROWS_OF_A_GIL + 1);
    this.at = this.rows.row?.start ?? Infinity;
  }

  /** Who held it last, other than that thread. */
  heldBefore(thread: ThreadIdx): ThreadIdx | null {
    return this.holder === thread ? this.before : this.holder;
  }

  step(): void {
    const { sequence, source } = this.process;
    if (this.open) {
      sequence.sliceEnd(this.at, this.track);
      this.open = false;
      this.rows.next();
    }
    const { row } = this.rows;
    if (row === null || row.start > this.at) {
      this.at = row?.start ?? Infinity;
      return;
    }
    if (row.thread !== this.holder) {
      this.before = this.holder;
      this.holder = row.thread;
    }
    const name = sequence.name(nameOfThread(source.thread(row.thread)));
    const category = sequence.category(row.switched ? CATEGORY.switched : CATEGORY.gil);
    const ended = endedHow(row.flags);
    const [key, text] = ended === null ? [0, 0] : [sequence.key(ANNOTATION.ended), sequence.string(ended)];
    const holder = sequence.key(ANNOTATION.thread);
    const writer = sequence.sliceBegin(this.at, this.track, name, category);
    part.uint(writer, holder, row.thread);
    if (ended !== null) part.string(writer, key, text);
    sequence.end();
    this.at = row.end;
    this.open = true;
  }
}

/** How many threads wait for a GIL. */
export class WaitersLane implements Lane {
  at: Ns;
  readonly letsGo = false;
  private readonly rows: Rows<WaitersRow>;

  constructor(
    private readonly process: Process,
    gil: GilIdx,
    private readonly track: number,
  ) {
    this.rows = new Rows(process.source.waiters(gil));
    this.at = this.rows.row?.at ?? Infinity;
  }

  step(): void {
    this.process.sequence.counter(this.at, this.track, this.rows.row!.waiting);
    this.rows.next();
    this.at = this.rows.row?.at ?? Infinity;
  }
}

/** The states of one thread. Blocked is told by no slice. */
export class ThreadLane implements Lane {
  at: Ns;
  letsGo = false;
  private readonly rows: Rows<IntervalRow>;
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
    this.letsGo = row.state === ThreadState.hold;
  }

  private begin(row: IntervalRow): void {
    const { sequence, gils } = this.process;
    const gil = row.gil === null ? undefined : gils.get(row.gil);
    const isHold = row.state === ThreadState.hold;
    const name = sequence.name(sliceName(row) ?? SLICE.unknown);
    const category = sequence.category(isHold || row.state === ThreadState.wait ? CATEGORY.gil : CATEGORY.released);
    const site = row.site === null || row.state === ThreadState.wait ? 0 : sequence.source(row.site);
    const core = row.core >= 0 && isHold ? sequence.key(ANNOTATION.core) : 0;
    const ended = isHold ? endedHow(row.flags) : null;
    const [key, text] = ended === null ? [0, 0] : [sequence.key(ANNOTATION.ended), sequence.string(ended)];
    const writer = sequence.sliceBegin(row.start, this.track, name, category);
    if (site !== 0) part.source(writer, site);
    if (core !== 0) part.uint(writer, core, row.core);
    if (ended !== null) part.string(writer, key, text);
    const flow = isHold ? (gil?.switches.takenBy(this.thread, row.start) ?? null) : null;
    if (flow !== null && gil!.told === flow) part.flowEnd(writer, flow);
    sequence.end();
  }

  private end(row: IntervalRow): void {
    const { out } = this.process;
    const gil = row.gil === null ? undefined : this.process.gils.get(row.gil);
    if (row.state === ThreadState.wait && gil !== undefined) this.endWait(gil);
    else this.process.sequence.sliceEnd(this.at, this.track);
    if (row.state === ThreadState.hold && gil !== undefined) this.drop(gil, row);
    this.open = this.letsGo = false;
    this.rows.next();
    out.done++;
    this.skip();
  }

  /** It says who had the GIL last. */
  private endWait(gil: GilLane): void {
    const { sequence, source } = this.process;
    const before = gil.heldBefore(this.thread);
    if (before === null) {
      sequence.sliceEnd(this.at, this.track);
      return;
    }
    const key = sequence.key(ANNOTATION.heldBefore);
    const name = sequence.string(nameOfThread(source.thread(before)));
    part.string(sequence.begin(this.at, EventType.end, this.track), key, name);
    sequence.end();
  }

  private drop(gil: GilLane, row: IntervalRow): void {
    const flow = gil.switches.droppedBy(this.thread, this.at);
    if (flow === null) return;
    gil.told = flow;
    this.process.sequence.instant(this.at, this.track, switchName(row.flags), CATEGORY.gil, flow);
  }
}
