/**
 * `perfetto` traces that gilscope wrote, packet by packet: of src/engine/trace. Packets that differ only in their time come by the million: each is
 * decoded once, by the protobuf library. Those that only draw (arrows, counters of samples) are passed over.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { descriptor, EventType, numberOf } from '../export/perfetto/schema.ts';
import { TRACK, TRACK_STEP } from '../export/perfetto/tracks.ts';
import { ANNOTATION, CATEGORY } from '../export/trace/names.ts';
import type { Store } from '../model/store.ts';
import { TraceError } from './errors.ts';
import { PerfettoEvents, type Decoded, type Named } from './perfettoEvents.ts';
import { Restorer } from './restore.ts';
import { endFlags, isOpen, markName, numberOf as noted, stateOf, type Notes } from './slices.ts';

/** One byte each: their numbers are below 16. */
const PACKET = (numberOf('Trace', 'packet') << 3) | 2;
const TIMESTAMP = numberOf('TracePacket', 'timestamp') << 3;

/** zlib's; throws for what is damaged, or larger than it should be. */
export type Inflate = (bytes: Uint8Array) => Uint8Array;

/** Each byte a character of its own: packets as keys of a Map. */
const KEYS = new TextDecoder('latin1');

interface Open {
  start: number;
  name: string;
  category: string;
  notes: Notes;
  site: number;
}

interface Mark {
  start: number;
  end: number | null;
  name: string;
  open: boolean;
}

/** What goes on in a track. */
interface TrackState {
  of: number;
  idx: number;
  open: Open[];
  /** In the order of their begin. */
  marks: Mark[];
}

export class PerfettoReader {
  restorer: Restorer | null = null;
  private readonly tracks = new Map<number, TrackState>();
  private readonly onlyGil = new Map<number, number | null>();
  private readonly processOf = new Map<number, number>();
  private readonly events = new PerfettoEvents();

  constructor(
    private readonly store: Store,
    private readonly inflate: Inflate,
  ) {}

  /** A packet of the file, without what says its length. Throws TraceError. */
  packet(bytes: Uint8Array): void {
    const { compressedPackets } = this.decode(bytes);
    if (compressedPackets === undefined || compressedPackets.length === 0)
      throw new TraceError('a packet is not packed as gilscope packs them');
    this.packets(this.inflated(compressedPackets));
  }

  private inflated(bytes: Uint8Array): Uint8Array {
    try {
      return this.inflate(bytes);
    } catch {
      throw new TraceError('packed packets are damaged (their checksum or packing is wrong)');
    }
  }

  private decode(bytes: Uint8Array): Decoded {
    try {
      return fromBinary(descriptor('TracePacket'), bytes) as unknown as Decoded;
    } catch {
      throw new TraceError('a packet is damaged');
    }
  }

  private packets(bytes: Uint8Array): void {
    let at = 0;
    const varint = (): number => {
      let [value, scale] = [0, 1];
      for (; at < bytes.length && scale < 2 ** 53; scale *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
      throw new TraceError('a number of a packet is damaged');
    };
    while (at < bytes.length) {
      if (bytes[at++] !== PACKET) throw new TraceError('packets are damaged');
      const length = varint();
      const end = at + length;
      if (end > bytes.length) throw new TraceError('packets are damaged');
      if (bytes[at] === TIMESTAMP) {
        at++;
        const step = varint();
        this.timed(step, KEYS.decode(bytes.subarray(at, end)), () => this.decode(bytes.subarray(at, end)));
      } else this.untimed(this.decode(bytes.subarray(at, end)));
      at = end;
    }
  }

  private untimed(packet: Decoded): void {
    if (packet.gilscopeRecord !== undefined && packet.gilscopeRecord !== '') this.record(packet.gilscopeRecord);
    else if (packet.clockSnapshot !== undefined && this.restorer !== null)
      this.events.begin(packet, BigInt(this.restorer.head.originNs));
    else if (packet.internedData !== undefined) this.events.intern(packet);
  }

  private record(text: string): void {
    let told: unknown;
    try {
      told = JSON.parse(text);
    } catch {
      throw new TraceError('a record is no JSON');
    }
    if (this.restorer === null) this.head(told);
    else this.restorer.record(told);
  }

  private head(told: unknown): void {
    const { head } = (this.restorer = new Restorer(this.store, told));
    for (const { idx, process } of head.gils) this.onlyGil.set(process, this.onlyGil.has(process) ? null : idx);
    for (const { idx, process } of head.threads) this.processOf.set(idx, process);
  }

  private get to(): Restorer {
    if (this.restorer === null) throw new TraceError('its events come before its head');
    return this.restorer;
  }

  private timed(step: number, key: string, decode: () => Decoded): void {
    const event = this.events.event(step, key, decode);
    if (event === null) return;
    const { at, said } = event;
    for (const { track, value } of said.counters) this.counter(track, at, value);
    if (said.type === EventType.begin) this.begin(this.track(said.track), at, said);
    else if (said.type === EventType.end) this.end(this.track(said.track), at);
    else if (said.type === EventType.instant) this.instant(this.track(said.track), at, said);
  }

  private track(number: number): TrackState {
    let track = this.tracks.get(number);
    if (track === undefined) {
      const of = number % TRACK_STEP;
      track = { of, idx: (number - of) / TRACK_STEP, open: [], marks: [] };
      this.tracks.set(number, track);
    }
    return track;
  }

  private counter(number: number, at: number, value: number): void {
    const of = number % TRACK_STEP;
    if (of === TRACK.waiters) this.to.waiting((number - of) / TRACK_STEP, at, value);
  }

  private begin(track: TrackState, at: number, { name, category, notes, site }: Named): void {
    if (track.of !== TRACK.functions && track.of !== TRACK.marks && track.open.length > 0)
      throw new TraceError('a state begins within another');
    track.open.push({ start: at, name, category, notes, site });
    if (track.of === TRACK.marks)
      track.marks.push({ start: at, end: at, name: markName(name, notes), open: isOpen(notes) });
  }

  private instant({ of, marks }: TrackState, at: number, { name, notes }: Named): void {
    if (of === TRACK.marks) marks.push({ start: at, end: null, name: markName(name, notes), open: false });
  }

  private end(track: TrackState, at: number): void {
    const { of, idx, open } = track;
    const slice = open.pop();
    if (slice === undefined) throw new TraceError('a slice ends that had not begun');
    const { start, name, category, notes, site } = slice;
    if (of === TRACK.thread) {
      const { row, gil, ofGil } = stateOf(name, notes, site);
      const only = this.onlyGil.get(this.processOf.get(idx) ?? -1) ?? null;
      this.to.state(idx, start, at, row, ofGil ? (gil ?? only) : null);
    } else if (of === TRACK.gil)
      this.to.hold(
        idx,
        noted(notes, ANNOTATION.thread, -1),
        start,
        at,
        endFlags(notes),
        category === CATEGORY.switched,
        site,
      );
    else if (of === TRACK.functions) this.to.call(idx, open.length, start, at, site, isOpen(notes));
    else if (of === TRACK.marks) this.endMark(track, slice, at);
  }

  private endMark({ marks }: TrackState, { start, notes }: Open, at: number): void {
    // The last that has not ended: those within it have.
    const mark = marks.findLast((one) => one.end === one.start && one.start === start);
    if (mark === undefined) return;
    const lasts = noted(notes, ANNOTATION.lasts, -1);
    mark.end = lasts < 0 ? at : start + lasts;
  }

  /** Nothing more comes. */
  finish(): void {
    for (const { of, idx, marks } of this.tracks.values())
      if (of === TRACK.marks) for (const { start, end, name, open } of marks) this.to.mark(idx, start, end, name, open);
    this.to.finish();
  }
}
