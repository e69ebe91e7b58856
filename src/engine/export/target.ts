/**
 * Where an export goes, whole or not at all: it is written under a temporary name in the same folder and takes its place when it is complete, so that
 * what was there before is never lost. A file, or a folder of files. Used by exporter.ts.
 */
import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errorCode, fileError, UserError } from '../errors.ts';
import { sweepParts, temporaryIn } from './part.ts';

/** Every folder of an export has it, with this first line: so it is known as one. */
export const README = 'README.md';
export const README_TITLE = '# Exported by gilscope';

export interface TargetOptions {
  path: string;
  overwrite: boolean;
  /** The recording itself, which nothing may replace. */
  recording: string | null;
}

const exists = (path: string): UserError =>
  new UserError('exists', `${path} exists already`, 'choose another name, or allow it to be replaced');

/** What a path really is: links followed. Throws UserError where nothing can be written. */
async function placeOf({ path, recording }: TargetOptions): Promise<{ path: string; found: 'file' | 'folder' | null }> {
  const asked = resolve(path);
  const full = await realpath(asked).catch(() => asked);
  const folder = dirname(full);
  const doing = `cannot write ${asked}`;
  const parent = await stat(folder).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw fileError(error, doing);
    throw new UserError('not-found', `${doing}: there is no folder ${folder}`, 'create it, or choose another place');
  });
  if (!parent.isDirectory())
    throw new UserError('bad-argument', `${doing}: ${folder} is a file, not a folder`, 'choose another place');
  const found = await lstat(full).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw fileError(error, doing);
    return null;
  });
  if (found?.isDirectory() === true) return { path: full, found: 'folder' };
  // What a link leads to that is not there counts as nothing: the link is replaced.
  if (found !== null && !found.isFile() && !found.isSymbolicLink())
    throw new UserError('bad-argument', `${doing}: it is no regular file`, 'choose another name');
  if (found !== null && recording !== null) {
    const own = await stat(recording).catch(() => null);
    if (own !== null && own.dev === found.dev && own.ino === found.ino)
      throw new UserError('refused', `${doing}: it is the recording itself`, 'choose another name');
  }
  return { path: full, found: found === null ? null : 'file' };
}

/** What is renamed is on the disk before its new name is; where folders cannot be synced, that is as it is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** A file under way. */
export class PartFile {
  bytes = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly temporary: string,
    /** What it is to become. */
    private readonly path: string,
  ) {}

  static async create(temporary: string, path: string): Promise<PartFile> {
    try {
      return new PartFile(await open(temporary, 'wx'), temporary, path);
    } catch (error) {
      throw fileError(error, `cannot write ${path}`);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at);
        if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
        at += bytesWritten;
      }
      this.bytes += bytes.length;
    } catch (error) {
      throw fileError(error, `cannot write ${this.path}`);
    }
  }

  /** It is whole, and on the disk. */
  async finish(): Promise<void> {
    try {
      await this.file.sync();
    } catch (error) {
      throw fileError(error, `cannot write ${this.path}`);
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    return this.file.close().catch(() => undefined);
  }
}

/** Where the file really goes. Throws UserError where it may not. */
export async function checkFile(options: TargetOptions): Promise<string> {
  const { path, found } = await placeOf(options);
  if (found === 'folder') throw new UserError('bad-argument', `${path} is a folder`, 'name a file');
  if (found === 'file' && !options.overwrite) throw exists(path);
  return path;
}

/** Runs `write` with a file; it stands at the path when that is done, and nothing has changed when it throws. Returns the bytes. */
export async function writeFileWhole(
  options: TargetOptions,
  write: (file: PartFile) => Promise<void>,
): Promise<number> {
  const path = await checkFile(options);
  await sweepParts(dirname(path));
  const file = await PartFile.create(temporaryIn(dirname(path)), path);
  try {
    await write(file);
    await file.finish();
    await takePlace(file.temporary, path, options.overwrite);
  } catch (error) {
    await file.close();
    await rm(file.temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
  return file.bytes;
}

/** Somebody else may have put a file there meanwhile: unless it may be replaced, a link refuses that in one step. */
async function takePlace(temporary: string, path: string, overwrite: boolean): Promise<void> {
  try {
    if (overwrite) {
      await rename(temporary, path);
      return;
    }
    try {
      await link(temporary, path);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw exists(path);
      // A file system without links.
      await rename(temporary, path);
      return;
    }
    await rm(temporary, { force: true });
  } catch (error) {
    throw error instanceof UserError ? error : fileError(error, `cannot write ${path}`);
  }
}

/** The folder holds nothing but an earlier export: it may be replaced. `names`: what an export may have. */
async function isExport(folder: string, names: ReadonlySet<string>): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (!entries.every((entry) => entry.isFile() && (names.has(entry.name) || entry.name === README))) return false;
  const text = await readFile(join(folder, README), 'utf8').catch(() => '');
  return text.startsWith(README_TITLE);
}

/** Where a folder of files really goes, and whether there is one. `names`: files that an export may have. Throws UserError where it may not. */
export async function checkFolder(
  options: TargetOptions,
  names: ReadonlySet<string>,
): Promise<{ path: string; there: boolean }> {
  const { path, found } = await placeOf(options);
  if (found === 'file')
    throw new UserError(
      'bad-argument',
      `${path} is a file; this format is written as a folder of files`,
      'name a folder',
    );
  if (found === null) return { path, there: false };
  const entries = await readdir(path).catch((error: unknown) => {
    throw fileError(error, `cannot write ${path}`);
  });
  if (entries.length > 0) {
    if (!(await isExport(path, names)))
      throw new UserError('exists', `${path} is a folder that holds other things`, 'choose another name');
    if (!options.overwrite) throw exists(path);
  }
  return { path, there: true };
}

/**
 * As writeFileWhole, of a folder: `write` gets the one that is to become it. An earlier export is replaced if that is allowed, an empty folder always;
 * anything else is left alone.
 */
export async function writeFolderWhole(
  options: TargetOptions,
  names: ReadonlySet<string>,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const { path, there } = await checkFolder(options, names);
  await sweepParts(dirname(path));
  const temporary = temporaryIn(dirname(path));
  try {
    await mkdir(temporary);
    await write(temporary);
    await replaceFolder(temporary, path, there);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error instanceof UserError || errorCode(error) === null ? error : fileError(error, `cannot write ${path}`);
  }
  await syncFolder(dirname(path));
}

async function replaceFolder(fresh: string, path: string, there: boolean): Promise<void> {
  if (!there) {
    await rename(fresh, path);
    return;
  }
  const aside = temporaryIn(dirname(path), 'earlier');
  await rename(path, aside);
  try {
    await rename(fresh, path);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}
