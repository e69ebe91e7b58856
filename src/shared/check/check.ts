/** Whether a recording is within its limits. Pure; used by src/cli/check.ts. */
import type { Summary, Verdict } from '../contract/types.ts';
import { formatValue, LimitError, metricText, parseLimit, type Kind, type Limit, type MetricName } from './limits.ts';
import { FIGURES, metricsOf, type Metric } from './metrics.ts';

/** One limit against one figure. */
export interface CheckResult {
  metric: string;
  /** Tells figures of one name apart; null: there is one only. */
  which: string | null;
  bound: 'max' | 'min';
  kind: Kind;
  /** Seconds, parts of one, bytes, a number; null: not known, which no limit allows. */
  value: number | null;
  limit: number;
  within: boolean;
  /** By how much it is over (or under, of a `min`); 0 within, null where the value is not known. */
  by: number | null;
  estimated: boolean;
}

export interface Check {
  results: CheckResult[];
  /** The verdict, if it is one of those that are refused. */
  refused: Verdict | null;
  within: boolean;
  /** Metrics of what is not in the recording, which was allowed. */
  missing: string[];
}

/** Every kind that a verdict can be. */
export const VERDICT_KINDS = [
  ...['too_short', 'no_gil', 'single_thread', 'io_starved', 'cpu_bound', 'io_bound', 'native_parallel'],
  ...['multi_process', 'start_up', 'lock_contention', 'too_many_threads', 'mixed'],
] as const satisfies readonly Verdict['kind'][];

/** Names of figures, or of threads, that there are. */
const listed = (names: readonly string[], most = 12): string => {
  const all = [...new Set(names)];
  return all.slice(0, most).join(', ') + (all.length > most ? ` and ${all.length - most} more` : '');
};

/** Throws LimitError for what is no metric, whatever the recording. */
export function kindOf({ of, figure }: MetricName): Kind {
  const figures = FIGURES.get(of) ?? [];
  const found = figures.find(({ name }) => name === figure);
  if (found !== undefined) return found.kind;
  const named = of === null ? '' : ` of a ${of}`;
  const more = of === null ? ', thread.NAME.FIGURE, function.NAME.FIGURE, mark.NAME.FIGURE' : '';
  throw new LimitError(
    `there is no metric ${figure}${named}; there are ${listed(
      figures.map(({ name }) => name),
      99,
    )}${more}`,
  );
}

function matching(metrics: readonly Metric[], { of, name, figure }: MetricName): Metric[] {
  return metrics.filter(({ name: one }) => one.of === of && one.name === name && one.figure === figure);
}

/** Throws LimitError. */
function refuseMissing({ of, name }: MetricName, metrics: readonly Metric[]): never {
  const names = metrics.filter((metric) => metric.name.of === of).map((metric) => metric.name);
  const there = names.map((one) => metricText({ ...one, figure: '' }).slice(`${of}.`.length, -1));
  const none = of === 'function' ? 'its calls were not traced; record with --functions' : `it has no ${of}s`;
  throw new LimitError(
    `the recording has no ${of} ${JSON.stringify(name)}; ${there.length === 0 ? none : `there are ${listed(there)}`}`,
  );
}

function resultOf(metric: Metric, { bound }: Limit, limit: number, alone: boolean): CheckResult {
  const { value, kind, estimated, which } = metric;
  const over = value === null ? null : bound === 'max' ? value - limit : limit - value;
  return {
    ...{ metric: metricText(metric.name), which: alone ? null : which, bound, kind, value, limit, estimated },
    within: over !== null && over <= 0,
    by: over === null ? null : Math.max(0, over),
  };
}

/** Each limit against every thread, function or mark of that name. Throws LimitError for limits that cannot be. */
export function checkSummary(
  summary: Summary,
  limits: readonly Limit[],
  { refused = [], allowMissing = false }: { refused?: readonly string[]; allowMissing?: boolean } = {},
): Check {
  const metrics = metricsOf(summary);
  const results: CheckResult[] = [];
  const missing: string[] = [];
  for (const budget of limits) {
    const { metric, limit: text } = budget;
    const limit = parseLimit(text, kindOf(metric), metricText(metric));
    const found = matching(metrics, metric);
    if (found.length === 0) {
      if (!allowMissing) refuseMissing(metric, metrics);
      missing.push(metricText(metric));
    }
    results.push(...found.map((one) => resultOf(one, budget, limit, found.length === 1)));
  }
  const verdict = refused.includes(summary.verdict.kind) ? summary.verdict : null;
  const within = verdict === null && results.every((result) => result.within);
  return { results, refused: verdict, within, missing };
}

/** "gil.wait_share: 48 %, over the limit of 10 % by 38 % (estimated)". */
export function resultText({ metric, which, bound, kind, value, limit, within, by, estimated }: CheckResult): string {
  const of = which === null ? metric : `${metric} (${which})`;
  const told = formatValue(kind, limit);
  const note = estimated ? ' (estimated)' : '';
  if (value === null || by === null)
    return `${of}: not known, ${bound === 'max' ? 'at most' : 'at least'} ${told} asked`;
  const [side, beyond] = bound === 'max' ? ['at most', 'over'] : ['at least', 'under'];
  const figure = `${of}: ${formatValue(kind, value)}`;
  if (within) return `${figure}, ${side} ${told} asked${note}`;
  return `${figure}, ${beyond} the limit of ${told} by ${formatValue(kind, by)}${note}`;
}

/** "all 3 limits are kept", "2 of 3 limits are not kept". */
export function outcomeText({ results, refused, within }: Check): string {
  const failed = results.filter((result) => !result.within).length + (refused === null ? 0 : 1);
  const all = results.length + (refused === null ? 0 : 1);
  if (within) return all === 1 ? 'the limit is kept' : `all ${all} limits are kept`;
  return all === 1 ? 'the limit is not kept' : `${failed} of ${all} limits ${failed === 1 ? 'is' : 'are'} not kept`;
}
