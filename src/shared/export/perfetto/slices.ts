/**
 * One sequence of packets: its own clock, which each packet only moves on, and its own numbers for names that come again. Packets of events
 * are many, so they are written field by field; their field numbers are those of schema.ts.
 */
import { WireType, type BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Ns, SiteInfo } from '../../contract/types.ts';
import { orUnknown } from '../trace/names.ts';
import type { Output } from './output.ts';
import { ClockId, EventType, numberOf, SequenceFlag } from './schema.ts';

const varint = (number: number): number => (number << 3) | WireType.Varint;
const nested = (number: number): number => (number << 3) | WireType.LengthDelimited;
const fixed = (number: number): number => (number << 3) | WireType.Bit64;

const TIMESTAMP = varint(numberOf('TracePacket', 'timestamp'));
const SEQUENCE = varint(numberOf('TracePacket', 'trusted_packet_sequence_id'));
const FLAGS = varint(numberOf('TracePacket', 'sequence_flags'));
const EVENT = nested(numberOf('TracePacket', 'track_event'));
const TYPE = varint(numberOf('TrackEvent', 'type'));
const TRACK = varint(numberOf('TrackEvent', 'track_uuid'));
const NAME = varint(numberOf('TrackEvent', 'name_iid'));
const CATEGORY = varint(numberOf('TrackEvent', 'category_iids'));
const SOURCE = varint(numberOf('TrackEvent', 'source_location_iid'));
const INTEGER = varint(numberOf('TrackEvent', 'counter_value'));
const DOUBLE = fixed(numberOf('TrackEvent', 'double_counter_value'));
const FLOW = fixed(numberOf('TrackEvent', 'flow_ids'));
const FLOW_END = fixed(numberOf('TrackEvent', 'terminating_flow_ids'));
const ANNOTATION = nested(numberOf('TrackEvent', 'debug_annotations'));
const KEY = varint(numberOf('DebugAnnotation', 'name_iid'));
const UINT = varint(numberOf('DebugAnnotation', 'uint_value'));
const STRING = varint(numberOf('DebugAnnotation', 'string_value_iid'));

/** Arrows have 64 bits. */
function flowOf(writer: BinaryWriter, flow: number): void {
  writer.fixed32(flow >>> 0).fixed32(Math.floor(flow / 2 ** 32));
}

const MAX_U32 = 0xffffffff;

function number(writer: BinaryWriter, value: number): void {
  if (value <= MAX_U32) writer.uint32(value);
  else writer.uint64(BigInt(value));
}

/** Numbers of what comes again, from 1. */
class Interned<K> {
  private readonly numbers = new Map<K, number>();

  /** @param tell called once for each, with its number */
  of(key: K, tell: (iid: number) => void): number {
    let iid = this.numbers.get(key);
    if (iid === undefined) {
      iid = this.numbers.size + 1;
      this.numbers.set(key, iid);
      tell(iid);
    }
    return iid;
  }
}

export class Sequence {
  private readonly names = new Interned<string>();
  private readonly categories = new Interned<string>();
  private readonly keys = new Interned<string>();
  private readonly strings = new Interned<string>();
  private readonly sources = new Interned<number>();
  private now: Ns;

  /** @param originNs absolute time of session time 0 */
  constructor(
    private readonly out: Output,
    private readonly id: number,
    originNs: bigint,
    start: Ns,
  ) {
    this.now = Math.round(start);
    const timestamp = originNs + BigInt(Math.round(start));
    out.packet({
      trustedPacketSequenceId: id,
      sequenceFlags: SequenceFlag.cleared,
      firstPacketOnSequence: true,
      clockSnapshot: {
        clocks: [
          { clockId: ClockId.steps, timestamp, isIncremental: true },
          { clockId: ClockId.monotonic, timestamp },
        ],
      },
      tracePacketDefaults: { timestampClockId: ClockId.steps },
    });
  }

  private intern(field: string, entry: object): void {
    this.out.packet({
      trustedPacketSequenceId: this.id,
      sequenceFlags: SequenceFlag.needsState,
      internedData: { [field]: [entry] },
    });
  }

  name(name: string): number {
    return this.names.of(name, (iid) => this.intern('eventNames', { iid: BigInt(iid), name }));
  }

  category(name: string): number {
    return this.categories.of(name, (iid) => this.intern('eventCategories', { iid: BigInt(iid), name }));
  }

  key(name: string): number {
    return this.keys.of(name, (iid) => this.intern('debugAnnotationNames', { iid: BigInt(iid), name }));
  }

  string(text: string): number {
    return this.strings.of(text, (iid) =>
      this.intern('debugAnnotationStringValues', { iid: BigInt(iid), str: new TextEncoder().encode(text) }),
    );
  }

  /** Of a place in the program; its index tells it apart. */
  source(site: Omit<SiteInfo, 'line'> & { line?: number | null }): number {
    return this.sources.of(site.idx, (iid) =>
      this.intern('sourceLocations', {
        iid: BigInt(iid),
        fileName: site.file,
        functionName: orUnknown(site.qualname ?? site.name),
        lineNumber: site.line ?? site.firstLine,
      }),
    );
  }

  /** Begins an event; what it says is written next, then `end`. Numbers of names are asked for before. */
  begin(at: Ns, type: number, track: number): BinaryWriter {
    const ns = Math.max(this.now, Math.round(at));
    const writer = this.out.begin();
    writer.uint32(TIMESTAMP);
    number(writer, ns - this.now);
    this.now = ns;
    writer.uint32(SEQUENCE).uint32(this.id).uint32(FLAGS).uint32(SequenceFlag.needsState);
    writer.uint32(EVENT).fork().uint32(TYPE).uint32(type).uint32(TRACK).uint32(track);
    return writer;
  }

  end(): void {
    this.out.writer.join().join();
  }

  sliceBegin(at: Ns, track: number, name: number, category: number): BinaryWriter {
    return this.begin(at, EventType.begin, track).uint32(NAME).uint32(name).uint32(CATEGORY).uint32(category);
  }

  sliceEnd(at: Ns, track: number): void {
    this.begin(at, EventType.end, track);
    this.end();
  }

  instant(at: Ns, track: number, name: string, category: string, flow?: number): void {
    const [nameIid, categoryIid] = [this.name(name), this.category(category)];
    const writer = this.begin(at, EventType.instant, track)
      .uint32(NAME)
      .uint32(nameIid)
      .uint32(CATEGORY)
      .uint32(categoryIid);
    if (flow !== undefined) part.flow(writer, flow);
    this.end();
  }

  counter(at: Ns, track: number, value: number): void {
    const writer = this.begin(at, EventType.counter, track);
    // As a varint, where that says it: sign and fraction need more.
    if (Number.isInteger(value) && value >= 0) {
      writer.uint32(INTEGER);
      number(writer, value);
    } else writer.uint32(DOUBLE).double(value);
    this.end();
  }
}

/** The parts of an event, written between `begin` and `end`. */
export const part = {
  source(writer: BinaryWriter, iid: number): void {
    writer.uint32(SOURCE).uint32(iid);
  },
  flow(writer: BinaryWriter, flow: number): void {
    flowOf(writer.uint32(FLOW), flow);
  },
  flowEnd(writer: BinaryWriter, flow: number): void {
    flowOf(writer.uint32(FLOW_END), flow);
  },
  uint(writer: BinaryWriter, key: number, value: number): void {
    writer.uint32(ANNOTATION).fork().uint32(KEY).uint32(key).uint32(UINT).uint32(value).join();
  },
  string(writer: BinaryWriter, key: number, text: number): void {
    writer.uint32(ANNOTATION).fork().uint32(KEY).uint32(key).uint32(STRING).uint32(text).join();
  },
};
