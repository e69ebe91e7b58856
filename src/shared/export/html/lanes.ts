/**
 * The lanes of a report as JSON, small and exact enough to be drawn: single intervals as gaps and lengths in whole nanoseconds, bins as bytes. Packed
 * by html.ts, unpacked by the report's own script (page/). Pure.
 */
import type { CoreSeries, GilStrip, ThreadIdx, ThreadLane, TimelineReply } from '../../contract/types.ts';

/** Of single intervals, one after the other: nanoseconds since the end of the one before, length, and what is said of it. */
type Steps = number[];
/** A byte for each bin, in base64. */
type Bytes = string;

export type PackedLane =
  | { form: 'raw'; steps: Steps; core: number[] }
  | {
      form: 'bins';
      hold: Bytes;
      wait: Bytes;
      running: Bytes;
      blocked: Bytes;
      unknown: Bytes;
      takes: Bytes;
      waits: Bytes;
    };
export type PackedStrip =
  { form: 'raw'; steps: Steps } | { form: 'bins'; owner: number[]; held: Bytes; contended: Bytes };

export type RawLane = Extract<ThreadLane, { form: 'raw' }>;
export type BinLane = Extract<ThreadLane, { form: 'bins' }>;

export interface PackedCores {
  times: number[];
  series: { core: number; target: (number | null)[]; others: (number | null)[] }[];
}

function base64(bytes: Uint8Array): Bytes {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function bytesOf(text: Bytes): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

const FULL = 255;
/** What is not nothing stays so. */
const packShares = (shares: Float32Array): Bytes =>
  base64(Uint8Array.from(shares, (share) => (share > 0 ? Math.max(1, Math.round(Math.min(1, share) * FULL)) : 0)));
const shares = (text: Bytes): Float32Array => Float32Array.from(bytesOf(text), (byte) => byte / FULL);
/** More than a few are a crowd, however many. */
const packCounts = (counts: Uint32Array): Bytes => base64(Uint8Array.from(counts, (n) => Math.min(n, FULL)));
const counts = (text: Bytes): Uint32Array => Uint32Array.from(bytesOf(text));

/** @param said of interval i, a whole number */
function packSteps({ start, end }: Pick<RawLane, 'start' | 'end'>, origin: number, said: (i: number) => number): Steps {
  const steps: Steps = [];
  let before = Math.round(origin);
  for (let i = 0; i < start.length; i++) {
    const from = Math.round(start[i]);
    const until = Math.round(end[i]);
    steps.push(from - before, until - from, said(i));
    before = until;
  }
  return steps;
}

function unpackSteps(steps: Steps, origin: number): { start: Float64Array; end: Float64Array; said: number[] } {
  const n = steps.length / 3;
  const out = { start: new Float64Array(n), end: new Float64Array(n), said: new Array<number>(n) };
  let before = Math.round(origin);
  for (let i = 0; i < n; i++) {
    out.start[i] = before + steps[3 * i];
    before = out.end[i] = out.start[i] + steps[3 * i + 1];
    out.said[i] = steps[3 * i + 2];
  }
  return out;
}

/** States are below 8. */
const STATES = 8;

/** @param origin what the first gap counts from, ns */
export function packLane(lane: ThreadLane, origin: number): PackedLane {
  if (lane.form === 'raw')
    return {
      form: 'raw',
      steps: packSteps(lane, origin, (i) => lane.flags[i] * STATES + lane.state[i]),
      core: [...lane.core],
    };
  const { hold, wait, running, blocked, unknown, takes, waits } = lane;
  return {
    ...{ form: 'bins', hold: packShares(hold), wait: packShares(wait), running: packShares(running) },
    ...{
      blocked: packShares(blocked),
      unknown: packShares(unknown),
      takes: packCounts(takes),
      waits: packCounts(waits),
    },
  };
}

export function unpackLane(lane: PackedLane, thread: ThreadIdx, origin: number): ThreadLane {
  if (lane.form === 'raw') {
    const { start, end, said } = unpackSteps(lane.steps, origin);
    const state = Uint8Array.from(said, (n) => n % STATES);
    const flags = Uint8Array.from(said, (n) => Math.floor(n / STATES));
    return { form: 'raw', thread, start, end, state, flags, core: Int16Array.from(lane.core) };
  }
  const { hold, wait, running, blocked, unknown, takes, waits } = lane;
  return {
    ...{ form: 'bins', thread, hold: shares(hold), wait: shares(wait), running: shares(running) },
    ...{ blocked: shares(blocked), unknown: shares(unknown), takes: counts(takes), waits: counts(waits) },
  };
}

export function packStrip(strip: GilStrip, origin: number): PackedStrip {
  if (strip.form === 'raw') return { form: 'raw', steps: packSteps(strip, origin, (i) => strip.thread[i]) };
  const { owner, held, contended } = strip;
  return { form: 'bins', owner: [...owner], held: packShares(held), contended: packShares(contended) };
}

export function unpackStrip(strip: PackedStrip, gil: number, origin: number): GilStrip {
  if (strip.form === 'bins')
    return {
      ...{ form: 'bins', gil, owner: Int32Array.from(strip.owner) },
      ...{ held: shares(strip.held), contended: shares(strip.contended) },
    };
  const { start, end, said } = unpackSteps(strip.steps, origin);
  return { form: 'raw', gil, start, end, thread: Int32Array.from(said), flags: new Uint8Array(start.length) };
}

const rounded = (values: Float32Array): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : Math.round(value * 1000) / 1000));
const floats = (values: readonly (number | null)[]): Float32Array => Float32Array.from(values, (value) => value ?? NaN);

export const packCores = ({ times, series }: TimelineReply['cores']): PackedCores => ({
  times: Array.from(times, Math.round),
  series: series.map(({ core, target, others }) => ({ core, target: rounded(target), others: rounded(others) })),
});

export const unpackCores = ({ times, series }: PackedCores): TimelineReply['cores'] => ({
  times: Float64Array.from(times),
  series: series.map(({ core, target, others }): CoreSeries => ({
    core,
    target: floats(target),
    others: floats(others),
  })),
});
