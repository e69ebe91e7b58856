/** Numbers and mutations from a seed, so that every case of the fuzzer can be had again. Used by the targets. */

/** Integers at which readers break. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const NUMBERS = [0, -0, -1, 1, 0.5, -1e18, 1e18, 2 ** 53, 2 ** 53 - 1, 2 ** 63, 1e308, -1e308, 5e-324, ...EDGES];
const TEXTS = [
  '',
  '0',
  '-1',
  'NaN',
  '18446744073709551615',
  '99999999999999999999',
  '__proto__',
  '\u0000',
  '\ud800',
  '../..',
  '1e9',
];
const KEYS = ['__proto__', 'constructor', 'toString', 'length', 'kind', 'id', 'ns'];
/** Deeper than any reader may recurse. */
const DEPTH = 20_000;

export class Random {
  private state: number;

  constructor(seed: number, stream: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
    for (let i = 0; i < 8; i++) this.unit();
  }

  /** 0 to 1, without 1: mulberry32 (public domain, Tommy Ettinger). */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  chance(p: number): boolean {
    return this.unit() < p;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }

  bytes(n: number): Uint8Array {
    return Uint8Array.from({ length: n }, () => this.below(256));
  }
}

/** A stretch of `bytes`, seldom long. */
function stretch(random: Random, bytes: Uint8Array): [number, number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(random.pick([3, 9, 64, 1 + bytes.length])))];
}

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

function putInteger(random: Random, bytes: Uint8Array): Uint8Array {
  const size = random.pick([1, 2, 4, 8]);
  if (bytes.length < size) return bytes;
  const out = bytes.slice();
  const at = random.below(bytes.length - size + 1);
  const value = random.pick(EDGES);
  for (let i = 0; i < size; i++) out[at + i] = i < 4 ? value >>> (8 * i) : value > 0x7fffffff ? 0xff : 0;
  return out;
}

/** One change: a bit, a byte, an edge of an integer; a stretch cut, doubled, moved, filled or taken from `other`. */
function mutateOnce(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  if (bytes.length === 0) return random.bytes(random.below(40));
  const [from, to] = stretch(random, bytes);
  const [head, part, tail] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
  switch (random.below(10)) {
    case 0:
    case 1: {
      const out = bytes.slice();
      out[random.below(out.length)] ^= 1 << random.below(8);
      return out;
    }
    case 2:
    case 3:
      return putInteger(random, bytes);
    case 4:
      return joined(head, tail);
    case 5:
      return joined(head, part, part, tail);
    case 6:
      return joined(head, other.subarray(...stretch(random, other)), tail);
    case 7:
      return joined(head, new Uint8Array(part.length).fill(random.pick([0, 0x7f, 0x80, 0xff])), tail);
    case 8:
      return joined(head, random.bytes(random.below(20)), tail);
    default:
      return bytes.subarray(0, from);
  }
}

export function mutate(random: Random, bytes: Uint8Array, other: Uint8Array = bytes): Uint8Array {
  let out = bytes;
  for (let i = random.pick([1, 1, 2, 5, 20]); i > 0; i--) out = mutateOnce(random, out, other);
  return out;
}

function oddJson(random: Random): unknown {
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return random.pick(NUMBERS);
    case 3:
      return random.pick(TEXTS);
    case 4:
      return random.pick([null, true, false]);
    case 5:
      return 'x'.repeat(random.pick([300, 70_000]));
    case 6:
      return Array.from({ length: random.pick([1, 20, 5000]) }, () => random.pick(NUMBERS));
    case 7:
      return { [random.pick(KEYS)]: random.pick(NUMBERS) };
    default:
      return [];
  }
}

/** A value like `value`: parts replaced by odd ones, left out, doubled, or exchanged. */
export function mutateJson(random: Random, value: unknown, p = 0.15): unknown {
  if (random.chance(p / 3)) return oddJson(random);
  if (Array.isArray(value)) {
    const kept = value.filter(() => !random.chance(p)).map((each) => mutateJson(random, each, p));
    return random.chance(p) ? [...kept, ...kept, oddJson(random)] : kept;
  }
  if (typeof value !== 'object' || value === null) return random.chance(p) ? oddJson(random) : value;
  const kept = Object.entries(value).filter(() => !random.chance(p / 2));
  const changed = kept.map(([key, each]): [string, unknown] => [
    random.chance(p / 4) ? random.pick(KEYS) : key,
    mutateJson(random, each, p),
  ]);
  return Object.fromEntries(changed);
}

/** JSON text of it, sometimes broken, and sometimes nested deeper than any stack. */
export function mutateJsonText(random: Random, value: unknown): string {
  const text = JSON.stringify(mutateJson(random, value));
  if (random.chance(0.02)) return `${'['.repeat(DEPTH)}${text}${']'.repeat(DEPTH)}`;
  if (random.chance(0.02)) return `${'{"a":'.repeat(DEPTH)}${text}${'}'.repeat(DEPTH)}`;
  if (!random.chance(0.2)) return text;
  return new TextDecoder().decode(mutate(random, new TextEncoder().encode(text)));
}
