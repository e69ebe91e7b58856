/**
 * `gilscope export FILE --to FORMAT`: a recording, or a part of it, in a format that others read; to a file, a folder of files, or standard output.
 */
import { basename, resolve } from 'node:path';
import { constants } from 'node:os';
import { UserError } from '../engine/errors.ts';
import { checkExport, ExportCancelled, exportFile, exportTo, type ExportOptions } from '../engine/export/exporter.ts';
import { knownFormat } from '../engine/export/known.ts';
import { FileSession } from '../engine/fileSession.ts';
import { VERSION } from '../engine/paths.ts';
import type { SessionModel } from '../shared/model/session.ts';
import type { ExportFormat } from '../shared/export/formats.ts';
import type { ExportScope } from '../shared/export/types.ts';
import { formatBytes } from '../shared/format.ts';
import { toNs } from '../shared/units.ts';
import { say } from './outcome.ts';
import { StatusLine } from './statusLine.ts';
import { plain } from './terminalText.ts';

export interface ExportCommandOptions {
  to: string;
  output?: string;
  /** Seconds from the start of the session. */
  from?: number;
  until?: number;
  /** Process ids. */
  process?: number[];
  /** Names or ids. */
  thread?: string[];
  table?: string;
  force?: boolean;
  quiet?: boolean;
}

/** Returns the exit status: 0, or what a shell says of the signal that ended it. */
export async function exportCommand(file: string, options: ExportCommandOptions): Promise<number> {
  const format = knownFormat(options.to);
  const toStdout = options.output === '-';
  if (toStdout) checkStdout(format, options);
  const ended = untilSignal();
  const status = new StatusLine(options.quiet === true || toStdout);
  const session = await FileSession.open(file, {
    changed: (one) => status.show(`reading ${percent(one.info().progress ?? 1, 1)}`),
    terminal: () => undefined,
    log: () => undefined,
  });
  try {
    await Promise.race([session.loaded, ended.aborted]);
    ended.signal.throwIfAborted();
    const { damage, title } = session.info();
    if (damage !== null) say(`warning: ${plain(damage)}`);
    const source = session.model.exportSource(scopeOf(session.model, options), { title, gilscope: VERSION });
    const asked: ExportOptions = { source, format, table: options.table, signal: ended.signal };
    if (toStdout) await exportTo({ write: writeStdout }, asked);
    else await writeFiles(file, asked, options, status);
    return 0;
  } catch (error) {
    if (error instanceof ExportCancelled || ended.signal.aborted) return ended.status();
    throw error;
  } finally {
    status.end();
    await session.close();
  }
}

async function writeFiles(
  file: string,
  asked: ExportOptions,
  { output, force, quiet }: ExportCommandOptions,
  status: StatusLine,
): Promise<void> {
  const path = resolve(output ?? defaultName(file, asked));
  const target = { ...asked, path, overwrite: force === true, recording: resolve(file) };
  try {
    await checkExport(target);
    let bytes = 0;
    const files = await exportFile({
      ...target,
      onProgress: (progress) => {
        ({ bytes } = progress);
        status.show(`writing ${percent(progress.done, progress.total)}, ${formatBytes(bytes)}`);
      },
    });
    status.end();
    const many = files.length > 1 ? `${files.length} files in ` : '';
    if (quiet !== true) say(`wrote ${many}${plain(path)} (${formatBytes(bytes)})`);
  } catch (error) {
    if (error instanceof UserError && error.code === 'exists' && force !== true)
      throw new UserError(
        'exists',
        error.message,
        'choose another name (-o), or add --force to replace an earlier export',
      );
    throw error;
  }
}

const percent = (done: number, total: number): string => `${total === 0 ? 0 : Math.floor((100 * done) / total)} %`;

/** Beside nothing of the recording's own: in the folder one is in. */
function defaultName(file: string, { format, table }: ExportOptions): string {
  const name = basename(file).replace(/\.(gilscope|pftrace|trace\.json)$/, '');
  if (format.kind === 'file') return name + format.suffix;
  return table === undefined ? `${name}-${format.id}` : `${name}-${table}${format.suffix}`;
}

function checkStdout(format: ExportFormat, { table }: ExportCommandOptions): void {
  if (format.kind === 'tables' && table === undefined)
    throw new UserError(
      'bad-argument',
      `${format.id} has several tables, standard output takes one`,
      'name it: --table holds',
    );
  if (format.binary && process.stdout.isTTY)
    throw new UserError('bad-argument', `${format.id} is no text for a terminal`, 'name a file (-o), or pipe it on');
}

function writeStdout(bytes: Uint8Array): Promise<void> {
  return new Promise((done, failed) => {
    process.stdout.write(bytes, (error) => (error ? failed(error) : done()));
  });
}

/** Throws UserError for a process or a thread that is not there, or a range that holds nothing. */
function scopeOf(model: SessionModel, options: ExportCommandOptions): ExportScope {
  const { from, until } = options;
  if (from !== undefined && until !== undefined && from >= until)
    throw new UserError(
      'bad-argument',
      `from ${from} s until ${until} s is an empty range`,
      'until must be after from',
    );
  if (from !== undefined && toNs(from) >= model.endNs)
    throw new UserError(
      ...(['bad-argument', `the session ends at ${model.endNs / 1e9} s, before ${from} s`] as const),
      'choose an earlier --from',
    );
  const processes = (options.process ?? []).flatMap((pid) => {
    const found = model.processes.filter((one) => one.pid === pid).map(({ idx }) => idx);
    if (found.length > 0) return found;
    const there = model.processes.map((one) => one.pid).join(', ');
    throw new UserError('not-found', `there is no process ${pid} in this session`, `it has ${there}`);
  });
  const threads = (options.thread ?? []).flatMap((wanted) => {
    const mine = model.threads.filter(
      ({ own, process: idx }) => !own && (processes.length === 0 || processes.includes(idx)),
    );
    const found = mine.filter(({ name, tid }) => name === wanted || String(tid) === wanted).map(({ idx }) => idx);
    if (found.length > 0) return found;
    const there = mine.slice(0, 20).map(({ name }) => name);
    throw new UserError(
      'not-found',
      `there is no thread ${JSON.stringify(wanted)} here`,
      `there are ${there.join(', ')}`,
    );
  });
  return {
    start: from === undefined ? undefined : toNs(from),
    end: until === undefined ? undefined : toNs(until),
    processes,
    threads,
  };
}

interface Ended {
  signal: AbortSignal;
  aborted: Promise<void>;
  /** As a shell tells it. */
  status: () => number;
}

/** Ctrl-C, or being told to end: what is under way is taken back. */
function untilSignal(): Ended {
  process.on('SIGXFSZ', () => undefined); // a file-size limit is an error of the write, not the end of us
  const abort = new AbortController();
  let by: NodeJS.Signals = 'SIGINT';
  const aborted = new Promise<void>((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(name, () => {
        by = name;
        abort.abort();
        done();
      });
  });
  return { signal: abort.signal, aborted, status: () => 128 + constants.signals[by] };
}
