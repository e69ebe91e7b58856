/**
 * What a trace holds beside its slices so that gilscope can read it back: JSON, one record at a time, each of some ten kilobytes, passed over
 * by other readers. Written by `chrome` and `perfetto`, read by src/shared/import. Times are session nanoseconds of the recording that was exported;
 * null stands for a number that is not known.
 */
import { z } from 'zod';

/** Longer text is no honest file's: a command line is cut at 65,536 characters when it is recorded. */
const text = z.string().max(70_000);
const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const number = z.number().nullable();
const numbers = z.array(z.number());
const maybe = z.array(number);

const site = z.object({
  is: z.literal('site'),
  idx: whole,
  process: whole,
  name: text,
  qualname: text.nullable(),
  file: text,
  firstLine: z.number(),
  line: number,
  builtin: z.boolean(),
});

/** Rounds of the sampler: cumulative seconds, and of each core. */
const machine = z.object({
  is: z.literal('machine'),
  ns: numbers,
  cpuS: maybe,
  rss: maybe,
  busy: z.array(maybe),
  target: z.array(maybe),
});

const processSamples = z.object({ is: z.literal('process'), process: whole, ns: numbers, cpuS: maybe, rss: maybe });
const threadSamples = z.object({ is: z.literal('thread'), thread: whole, ns: numbers, cpuS: maybe });
const looks = z.object({ is: z.literal('looks'), thread: whole, ns: numbers, sites: z.array(whole) });

/** Sums over calls by function: TALLY_WIDTH figures for each. */
const tally = z.object({ is: z.literal('tally'), thread: whole, sites: z.array(whole), sums: numbers });

const watch = z.object({
  is: z.literal('watch'),
  process: whole,
  id: whole,
  expression: text,
  state: z.enum(['waiting', 'counted', 'immortal', 'gone', 'refused', 'removed']),
  reason: text.nullable(),
  rateHz: number,
  split: z.boolean(),
  /** It is of an image of the process that is no more. */
  ended: z.boolean(),
  types: z.array(z.object({ ns: z.number(), type: text })),
  /** When another object had come under the name. */
  replaced: numbers,
});

/** What was seen of the watch told last. */
const steps = z.object({
  is: z.literal('steps'),
  ns: numbers,
  /** -1: immortal; null: there was none. */
  counts: maybe,
  sizes: maybe,
});

const rounds = z.object({
  is: z.literal('rounds'),
  process: whole,
  count: whole,
  sumNs: z.number(),
  maxNs: z.number(),
});

/** Time in which a thread was blocked, which no slice tells, yet used CPU of note: begins, and the part on CPU. */
const blocked = z.object({ is: z.literal('blocked'), thread: whole, ns: numbers, cpu: numbers });

/** The trace is whole. */
const end = z.object({ is: z.literal('end') });

export const traceRecord = z.discriminatedUnion('is', [
  site,
  machine,
  processSamples,
  threadSamples,
  looks,
  tally,
  watch,
  steps,
  rounds,
  blocked,
  end,
]);
export type TraceRecord = z.infer<typeof traceRecord>;

const functions = z.object({
  on: z.boolean(),
  ever: z.boolean(),
  reason: text.nullable(),
  minNs: number,
  /** The last reason there was, over or not. */
  lastReason: text.nullable(),
});

/** Of a process, beside what is known to everybody. */
export const keptProcess = z.object({
  /** Events are complete from here on; merged up to here. */
  startNs: z.number(),
  endNs: z.number(),
  bornHere: z.boolean(),
  rssBytes: number,
  pssBytes: number,
  rssMaxBytes: number,
  pssMaxBytes: number,
  functions,
});

export const keptThread = z.object({
  /** Its states are told by slices; else only its holds, by those of the GIL. */
  told: z.boolean(),
  /** From its first state to its last; null: it has none. What lies between two slices it was blocked, but for `gone`. */
  life: z.object({ from: z.number(), to: z.number() }).nullable(),
  gone: z.array(z.object({ from: z.number(), to: z.number() })),
  callsDropped: whole,
});

export const keptSession = z.object({
  kind: z.enum(['launch', 'attach']),
  platform: text,
  cwd: text.nullable(),
  /** Time of its orderly end. */
  closedNs: number,
  damage: text.nullable(),
  rssMaxBytes: number,
  pssMaxBytes: number,
  marksDropped: whole,
  /** In the order in which they came. */
  markNames: z.array(text),
});

export interface Kept {
  session(): z.infer<typeof keptSession>;
  process(idx: number): z.infer<typeof keptProcess>;
  thread(idx: number): z.infer<typeof keptThread>;
  /** All but sites and `blocked`, which come with the slices that need them. */
  records(): Iterable<TraceRecord>;
}
