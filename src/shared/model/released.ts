/**
 * Running or blocked, where the thread did not measure it itself: estimated from the CPU time the sampler read, and flagged so.
 * Between two samples a thread used so much CPU; what its holds and measured releases do not explain was used in its other
 * released time. Called by ingest.ts for each thread in each sample, in the order of time with the events.
 */
import { IntervalFlag, ThreadState, type Ns } from '../contract/types.ts';
import { NS_PER_S } from '../units.ts';
import { RUNNING_FRACTION } from './builder.ts';
import { flagsOf, fractionCode, fractionOf, packState, stateOf } from './states.ts';
import type { Track } from './track.ts';

/** With less unexplained released time than this part of the round, the clocks' grain says more than the thread. */
const LEAST_FREE_PART = 0.1;

interface Round {
  from: Ns;
  to: Ns;
  first: number;
}

const overlap = (track: Track, i: number, round: Round): number => {
  const { rows } = track;
  const end = i + 1 < rows.length ? rows.start(i + 1) : round.to;
  return Math.max(0, Math.min(end, round.to) - Math.max(rows.start(i), round.from));
};

function isUnmeasured(meta: number): boolean {
  const state = stateOf(meta);
  if (state !== ThreadState.running && state !== ThreadState.blocked) return false;
  return fractionOf(meta) === null || (flagsOf(meta) & IntervalFlag.sampled) !== 0;
}

/** Part of the unmeasured released time of the round that ran; NaN when it cannot be told. */
function freeFraction(track: Track, round: Round, cpuNs: number): number {
  const { rows } = track;
  let free = 0;
  let explained = 0;
  for (let i = round.first; i < rows.length; i++) {
    const meta = rows.meta(i);
    const ns = overlap(track, i, round);
    if (isUnmeasured(meta)) free += ns;
    else if (stateOf(meta) === ThreadState.unknown && ns > 0) return NaN;
    else if (stateOf(meta) === ThreadState.hold) explained += ns;
    else explained += (fractionOf(meta) ?? 0) * ns;
  }
  if (free < LEAST_FREE_PART * (round.to - round.from)) return NaN;
  return Math.min(1, Math.max(0, (cpuNs - explained) / free));
}

function spread(track: Track, round: Round, fraction: number): void {
  const { rows } = track;
  for (let i = round.first; i < rows.length; i++) {
    if (!isUnmeasured(rows.meta(i))) continue;
    const carried = i === track.carryRow;
    const ns = overlap(track, i, round) + (carried ? track.carryNs : 0);
    const cpu = overlap(track, i, round) * fraction + (carried ? track.carryCpu : 0);
    if (ns <= 0) continue;
    const state = cpu / ns >= RUNNING_FRACTION ? ThreadState.running : ThreadState.blocked;
    rows.setMeta(i, packState(state, flagsOf(rows.meta(i)) | IntervalFlag.sampled, fractionCode(cpu / ns)));
    if (i < rows.length - 1) continue;
    track.carryRow = i;
    track.carryNs = ns;
    track.carryCpu = cpu;
    track.state = state;
  }
}

/** The thread had used `cpuS` seconds of CPU at `ns`. Every event up to there has been applied. */
export function sampleThread(track: Track, ns: Ns, cpuS: number): void {
  const from = track.sampleNs.last(NaN);
  const cpuNs = (cpuS - track.sampleCpu.last(NaN)) * NS_PER_S;
  track.sampleNs.push(ns);
  track.sampleCpu.push(cpuS);
  if (!(ns > from) || track.rows.length === 0) return;
  const round = { from, to: ns, first: Math.max(0, track.rows.indexAt(from)) };
  const fraction = freeFraction(track, round, cpuNs);
  if (!Number.isNaN(fraction)) spread(track, round, fraction);
}
