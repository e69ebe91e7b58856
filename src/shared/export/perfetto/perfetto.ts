/**
 * `perfetto`: a trace of TrackEvents, for ui.perfetto.dev and trace_processor. docs/exports.md says what stands in it, schema.ts in which fields.
 * Packets are compressed in pieces: the same shapes come again and again. Called by src/engine/export.
 */
import type { Ns, ThreadIdx } from '../../contract/basics.ts';
import { counterGroups } from '../trace/counters.ts';
import { factsOf, headOf } from '../trace/head.ts';
import { ANNOTATION, CATEGORY, ENDED, orUnknown, severalGils, YES } from '../trace/names.ts';
import { Teller } from '../trace/teller.ts';
import type { ExportSource, FormatWriter, Piece } from '../types.ts';
import { GilLane, ThreadLane, WaitersLane, type Lane, type Process } from './lanes.ts';
import { Merge } from './merge.ts';
import { Output, type Deflate, type Encoded } from './output.ts';
import { ClockId, EventType } from './schema.ts';
import { Known, Sequence, type Event } from './sequence.ts';
import { Tracks } from './tracks.ts';

class Trace {
  private readonly out: Output;
  private readonly tracks: Tracks;
  private readonly teller: Teller;
  private readonly several: ReadonlySet<number>;
  private sequences = 0;

  constructor(
    private readonly source: ExportSource,
    deflate: Deflate,
  ) {
    this.out = new Output(deflate);
    this.tracks = new Tracks(source, this.out);
    this.teller = new Teller(source, (record) => this.out.record(record));
    this.several = severalGils(source.gils);
  }

  private sequence(): Sequence {
    return new Sequence(this.out, ++this.sequences, this.teller, this.source);
  }

  *pieces(): Generator<Piece> {
    const { source, out } = this;
    this.clocks();
    out.record(headOf(source));
    for (const record of this.teller.records()) {
      out.record(record);
      if (out.full) yield out.piece();
    }
    // By itself: a file that is cut short can be read as far as it goes.
    yield out.piece();
    const session = this.tracks.session();
    for (const { idx } of source.processes) yield* this.process(idx);
    for (const { idx } of source.threads) yield* this.ofThread(idx);
    yield* this.counters();
    this.about(session);
    this.teller.end();
    yield out.piece();
  }

  /** The monotonic clock is that of the trace; what the wall clock showed then is known too. */
  private clocks(): void {
    const { originNs, created } = this.source;
    const wall = Date.parse(created);
    const clocks: { clockId: number; timestamp: bigint }[] = [{ clockId: ClockId.monotonic, timestamp: originNs }];
    if (!Number.isNaN(wall)) clocks.push({ clockId: ClockId.realtime, timestamp: BigInt(wall) * 1_000_000n });
    this.out.packet({ clockSnapshot: { clocks, primaryTraceClock: ClockId.monotonic } });
  }

  private *process(idx: number): Generator<Piece> {
    const { source, out, tracks } = this;
    tracks.process(idx);
    const told = new Set(source.threads.map((thread) => thread.idx));
    const { teller } = this;
    const several = this.several.has(idx);
    const process: Process = { source, out, sequence: this.sequence(), gils: new Map(), several, teller, told };
    const lanes: Lane[] = [];
    for (const gil of source.gils) {
      if (gil.process !== idx) continue;
      const { strip, waiters } = tracks.gil(gil.idx);
      const waitersLane = new WaitersLane(process, gil.idx, waiters);
      const lane = new GilLane(process, gil.idx, strip, waitersLane);
      process.gils.set(gil.idx, lane);
      lanes.push(lane, waitersLane);
    }
    for (const thread of source.threads)
      if (thread.process === idx) lanes.push(new ThreadLane(process, thread.idx, tracks.thread(thread.idx)));
    const merge = new Merge(lanes);
    while (merge.step()) if (out.full) yield out.piece();
  }

  private *ofThread(thread: ThreadIdx): Generator<Piece> {
    yield* this.functions(thread);
    yield* this.marks(thread);
  }

  private *functions(thread: ThreadIdx): Generator<Piece> {
    let calls: Nested | null = null;
    for (const { start, end, function: fn, open } of this.source.calls(thread)) {
      calls ??= new Nested(this.sequence(), this.tracks.ofThread(thread, 'functions'));
      const name = orUnknown(fn?.qualname ?? fn?.name);
      const notes = { [ANNOTATION.ended]: open ? ENDED.open : null };
      calls.slice(start, end, open ? null : (fn?.idx ?? 0), { name, category: CATEGORY.functions, source: fn, notes });
      if (this.out.full) yield this.out.piece();
    }
    calls?.endBefore(Infinity);
  }

  private *marks(thread: ThreadIdx): Generator<Piece> {
    let marks: Nested | null = null;
    for (const { start, end, name, instant, open } of this.source.marks(thread)) {
      marks ??= new Nested(this.sequence(), this.tracks.ofThread(thread, 'marks'));
      const notes = {
        [ANNOTATION.ended]: open ? ENDED.open : null,
        [ANNOTATION.nameless]: name === '' ? YES : null,
        [ANNOTATION.lasts]: !instant && end > marks.end(start) ? Math.round(end - start) : null,
      };
      const told = { name: orUnknown(name), category: CATEGORY.marks, notes };
      if (instant) marks.instant(start, told);
      else marks.slice(start, end, null, told);
      if (this.out.full) yield this.out.piece();
    }
    marks?.endBefore(Infinity);
  }

  private *counters(): Generator<Piece> {
    for (const { counters, points } of counterGroups(this.source)) {
      let tracks: number[] | null = null;
      let sequence: Sequence | null = null;
      for (const { at, values } of points) {
        sequence ??= this.sequence();
        tracks ??= counters.map((counter) => this.tracks.counter(counter));
        for (let i = 0; i < tracks.length; i++)
          if (!Number.isNaN(values[i])) sequence.counter(at, tracks[i], values[i]);
        if (this.out.full) yield this.out.piece();
      }
    }
  }

  /** The recording as a whole: for people, and as JSON for programs: what each track is of. */
  private about(track: number): void {
    const { source, out } = this;
    const facts = { ...factsOf(source), 'for programs': JSON.stringify({ tracks: this.tracks.list }) };
    out.packet({
      timestamp: source.originNs + BigInt(Math.round(source.start)),
      timestampClockId: ClockId.monotonic,
      trustedPacketSequenceId: ++this.sequences,
      trackEvent: {
        type: EventType.instant,
        trackUuid: BigInt(track),
        name: 'about this recording',
        categories: [CATEGORY.gilscope],
        debugAnnotations: Object.entries(facts).map(([name, stringValue]) => ({ name, stringValue })),
      },
    });
  }
}

type Told = Pick<Event, 'name' | 'category' | 'source' | 'notes'>;

/** Slices within slices of one track, told by their begins: their ends are put in where they belong. */
class Nested {
  private readonly ends: number[] = [];
  private readonly known: Known;
  private close: Encoded | null = null;

  constructor(
    private readonly sequence: Sequence,
    private readonly track: number,
  ) {
    this.known = new Known(sequence);
  }

  /** @param key of those that come again */
  slice(start: Ns, end: Ns, key: number | null, told: Told): void {
    const { track } = this;
    this.endBefore(start);
    const known = key === null ? undefined : this.known.get(EventType.begin, key);
    if (known !== undefined) this.sequence.write(start, known);
    else this.first(start, key, { type: EventType.begin, track, ...told });
    // What is within another cannot last longer.
    this.ends.push(Math.min(end, this.ends.at(-1) ?? Infinity));
  }

  private first(start: Ns, key: number | null, event: Event): void {
    const { known, sequence } = this;
    sequence.write(start, key === null ? sequence.encode(event) : known.add(EventType.begin, key, event));
  }

  instant(at: Ns, told: Told): void {
    this.endBefore(at);
    this.sequence.tell(at, { type: EventType.instant, track: this.track, ...told });
  }

  /** Where what is around a slice that begins then ends; what is within cannot be told to last longer. */
  end(start: Ns): Ns {
    return this.ends.findLast((end) => end > start) ?? Infinity;
  }

  endBefore(at: Ns): void {
    const { ends, sequence, track } = this;
    while (ends.length > 0 && ends.at(-1)! <= at) {
      this.close ??= sequence.encode({ type: EventType.end, track });
      sequence.write(ends.pop()!, this.close);
    }
  }
}

/** @param deflate zlib's; at a level that is quick */
export const perfetto =
  (deflate: Deflate): FormatWriter =>
  (source) =>
    new Trace(source, deflate).pieces();
