/**
 * One message as bytes, typed arrays included: `u32 length of JSON, JSON, padding to 8, array bytes...` (each padded to 8).
 * A typed array anywhere in the value is replaced in the JSON by `{"$a": [type, byte offset, length]}`.
 * Both shells use it: a WebSocket carries it as a binary message, Electron IPC as a Uint8Array.
 */
const TYPES = {
  f64: Float64Array,
  f32: Float32Array,
  u32: Uint32Array,
  i32: Int32Array,
  u16: Uint16Array,
  i16: Int16Array,
  u8: Uint8Array,
} as const;
type TypeName = keyof typeof TYPES;
type AnyArray = InstanceType<(typeof TYPES)[TypeName]>;

function typeOf(value: unknown): TypeName | null {
  if (!ArrayBuffer.isView(value)) return null;
  for (const name of Object.keys(TYPES) as TypeName[]) if (value instanceof TYPES[name]) return name;
  throw new TypeError('a packet cannot carry this kind of array');
}

const pad8 = (n: number) => (n + 7) & ~7;

/** Encodes any JSON value that may contain typed arrays. NaN and infinities outside typed arrays become null, as in JSON. */
export function encodePacket(value: unknown): Uint8Array<ArrayBuffer> {
  const arrays: AnyArray[] = [];
  let bytes = 0;
  const json = new TextEncoder().encode(
    JSON.stringify(value, (_key, v: unknown) => {
      const type = typeOf(v);
      if (type === null) return v;
      const array = v as AnyArray;
      const ref = { $a: [type, bytes, array.length] };
      arrays.push(array);
      bytes += pad8(array.byteLength);
      return ref;
    }),
  );
  const head = pad8(4 + json.length);
  const out = new Uint8Array(head + bytes);
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, 4);
  let at = head;
  for (const array of arrays) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += pad8(array.byteLength);
  }
  return out;
}

const isNatural = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** What `$a` holds. Throws for anything that encodePacket does not write. */
function reference(value: unknown): { type: TypeName; offset: number; count: number } {
  const [type, offset, count] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type) || !isNatural(offset) || !isNatural(count))
    throw new RangeError('packet names an array that cannot be');
  return { type: type as TypeName, offset, count };
}

/** Decodes a packet; its arrays are views into `packet` (copied first if it is not 8-aligned). Throws on a malformed one. */
export function decodePacket(packet: Uint8Array): unknown {
  // Not `packet.slice()`: Node's Buffer has one of its own, which does not copy.
  const bytes = packet.byteOffset % 8 === 0 ? packet : Uint8Array.from(packet);
  if (bytes.length < 4) throw new RangeError('packet too short');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > bytes.length - 4) throw new RangeError('packet cut short');
  const head = pad8(4 + length);
  const json = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  return JSON.parse(json, (_key, v: unknown) => {
    if (typeof v !== 'object' || v === null || !('$a' in v)) return v;
    const { type, offset, count } = reference(v.$a);
    const from = head + offset;
    if (from + count * TYPES[type].BYTES_PER_ELEMENT > bytes.length) throw new RangeError('packet cut short');
    return new TYPES[type](bytes.buffer as ArrayBuffer, bytes.byteOffset + from, count);
  });
}
