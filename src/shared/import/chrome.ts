/**
 * `chrome` traces that gilscope wrote, line by line: of src/engine/trace. The head comes first, then one event on each line; those that only
 * draw (arrows, counters of samples) are passed over.
 */
import { CHROME_BEGINS, RECORD, type LaneOf } from '../export/chrome/chrome.ts';
import { ANNOTATION, CATEGORY, waitersName } from '../export/trace/names.ts';
import type { Store } from '../model/store.ts';
import { TraceError } from './errors.ts';
import { Restorer } from './restore.ts';
import { endFlags, isOpen, markName, numberOf, stateOf, type Notes } from './slices.ts';

interface Lane {
  of: LaneOf;
  idx: number;
  /** Of its process where that has one only. */
  gil: number | null;
  /** Ends of the slices around the next one. */
  around: number[];
}

/** As it comes out of JSON. */
type Event = Partial<Record<string, unknown>>;

const LANES: readonly unknown[] = ['gil', 'thread', 'functions', 'marks'] satisfies LaneOf[];
const HEAD = '"gilscope":';
const EVENTS = '"traceEvents":[';
const LAST = ']}';

/** Whether a file that begins like this is gilscope's. */
export const isChromeTrace = (begin: string): boolean => begin.startsWith(CHROME_BEGINS);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TraceError('a line is no JSON');
  }
}

const asObject = (value: unknown): Event => (typeof value === 'object' && value !== null ? { ...value } : {});

/** Microseconds with nanoseconds behind the point. */
function nanoseconds(value: unknown): number {
  if (typeof value !== 'number' || !(Math.abs(value) < Number.MAX_SAFE_INTEGER / 1000))
    throw new TraceError('a time is no number');
  return Math.round(value * 1000);
}

export class ChromeReader {
  restorer: Restorer | null = null;
  private within = false;
  private over = false;
  private readonly lanes = new Map<string, Lane>();
  /** Counters of threads that wait, by process number and name. */
  private readonly waiters = new Map<string, number>();
  private readonly onlyGil = new Map<number, number | null>();

  constructor(private readonly store: Store) {}

  /** The next line, without its end. Throws TraceError. */
  line(text: string): void {
    if (this.over || text === '') return;
    if (this.within) this.eventLine(text);
    else if (text.startsWith(HEAD)) this.head(text.slice(HEAD.length, -1));
    else if (text === EVENTS) this.within = true;
  }

  private head(text: string): void {
    this.restorer = new Restorer(this.store, parsed(text));
    for (const { idx, process } of this.restorer.head.gils)
      this.onlyGil.set(process, this.onlyGil.has(process) ? null : idx);
  }

  private eventLine(text: string): void {
    if (text === LAST) this.over = true;
    else if (text !== ']') this.event(asObject(parsed(text.endsWith(',') ? text.slice(0, -1) : text)));
  }

  private get to(): Restorer {
    if (this.restorer === null) throw new TraceError('its events come before its head');
    return this.restorer;
  }

  private event(event: Event): void {
    switch (event.ph) {
      case 'X':
        this.slice(event);
        return;
      case 'C':
        this.counter(event);
        return;
      case 'i':
        this.instant(event);
        return;
      case 'M':
        this.metadata(event);
    }
  }

  private metadata({ pid, tid, name, args }: Event): void {
    const said = asObject(args);
    if (name === RECORD) this.to.record(said);
    if (name !== 'thread_name' || !LANES.includes(said.of)) return;
    const lane = { of: said.of as LaneOf, idx: numberOf(said, 'idx', -1), gil: null as number | null, around: [] };
    if (lane.of === 'gil') {
      const gil = this.to.head.gils.find(({ idx }) => idx === lane.idx);
      if (gil !== undefined) this.waiters.set(`${String(pid)} ${waitersName(gil)}`, lane.idx);
    } else {
      const thread = this.to.head.threads.find(({ idx }) => idx === lane.idx);
      if (thread === undefined) throw new TraceError(`it tells of thread ${lane.idx}, which it does not list`);
      lane.gil = this.onlyGil.get(thread.process) ?? null;
    }
    this.lanes.set(`${String(pid)}/${String(tid)}`, lane);
  }

  private laneOf({ pid, tid }: Event): Lane {
    const lane = this.lanes.get(`${String(pid)}/${String(tid)}`);
    if (lane === undefined) throw new TraceError('an event is in no lane');
    return lane;
  }

  private slice(event: Event): void {
    const lane = this.laneOf(event);
    const start = nanoseconds(event.ts);
    const end = start + nanoseconds(event.dur);
    const notes = asObject(event.args);
    const name = String(event.name);
    const { of, idx } = lane;
    if (of === 'gil')
      this.to.hold(
        idx,
        numberOf(notes, ANNOTATION.thread, -1),
        start,
        end,
        endFlags(notes),
        event.cat === CATEGORY.switched,
        numberOf(notes, 'site', 0),
      );
    else if (of === 'thread') {
      const { row, gil, ofGil } = stateOf(name, notes, numberOf(notes, 'site', 0));
      this.to.state(idx, start, end, row, ofGil ? (gil ?? lane.gil) : null);
    } else if (of === 'functions') this.call(lane, start, end, notes);
    else this.to.mark(idx, start, end, markName(name, notes), isOpen(notes));
  }

  private call({ idx, around }: Lane, start: number, end: number, notes: Notes): void {
    while (around.length > 0 && around[around.length - 1] <= start) around.pop();
    this.to.call(idx, around.length, start, end, numberOf(notes, 'site', 0), isOpen(notes));
    around.push(end);
  }

  private instant(event: Event): void {
    const { of, idx } = this.laneOf(event);
    if (of !== 'marks') return;
    const notes = asObject(event.args);
    this.to.mark(idx, nanoseconds(event.ts), null, markName(String(event.name), notes), false);
  }

  private counter({ pid, name, ts, args }: Event): void {
    const gil = this.waiters.get(`${String(pid)} ${String(name)}`);
    if (gil !== undefined) this.to.waiting(gil, nanoseconds(ts), numberOf(asObject(args), 'threads', -1));
  }
}
