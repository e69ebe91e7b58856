/**
 * The list of recordings: what is known of each without opening it, and what the user says of it, kept in one small file that several
 * gilscopes change under a lock; and recordings of the library that no list knows (gilscope was ended in mid-run). Used by sessions.ts,
 * contract.ts and the command line.
 */
import { existsSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Words } from '../shared/contract/arguments.ts';
import type { Deleted } from '../shared/contract/library.ts';
import type { LaunchSpec, Recent } from '../shared/contract/types.ts';
import { isBusy } from './busyFile.ts';
import { fileError, UserError } from './errors.ts';
import { locked } from './fileLock.ts';
import { readJson, writeJson } from './jsonFile.ts';
import type { Library } from './library.ts';
import {
  describeFile,
  described,
  hasWords,
  parseEntries,
  wordsOf,
  type Described,
  type RecentEntry,
} from './recentEntry.ts';
import { SUFFIX } from './sessionFile.ts';
import { Trash, UNDO_MS, type Trashed } from './trash.ts';

const LIMIT = 1000;

export class Recents {
  private readonly file: string;
  /** Recordings that stay on the disk but are in no list, until one opens them again. */
  private readonly forgottenFile: string;
  /** With those of this run whose files are gone: a session that is still open must not bring them back. */
  private readonly forgotten = new Set<string>();
  /** A head does not change. */
  private readonly heads = new Map<string, RecentEntry>();
  private readonly trash: Trash;
  private aside: string | null = null;

  constructor(
    dataFolder: string,
    private readonly library: Library,
  ) {
    this.file = join(dataFolder, 'recents.json');
    this.forgottenFile = join(dataFolder, 'forgotten.json');
    this.trash = new Trash(dataFolder);
  }

  /** Where a list that could not be read was put, since this gilscope runs. */
  get setAside(): string | null {
    return this.aside;
  }

  /** Once, at the start of a gilscope with a window: what others left behind. Never fails. */
  tidy(): void {
    this.library.sweep();
    this.empty();
  }

  /** Newest first. */
  async list(): Promise<Recent[]> {
    if (this.damaged()) this.attempt((entries) => entries);
    const known = this.read();
    const paths = new Set([...known.map(({ path }) => path), ...this.readForgotten()]);
    const unknown = this.library.list().filter(({ path }) => !paths.has(path));
    const found = await Promise.all(unknown.map((file) => this.head(file.path, file.modifiedMs)));
    return [...known, ...found]
      .map((one): Recent => ({ ...one, ...sizeOf(one.path), recording: isBusy(one.path) }))
      .sort((a, b) => Number(a.created < b.created) - Number(a.created > b.created))
      .slice(0, LIMIT);
  }

  /** Adds or replaces what is known of a file, unless it was forgotten; never fails: it is only a convenience. */
  note(recent: Described): void {
    if (this.readForgotten().has(recent.path)) return;
    this.attempt((entries) => {
      const before = entries.find(({ path }) => path === recent.path);
      return [described(recent, before), ...entries.filter((one) => one !== before)];
    });
  }

  /** How the recording in this file was started, if it was started here. */
  specOf(path: string): LaunchSpec | null {
    return this.find(path)?.spec ?? null;
  }

  /** What the user said of it goes along to another file. */
  carry(from: string, to: string): void {
    const said = this.find(from);
    if (said === undefined || !hasWords(said)) return;
    this.attempt((entries) => entries.map((one) => (one.path === to ? { ...one, ...wordsOf(said) } : one)));
  }

  /** Those the user said something of: not to be removed by themselves. */
  kept(): string[] {
    return this.read().flatMap((one) => (hasWords(one) ? one.path : []));
  }

  /** Throws UserError when it is in no list, or cannot be kept. */
  async edit(path: string, said: Partial<Words>): Promise<void> {
    const known = this.find(path) ?? (await this.unlisted(path));
    this.update((entries) => {
      const before = entries.find((one) => one.path === path) ?? known;
      return [{ ...before, ...said }, ...entries.filter((one) => one.path !== path)];
    });
  }

  /** The file stays. Throws UserError while it is being recorded. */
  forget(path: string): void {
    refuseBusy(path, 'taken off the list');
    this.drop(path);
  }

  /** Of a file that is gone, or goes on elsewhere. */
  drop(path: string): void {
    this.attempt((entries) => this.without(entries, path));
  }

  /** What `restore` would bring back now. */
  deleted(): Trashed[] {
    return this.trash.list();
  }

  /**
   * Into the trash. Throws UserError when it is no session, is being recorded, or cannot be moved.
   * @param keepMs how long it can be taken back, also when this gilscope has ended; left out: a moment, by this one
   */
  async delete(path: string, keepMs?: number): Promise<Deleted> {
    if (!path.endsWith(SUFFIX)) throw new UserError('refused', `${path} is no ${SUFFIX} file`, 'delete it by hand');
    const known = this.find(path) ?? (await this.head(path, Date.now()));
    let id = '';
    try {
      this.update((entries) => {
        refuseBusy(path, 'deleted');
        id = this.trash.put(entries.find((one) => one.path === path) ?? known, keepMs);
        return this.without(entries, path);
      });
    } catch (error) {
      // What is told to have failed must not be gone a moment later.
      if (id !== '') this.attempt((entries) => (this.trash.restore(id), entries));
      this.forgotten.delete(path);
      throw error instanceof UserError ? error : fileError(error, `cannot delete ${path}`);
    }
    setTimeout(() => this.empty(), UNDO_MS + 3000).unref();
    return { id, undoMs: keepMs ?? UNDO_MS };
  }

  /** Throws UserError when it is too late, or something else is there by now. */
  restore(id: string): void {
    this.update((entries) => {
      const entry = this.trash.restore(id);
      this.forgotten.delete(entry.path);
      return [entry, ...entries.filter(({ path }) => path !== entry.path)];
    });
  }

  /** Somebody opened it or saved it there: it may be listed again. */
  recall(path: string): void {
    if (!this.readForgotten().has(path)) return;
    this.forgotten.delete(path);
    this.attempt((entries) => {
      const forgotten = this.readForgotten();
      forgotten.delete(path);
      this.writeForgotten(forgotten);
      return entries;
    });
  }

  private without(entries: RecentEntry[], path: string): RecentEntry[] {
    this.forgotten.add(path);
    this.writeForgotten(this.readForgotten());
    return entries.filter((one) => one.path !== path);
  }

  private empty(): void {
    this.attempt((entries) => {
      this.trash.sweep();
      return entries;
    });
  }

  private find(path: string): RecentEntry | undefined {
    return this.read().find((one) => one.path === path);
  }

  private async unlisted(path: string): Promise<RecentEntry> {
    const file = this.library.list().find((one) => one.path === path);
    if (file === undefined) throw new UserError('not-found', `${resolve(path)} is not in the library`, 'open it first');
    return this.head(path, file.modifiedMs);
  }

  private async head(path: string, modifiedMs: number): Promise<RecentEntry> {
    const known = this.heads.get(path);
    if (known !== undefined) return known;
    const entry = await describeFile({ path, bytes: 0, modifiedMs });
    if (entry.command.length > 0) this.heads.set(path, entry);
    return entry;
  }

  private readForgotten(): Set<string> {
    const list = z.array(z.string()).safeParse(readJson(this.forgottenFile));
    return new Set([...(list.data ?? []), ...this.forgotten]);
  }

  private writeForgotten(paths: ReadonlySet<string>): void {
    writeJson(
      this.forgottenFile,
      [...paths].filter((path) => existsSync(path)),
    );
  }

  private damaged(): boolean {
    return existsSync(this.file) && !Array.isArray(readJson(this.file));
  }

  private read(): RecentEntry[] {
    const list = readJson(this.file);
    return Array.isArray(list) ? parseEntries(list) : [];
  }

  /** Reads, changes and writes with no other gilscope in between. What cannot be read is put aside, never written over. */
  private update(change: (entries: RecentEntry[]) => RecentEntry[]): void {
    locked(this.file, () => {
      if (this.damaged()) {
        const aside = `${this.file.replace(/\.json$/, '')}.damaged-${Date.now()}.json`;
        renameSync(this.file, aside);
        this.aside = aside;
      }
      const before = this.read();
      const after = change(before);
      if (after !== before) writeJson(this.file, after.slice(0, LIMIT));
    });
  }

  /** A full disk must not take the session with it. */
  private attempt(change: (entries: RecentEntry[]) => RecentEntry[]): void {
    try {
      this.update(change);
    } catch {
      // As before, then.
    }
  }
}

function refuseBusy(path: string, what: string): void {
  if (isBusy(path))
    throw new UserError('refused', `${path} is being recorded and cannot be ${what}`, 'stop that recording first');
}

function sizeOf(path: string): { bytes: number; exists: boolean } {
  try {
    return { bytes: statSync(path).size, exists: true };
  } catch {
    return { bytes: 0, exists: false };
  }
}
