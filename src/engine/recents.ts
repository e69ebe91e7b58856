/**
 * Recent sessions for the Start view: what is known of each without opening it, kept in one small file, and recordings of the
 * library that no list knows (gilscope was ended in mid-run). Used by sessions.ts and contract.ts.
 */
import { existsSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { launchSpec } from '../shared/contract/arguments.ts';
import type { LaunchSpec, Recent, SessionInfo, Summary } from '../shared/contract/types.ts';
import { fileError } from './errors.ts';
import { readJson, writeJson } from './jsonFile.ts';
import type { Library } from './library.ts';
import { SUFFIX } from './sessionFile.ts';

const LIMIT = 100;

const entry = z.object({
  path: z.string(),
  title: z.string(),
  created: z.string(),
  wallS: z.number().nullable(),
  engine: z.enum(['exact', 'estimated']).nullable(),
  python: z.string().nullable(),
  verdict: z.string().nullable(),
  spec: launchSpec.nullable().catch(null),
});
export type RecentEntry = z.infer<typeof entry>;

export class Recents {
  private readonly file: string;
  /** Recordings that stay on the disk but are in no list, until one opens them again. */
  private readonly forgottenFile: string;
  /** With those of this run whose files are gone: a session that is still open must not bring them back. */
  private readonly forgotten = new Set<string>();

  constructor(
    dataFolder: string,
    private readonly library: Library,
  ) {
    this.file = join(dataFolder, 'recents.json');
    this.forgottenFile = join(dataFolder, 'forgotten.json');
  }

  /** Newest first. */
  list(): Recent[] {
    const known = this.read();
    const paths = new Set([...known.map(({ path }) => path), ...this.readForgotten()]);
    const unknown = this.library
      .list()
      .filter(({ path }) => !paths.has(path))
      .map(({ path, modifiedMs }) => unlisted(path, modifiedMs));
    return [...known, ...unknown]
      .map((one): Recent => ({ ...one, ...sizeOf(one.path) }))
      .sort((a, b) => (a.created < b.created ? 1 : -1))
      .slice(0, LIMIT);
  }

  /** Adds or replaces what is known of a file, unless it was forgotten; never fails: it is only a convenience. */
  note(recent: RecentEntry): void {
    if (this.readForgotten().has(recent.path)) return;
    this.write([recent, ...this.read().filter(({ path }) => path !== recent.path)]);
  }

  /** How the recording in this file was started, if it was started here. */
  specOf(path: string): LaunchSpec | null {
    return this.read().find((one) => one.path === path)?.spec ?? null;
  }

  /** Throws UserError when the file is to be deleted and cannot be. */
  forget(path: string, deleteFile: boolean): void {
    if (deleteFile && path.endsWith(SUFFIX)) {
      try {
        rmSync(path, { force: true });
      } catch (error) {
        throw fileError(error, `cannot delete ${path}`);
      }
    }
    this.forgotten.add(path);
    this.writeForgotten(this.readForgotten());
    this.write(this.read().filter((one) => one.path !== path));
  }

  /** Somebody opened it or saved it there: it may be listed again. */
  recall(path: string): void {
    const forgotten = this.readForgotten();
    if (!forgotten.delete(path)) return;
    this.forgotten.delete(path);
    this.writeForgotten(forgotten);
  }

  private readForgotten(): Set<string> {
    const list = z.array(z.string()).safeParse(readJson(this.forgottenFile));
    return new Set([...(list.data ?? []), ...this.forgotten]);
  }

  private writeForgotten(paths: ReadonlySet<string>): void {
    try {
      writeJson(
        this.forgottenFile,
        [...paths].filter((path) => existsSync(path)),
      );
    } catch {
      // As below.
    }
  }

  private read(): RecentEntry[] {
    const list = z.array(z.unknown()).safeParse(readJson(this.file));
    if (!list.success) return [];
    return list.data.flatMap((value) => entry.safeParse(value).data ?? []);
  }

  private write(entries: RecentEntry[]): void {
    try {
      writeJson(this.file, entries.slice(0, LIMIT));
    } catch {
      // A full disk must not take the session with it.
    }
  }
}

/** What is worth knowing of a session without opening it. */
export function describeRecent(info: SessionInfo, summary: Summary, spec: LaunchSpec | null): RecentEntry {
  return {
    path: info.path!,
    title: info.title,
    created: info.created,
    wallS: summary.wall_s,
    engine: summary.engine,
    python: info.processes[0]?.python ?? null,
    verdict: summary.verdict.text,
    spec,
  };
}

function sizeOf(path: string): { bytes: number; exists: boolean } {
  try {
    return { bytes: statSync(path).size, exists: true };
  } catch {
    return { bytes: 0, exists: false };
  }
}

function unlisted(path: string, modifiedMs: number): RecentEntry {
  const title = basename(path, SUFFIX);
  const created = new Date(modifiedMs).toISOString();
  return { path, title, created, wallS: null, engine: null, python: null, verdict: null, spec: null };
}
