/**
 * `chrome`: Trace Event JSON, for chrome://tracing, ui.perfetto.dev and whatever else reads it. One event on each line.
 * docs/exports.md says what stands in it. Times are microseconds since the start of the session, to the nanosecond.
 */
import { IntervalFlag, ThreadState, type Ns, type SiteInfo, type ThreadIdx } from '../../contract/types.ts';
import { functionLabel } from '../../functionNames.ts';
import { TextOutput } from '../textOutput.ts';
import { counterGroups, type Counter } from '../trace/counters.ts';
import { factsOf, headOf } from '../trace/head.ts';
import {
  ANNOTATION,
  CATEGORY,
  ENDED,
  endedHow,
  nameOfThread,
  orUnknown,
  severalGils,
  sliceName,
  stateNotes,
  switchName,
  waitersName,
  YES,
} from '../trace/names.ts';
import type { TraceRecord } from '../trace/records.ts';
import { Teller } from '../trace/teller.ts';
import type { ExportSource, FormatWriter, HoldRow, IntervalRow, Piece } from '../types.ts';
import { Ids, type Place } from './ids.ts';

/** `7` as `.007`. */
const FRACTIONS = Array.from({ length: 1000 }, (_, ns) => (ns === 0 ? '' : `.${String(ns).padStart(3, '0')}`));

/** Nanoseconds as microseconds. */
export function micros(ns: Ns): string {
  const whole = Math.round(ns);
  const us = Math.floor(whole / 1000);
  return `${us}${FRACTIONS[whole - us * 1000]}`;
}

/** Half characters are no text to many readers of JSON. */
const json = (value: unknown): string => JSON.stringify(value).replace(HALF, '$1\\ufffd');

/** What begins every trace, and no other file: src/shared/import knows it by this. */
export const CHROME_BEGINS = '{"displayTimeUnit":"ns",\n"otherData":{"recorded by":"gilscope ';
/** Name of the events that hold records: metadata, which other readers pass over. */
export const RECORD = 'gilscope';
/** Fields of its own, in the name of a lane: which one it is. */
export type LaneOf = 'gil' | 'thread' | 'functions' | 'marks';

/** An arrow begins within the hold that it comes from: at its end there is none. */
const WITHIN: Ns = 1;

/** As JSON writes it, where the backslash is not one of the text. */
const HALF = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

const placeOf = (site: SiteInfo) => ({
  ...{ where: functionLabel(site), file: site.file, line: site.line ?? site.firstLine, site: site.idx },
});

/** Of what had not ended, or whose end was lost. */
const notSeen = (open: boolean) => (open ? { [ANNOTATION.ended]: ENDED.open } : null);

class Trace {
  private readonly out = new TextOutput();
  private readonly ids: Ids;
  /** What is said of a slice, by what tells it apart. */
  private readonly said = new Map<number | string, string>();
  private readonly several: ReadonlySet<number>;
  private readonly teller: Teller;
  private first = true;

  constructor(private readonly source: ExportSource) {
    this.ids = new Ids(source);
    this.several = severalGils(source.gils);
    this.teller = new Teller(source, (record) => this.record(record));
  }

  private record(record: TraceRecord): void {
    this.named(RECORD, '"pid":0,"tid":0', record);
  }

  private event(text: string): void {
    this.out.put(this.first ? `{${text}}` : `,\n{${text}}`);
    this.first = false;
  }

  *pieces(): Generator<Piece> {
    const { source, out } = this;
    out.put(`{"displayTimeUnit":"ns",\n"otherData":${json(factsOf(source))},\n`);
    out.put(`"gilscope":${json(headOf(source))},\n"traceEvents":[\n`);
    this.processes();
    for (const record of this.teller.records()) {
      this.record(record);
      if (out.full) yield out.piece();
    }
    for (const { idx } of source.gils) yield* this.gil(idx);
    for (const { idx } of source.threads) yield* this.thread(idx);
    yield* this.counters();
    this.teller.end();
    out.put('\n]}\n');
    yield out.piece();
  }

  private named(what: string, ids: string, args: object): void {
    this.event(`"ph":"M",${ids},"name":"${what}","args":${json(args)}`);
  }

  private processes(): void {
    for (const { idx, pid, name } of this.source.processes) {
      const ids = `"pid":${this.ids.pid(idx)},"tid":0`;
      this.named('process_name', ids, { name: `${orUnknown(name)} (${pid})` });
      this.named('process_sort_index', ids, { sort_index: idx });
    }
  }

  private lane({ ids, name, rank }: Place, of: LaneOf, idx: number): void {
    this.named('thread_name', ids, { name, of, idx });
    this.named('thread_sort_index', ids, { sort_index: rank });
  }

  private slice({ ids }: Place, start: Ns, end: Ns, said: string): void {
    this.event(`"ph":"X",${ids},"ts":${micros(start)},"dur":${micros(end - start)},${said}`);
  }

  /** Who holds it; how many wait; an arrow for each switch between threads of the file. */
  private *gil(gil: number): Generator<Piece> {
    const { source, out } = this;
    const place = this.ids.gil(gil);
    this.lane(place, 'gil', gil);
    for (const row of source.holds(gil)) {
      this.slice(place, row.start, row.end, this.heldSaid(row));
      if (out.full) yield out.piece();
    }
    yield* this.arrows(gil);
    const info = source.gils.find(({ idx }) => idx === gil)!;
    const name = json(waitersName(info));
    for (const { at, waiting } of source.waiters(gil)) {
      this.event(`"ph":"C","pid":${place.pid},"ts":${micros(at)},"name":${name},"args":{"threads":${waiting}}`);
      if (out.full) yield out.piece();
    }
  }

  private heldSaid({ thread, flags, switched, site: where }: HoldRow): string {
    // A thread of the file says itself where.
    const site = this.ids.thread(thread) === null ? where : null;
    const key = -1 - ((((site?.idx ?? 0) * 2 ** 18 + thread) * 2 + Number(switched)) * 256 + flags);
    return this.saidOnce(key, () => {
      if (site !== null) this.teller.site(site.idx);
      const name = json(orUnknown(nameOfThread(this.source.thread(thread))));
      const category = switched ? CATEGORY.switched : CATEGORY.gil;
      const ended = { [ANNOTATION.ended]: endedHow(flags) ?? undefined };
      const notes = { [ANNOTATION.thread]: thread, ...ended, ...(site && placeOf(site)) };
      return `"name":${name},"cat":"${category}","args":${json(notes)}`;
    });
  }

  private saidOnce(key: number | string, say: () => string): string {
    let said = this.said.get(key);
    if (said === undefined) this.said.set(key, (said = say()));
    return said;
  }

  private *arrows(gil: number): Generator<Piece> {
    const { source, out } = this;
    let id = gil * 2 ** 32;
    for (const { at, from, to, droppedAt, preempted } of source.switches(gil)) {
      const [giver, taker] = [from === null ? null : this.ids.thread(from), this.ids.thread(to)];
      if (giver === null || taker === null || droppedAt === null || droppedAt - WITHIN < source.start) continue;
      const name = switchName(preempted ? IntervalFlag.preempted : IntervalFlag.voluntary);
      const same = `"id":${++id},"name":"${name}","cat":"${CATEGORY.gil}"`;
      this.event(`"ph":"s",${giver.ids},"ts":${micros(droppedAt - WITHIN)},${same}`);
      this.event(`"ph":"f","bp":"e",${taker.ids},"ts":${micros(at)},${same}`);
      if (out.full) yield out.piece();
    }
  }

  private *thread(thread: ThreadIdx): Generator<Piece> {
    const { source, out } = this;
    const place = this.ids.thread(thread)!;
    this.lane(place, 'thread', thread);
    for (const row of source.intervals(thread)) {
      out.done++;
      const name = sliceName(row);
      if (name === null) {
        this.teller.untold(row);
        continue;
      }
      this.slice(place, row.start, row.end, this.stateSaid(row, name));
      if (out.full) yield out.piece();
    }
    yield* this.functions(thread);
    yield* this.marks(thread);
  }

  private stateSaid(row: IntervalRow, name: string): string {
    const { state, flags, core, site: where, thread, gil } = row;
    const isHold = state === ThreadState.hold;
    const isWait = state === ThreadState.wait;
    const site: SiteInfo | null = isWait ? null : where;
    const several = this.several.has(this.source.thread(thread).process);
    const key = ((site?.idx ?? 0) * 2048 + state * 256 + flags) * 65537 + (isHold ? core + 1 : 0);
    return this.saidOnce(several ? `${key} ${gil}` : key, () => {
      if (site !== null) this.teller.site(site.idx);
      const notes = Object.entries(stateNotes(row, several)).filter(([, value]) => value !== null);
      const args = { ...(site && placeOf(site)), ...Object.fromEntries(notes) };
      const category = isHold || isWait ? CATEGORY.gil : CATEGORY.released;
      return `"name":"${name}","cat":"${category}","args":${json(args)}`;
    });
  }

  private *functions(thread: ThreadIdx): Generator<Piece> {
    const { out } = this;
    let place: Place | null = null;
    const said = new Map<number, string>();
    for (const { start, end, function: fn, open } of this.source.calls(thread)) {
      if (place === null) this.lane((place = this.ids.ofThread(thread, 'functions')), 'functions', thread);
      const key = (fn?.idx ?? 0) * 2 + Number(open);
      let text = said.get(key);
      if (text === undefined) {
        const name = json(orUnknown(fn?.qualname ?? fn?.name));
        if (fn !== null) this.teller.site(fn.idx);
        const args = { ...(fn && { file: fn.file, line: fn.firstLine, site: fn.idx }), ...notSeen(open) };
        text = `"name":${name},"cat":"${CATEGORY.functions}","args":${json(args)}`;
        said.set(key, text);
      }
      this.slice(place, start, end, text);
      if (out.full) yield out.piece();
    }
  }

  private *marks(thread: ThreadIdx): Generator<Piece> {
    const { out } = this;
    let place: Place | null = null;
    for (const { start, end, name, instant, open } of this.source.marks(thread)) {
      if (place === null) this.lane((place = this.ids.ofThread(thread, 'marks')), 'marks', thread);
      const args = json({ ...notSeen(open), ...(name === '' && { [ANNOTATION.nameless]: YES }) });
      const said = `"name":${json(orUnknown(name))},"cat":"${CATEGORY.marks}","args":${args}`;
      if (instant) this.event(`"ph":"i","s":"t",${place.ids},"ts":${micros(start)},${said}`);
      else this.slice(place, start, end, said);
      if (out.full) yield out.piece();
    }
  }

  private *counters(): Generator<Piece> {
    for (const { counters, points } of counterGroups(this.source)) {
      const heads = counters.map((counter) => this.counterHead(counter));
      for (const { at, values } of points) {
        for (let i = 0; i < heads.length; i++)
          if (!Number.isNaN(values[i])) this.event(`"ph":"C",${heads[i]}${values[i]}},"ts":${micros(at)}`);
        if (this.out.full) yield this.out.piece();
      }
    }
  }

  /** Counters stand under their process; those of the machine under number 0. */
  private counterHead({ process, thread, name, unit }: Counter): string {
    const pid = process === null ? 0 : this.ids.pid(process);
    const full = thread === null ? name : `${name} of ${nameOfThread(this.source.thread(thread))}`;
    return `"pid":${pid},"name":${json(full)},"args":{${json(unit)}:`;
  }
}

export const chrome: FormatWriter = (source) => new Trace(source).pieces();
