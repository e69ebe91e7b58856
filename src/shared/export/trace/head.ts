/**
 * What a trace says of the recording as a whole: facts for people, and for programs the processes, threads and GILs as they are.
 * Shared by `perfetto` and `chrome`.
 */
import { z } from 'zod';
import type { ThreadIdx } from '../../contract/basics.ts';
import { formatPercent } from '../../format.ts';
import { joinArgs } from '../../shell.ts';
import { toNs } from '../../units.ts';
import type { ExportSource } from '../types.ts';

const text = z.string();
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
  /** CPU seconds it had used when it was first sampled. */
  cpu0S: maybe(z.number()),
});

const gil = z.object({
  idx: whole,
  process: whole,
  id: whole,
  bornNs: z.number(),
  endedNs: maybe(z.number()),
  switchesCounted: maybe(whole),
  switchesChecked: maybe(whole),
});

export const traceHead = z.object({
  version: z.literal(1),
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

function firstCpu(source: ExportSource, idx: ThreadIdx): number | null {
  for (const { cpuS } of source.threadSamples(idx)) return cpuS;
  return null;
}

export function headOf(source: ExportSource): TraceHead {
  const { summary } = source;
  const scoped = new Set(source.threads.map(({ idx }) => idx));
  const { gilscope, title, created, host, cores, start, end } = source;
  const threads = summary.processes.reduce((sum, told) => sum + told.threads.length, 0);
  return traceHead.parse({
    ...{ version: 1, gilscope, title, created, host, cores, start, end, command: [...source.command] },
    originNs: String(source.originNs),
    partial: !summary.range.whole || source.threads.length < threads,
    processes: source.processes.map((info) => {
      const began = summary.processes[info.idx].began_s;
      return { ...info, beganNs: began === null ? null : toNs(began) };
    }),
    threads: threadsOf(source).map((idx) => ({
      ...source.thread(idx),
      cpu0S: scoped.has(idx) ? firstCpu(source, idx) : null,
    })),
    gils: source.gils,
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
