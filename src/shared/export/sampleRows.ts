/** What the sampler and the watches saw, row by row: of source.ts. */
import { lowerBound, type F64Column } from '../model/columns.ts';
import { coreShare } from '../model/cores.ts';
import type { FullRange } from '../model/figures.ts';
import type { SampleSeries } from '../model/samples.ts';
import type { ProcessTrack, Track } from '../model/track.ts';
import type { WatchStore } from '../model/watches.ts';
import type { CoreRow, ProcessSampleRow, RefcountRow, ThreadSampleRow } from './types.ts';

const firstFrom = (times: F64Column, ns: number): number => lowerBound(times.length, (i) => times.get(i), ns);

export function* coreRows(samples: SampleSeries, { start, end }: FullRange): Generator<CoreRow> {
  const { times, busy } = samples;
  const row: CoreRow = {
    ...{ since: 0, at: 0, target: new Float64Array(busy.length), others: new Float64Array(busy.length) },
  };
  for (let j = Math.max(1, firstFrom(times, start)); j < times.length && times.get(j - 1) < end; j++) {
    row.since = Math.max(start, times.get(j - 1));
    row.at = Math.min(end, times.get(j));
    if (row.at <= row.since) continue;
    for (let core = 0; core < busy.length; core++) {
      const share = coreShare(samples, core, j - 1, j);
      row.target[core] = share.target;
      row.others[core] = share.others;
    }
    yield row;
  }
}

export function* processSampleRows(process: ProcessTrack, { start, end }: FullRange): Generator<ProcessSampleRow> {
  const { sampleNs, cpuS, rssBytes } = process;
  const row: ProcessSampleRow = { process: process.info.idx, at: 0, cpuS: 0, rssBytes: NaN };
  for (let i = firstFrom(sampleNs, start); i < sampleNs.length && sampleNs.get(i) <= end; i++) {
    row.at = sampleNs.get(i);
    row.cpuS = cpuS.get(i);
    row.rssBytes = rssBytes.get(i);
    yield row;
  }
}

export function* threadSampleRows(track: Track, { start, end }: FullRange): Generator<ThreadSampleRow> {
  const { sampleNs, sampleCpu } = track;
  const row: ThreadSampleRow = { thread: track.info.idx, at: 0, cpuS: 0 };
  for (let i = firstFrom(sampleNs, start); i < sampleNs.length && sampleNs.get(i) <= end; i++) {
    row.at = sampleNs.get(i);
    row.cpuS = sampleCpu.get(i);
    yield row;
  }
}

/** @param wanted whether a process is in the scope */
export function* refcountRows(
  watches: WatchStore,
  { start, end }: FullRange,
  wanted: (process: number) => boolean,
): Generator<RefcountRow> {
  for (const { watch, process, expression, step } of watches.steps(start, end)) {
    if (!wanted(process)) continue;
    const { ns: at, count, sizeBytes: size, immortal, absent } = step;
    yield { watch, process, expression, at, count, size, immortal, absent };
  }
}
