/**
 * Calls about what was recorded: the list, the user's own words on each recording, deleting and taking that back, and the folder that new
 * recordings go to. Part of calls.ts.
 */
import { z } from 'zod';
import { id, path, words } from './arguments.ts';
import type { Recent } from './machine.ts';

export const libraryArgs = {
  'recents.list': z.object({}).strict(),
  /** Off the list; the file stays. */
  'recents.forget': z.object({ path }).strict(),
  'recents.edit': words.partial().extend({ path }).strict(),
  /** Refused while a gilscope records into it. */
  'recents.delete': z.object({ path }).strict(),
  /** Takes a deletion back. */
  'recents.restore': z.object({ id }).strict(),
  'library.info': z.object({}).strict(),
  /** Null: gilscope's own. */
  'library.setFolder': z.object({ path: path.nullable() }).strict(),
} as const;

export interface LibraryReplies {
  'recents.list': Recent[];
  'recents.forget': null;
  'recents.edit': null;
  'recents.delete': Deleted;
  'recents.restore': null;
  'library.info': LibraryInfo;
  'library.setFolder': LibraryInfo;
}

export interface Deleted {
  id: string;
  /** So long it can be taken back. */
  undoMs: number;
}

export interface LibraryInfo {
  /** Where new recordings go. */
  folder: string;
  /** The one the user chose; null: gilscope's own. */
  chosen: string | null;
  /** Why new recordings do not go where the user chose; null when they do. */
  problem: string | null;
  /** The list could not be read: where it was put, and made anew from the files. */
  setAside: string | null;
}
