/**
 * `perfetto`: a trace of TrackEvents, for ui.perfetto.dev and trace_processor. docs/exports.md says what stands in it, schema.ts in which fields.
 * Packets are compressed in pieces: the same shapes come again and again. Called by src/engine/export.
 */
import type { ThreadIdx } from '../../contract/basics.ts';
import { counterGroups } from '../trace/counters.ts';
import { factsOf, headOf } from '../trace/head.ts';
import { CATEGORY, orUnknown } from '../trace/names.ts';
import type { ExportSource, FormatWriter, Piece } from '../types.ts';
import { GilLane, ThreadLane, WaitersLane, type Lane, type Process } from './lanes.ts';
import { Merge } from './merge.ts';
import { Output, type Deflate } from './output.ts';
import { ClockId, EventType } from './schema.ts';
import { part, Sequence } from './slices.ts';
import { Tracks } from './tracks.ts';

class Trace {
  private readonly out: Output;
  private readonly tracks: Tracks;
  private sequences = 0;

  constructor(
    private readonly source: ExportSource,
    deflate: Deflate,
  ) {
    this.out = new Output(deflate);
    this.tracks = new Tracks(source, this.out);
  }

  private sequence(): Sequence {
    return new Sequence(this.out, ++this.sequences, this.source.originNs, this.source.start);
  }

  *pieces(): Generator<Piece> {
    const { source, out } = this;
    this.clocks();
    const session = this.tracks.session();
    for (const { idx } of source.processes) yield* this.process(idx);
    for (const { idx } of source.threads) yield* this.ofThread(idx);
    yield* this.counters();
    this.about(session);
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
    const process: Process = { source, out, sequence: this.sequence(), gils: new Map() };
    const lanes: Lane[] = [];
    for (const gil of source.gils) {
      if (gil.process !== idx) continue;
      const { strip, waiters } = tracks.gil(gil.idx);
      const lane = new GilLane(process, gil.idx, strip);
      process.gils.set(gil.idx, lane);
      lanes.push(lane, new WaitersLane(process, gil.idx, waiters));
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
    for (const { start, end, function: fn } of this.source.calls(thread)) {
      calls ??= new Nested(this.sequence(), this.tracks.ofThread(thread, 'functions'));
      calls.endBefore(start);
      const name = calls.sequence.name(orUnknown(fn?.qualname ?? fn?.name));
      const category = calls.sequence.category(CATEGORY.functions);
      const source = fn === null ? 0 : calls.sequence.source(fn);
      const writer = calls.sequence.sliceBegin(start, calls.track, name, category);
      if (source !== 0) part.source(writer, source);
      calls.sequence.end();
      calls.began(end);
      if (this.out.full) yield this.out.piece();
    }
    calls?.endBefore(Infinity);
  }

  private *marks(thread: ThreadIdx): Generator<Piece> {
    let marks: Nested | null = null;
    for (const { start, end, name, instant } of this.source.marks(thread)) {
      marks ??= new Nested(this.sequence(), this.tracks.ofThread(thread, 'marks'));
      marks.endBefore(start);
      if (instant) marks.sequence.instant(start, marks.track, orUnknown(name), CATEGORY.marks);
      else {
        const [nameIid, category] = [marks.sequence.name(orUnknown(name)), marks.sequence.category(CATEGORY.marks)];
        marks.sequence.sliceBegin(start, marks.track, nameIid, category);
        marks.sequence.end();
        marks.began(end);
      }
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

  /** The recording as a whole: for people, and for gilscope to read the file again. */
  private about(track: number): void {
    const { source, out } = this;
    const head = { ...headOf(source), tracks: this.tracks.list };
    const facts = { ...factsOf(source), 'for gilscope': JSON.stringify(head) };
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

/** Slices within slices of one track, told by their begins: their ends are put in where they belong. */
class Nested {
  private readonly ends: number[] = [];

  constructor(
    readonly sequence: Sequence,
    readonly track: number,
  ) {}

  began(end: number): void {
    // What is within another cannot last longer.
    this.ends.push(Math.min(end, this.ends.at(-1) ?? Infinity));
  }

  /** Ends what has ended by then. */
  endBefore(at: number): void {
    while (this.ends.length > 0 && this.ends.at(-1)! <= at) this.sequence.sliceEnd(this.ends.pop()!, this.track);
  }
}

/** @param deflate zlib's; at a level that is quick */
export const perfetto =
  (deflate: Deflate): FormatWriter =>
  (source) =>
    new Trace(source, deflate).pieces();
