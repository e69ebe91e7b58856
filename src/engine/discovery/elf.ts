/**
 * What an ELF file exports, read from the file with a handful of small reads: program headers, dynamic section, hash table.
 * No section headers, so a stripped interpreter is as good as any. Used by python.ts.
 */

export interface Source {
  /** Bytes at an offset; shorter at the end of the file. */
  read(offset: number, length: number): Buffer;
}

export interface Elf {
  machine: number;
  bits: 32 | 64;
  /** Has a program interpreter or a dynamic section: not linked wholly statically. */
  dynamic: boolean;
  soname: string | null;
  /** File offset of a defined dynamic symbol's value, or null. */
  symbol(name: string): number | null;
}

export const EM = { x86_64: 62, aarch64: 183 } as const;

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT = { hash: 4, strtab: 5, symtab: 6, soname: 14, gnuHash: 0x6ffffef5 } as const;
const MAX_CHAIN = 4096;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/** Null when it is not an ELF file that can be understood. */
export function readElf(source: Source): Elf | null {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof RangeError) return null; // cut short, or damaged
    throw error;
  }
}

function parse(source: Source): Elf | null {
  const head = source.read(0, 64);
  if (head.length < 52 || head.readUInt32BE(0) !== 0x7f454c46 || head[5] !== 1) return null;
  const bits = head[4] === 2 ? 64 : 32;
  const machine = head.readUInt16LE(18);
  if (bits === 32) return { machine, bits, dynamic: true, soname: null, symbol: () => null };
  const segments = readSegments(source, head);
  const dynamicAt = segments.find((s) => s.type === PT_DYNAMIC);
  const dynamic = dynamicAt !== undefined || segments.some((s) => s.type === PT_INTERP);
  if (dynamicAt === undefined) return { machine, bits, dynamic, soname: null, symbol: () => null };
  const tables = readDynamic(source, dynamicAt);
  return { machine, bits, dynamic, ...lookups(source, segments, tables) };
}

function readSegments(source: Source, head: Buffer): Segment[] {
  const count = Math.min(head.readUInt16LE(56), 128);
  const size = head.readUInt16LE(54);
  const bytes = source.read(num(head, 32), count * size);
  return Array.from({ length: count }, (_, i) => ({
    type: bytes.readUInt32LE(i * size),
    offset: num(bytes, i * size + 8),
    address: num(bytes, i * size + 16),
    size: num(bytes, i * size + 32),
  }));
}

function readDynamic(source: Source, at: Segment): Map<number, number> {
  const bytes = source.read(at.offset, Math.min(at.size, 8192));
  const tables = new Map<number, number>();
  for (let i = 0; i + 16 <= bytes.length; i += 16) {
    const tag = num(bytes, i);
    if (tag === 0) break;
    if (!tables.has(tag)) tables.set(tag, num(bytes, i + 8));
  }
  return tables;
}

function lookups(source: Source, segments: Segment[], tables: Map<number, number>): Pick<Elf, 'soname' | 'symbol'> {
  const offset = (address: number): number => {
    const segment = segments.find((s) => s.type === PT_LOAD && address >= s.address && address < s.address + s.size);
    if (segment === undefined) throw new RangeError('address outside the file');
    return address - segment.address + segment.offset;
  };
  const text = (at: number): string => {
    const bytes = source.read(offset(tables.get(DT.strtab) ?? 0) + at, 256);
    const end = bytes.indexOf(0);
    return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
  };
  /** Offset in the file of symbol `index`'s value, if it is defined and called so. */
  const value = (index: number, name: string): number | null => {
    const entry = source.read(offset(tables.get(DT.symtab) ?? 0) + index * 24, 24);
    const defined = entry.readUInt16LE(6) !== 0;
    return defined && text(entry.readUInt32LE(0)) === name ? offset(num(entry, 8)) : null;
  };
  const [gnu, sysv, soname] = [tables.get(DT.gnuHash), tables.get(DT.hash), tables.get(DT.soname)];
  const symbol = (name: string): number | null => {
    try {
      if (gnu !== undefined) return byGnuHash(source, offset(gnu), name, value);
      return sysv === undefined ? null : bySysvHash(source, offset(sysv), name, value);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  };
  return { symbol, soname: soname === undefined ? null : text(soname) };
}

type Value = (index: number, name: string) => number | null;

function byGnuHash(source: Source, at: number, name: string, value: Value): number | null {
  let hash = 5381;
  for (const byte of Buffer.from(name)) hash = (Math.imul(hash, 33) + byte) >>> 0;
  const head = source.read(at, 16);
  const [buckets, first, bloom, shift] = [0, 4, 8, 12].map((i) => head.readUInt32LE(i));
  if (buckets === 0 || bloom === 0) return null;
  const word = source.read(at + 16 + ((hash >>> 6) % bloom) * 8, 8).readBigUInt64LE(0);
  const bits = (1n << BigInt(hash & 63)) | (1n << BigInt((hash >>> shift) & 63));
  if ((word & bits) !== bits) return null;
  const table = at + 16 + bloom * 8;
  let index = source.read(table + (hash % buckets) * 4, 4).readUInt32LE(0);
  if (index < first) return null;
  const chains = source.read(table + buckets * 4 + (index - first) * 4, MAX_CHAIN);
  for (let i = 0; i + 4 <= chains.length; i += 4, index++) {
    const chained = chains.readUInt32LE(i);
    const found = (chained | 1) === (hash | 1) ? value(index, name) : null;
    if (found !== null) return found;
    if ((chained & 1) === 1) return null;
  }
  return null;
}

function bySysvHash(source: Source, at: number, name: string, value: Value): number | null {
  let hash = 0;
  for (const byte of Buffer.from(name)) {
    hash = ((hash << 4) + byte) >>> 0;
    const top = hash & 0xf0000000;
    hash = (hash ^ (top >>> 24)) & ~top;
  }
  const head = source.read(at, 8);
  const [buckets, count] = [head.readUInt32LE(0), head.readUInt32LE(4)];
  if (buckets === 0) return null;
  let index = source.read(at + 8 + ((hash >>> 0) % buckets) * 4, 4).readUInt32LE(0);
  for (let step = 0; step < MAX_CHAIN && index !== 0 && index < count; step++) {
    const found = value(index, name);
    if (found !== null) return found;
    index = source.read(at + 8 + (buckets + index) * 4, 4).readUInt32LE(0);
  }
  return null;
}

/** Offsets and addresses of real files fit a double; what does not is damage. */
function num(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigUInt64LE(at));
  return Number.isSafeInteger(value) ? value : 0;
}
