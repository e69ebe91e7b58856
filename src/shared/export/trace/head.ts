/**
 * What a trace says of the recording as a whole: facts for people, and for programs the processes, threads and GILs as they are.
 * Shared by `perfetto` and `chrome`.
 */
import { z } from 'zod';
import type { ThreadIdx } from '../../contract/basics.ts';
import type { GilInfo } from '../../contract/types.ts';
import { formatPercent } from '../../format.ts';
import { joinArgs } from '../../shell.ts';
import { toNs } from '../../units.ts';
import type { ExportSource } from '../types.ts';
import { keptProcess, keptSession, keptThread } from './records.ts';

/** Longer text is no honest file's (records.ts). */
const text = z.string().max(70_000);
const maybe = <T extends z.ZodType>(type: T) => type.nullable();
const whole = z.number().int().min(0);

const process = z.object({
  idx: whole,
  pid: whole,
  ppid: maybe(whole),
  name: text,
  python: maybe(text),
  executable: maybe(text),
  argv: z.array(text),
  engine: maybe(z.enum(['exact', 'estimated'])),
  engineReason: maybe(text),
  sites: maybe(z.boolean()),
  sitesReason: maybe(text),
  switchIntervalS: maybe(z.number()),
  gilEnabled: maybe(z.boolean()),
  bornNs: z.number(),
  /** When its recording began; null: it was not recorded. */
  beganNs: maybe(z.number()),
  endedNs: maybe(z.number()),
  exitCode: maybe(z.number()),
  signal: maybe(text),
  lost: maybe(text),
  events: whole,
  dropped: whole,
  ...keptProcess.shape,
});

const thread = z.object({
  idx: whole,
  process: whole,
  tid: whole,
  name: text,
  main: z.boolean(),
  own: z.boolean(),
  bornNs: z.number(),
  endedNs: maybe(z.number()),
  ...keptThread.shape,
});

const gil = z.object({
  idx: whole,
  process: whole,
  id: whole,
  bornNs: z.number(),
  endedNs: maybe(z.number()),
  switches: whole,
  switchesCounted: maybe(whole),
  switchesChecked: maybe(whole),
});

/** Grows when an older reader would misread the file. */
export const TRACE_VERSION = 2;

export const traceHead = z.object({
  version: z.literal(TRACE_VERSION),
  gilscope: text,
  title: text,
  created: text,
  command: z.array(text),
  host: text,
  cores: whole,
  /** Absolute CLOCK_MONOTONIC of session time 0. */
  originNs: text,
  start: z.number(),
  end: z.number(),
  /** Not all of the session: a range, or some threads. */
  partial: z.boolean(),
  session: keptSession,
  processes: z.array(process),
  threads: z.array(thread),
  gils: z.array(gil),
});
export type TraceHead = z.infer<typeof traceHead>;

/** Threads of the scope, and whoever else held one of its GILs. */
function threadsOf(source: ExportSource): ThreadIdx[] {
  const threads = new Set(source.threads.map(({ idx }) => idx));
  for (const { idx } of source.gils) for (const { thread: holder } of source.holds(idx)) threads.add(holder);
  return [...threads].sort((a, b) => a - b);
}

/** Of a part, those within it. */
function switchesOf({ gils, summary }: ExportSource, { idx, process }: GilInfo) {
  const place = gils.filter((gil) => gil.process === process).findIndex((gil) => gil.idx === idx);
  const { switches, switches_counted, switches_checked } = summary.processes[process].gils[place];
  return { switches, switchesCounted: switches_counted, switchesChecked: switches_checked };
}

export function headOf(source: ExportSource): TraceHead {
  const { summary, kept } = source;
  const { gilscope, title, created, host, cores, start, end } = source;
  const threads = summary.processes.reduce((sum, told) => sum + told.threads.length, 0);
  return traceHead.parse({
    ...{ version: TRACE_VERSION, gilscope, title, created, host, cores, start, end, command: [...source.command] },
    originNs: String(source.originNs),
    session: kept.session(),
    partial: !summary.range.whole || source.threads.length < threads,
    processes: source.processes.map((info) => {
      const began = summary.processes[info.idx].began_s;
      return { ...info, beganNs: began === null ? null : toNs(began), ...kept.process(info.idx) };
    }),
    threads: threadsOf(source).map((idx) => ({
      ...source.thread(idx),
      ...kept.thread(idx),
    })),
    gils: source.gils.map((info) => ({ ...info, ...switchesOf(source, info) })),
  });
}

/** What was captured of what the interpreters counted; null where they do not. */
function coverage({ gils }: ExportSource): number | null {
  let [captured, counted] = [0, 0];
  for (const { switchesChecked, switchesCounted } of gils) {
    captured += switchesChecked ?? 0;
    counted += switchesCounted ?? 0;
  }
  return counted === 0 ? null : captured / counted;
}

/** Of the recording, for people: what is said and how. */
export function factsOf(source: ExportSource): Record<string, string> {
  const { processes, summary } = source;
  const sum = (of: 'events' | 'dropped'): string => String(processes.reduce((n, info) => n + info[of], 0));
  return {
    'recorded by': `gilscope ${source.gilscope}`,
    title: source.title,
    command: joinArgs(source.command),
    created: source.created,
    host: `${source.host}, ${source.cores} cores`,
    engine: summary.engine,
    coverage: formatPercent(coverage(source)),
    events: sum('events'),
    'events dropped': sum('dropped'),
    verdict: summary.verdict.text,
  };
}
