/**
 * Writes a recording in a format, piece by piece, so that it never lies in memory and that whoever else is served meanwhile is answered. Used by
 * exports.ts (the window) and cli/export.ts.
 */
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import type { ExportFormat } from '../../shared/export/formats.ts';
import type { ExportSource, Piece } from '../../shared/export/types.ts';
import type { Table, TableWriter } from '../../shared/export/tables/table.ts';
import { stepsOf, TABLES } from '../../shared/export/tables/tables.ts';
import { UserError } from '../errors.ts';
import { printPage, type PagePrinter } from './browser.ts';
import { readmeText } from './readme.ts';
import { checkFile, checkFolder, PartFile, README, writeFileWhole, writeFolderWhole } from './target.ts';

export interface ExportProgress {
  done: number;
  /** 0 when it is not known. */
  total: number;
  bytes: number;
}

export interface ExportOptions {
  source: ExportSource;
  format: ExportFormat;
  /** Of a format of several tables, only this one, as a file. */
  table?: string | undefined;
  onProgress?: (progress: ExportProgress) => void;
  signal?: AbortSignal | undefined;
  /** Makes a PDF or a PNG of a page; left out: the browser that is there. */
  print?: PagePrinter | undefined;
}

export interface FileOptions extends ExportOptions {
  path: string;
  overwrite: boolean;
  /** The recording itself, which nothing may replace; null: there is no file. */
  recording: string | null;
}

/** The user ended it; everything is as it was. */
export class ExportCancelled extends Error {}

interface Sink {
  write: (bytes: Uint8Array) => Promise<void>;
}

/** The tables that are asked for. Throws UserError for one that there is not. */
function tablesOf({ format, table, source }: ExportOptions): readonly Table[] {
  if (table === undefined) return TABLES.filter(({ rows }) => !isEmpty(rows(source)));
  if (format.kind === 'file')
    throw new UserError('bad-argument', `${format.id} has no tables: it is one file`, 'leave the table out');
  const found = TABLES.find(({ name }) => name === table);
  if (found !== undefined) return [found];
  const names = TABLES.map(({ name }) => name).join(', ');
  throw new UserError('bad-argument', `there is no table ${JSON.stringify(table)}`, `choose one of ${names}`);
}

const isEmpty = (rows: Iterable<unknown>): boolean => {
  for (const _row of rows) return false;
  return true;
};

/** Throws UserError for what would hold nothing. */
export function checkSource(source: ExportSource, format: ExportFormat): void {
  if (source.end <= source.start)
    throw new UserError('bad-argument', 'nothing was recorded in that range', 'choose a longer one');
  if (source.processes.length === 0)
    throw new UserError('bad-argument', 'nothing of the session was chosen', 'choose other processes or threads');
  if (format.needs === 'functions' && isEmpty(source.functions()) && !source.threads.some((t) => t.callLevels > 0))
    throw new UserError(
      ...(['bad-argument', `${format.title} tells function calls, and none were traced here`] as const),
      'record with --functions, or choose another format',
    );
  if (format.needs === 'refcounts' && isEmpty(source.refcounts()))
    throw new UserError('bad-argument', 'nothing was watched in this session', 'record with --watch');
}

/** Counts and paces one export. */
class Run {
  private bytes = 0;
  private before = 0;

  constructor(
    private readonly options: ExportOptions,
    private readonly total: number,
  ) {}

  /** While the disk takes one piece the next one is made. @param steps how many of the total these pieces are */
  async write(pieces: Iterable<Piece>, out: Sink, steps: number): Promise<void> {
    const { onProgress, signal } = this.options;
    let written = Promise.resolve();
    try {
      for (const { bytes, done } of pieces) {
        if (signal?.aborted === true) throw new ExportCancelled();
        await written;
        if (bytes.length > 0) written = out.write(bytes);
        // A failure is told when the piece after it is ready.
        written.catch(() => undefined);
        this.bytes += bytes.length;
        onProgress?.({ done: this.before + Math.min(done, steps), total: this.total, bytes: this.bytes });
        // Others are served between two pieces, also where the disk takes them at once.
        await setImmediate();
      }
      await written;
    } finally {
      // Also when it was given up: the file is closed next.
      await written.catch(() => undefined);
    }
    if (signal?.aborted === true) throw new ExportCancelled();
    this.before += steps;
    onProgress?.({ done: this.before, total: this.total, bytes: this.bytes });
  }
}

async function loadFor(
  options: ExportOptions,
  table: Table | null,
): Promise<(source: ExportSource) => Iterable<Piece>> {
  const { format } = options;
  if (format.kind === 'file') return format.load();
  const write = await format.load();
  return (source) => write(source, table!);
}

/** As one file, into anything. */
export async function exportTo(out: Sink, options: ExportOptions): Promise<void> {
  const { source, format } = options;
  checkSource(source, format);
  const table = format.kind === 'tables' || options.table !== undefined ? tablesOf(options)[0] : null;
  const steps = table === null ? source.intervalCount : stepsOf(table, source);
  const write = await loadFor(options, table);
  const pieces = format.print === undefined ? write(source) : [await printed(write(source), format.print, options)];
  await new Run(options, steps).write(pieces, out, steps);
}

/** What a browser makes of the page that these pieces are. */
async function printed(
  pieces: Iterable<Piece>,
  { from, to }: NonNullable<ExportFormat['print']>,
  { source, signal, print = printPage }: ExportOptions,
): Promise<Piece> {
  const text = Buffer.concat(Array.from(pieces, ({ bytes }) => bytes));
  try {
    return { bytes: await print({ text, suffix: from, to }, signal), done: source.intervalCount };
  } catch (error) {
    throw signal?.aborted === true ? new ExportCancelled() : error;
  }
}

/** As a file, or a folder of files where the format has several tables and none was named. Returns the files. */
export async function exportFile(options: FileOptions): Promise<string[]> {
  const { format, path, table } = options;
  if (format.kind === 'tables' && table === undefined) return exportFolder(options, await format.load());
  await writeFileWhole(options, (file) => exportTo(file, options));
  return [path];
}

const fileOf = ({ suffix }: ExportFormat, { name }: Table): string => `${name}${suffix}`;
const filesOf = (format: ExportFormat): Set<string> => new Set(TABLES.map((table) => fileOf(format, table)));

/** Throws UserError for all that can be known to go wrong before anything is written. */
export async function checkExport(options: FileOptions): Promise<void> {
  const { source, format, table } = options;
  checkSource(source, format);
  if (table !== undefined) tablesOf(options);
  if (format.kind === 'tables' && table === undefined) await checkFolder(options, filesOf(format));
  else await checkFile(options);
}

async function exportFolder(options: FileOptions, write: TableWriter): Promise<string[]> {
  const { source, format, path } = options;
  checkSource(source, format);
  const written: string[] = [];
  await writeFolderWhole(options, filesOf(format), async (folder) => {
    const tables = tablesOf(options);
    const run = new Run(
      options,
      tables.reduce((sum, table) => sum + stepsOf(table, source), 0),
    );
    const put = async (name: string, pieces: Iterable<Piece>, steps: number): Promise<void> => {
      const file = await PartFile.create(join(folder, name), join(path, name));
      try {
        await run.write(pieces, file, steps);
        await file.finish();
      } finally {
        await file.close();
      }
      written.push(join(path, name));
    };
    for (const table of tables) await put(fileOf(format, table), write(source, table), stepsOf(table, source));
    const bytes = new TextEncoder().encode(readmeText(source, format, tables));
    await put(README, [{ bytes, done: 0 }], 0);
  });
  return written;
}
