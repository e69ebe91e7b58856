/**
 * Exports: a session, or a part of it, written in a format that others read. What there is to choose from (`ExportFormatInfo`), what is asked, how
 * far it is (`ExportInfo`). Made by src/engine/export, shown by the window's dialog.
 */
import { z } from 'zod';
import { id, path, text } from './arguments.ts';

const ns = z.number().min(-1e18).max(1e18);
const indices = z.array(z.number().int().min(0)).max(200_000);

/** What is to be exported; an empty list: all of them. */
export const exportScope = z
  .object({ start: ns.optional(), end: ns.optional(), processes: indices, threads: indices })
  .strict();

/** Arguments of the calls; part of `callArgs`. */
export const exportArgs = {
  'export.formats': z.object({}).strict(),
  /** Those that run, and those that ended lately. */
  'export.list': z.object({}).strict(),
  /** `id`: of the session. `table`: of a format of several tables only this one, as one file; else `path` is a folder that will hold them all. */
  'export.start': z
    .object({ id, format: text(40), path, scope: exportScope, table: text(40).optional(), overwrite: z.boolean() })
    .strict(),
  /** Ends it; what was there before stays. */
  'export.cancel': z.object({ id }),
} as const;

/** Answers of the calls; part of `CallReply`. */
export interface ExportReplies {
  'export.formats': ExportFormatInfo[];
  'export.list': ExportInfo[];
  'export.start': ExportInfo;
  'export.cancel': ExportInfo;
}

export interface ExportFormatInfo {
  /** As `gilscope export --to` has it. */
  id: string;
  title: string;
  /** Of the file, with its dot; of a format of several tables, of each of them. */
  suffix: string;
  /** One sentence: what it is for, and what reads it. */
  description: string;
  /** It is written as a folder with a file for each of these; empty: one file. */
  tables: { name: string; description: string }[];
  /** What the session must have for it to hold anything; null: every session will do. */
  needs: 'functions' | 'refcounts' | null;
}

export interface ExportInfo {
  id: string;
  /** The session that is exported. */
  session: string;
  format: string;
  path: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  /** Of `total` steps; total may be 0. */
  done: number;
  total: number;
  /** Written so far. */
  bytes: number;
  /** Why it failed. */
  error: { message: string; remedy: string | null } | null;
}

/** Pushes, at most 10 a second each; part of `Push`. */
export interface ExportPush {
  'export.changed': { export: ExportInfo };
}
