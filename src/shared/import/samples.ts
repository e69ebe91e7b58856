/** What the sampler and the watches saw, from records into columns: of restore.ts. */
import type { Ns } from '../contract/types.ts';
import type { TraceRecord } from '../export/trace/records.ts';
import { F64Column } from '../model/columns.ts';
import type { Store } from '../model/store.ts';
import type { ProcessTrack, Track } from '../model/track.ts';
import { RefcountFlag, type RefcountRow } from '../protocol/refcount.ts';
import { TraceError } from './errors.ts';

type Told<K extends TraceRecord['is']> = Extract<TraceRecord, { is: K }>;

/** More cores than any machine has. */
const MOST_CORES = 4096;

export interface Looks {
  look: (ns: Ns, row: RefcountRow) => void;
}

const number = (value: number | null | undefined): number => value ?? NaN;

/** Times go forward, also over records. */
function times(column: F64Column, ns: readonly number[], start: Ns, lists: readonly (readonly unknown[])[]): void {
  if (lists.some((list) => list.length !== ns.length)) throw new TraceError('columns of samples differ in length');
  for (const at of ns) {
    if (!(at - start > column.last(-Infinity))) throw new TraceError('samples are not in the order of time');
    column.push(at - start);
  }
}

function fill(column: F64Column, values: readonly (number | null)[]): void {
  for (const value of values) column.push(number(value));
}

export function restoreMachine({ samples }: Store, told: Told<'machine'>, start: Ns): void {
  const { busy, target } = told;
  const cores = busy.length;
  if (samples.times.length === 0 && cores <= MOST_CORES)
    for (let core = 0; core < cores; core++) {
      samples.busy.push(new F64Column());
      samples.target.push(new F64Column());
    }
  if (cores !== samples.busy.length || target.length !== cores) throw new TraceError('the number of cores changes');
  times(samples.times, told.ns, start, [told.cpuS, told.rss, ...busy, ...target]);
  fill(samples.cpuS, told.cpuS);
  fill(samples.rssBytes, told.rss);
  samples.busy.forEach((column, core) => fill(column, busy[core]));
  samples.target.forEach((column, core) => fill(column, target[core]));
}

export function restoreProcessSamples(process: ProcessTrack, told: Told<'process'>, start: Ns): void {
  times(process.sampleNs, told.ns, start, [told.cpuS, told.rss]);
  fill(process.cpuS, told.cpuS);
  fill(process.rssBytes, told.rss);
}

export function restoreThreadSamples(track: Track, told: Told<'thread'>, start: Ns): void {
  times(track.sampleNs, told.ns, start, [told.cpuS]);
  fill(track.sampleCpu, told.cpuS);
}

export function restoreSteps(looks: Looks, { ns, counts, sizes }: Told<'steps'>, start: Ns): void {
  if (counts.length !== ns.length || sizes.length !== ns.length)
    throw new TraceError('columns of counts differ in length');
  ns.forEach((at, i) => {
    const count = counts[i];
    const flags = count === null ? RefcountFlag.absent : count < 0 ? RefcountFlag.immortal : 0;
    looks.look(at - start, {
      watch: 0,
      flags,
      count: count === null || count < 0 ? 0 : count,
      sizeBytes: number(sizes[i]),
    });
  });
}
