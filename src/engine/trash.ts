/**
 * Recordings that were deleted a moment ago. Each is renamed into a folder `.trash` beside it, after a line in trash.json says so: whenever
 * gilscope is ended, a file is either where it was or on that list, which the next start goes through. Used by recents.ts, under its lock.
 */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { fileError, UserError } from './errors.ts';
import { readJson, writeJson } from './jsonFile.ts';
import { OWN_NAME, stateOf } from './owner.ts';
import { parseEntries, type RecentEntry } from './recentEntry.ts';

/** As long as the window offers to take it back. */
export const UNDO_MS = 10_000;
/** The window's clock starts a little later. */
const KEEP_MS = UNDO_MS + 2000;

const item = z.object({
  id: z.string(),
  path: z.string(),
  deletedMs: z.number(),
  /** Who may still take it back: a process as owner.ts names it. */
  owner: z.string(),
  /** It can be taken back so long, also when that process is gone. */
  keepMs: z.number().optional(),
  entry: z.unknown(),
});
type Item = z.infer<typeof item>;

const placeOf = ({ id, path }: Item): string => join(dirname(path), '.trash', `${id} ${basename(path)}`.slice(-200));

/** What was deleted and may come back. */
export interface Trashed {
  id: string;
  /** Where it was. */
  path: string;
  entry: RecentEntry;
  untilMs: number;
}

export class Trash {
  private readonly file: string;

  constructor(dataFolder: string) {
    this.file = join(dataFolder, 'trash.json');
  }

  /** Moves the file there; tells by which id it comes back. Throws UserError, with everything as it was. */
  put(entry: RecentEntry, keepMs?: number, now = Date.now()): string {
    const { path } = entry;
    const one: Item = { id: randomUUID(), path, deletedMs: now, owner: OWN_NAME, keepMs, entry };
    try {
      writeJson(this.file, [...this.read(), one]);
      mkdirSync(dirname(placeOf(one)), { recursive: true, mode: 0o700 });
      renameSync(path, placeOf(one));
    } catch (error) {
      this.drop([one.id]);
      throw fileError(error, `cannot delete ${path}`);
    }
    return one.id;
  }

  /** The oldest first. */
  list(): Trashed[] {
    return this.read()
      .filter((one) => existsSync(placeOf(one)))
      .flatMap(({ id, path, deletedMs, keepMs, entry }) =>
        parseEntries([entry]).map((known) => ({ id, path, entry: known, untilMs: deletedMs + (keepMs ?? UNDO_MS) })),
      );
  }

  /** Puts it back where it was. Throws UserError. */
  restore(id: string): RecentEntry {
    const one = this.read().find((other) => other.id === id);
    const [entry] = one === undefined ? [] : parseEntries([one.entry]);
    if (one === undefined || entry === undefined || !existsSync(placeOf(one)))
      throw new UserError('not-found', 'this recording is deleted for good: the time to take it back is over');
    if (existsSync(one.path))
      throw new UserError('exists', `${one.path} is there again`, 'move that file away, then undo');
    try {
      renameSync(placeOf(one), one.path);
    } catch (error) {
      throw fileError(error, `cannot put ${one.path} back`);
    }
    this.drop([id]);
    removeEmpty(dirname(placeOf(one)));
    return entry;
  }

  /** Removes what nobody can take back any more. What cannot be removed stays on the list. */
  sweep(now = Date.now()): void {
    const over = this.read().filter(
      ({ owner, deletedMs, keepMs }) =>
        (keepMs === undefined && stateOf(owner) === 'dead') || Math.abs(now - deletedMs) > (keepMs ?? KEEP_MS),
    );
    const gone = over.filter((one) => {
      try {
        rmSync(placeOf(one), { force: true });
        removeEmpty(dirname(placeOf(one)));
        return true;
      } catch {
        return false;
      }
    });
    this.drop(gone.map(({ id }) => id));
  }

  private read(): Item[] {
    const list = z.array(z.unknown()).safeParse(readJson(this.file));
    return (list.data ?? []).flatMap((value) => item.safeParse(value).data ?? []);
  }

  private drop(ids: readonly string[]): void {
    if (ids.length === 0) return;
    try {
      writeJson(
        this.file,
        this.read().filter(({ id }) => !ids.includes(id)),
      );
    } catch {
      // A full disk: it is gone through again at the next start.
    }
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // There is more in it.
  }
}
