/**
 * The messages of Perfetto's trace format that gilscope writes, by field number, made into descriptors that the protobuf library
 * encodes with. https://perfetto.dev/docs/reference/trace-packet-proto is the whole of it; what is not here is skipped by readers
 * of protobuf. Used by output.ts and sequence.ts.
 */
import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';

const scalars = {
  bool: Type.BOOL,
  bytes: Type.BYTES,
  double: Type.DOUBLE,
  fixed64: Type.FIXED64,
  int32: Type.INT32,
  int64: Type.INT64,
  string: Type.STRING,
  uint32: Type.UINT32,
  uint64: Type.UINT64,
} as const;

const many = (type: string) => `${type}[]`;

/** Enumerations are written as the numbers they are. */
const MESSAGES = {
  Trace: { packet: [1, many('TracePacket')] },
  TracePacket: {
    clock_snapshot: [6, 'ClockSnapshot'],
    timestamp: [8, 'uint64'],
    trusted_packet_sequence_id: [10, 'uint32'],
    track_event: [11, 'TrackEvent'],
    interned_data: [12, 'InternedData'],
    sequence_flags: [13, 'uint32'],
    compressed_packets: [50, 'bytes'],
    trace_packet_defaults: [59, 'TracePacketDefaults'],
    track_descriptor: [60, 'TrackDescriptor'],
    timestamp_clock_id: [58, 'uint32'],
    first_packet_on_sequence: [87, 'bool'],
    /** gilscope's own (trace/records.ts), under a number that the published schema does not use: JSON. */
    gilscope_record: [30_000_001, 'string'],
  },
  ClockSnapshot: { clocks: [1, many('Clock')], primary_trace_clock: [2, 'int32'] },
  Clock: { clock_id: [1, 'uint32'], timestamp: [2, 'uint64'], is_incremental: [3, 'bool'] },
  TracePacketDefaults: { timestamp_clock_id: [58, 'uint32'] },
  TrackDescriptor: {
    uuid: [1, 'uint64'],
    name: [2, 'string'],
    process: [3, 'ProcessDescriptor'],
    thread: [4, 'ThreadDescriptor'],
    parent_uuid: [5, 'uint64'],
    counter: [8, 'CounterDescriptor'],
    child_ordering: [11, 'int32'],
    sibling_order_rank: [12, 'int32'],
    description: [14, 'string'],
  },
  ProcessDescriptor: { pid: [1, 'int32'], cmdline: [2, many('string')], process_name: [6, 'string'] },
  ThreadDescriptor: {
    pid: [1, 'int32'],
    tid: [2, 'int64'],
    legacy_sort_index: [3, 'int32'],
    thread_name: [5, 'string'],
  },
  CounterDescriptor: { unit: [3, 'int32'], unit_name: [6, 'string'] },
  TrackEvent: {
    category_iids: [3, many('uint64')],
    debug_annotations: [4, many('DebugAnnotation')],
    type: [9, 'int32'],
    name_iid: [10, 'uint64'],
    track_uuid: [11, 'uint64'],
    extra_counter_values: [12, many('int64')],
    categories: [22, many('string')],
    name: [23, 'string'],
    counter_value: [30, 'int64'],
    extra_counter_track_uuids: [31, many('uint64')],
    source_location_iid: [34, 'uint64'],
    double_counter_value: [44, 'double'],
    flow_ids: [47, many('fixed64')],
    terminating_flow_ids: [48, many('fixed64')],
  },
  DebugAnnotation: {
    name_iid: [1, 'uint64'],
    uint_value: [3, 'uint64'],
    string_value: [6, 'string'],
    name: [10, 'string'],
    string_value_iid: [17, 'uint64'],
  },
  InternedData: {
    event_categories: [1, many('Interned')],
    event_names: [2, many('Interned')],
    debug_annotation_names: [3, many('Interned')],
    source_locations: [4, many('SourceLocation')],
    debug_annotation_string_values: [29, many('InternedBytes')],
  },
  /** EventCategory, EventName and DebugAnnotationName are alike. */
  Interned: { iid: [1, 'uint64'], name: [2, 'string'] },
  InternedBytes: { iid: [1, 'uint64'], str: [2, 'bytes'] },
  SourceLocation: {
    iid: [1, 'uint64'],
    file_name: [2, 'string'],
    function_name: [3, 'string'],
    line_number: [4, 'uint32'],
  },
} as const satisfies Record<string, Record<string, readonly [number, string]>>;

type Messages = typeof MESSAGES;
export type MessageName = keyof Messages;

const PACKAGE = 'gilscope.perfetto';

function fieldOf(name: string, [number, written]: readonly [number, string]) {
  const repeated = written.endsWith('[]');
  const type = repeated ? written.slice(0, -2) : written;
  const scalar = type in scalars ? scalars[type as keyof typeof scalars] : null;
  const label = repeated ? Label.REPEATED : Label.OPTIONAL;
  return { name, number, label, type: scalar ?? Type.MESSAGE, typeName: scalar ? '' : `.${PACKAGE}.${type}` };
}

const registry = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      {
        name: 'gilscope/perfetto.proto',
        package: PACKAGE,
        syntax: 'proto2',
        messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
          name,
          field: Object.entries<readonly [number, string]>(fields).map(([field, told]) => fieldOf(field, told)),
        })),
      },
    ],
  }),
);

/** The library's description of a message. */
export function descriptor(name: MessageName): DescMessage {
  const found = registry.getMessage(`${PACKAGE}.${name}`);
  if (found === undefined) throw new Error(`no message ${name}`);
  return found;
}

/** The number of a field. */
export function numberOf<M extends MessageName>(message: M, field: keyof Messages[M]): number {
  const [number] = (MESSAGES[message] as Record<keyof Messages[M], readonly [number, string]>)[field];
  return number;
}

/** TrackEvent.Type. */
export const EventType = { begin: 1, end: 2, instant: 3, counter: 4 } as const;
/** TracePacket.SequenceFlags. */
export const SequenceFlag = { cleared: 1, needsState: 2 } as const;
/** Clocks: those of the system by their fixed numbers, and one of ours, which counts from packet to packet. */
export const ClockId = { realtime: 1, monotonic: 3, steps: 64 } as const;
/** TrackDescriptor.ChildTracksOrdering. */
export const CHILDREN_BY_RANK = 3;
/** CounterDescriptor.Unit. */
export const UNIT_SIZE_BYTES = 3;
