/**
 * How long the holds and waits of a thread are, within a range. Called by figures.ts.
 * Whole chunks of a thread's column are counted once and kept, so that a long session answers as fast as a short one.
 *
 * An interval counts (histogram, percentile, takes, waits) in the range in which it starts, with its whole length;
 * the longest is sought among all that reach into the range.
 */
import { IntervalFlag, ThreadState, type Ns } from '../contract/types.ts';
import { CHUNK, CHUNK_SHIFT } from './columns.ts';
import { bucketOf, Distribution } from './distribution.ts';
import { flagsOf, stateOf } from './states.ts';
import type { Track } from './track.ts';

/** Up to so many intervals of a thread, percentiles are exact; beyond, interpolated within a bucket 7.5 % wide. */
const EXACT_INTERVALS = 1 << 17;

function addRow(out: Distribution, track: Track, i: number): void {
  const { rows } = track;
  const meta = rows.meta(i);
  const state = stateOf(meta);
  if (state !== ThreadState.hold && state !== ThreadState.wait) return;
  const ns = rows.end(i) - rows.start(i);
  if (state === ThreadState.hold) out.addHold(ns, (flagsOf(meta) & IntervalFlag.preempted) !== 0);
  else out.waits[bucketOf(ns)]++;
  out.longest(state, rows.start(i), ns);
}

/** The distribution of a whole chunk, counted once its last interval and the flags of all its holds are final. */
function chunkOf(track: Track, chunk: number): Distribution | null {
  const kept = track.chunks[chunk];
  if (kept) return kept;
  const end = (chunk + 1) * CHUNK;
  // A hold gets its flags with the thread's next event, one interval later.
  if (end + 2 > track.rows.length) return null;
  const made = new Distribution();
  made.exactWaits = null;
  for (let i = end - CHUNK; i < end; i++) addRow(made, track, i);
  return (track.chunks[chunk] = made);
}

function collectWaits(track: Track, from: number, to: number, out: number[]): void {
  const { rows } = track;
  for (let i = from; i < to; i++) if (stateOf(rows.meta(i)) === ThreadState.wait) out.push(rows.end(i) - rows.start(i));
}

/** Those of several threads as one. */
export function together(distributions: readonly Distribution[]): Distribution {
  const all = new Distribution();
  for (const one of distributions) all.merge(one);
  const waits = distributions.map((one) => one.exactWaits);
  const count = waits.reduce((sum, one) => sum + (one?.length ?? Infinity), 0);
  all.exactWaits = count > EXACT_INTERVALS ? null : waits.flatMap((one) => one ?? []);
  return all;
}

export function distributionOf(track: Track, start: Ns, end: Ns): Distribution {
  const { rows } = track;
  const out = new Distribution();
  const from = rows.lowerBound(start);
  const to = rows.lowerBound(end);
  // The one that began before and reaches in is no member of the range, but may be its longest.
  if (from > 0 && rows.end(from - 1) > start)
    out.longest(stateOf(rows.meta(from - 1)), rows.start(from - 1), rows.end(from - 1) - rows.start(from - 1));
  for (let i = from; i < to;) {
    const whole = (i & (CHUNK - 1)) === 0 && i + CHUNK <= to ? chunkOf(track, i >> CHUNK_SHIFT) : null;
    if (whole) {
      out.merge(whole);
      i += CHUNK;
    } else {
      addRow(out, track, i++);
    }
  }
  if (to - from > EXACT_INTERVALS) out.exactWaits = null;
  else collectWaits(track, from, to, out.exactWaits!);
  return out;
}
