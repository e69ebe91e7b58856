/**
 * What the timeline of a report is drawn from: the rows, their names and colours, and lanes at a resolution that keeps the file small. Pure.
 */
import type { ThreadIdx } from '../../contract/types.ts';
import { ALL_CORES } from '../../draw/chartData.ts';
import { assignSlots } from '../../draw/colours.ts';
import { plain } from '../../figure/text.ts';
import { threadName } from '../../figure/headlines.ts';
import type { ExportSource } from '../types.ts';
import { packCores, packLane, packStrip, type PackedCores, type PackedLane, type PackedStrip } from './lanes.ts';

export type ReportRow =
  | { kind: 'core'; name: string; core: number }
  | { kind: 'gil'; name: string; strip: PackedStrip }
  | { kind: 'thread'; name: string; thread: ThreadIdx; estimated: boolean; lane: PackedLane };

export interface ReportData {
  /** Session nanoseconds. */
  start: number;
  end: number;
  /** Columns of those lanes that are told in bins. */
  bins: number;
  cores: PackedCores;
  rows: ReportRow[];
  /** Of every thread that lanes and strips name: what it is called, and the slot of its colour. */
  threads: Record<ThreadIdx, [name: string, slot: number]>;
}

export interface Reduced {
  data: ReportData;
  /** Threads that have no lane, because there are so many. */
  hidden: number;
  /** Some lanes are told in bins. */
  binned: boolean;
}

const MOST_LANES = 100;
const MOST_CORES = 8;
const LONGEST_NAME = 120;
/** Of a file of 5 MB: what single intervals may take, at most two to a column with some 15 characters each, and columns are less. */
const BUDGET = 2_500_000;
const COLUMN = 30;
const MOST_COLUMNS = 16_000;
const LEAST_COLUMNS = 500;

const columnsFor = (lanes: number): number =>
  Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, Math.floor(BUDGET / COLUMN / Math.max(1, lanes))));

function lanesOf(source: ExportSource): Set<ThreadIdx> {
  const busy = (thread: ThreadIdx): number => {
    const { held_s, wait_s, cpu_s } = source.figures(thread);
    return held_s + wait_s + (cpu_s ?? 0);
  };
  const all = source.threads.map(({ idx }) => ({ idx, busy: busy(idx) }));
  return new Set(
    all
      .sort((a, b) => b.busy - a.busy)
      .slice(0, MOST_LANES)
      .map(({ idx }) => idx),
  );
}

function coreRows(source: ExportSource, series: readonly { core: number }[]): ReportRow[] {
  if (series.length === 0) return [];
  if (series.length > MOST_CORES) return [{ kind: 'core', core: ALL_CORES, name: `${source.cores} cores, on average` }];
  return series.map(({ core }) => ({ kind: 'core', core, name: `Core ${core}` }));
}

export function reportData(source: ExportSource): Reduced {
  const { session, start, end } = source;
  const shown = lanesOf(source);
  const processes = new Set([...shown].map((thread) => source.thread(thread).process));
  const gils = source.gils.filter(({ process }) => processes.has(process));
  const bins = columnsFor(shown.size + gils.length);
  const reply = source.timeline(bins);
  const slots = assignSlots(session.threads, []);
  const named = new Set<ThreadIdx>(shown);
  const rows = coreRows(source, reply.cores.series);
  let binned = false;
  for (const process of [...processes].sort((a, b) => a - b)) {
    for (const { idx, id } of gils.filter((gil) => gil.process === process)) {
      const strip = reply.gils.find(({ gil }) => gil === idx);
      if (strip === undefined) continue;
      binned ||= strip.form === 'bins';
      for (const thread of new Set(strip.form === 'raw' ? strip.thread : strip.owner)) named.add(thread);
      const several = gils.filter((gil) => gil.process === process).length > 1;
      const of = processes.size > 1 ? ` · ${source.process(process).pid}` : '';
      rows.push({ kind: 'gil', name: (several ? `GIL ${id}` : 'GIL') + of, strip: packStrip(strip, start) });
    }
    for (const lane of reply.threads) {
      if (!shown.has(lane.thread) || source.thread(lane.thread).process !== process) continue;
      binned ||= lane.form === 'bins';
      const estimated = source.process(process).engine === 'estimated';
      const name = nameOf(source, lane.thread);
      rows.push({ kind: 'thread', name, thread: lane.thread, estimated, lane: packLane(lane, start) });
    }
  }
  const threads: ReportData['threads'] = {};
  for (const thread of named) if (thread >= 0) threads[thread] = [nameOf(source, thread), slots[thread] ?? 0];
  const data = { start, end: Math.max(end, start + 1), bins, cores: packCores(reply.cores), rows, threads };
  return { data, hidden: source.threads.length - shown.size, binned };
}

const nameOf = ({ session }: ExportSource, thread: ThreadIdx): string =>
  Array.from(plain(threadName(session, thread)))
    .slice(0, LONGEST_NAME)
    .join('');

/** As text of an element that is not parsed: nothing in it can end the element. */
export const jsonText = (data: ReportData): string =>
  JSON.stringify(data).replace(/[<\u2028\u2029]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
