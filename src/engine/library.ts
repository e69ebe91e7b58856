/**
 * The folder every recording goes into by itself, so that nothing is lost when nobody thought of saving: gilscope's own, or one that the
 * user chose; names, and what is removed when it grows too large. Used by sessions.ts, recents.ts and cli/record.ts.
 */
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LibraryInfo } from '../shared/contract/library.ts';
import { isBusy, sweepMark } from './busyFile.ts';
import { fileError, oneLine } from './errors.ts';
import { SUFFIX } from './sessionFile.ts';
import { SettingsStore } from './settings.ts';

export const KEEP_FILES = 50;
export const KEEP_BYTES = 4 * 2 ** 30;
/** A file written to this recently may be a recording in progress, of a gilscope that leaves no mark there. */
const BUSY_MS = 60_000;

export interface LibraryFile {
  path: string;
  bytes: number;
  modifiedMs: number;
}

/** The library of the user's own recordings; other names: comparisons. */
const OWN = 'sessions';

export class Library {
  /** Gilscope's own: always there to fall back on. */
  readonly folder: string;
  private readonly settings: SettingsStore | null;

  constructor(dataFolder: string, name = OWN) {
    this.folder = join(dataFolder, name);
    this.settings = name === OWN ? new SettingsStore(dataFolder) : null;
  }

  /** Where new recordings go now, and why not where the user chose. */
  place(): Omit<LibraryInfo, 'setAside'> {
    const chosen = this.settings?.get().libraryFolder ?? null;
    if (chosen === null) return { folder: this.folder, chosen, problem: null };
    try {
      checkFolder(chosen);
      return { folder: chosen, chosen, problem: null };
    } catch (error) {
      const why = oneLine(fileError(error, `cannot record into ${chosen}`));
      return { folder: this.folder, chosen, problem: `${why}. New recordings go to ${this.folder}` };
    }
  }

  /** Null: gilscope's own. Throws UserError when one cannot record there. */
  choose(folder: string | null): void {
    if (folder !== null) {
      try {
        checkFolder(resolve(folder));
      } catch (error) {
        throw fileError(error, `cannot record into ${folder}`);
      }
    }
    this.settings?.set({ libraryFolder: folder === null ? null : resolve(folder) });
  }

  /** Throws UserError when the folder cannot be made. */
  newPath(title: string, at = new Date()): string {
    const { folder } = this.place();
    try {
      // One that the user chose is there, or is not used: it may be a disk that is not plugged in.
      if (folder === this.folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fileError(error, `cannot make the folder ${folder}`);
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
    return join(folder, `${stamp} ${name === '' ? 'session' : name} ${unique}${SUFFIX}`);
  }

  /** In gilscope's own folder and in the one that is chosen, newest first. */
  list(): LibraryFile[] {
    const folders = new Set([this.folder, this.settings?.get().libraryFolder ?? this.folder]);
    return [...folders].flatMap(filesIn).sort((a, b) => b.modifiedMs - a.modifiedMs);
  }

  /** Removes marks of gilscopes that were killed. */
  sweep(): void {
    for (const { path } of this.list()) sweepMark(path);
  }

  /** Removes the oldest recordings beyond the bounds from gilscope's own folder; tells which. `inUse`: not these. */
  prune(inUse: ReadonlySet<string>, now = Date.now()): string[] {
    const removed: string[] = [];
    let files = 0;
    let bytes = 0;
    for (const file of filesIn(this.folder)) {
      files++;
      bytes += file.bytes;
      if (files <= KEEP_FILES && bytes <= KEEP_BYTES) continue;
      if (inUse.has(file.path) || now - file.modifiedMs < BUSY_MS || isBusy(file.path)) continue;
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

/** Newest first; none where there is no folder. */
function filesIn(folder: string): LibraryFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const files = names
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => {
      const path = join(folder, name);
      try {
        const stat = statSync(path);
        return stat.isFile() ? [{ path, bytes: stat.size, modifiedMs: stat.mtimeMs }] : [];
      } catch {
        return [];
      }
    });
  return files.sort((a, b) => b.modifiedMs - a.modifiedMs);
}

/** Throws what the file system throws when nothing can be written there. */
function checkFolder(folder: string): void {
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error('is no folder'), { code: 'ENOTDIR' });
  accessSync(folder, constants.W_OK | constants.X_OK);
}

let counter = 0;
