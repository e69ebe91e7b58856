/**
 * What `gilscope check` can set a limit to, each as a figure of a summary. docs/check.md says what they mean; the lists here are all there
 * are. Pure; used by check.ts.
 */
import type { SummaryFunction } from '../contract/functions.ts';
import type { SummaryMark } from '../contract/marks.ts';
import type { Engine, Summary, SummaryGil, SummaryProcess, SummaryThread } from '../contract/types.ts';
import { coresOf, cpuOf, gilShare, wallOf } from '../compare/variant.ts';
import { functionText } from '../summaryTables.ts';
import { metricText, type Kind, type MetricName } from './limits.ts';

/** One figure of a recording. */
export interface Metric {
  name: MetricName;
  kind: Kind;
  /** In seconds, parts of one, bytes, a number. Null: not known. */
  value: number | null;
  /** By the estimated engine; what is sampled or counted by the system never is. */
  estimated: boolean;
  /** Tells those of one name apart: "pid 42", "app.py:7"; null: there is nothing to tell. */
  which: string | null;
}

interface Figure<T> {
  name: string;
  kind: Kind;
  value: (of: T) => number | null;
  /** Known whichever the engine. */
  measured?: true;
}

const figure = <T>(kind: Kind, name: string, value: (of: T) => number | null): Figure<T> => ({ name, kind, value });
const measured = <T>(kind: Kind, name: string, value: (of: T) => number | null): Figure<T> => ({
  ...figure(kind, name, value),
  measured: true,
});

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
const gils = ({ processes }: Summary): SummaryGil[] => processes.flatMap((process) => process.gils);
const threads = ({ processes }: Summary): SummaryThread[] => processes.flatMap((process) => process.threads);
const counted = (key: 'switches' | 'preempted' | 'voluntary') => (of: Summary) => sum(gils(of).map((gil) => gil[key]));
const perSecond = (key: 'switches' | 'preempted' | 'voluntary') => (of: Summary) => share(counted(key)(of), wallOf(of));

/** Of the time in which threads wanted the GIL, the part in which they did not have it: nobody wanted it, nobody waited. */
function waitShare(of: readonly { held_s: number; wait_s: number }[]): number {
  const [held, waited] = [sum(of.map(({ held_s }) => held_s)), sum(of.map(({ wait_s }) => wait_s))];
  return share(waited, held + waited) ?? 0;
}

/** Of those GILs whose interpreter counts switches itself. */
function coverage(of: Summary): number | null {
  const known = gils(of).flatMap(({ switches_checked: checked, switches_counted: all }) =>
    checked === null || all === null ? [] : [{ checked, all }],
  );
  if (known.length === 0) return null;
  return share(sum(known.map(({ checked }) => checked)), sum(known.map(({ all }) => all))) ?? 1;
}

const SESSION: Figure<Summary>[] = [
  measured('time', 'wall', wallOf),
  measured('time', 'cpu', cpuOf),
  measured('cores', 'effective_cores', coresOf),
  figure('share', 'gil.held_share', (of) => gilShare(of, 'held_s')),
  figure('share', 'gil.contended_share', (of) => gilShare(of, 'contended_s')),
  figure('share', 'gil.free_share', (of) => gilShare(of, 'free_s')),
  figure('share', 'gil.wait_share', (of) => waitShare(threads(of))),
  figure('time', 'gil.wait', (of) => sum(threads(of).map(({ wait_s }) => wait_s))),
  figure('time', 'gil.wait_p95', (of) => of.wait_p95_s ?? 0),
  ...(['switches', 'preempted', 'voluntary'] as const).flatMap((key) => {
    const name = key === 'switches' ? key : `switches.${key}`;
    return [figure('count', name, counted(key)), figure('rate', `${name}_per_second`, perSecond(key))];
  }),
  measured('bytes', 'memory.rss', (of) => of.memory.rss_max_bytes),
  measured('bytes', 'memory.pss', (of) => of.memory.pss_max_bytes),
  measured('count', 'processes', (of) => of.processes.length),
  measured('count', 'dropped', (of) => sum(of.processes.map(({ dropped }) => dropped))),
  measured('share', 'coverage', coverage),
];

/** A percentile of waits that there were none of is no time at all. */
const ofWaits = (key: 'wait_p50_s' | 'wait_p95_s' | 'wait_p99_s' | 'wait_max_s') => (of: SummaryThread) =>
  of.waits === 0 ? 0 : of[key];

const THREAD: Figure<SummaryThread>[] = [
  figure('time', 'held', (of) => of.held_s),
  figure('time', 'wait', (of) => of.wait_s),
  figure('share', 'wait_share', (of) => waitShare([of])),
  figure('time', 'wait_p50', ofWaits('wait_p50_s')),
  figure('time', 'wait_p95', ofWaits('wait_p95_s')),
  figure('time', 'wait_p99', ofWaits('wait_p99_s')),
  figure('time', 'wait_max', ofWaits('wait_max_s')),
  figure('time', 'hold_max', (of) => (of.takes === 0 ? 0 : of.hold_max_s)),
  measured('time', 'cpu', (of) => of.cpu_s),
  figure('time', 'lock_wait', (of) => of.lock_wait_s),
  figure('count', 'takes', (of) => of.takes),
  figure('count', 'waits', (of) => of.waits),
  figure('count', 'preempted', (of) => of.preempted),
  figure('count', 'voluntary', (of) => of.voluntary),
];

const FUNCTION: Figure<SummaryFunction>[] = [
  figure('count', 'calls', (of) => of.calls),
  figure('time', 'own', (of) => of.own_s),
  figure('time', 'own_held', (of) => of.own_held_s),
  figure('time', 'own_wait', (of) => of.own_wait_s),
  figure('time', 'own_released', (of) => of.own_released_s),
  figure('time', 'total', (of) => of.total_s),
  figure('time', 'held', (of) => of.held_s),
  figure('time', 'wait', (of) => of.wait_s),
  figure('time', 'released', (of) => of.released_s),
];

const MARK: Figure<SummaryMark>[] = [
  figure('count', 'count', (of) => of.count),
  figure('time', 'total', (of) => of.total_s),
  figure('time', 'held', (of) => of.held_s),
  figure('time', 'wait', (of) => of.wait_s),
  figure('time', 'released', (of) => of.released_s),
];

/** What there is, by what it is of; null: the whole recording. */
export const FIGURES: ReadonlyMap<string | null, readonly { name: string; kind: Kind }[]> = new Map<
  string | null,
  readonly { name: string; kind: Kind }[]
>([
  [null, SESSION],
  ['thread', THREAD],
  ['function', FUNCTION],
  ['mark', MARK],
]);

interface Of {
  of: string | null;
  name: string;
  which: string | null;
  engine: Engine | null;
}

const metrics = <T>({ of, name, which, engine }: Of, figures: readonly Figure<T>[], subject: T): Metric[] =>
  figures.map((one) => ({
    name: { of, name, figure: one.name },
    kind: one.kind,
    value: one.value(subject),
    estimated: engine === 'estimated' && one.measured !== true,
    which,
  }));

/** All figures of a recording: of the whole, then thread by thread, function by function, mark by mark. */
export function metricsOf(summary: Summary): Metric[] {
  const { processes, engine, marks } = summary;
  return [
    ...metrics({ of: null, name: '', which: null, engine }, SESSION, summary),
    ...processes.flatMap(threadMetrics),
    ...processes.flatMap(functionMetrics),
    ...marks.by_name.flatMap((mark) => metrics({ of: 'mark', name: mark.name, which: mark.kind, engine }, MARK, mark)),
  ];
}

const threadMetrics = ({ pid, engine, threads: all }: SummaryProcess): Metric[] =>
  all.flatMap((one) =>
    metrics({ of: 'thread', name: one.name, which: `pid ${pid}, tid ${one.tid}`, engine }, THREAD, one),
  );

const functionMetrics = ({ pid, engine, functions }: SummaryProcess): Metric[] =>
  (functions?.by_own ?? []).flatMap((one) =>
    one.name === null
      ? []
      : metrics({ of: 'function', name: one.name, which: `${functionText(one)}, pid ${pid}`, engine }, FUNCTION, one),
  );

export const nameOf = ({ name }: Metric): string => metricText(name);
