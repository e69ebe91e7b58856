/**
 * `gilscope check FILE --max METRIC=LIMIT`: whether a recording is within its limits, for CI. One line for each limit that is not kept; exit
 * status 0: all are kept, 1: not, 2: it cannot be told.
 */
import { appendFileSync } from 'node:fs';
import { fileError, UserError } from '../engine/errors.ts';
import { checkMarkdown } from '../shared/check/checkMarkdown.ts';
import { checkSummary, kindOf, outcomeText, resultText, VERDICT_KINDS, type Check } from '../shared/check/check.ts';
import { formatValue, LimitError, metricText, parseBudget, parseLimit, type Limit } from '../shared/check/limits.ts';
import { metricsOf, nameOf } from '../shared/check/metrics.ts';
import type { Summary } from '../shared/contract/types.ts';
import { formatCount, NO_FIGURE } from '../shared/format.ts';
import { checkWritable, say } from './outcome.ts';
import { readSession } from './stats.ts';
import { plain, table } from './terminalText.ts';

export interface CheckOptions {
  max: string[];
  min: string[];
  notVerdict: string[];
  allowMissing?: boolean;
  json?: boolean;
  markdown?: boolean;
  stepSummary?: boolean;
  list?: boolean;
}

/** Some limit is not kept. */
const OVER_STATUS = 1;

/** Resolves with the exit status. Throws UserError for what cannot be checked. */
export async function check(path: string, options: CheckOptions): Promise<number> {
  const limits = limitsOf(options);
  const target = options.stepSummary === true ? stepSummaryPath() : null;
  const { info, summary } = await readSession(path);
  if (summary.damage !== null) say(plain(`${path} is damaged: ${summary.damage}`));
  if (options.list === true) {
    process.stdout.write(listText(summary));
    return 0;
  }
  const outcome = usable(() =>
    checkSummary(summary, limits, { refused: options.notVerdict, allowMissing: options.allowMissing === true }),
  );
  const markdown = (): string => checkMarkdown(outcome, summary, info);
  if (target !== null) append(target, markdown());
  process.stdout.write(
    options.json === true ? json(path, outcome) : options.markdown === true ? markdown() : text(outcome, summary),
  );
  return outcome.within ? 0 : OVER_STATUS;
}

/** What is wrong with a limit, as an error for the user. */
function usable<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    throw new UserError('bad-argument', error.message, 'gilscope check FILE --list shows what there is');
  }
}

/** All that can be wrong with the limits themselves is found before the recording is read. */
function limitsOf({ max, min, notVerdict, list }: CheckOptions): Limit[] {
  const unknown = notVerdict.find((kind) => !VERDICT_KINDS.some((known) => known === kind));
  if (unknown !== undefined)
    throw new UserError('bad-argument', `there is no verdict ${unknown}; there are ${VERDICT_KINDS.join(', ')}`);
  const limits = usable(() => [
    ...max.map((budget) => parseBudget('max', budget)),
    ...min.map((budget) => parseBudget('min', budget)),
  ]);
  usable(() => limits.forEach(({ metric, limit }) => parseLimit(limit, kindOf(metric), metricText(metric))));
  if (limits.length + notVerdict.length === 0 && list !== true)
    throw new UserError(
      'bad-argument',
      'no limit is given',
      'name one: --max gil.wait_share=10%; --list shows what there is',
    );
  return limits;
}

function stepSummaryPath(): string {
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === '')
    throw new UserError(
      'bad-argument',
      '--step-summary is for GitHub workflows: GITHUB_STEP_SUMMARY is not set',
      'use --markdown to print it',
    );
  checkWritable(path);
  return path;
}

function append(path: string, markdown: string): void {
  try {
    appendFileSync(path, `${markdown}\n`);
  } catch (error) {
    throw fileError(error, `cannot write ${path}`);
  }
}

function text(outcome: Check, { processes }: Summary): string {
  const { results, refused, missing } = outcome;
  const dropped = processes.reduce((sum, process) => sum + process.dropped, 0);
  const lines = [
    ...results.filter((result) => !result.within).map(resultText),
    ...(refused === null ? [] : [`verdict: ${refused.kind}, which is not allowed: ${refused.text}`]),
    ...missing.map((metric) => `${metric}: not in the recording`),
    ...(dropped > 0 ? [`${formatCount(dropped)} events were dropped: the figures are of the others`] : []),
    outcomeText(outcome),
  ];
  return lines.map((line) => `${plain(line)}\n`).join('');
}

function json(file: string, { within, results, refused, missing }: Check): string {
  return `${JSON.stringify({ schema: 1, file, within, results, verdict: refused?.kind ?? null, missing }, null, 2)}\n`;
}

const LIST_COLUMNS = [{ title: 'metric' }, { title: 'value', right: true }, { title: '' }];

function listText(summary: Summary): string {
  const rows = metricsOf(summary).map((metric) => [
    nameOf(metric),
    metric.value === null ? NO_FIGURE : formatValue(metric.kind, metric.value),
    [metric.estimated ? 'estimated' : [], metric.which ?? []].flat().join(', '),
  ]);
  return table(
    LIST_COLUMNS,
    rows.map((row) => row.map(plain)),
  );
}
