/**
 * One sequence of packets: its own clock, which each packet only moves on, and its own numbers for names that come again.
 * Used by lanes.ts and perfetto.ts.
 */
import type { Ns, SiteInfo } from '../../contract/types.ts';
import { orUnknown } from '../trace/names.ts';
import type { Teller } from '../trace/teller.ts';
import type { ExportSource } from '../types.ts';
import { encode, Encoded, type Fields, type Output } from './output.ts';
import { ClockId, EventType, SequenceFlag } from './schema.ts';

/** What an event says, but for its time. */
export interface Event {
  type: number;
  track: number;
  name?: string;
  category?: string;
  source?: SourceOf | null;
  /** What it says beside its name, by name. */
  notes?: Record<string, string | number | null>;
  /** Values of counters from now on. */
  counter?: { track: number; value: number } | null;
  /** An arrow begins here, or ends: its number can be used again when it has. */
  flow?: number | null;
  flowEnd?: number | null;
}

/** A place in the program, or a function of it. */
type SourceOf = Omit<SiteInfo, 'line'> & { line?: number | null };

/** Numbers of what comes again, from 1. */
class Interned<K> {
  private readonly numbers = new Map<K, number>();

  /** @param tell called once for each, with its number */
  of(key: K, tell: (iid: bigint) => void): bigint {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.numbers.size + 1;
      this.numbers.set(key, number);
      tell(BigInt(number));
    }
    return BigInt(number);
  }
}

const list = (value: number | null | undefined): bigint[] => (value == null ? [] : [BigInt(value)]);

export class Sequence {
  private readonly names = new Interned<string>();
  private readonly categories = new Interned<string>();
  private readonly keys = new Interned<string>();
  private readonly strings = new Interned<string>();
  private readonly sources = new Set<number>();
  private now: Ns;

  constructor(
    private readonly out: Output,
    private readonly id: number,
    private readonly teller: Teller,
    { originNs, start }: Pick<ExportSource, 'originNs' | 'start'>,
  ) {
    this.now = Math.round(start);
    const timestamp = originNs + BigInt(this.now);
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

  private packet(fields: Fields): Fields {
    return { trustedPacketSequenceId: this.id, sequenceFlags: SequenceFlag.needsState, ...fields };
  }

  private intern(field: string, entry: object): void {
    this.out.packet(this.packet({ internedData: { [field]: [entry] } }));
  }

  private name(name: string): bigint {
    return this.names.of(name, (iid) => this.intern('eventNames', { iid, name }));
  }

  private category(name: string): bigint {
    return this.categories.of(name, (iid) => this.intern('eventCategories', { iid, name }));
  }

  private key(name: string): bigint {
    return this.keys.of(name, (iid) => this.intern('debugAnnotationNames', { iid, name }));
  }

  private string(text: string): bigint {
    const str = new TextEncoder().encode(text);
    return this.strings.of(text, (iid) => this.intern('debugAnnotationStringValues', { iid, str }));
  }

  /** Under the number that the recording gives it: src/shared/import knows it by that. */
  private source(site: SourceOf): bigint {
    const { idx } = site;
    const iid = BigInt(idx);
    if (this.sources.has(idx)) return iid;
    this.sources.add(idx);
    this.teller.site(idx);
    const functionName = orUnknown(site.qualname ?? site.name);
    const place = { fileName: site.file, functionName, lineNumber: site.line ?? site.firstLine };
    this.intern('sourceLocations', { iid, ...place });
    return iid;
  }

  private note(name: string, value: string | number): Fields {
    const nameIid = this.key(name);
    if (typeof value === 'number') return { nameIid, uintValue: BigInt(value) };
    return { nameIid, stringValueIid: this.string(value) };
  }

  /** Names that are new are told first, in packets of their own. */
  encode(event: Event): Encoded {
    const { type, track, name, category, source, notes = {}, counter, flow, flowEnd } = event;
    const trackEvent: Fields = {
      ...{ type, trackUuid: BigInt(track) },
      ...(name !== undefined && { nameIid: this.name(name) }),
      ...(category !== undefined && { categoryIids: [this.category(category)] }),
      ...(source && { sourceLocationIid: this.source(source) }),
      debugAnnotations: Object.entries(notes).flatMap(([key, value]) =>
        value === null ? [] : [this.note(key, value)],
      ),
      ...(counter && { extraCounterTrackUuids: [BigInt(counter.track)], extraCounterValues: [BigInt(counter.value)] }),
      ...{ flowIds: list(flow), terminatingFlowIds: list(flowEnd) },
    };
    return new Encoded(encode('TracePacket', this.packet({ trackEvent })));
  }

  /** @param event one of this sequence's */
  write(at: Ns, event: Encoded): void {
    const now = Math.max(this.now, Math.round(at));
    this.out.timed(now - this.now, event);
    this.now = now;
  }

  tell(at: Ns, event: Event): void {
    this.write(at, this.encode(event));
  }

  counter(at: Ns, track: number, value: number): void {
    const told = Number.isInteger(value) ? { counterValue: BigInt(value) } : { doubleCounterValue: value };
    const trackEvent = { type: EventType.counter, trackUuid: BigInt(track), ...told };
    this.write(at, new Encoded(encode('TracePacket', this.packet({ trackEvent }))));
  }
}

/** Events of one sequence that come again and again, by two small whole numbers (the second from -1) that tell them apart: millions of look-ups, some thousand events. */
export class Known {
  private readonly events = new Map<number, Encoded[]>();

  constructor(private readonly sequence: Sequence) {}

  get(kind: number, detail: number): Encoded | undefined {
    return this.events.get(kind)?.[detail + 1];
  }

  add(kind: number, detail: number, event: Event): Encoded {
    const encoded = this.sequence.encode(event);
    let ofKind = this.events.get(kind);
    if (ofKind === undefined) this.events.set(kind, (ofKind = []));
    ofKind[detail + 1] = encoded;
    return encoded;
  }
}
