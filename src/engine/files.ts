/** The engine's side of the file picker: one folder, folders first, bounded. Used by contract.ts. */
import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CallArgs, CallReply } from '../shared/contract/calls.ts';
import type { FileEntry } from '../shared/contract/types.ts';
import { fileError } from './errors.ts';

const LIMIT = 2000;

async function entryOf(folder: string, name: string): Promise<FileEntry | null> {
  const path = join(folder, name);
  // A link that leads nowhere is shown as the file it is not: better than a name that vanishes.
  const found = await stat(path).catch(() => lstat(path).catch(() => null));
  if (found === null) return null;
  const kind = found.isDirectory() ? 'folder' : 'file';
  return { name, path, kind, bytes: found.size, modified: found.mtime.toISOString() };
}

export async function listFiles({ path, suffix, hidden }: CallArgs<'files.list'>): Promise<CallReply['files.list']> {
  const asked = resolve(path);
  const file = (await stat(asked).catch(() => null))?.isFile() === true ? asked : undefined;
  const folder = file === undefined ? asked : dirname(file);
  const names = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, `cannot list ${folder}`);
  });
  const fits = (name: string): boolean =>
    suffix === undefined || [suffix].flat().some((ending) => name.endsWith(ending));
  const wanted = names.filter((entry) => {
    if (hidden !== true && entry.name.startsWith('.')) return false;
    return !entry.isFile() || fits(entry.name);
  });
  wanted.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const found = await Promise.all(wanted.slice(0, LIMIT).map((entry) => entryOf(folder, entry.name)));
  const entries = found
    .filter((entry) => entry !== null)
    .filter((entry) => entry.kind === 'folder' || fits(entry.name))
    .sort((a, b) => Number(a.kind === 'file') - Number(b.kind === 'file'));
  const parent = dirname(folder);
  const listing = {
    path: folder,
    parent: parent === folder ? null : parent,
    entries,
    truncated: wanted.length > LIMIT,
  };
  return file === undefined ? listing : { ...listing, file };
}
