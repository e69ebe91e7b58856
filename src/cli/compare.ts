/**
 * `gilscope compare`: commands, recordings or ways of calling one function, side by side. The table goes to standard output (to standard
 * error when that is taken by `--json -`), progress to standard error. What the programs print is kept back unless it is asked for.
 */
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { Comparisons } from '../engine/compare/comparisons.ts';
import type { Comparison } from '../engine/compare/comparison.ts';
import { fileError, UserError } from '../engine/errors.ts';
import { checkFile, writeFileWhole } from '../engine/export/target.ts';
import { InterpreterProbe } from '../engine/interpreterProbe.ts';
import { Library } from '../engine/library.ts';
import { dataFolder } from '../engine/paths.ts';
import { Recents } from '../engine/recents.ts';
import { Sessions, type Emit } from '../engine/sessions.ts';
import {
  COMPARE_PAGES,
  type CompareInfo,
  type ComparePageFormat,
  type CompareSpec,
} from '../shared/contract/compare.ts';
import { quoteArg } from '../shared/shell.ts';
import { specOf, type AskedOptions } from './compareSpec.ts';
import { compareText } from './compareText.ts';
import { DEFECT_STATUS } from './exit.ts';
import { checkWritable, say } from './outcome.ts';
import { ProgressLine } from './progressLine.ts';
import { plain } from './terminalText.ts';

export interface OutcomeOptions {
  /** "-": standard output. */
  json?: string;
  /** Files for reports. */
  html?: string;
  md?: string;
  /** They may replace what is there. */
  force?: boolean;
  showOutput?: boolean;
  quiet?: boolean;
}

export type CompareOptions = AskedOptions & OutcomeOptions;

/** Some runs failed, or did not print the same. */
const FAILED_STATUS = 1;

/** Throws UserError, with nothing run, for what is wrong with the arguments; else resolves with the exit status. */
export async function compare(texts: readonly string[], options: CompareOptions): Promise<number> {
  return runComparison(specOf(texts, options), options);
}

/** The same for what has been put together already. */
export async function runComparison(spec: CompareSpec, options: OutcomeOptions): Promise<number> {
  if (options.json !== undefined && options.json !== '-') checkWritable(resolve(options.json));
  await checkPages(spec, options);
  const listener: { changed: ((info: CompareInfo) => void) | null } = { changed: null };
  const comparisons = engine(options.showOutput === true, (info) => listener.changed?.(info));
  const interrupted = onInterrupt();
  const comparison = await comparisons.start(spec);
  const progress = options.quiet === true ? null : new ProgressLine(comparison.info());
  listener.changed = (info) => progress?.changed(info);
  const caught = interrupted.then(async (signal) => {
    await comparison.cancel();
    return signal;
  });
  await comparison.finished;
  progress?.changed(comparison.info());
  progress?.end();
  await tell(comparison, options);
  await writePages(options, (format) => comparisons.page(comparison.id, { format }));
  const info = comparison.info();
  if (info.state === 'cancelled') return 128 + constants.signals[await caught];
  return statusOf(info);
}

const pagesOf = (options: OutcomeOptions) =>
  COMPARE_PAGES.flatMap((format) => {
    const path = options[format];
    return path === undefined ? [] : [{ format, path: resolve(path), overwrite: options.force === true }];
  });

const exists = (error: unknown, { force }: OutcomeOptions): unknown =>
  error instanceof UserError && error.code === 'exists' && force !== true
    ? new UserError('exists', error.message, 'choose another name, or add --force to replace an earlier report')
    : error;

/** Before anything is run: throws UserError where a report cannot be written, or would replace what is compared. */
async function checkPages(spec: CompareSpec, options: OutcomeOptions): Promise<void> {
  const sources = spec.kind === 'call' ? [] : spec.variants.map(({ source }) => source);
  const recordings = sources.flatMap((source) => (source.kind === 'file' ? source.path : []));
  const pages = pagesOf(options);
  if (new Set(pages.map(({ path }) => path)).size < pages.length)
    throw new UserError('bad-argument', '--html and --md name the same file', 'name two');
  try {
    for (const page of pages) for (const recording of [null, ...recordings]) await checkFile({ ...page, recording });
  } catch (error) {
    throw exists(error, options);
  }
}

async function writePages(
  options: OutcomeOptions,
  textOf: (format: ComparePageFormat) => Promise<string>,
): Promise<void> {
  for (const { format, ...target } of pagesOf(options)) {
    const text = await textOf(format);
    try {
      await writeFileWhole({ ...target, recording: null }, (file) => file.write(Buffer.from(text)));
    } catch (error) {
      throw exists(error, options);
    }
    if (options.quiet !== true) say(`wrote ${plain(target.path)}`);
  }
}

function engine(showOutput: boolean, changed: (info: CompareInfo) => void): Comparisons {
  const folder = dataFolder();
  const probe = new InterpreterProbe(join(folder, 'interpreters.json'));
  const library = new Library(folder);
  const recents = new Recents(folder, library);
  const emit: Emit = (_name, push) => {
    if ('compare' in push) changed(push.compare);
    else if ('line' in push && push.line.level === 'error') say(plain(push.line.text));
  };
  const sessions = new Sessions(probe, library, recents, emit);
  const show = showOutput ? (bytes: Uint8Array) => void process.stderr.write(bytes) : undefined;
  return new Comparisons({ sessions, probe, recents, folder, opens: false, ...(show && { show }) }, emit);
}

/** The first signal that asks us to end. The programs are in groups of their own, so a terminal's Ctrl-C does not reach them. */
function onInterrupt(): Promise<NodeJS.Signals> {
  return new Promise((caught) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => caught(name));
  });
}

async function tell(comparison: Comparison, options: OutcomeOptions): Promise<void> {
  const report = comparison.report();
  const info = comparison.info();
  const out = options.json === '-' ? process.stderr : process.stdout;
  out.write(`${compareText(report)}${said(info)}${recordings(info)}`);
  if (options.json === undefined) return;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (options.json === '-') {
    await new Promise((written) => process.stdout.write(text, written));
    return;
  }
  try {
    writeFileSync(options.json, text);
  } catch (error) {
    throw fileError(error, `cannot write ${options.json}`);
  }
}

/** The last words of the first run of each variant that failed. */
function said({ variants, runs }: CompareInfo): string {
  return variants
    .map(({ name }, i) => {
      const lines = runs.find((run) => run.variant === i && run.state === 'failed')?.said ?? [];
      return lines.length === 0 ? '' : `\n${plain(name)} said:\n${lines.map((line) => `  ${plain(line)}\n`).join('')}`;
    })
    .join('');
}

function recordings({ variants, runs }: CompareInfo): string {
  const paths = variants.flatMap(({ shown, file }) =>
    shown === null || file !== null ? [] : (runs[shown].path ?? []),
  );
  return paths.length === 0
    ? ''
    : `\nto look at the run with the median wall-clock of each: gilscope ${paths.map((path) => quoteArg(plain(path))).join(' ')}\n`;
}

function statusOf({ state, error, runs, verdict }: CompareInfo): number {
  if (state === 'failed') {
    say(plain(error ?? ''));
    return DEFECT_STATUS;
  }
  const well = runs.every((run) => run.state === 'ended') && verdict?.kind !== 'different_output';
  return well ? 0 : FAILED_STATUS;
}
