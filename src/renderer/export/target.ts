/** Where an export goes: what is there already, asked before it is written. */
import type { FileEntry } from '../../shared/contract/types.ts';
import { baseName, dirName } from '../lib/format.ts';
import { call, isCancelled, UserError } from '../transport/index.ts';

/** A filter of `files.list` may be this long. */
const FILTER_CHARS = 40;

const isAbsolute = (path: string): boolean => /^(\/|[A-Za-z]:[\\/])/.test(path);

/**
 * What stands at a path now; null: nothing, or its folder cannot be read, which the engine tells better when it is to write there. Throws
 * UserError for what is no whole path.
 */
export async function standsAt(path: string): Promise<FileEntry | null> {
  const name = baseName(path);
  if (!isAbsolute(path) || name === '')
    throw new UserError({ message: `“${path}” is not a whole path`, remedy: 'Begin it with /, and name a file.' });
  const suffix = name.slice(-FILTER_CHARS);
  try {
    const { entries } = await call('files.list', { path: dirName(path), suffix, hidden: true });
    return entries.find((entry) => entry.name === name) ?? null;
  } catch (error) {
    if (isCancelled(error)) throw error;
    return null;
  }
}
