/** Events of a perfetto trace with their names, and when they are: each sequence of packets has its own clock and its own numbers for names. Of perfetto.ts. */
import { ClockId } from '../export/perfetto/schema.ts';
import { TraceError } from './errors.ts';
import type { Notes } from './slices.ts';

interface Interned {
  iid: bigint;
  name?: string;
  str?: Uint8Array;
}

/** A packet as the library decodes it; what is not there is undefined, or as proto2 has it. */
export interface Decoded {
  trustedPacketSequenceId?: number;
  compressedPackets?: Uint8Array;
  gilscopeRecord?: string;
  clockSnapshot?: { clocks: { clockId: number; timestamp: bigint }[] };
  internedData?: Partial<Record<string, Interned[]>>;
  trackEvent?: {
    type: number;
    nameIid: bigint;
    trackUuid: bigint;
    categoryIids: bigint[];
    sourceLocationIid: bigint;
    counterValue: bigint;
    debugAnnotations: { nameIid: bigint; uintValue: bigint; stringValueIid: bigint }[];
    extraCounterTrackUuids: bigint[];
    extraCounterValues: bigint[];
  };
}

/** What an event says, but for its time. */
export interface Named {
  sequence: Sequence;
  type: number;
  track: number;
  name: string;
  category: string;
  notes: Notes;
  /** 0: none. */
  site: number;
  counters: { track: number; value: number }[];
}

interface Sequence {
  now: number;
  names: Map<string, string>;
}

const TYPE_COUNTER = 4;
/** Events that are kept: a file that never repeats itself costs time, not memory. */
const MOST_KNOWN = 50_000;
const DECODER = new TextDecoder();

/** Lists of names that events refer to. */
const LISTS = ['eventNames', 'eventCategories', 'debugAnnotationNames', 'debugAnnotationStringValues'] as const;
type List = (typeof LISTS)[number];
const keyOf = (list: List, iid: bigint): string => `${list} ${iid}`;

function small(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < 0n) throw new TraceError('a number is out of range');
  return Number(value);
}

export class PerfettoEvents {
  private readonly sequences = new Map<number, Sequence>();
  private readonly known = new Map<string, Named>();

  private sequence({ trustedPacketSequenceId: id }: Decoded): Sequence {
    const sequence = this.sequences.get(id ?? 0);
    if (sequence === undefined) throw new TraceError('a sequence of packets has no beginning');
    return sequence;
  }

  /** A sequence begins with its clock. */
  begin(packet: Decoded, originNs: bigint): void {
    const id = packet.trustedPacketSequenceId ?? 0;
    const clock = packet.clockSnapshot?.clocks.find(({ clockId }) => clockId === ClockId.steps);
    if (id === 0 || clock === undefined) return;
    if (this.sequences.has(id)) throw new TraceError('a sequence of packets begins twice');
    this.sequences.set(id, { now: Number(clock.timestamp - originNs), names: new Map() });
  }

  intern(packet: Decoded): void {
    const { names } = this.sequence(packet);
    for (const list of LISTS)
      for (const { iid, name, str } of packet.internedData?.[list] ?? []) {
        const key = keyOf(list, iid);
        if (names.has(key)) throw new TraceError('a name is given twice');
        names.set(key, list === 'debugAnnotationStringValues' ? DECODER.decode(str) : (name ?? ''));
      }
  }

  /** @param step nanoseconds since the packet before of its sequence. Null: no event. */
  event(step: number, key: string, decode: () => Decoded): { at: number; said: Named } | null {
    let said = this.known.get(key);
    if (said === undefined) {
      const packet = decode();
      // The one that tells of the recording as a whole has a time of its own.
      if (packet.trackEvent === undefined || !this.sequences.has(packet.trustedPacketSequenceId ?? 0)) return null;
      said = this.said(packet, packet.trackEvent);
      if (this.known.size >= MOST_KNOWN) this.known.clear();
      this.known.set(key, said);
    }
    said.sequence.now += step;
    return { at: said.sequence.now, said };
  }

  private said(packet: Decoded, event: NonNullable<Decoded['trackEvent']>): Named {
    const sequence = this.sequence(packet);
    const text = (list: List, iid: bigint): string => {
      if (iid === 0n) return '';
      const name = sequence.names.get(keyOf(list, iid));
      if (name === undefined) throw new TraceError('an event has a name that was not given');
      return name;
    };
    const track = small(event.trackUuid);
    const notes = event.debugAnnotations.map(({ nameIid, uintValue, stringValueIid }) => [
      text('debugAnnotationNames', nameIid),
      stringValueIid === 0n ? small(uintValue) : text('debugAnnotationStringValues', stringValueIid),
    ]);
    const { extraCounterTrackUuids: tracks, extraCounterValues: values } = event;
    const extra = tracks.map((one, i) => ({ track: small(one), value: small(values[i] ?? 0n) }));
    // Values of its own only matter where they are whole: those of samples are drawn, not read.
    const own = event.type === TYPE_COUNTER ? [{ track, value: Number(event.counterValue) }] : [];
    return {
      ...{ sequence, type: event.type, track, site: small(event.sourceLocationIid), counters: [...extra, ...own] },
      name: text('eventNames', event.nameIid),
      category: event.categoryIids.length === 0 ? '' : text('eventCategories', event.categoryIids[0]),
      notes: Object.fromEntries(notes) as Notes,
    };
  }
}
