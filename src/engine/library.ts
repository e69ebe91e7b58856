/**
 * The folder every recording goes into by itself, so that nothing is lost when nobody thought of saving: names, and what is
 * removed when it grows too large. Used by sessions.ts, recents.ts and cli/record.ts.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './errors.ts';
import { SUFFIX } from './sessionFile.ts';

export const KEEP_FILES = 50;
export const KEEP_BYTES = 4 * 2 ** 30;
/** A file written to this recently may be a recording in progress, perhaps another gilscope's. */
const BUSY_MS = 60_000;

export interface LibraryFile {
  path: string;
  bytes: number;
  modifiedMs: number;
}

export class Library {
  readonly folder: string;

  constructor(dataFolder: string, name = 'sessions') {
    this.folder = join(dataFolder, name);
  }

  /** Throws UserError when the folder cannot be made. */
  newPath(title: string, at = new Date()): string {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fileError(error, `cannot make the folder ${this.folder}`);
    }
    const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
    const stamp = local.slice(0, 19).replace('T', ' ').replaceAll(':', '.');
    // Letters and digits of any script, nothing a shell or a file system could take amiss.
    const name = title
      .replace(/[^\p{L}\p{N}._-]+/gu, ' ')
      .trim()
      .slice(0, 40)
      .trim();
    const unique = `${process.pid.toString(36)}${(counter++).toString(36)}`;
    return join(this.folder, `${stamp} ${name === '' ? 'session' : name} ${unique}${SUFFIX}`);
  }

  list(): LibraryFile[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return [];
    }
    const files = names
      .filter((name) => name.endsWith(SUFFIX))
      .flatMap((name) => {
        const path = join(this.folder, name);
        try {
          const stat = statSync(path);
          return stat.isFile() ? [{ path, bytes: stat.size, modifiedMs: stat.mtimeMs }] : [];
        } catch {
          return [];
        }
      });
    return files.sort((a, b) => b.modifiedMs - a.modifiedMs);
  }

  /** Removes the oldest recordings beyond the bounds; tells which. `inUse`: not these. */
  prune(inUse: ReadonlySet<string>, now = Date.now()): string[] {
    const removed: string[] = [];
    let files = 0;
    let bytes = 0;
    for (const file of this.list()) {
      files++;
      bytes += file.bytes;
      if (files <= KEEP_FILES && bytes <= KEEP_BYTES) continue;
      if (inUse.has(file.path) || now - file.modifiedMs < BUSY_MS) continue;
      try {
        rmSync(file.path);
        removed.push(file.path);
        files--;
        bytes -= file.bytes;
      } catch {
        // Not ours to remove, it seems: it stays.
      }
    }
    return removed;
  }
}

let counter = 0;
