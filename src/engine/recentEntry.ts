/** One entry of the list of recordings: its form in recents.json, and how it is made of a session or of a file that no list knows. */
import { basename } from 'node:path';
import { z } from 'zod';
import { launchSpec, words, type Words } from '../shared/contract/arguments.ts';
import type { LaunchSpec, SessionInfo, Summary } from '../shared/contract/types.ts';
import { gilShare } from '../shared/compare/variant.ts';
import { sessionTitle } from '../shared/title.ts';
import { readHead } from './fileSession.ts';
import type { LibraryFile } from './library.ts';
import { BlockReader, SUFFIX } from './sessionFile.ts';

const NO_WORDS: Words = { name: null, note: '', tags: [] };
const figure = z.number().nullable().catch(null);

const entrySchema = z.object({
  path: z.string(),
  title: z.string(),
  created: z.string(),
  command: z.array(z.string()).catch([]),
  wallS: z.number().nullable(),
  threads: figure,
  /** Parts of the time, all GILs together. */
  held: figure,
  contended: figure,
  engine: z.enum(['exact', 'estimated']).nullable(),
  python: z.string().nullable(),
  verdict: z.string().nullable(),
  spec: launchSpec.nullable().catch(null),
  name: words.shape.name.catch(null),
  note: words.shape.note.catch(''),
  tags: words.shape.tags.catch([]),
});
export type RecentEntry = z.infer<typeof entrySchema>;
/** What a session says of itself. */
export type Described = Omit<RecentEntry, keyof Words>;

/** Entries of older gilscopes lack some; what is no entry is left out. */
export function parseEntries(list: readonly unknown[]): RecentEntry[] {
  return list.flatMap((value) => entrySchema.safeParse(value).data ?? []);
}

export const wordsOf = ({ name, note, tags }: Words): Words => ({ name, note, tags });

/** What is newly known of a recording, with what the user had said of it. */
export const described = (what: Described, before: Words | undefined): RecentEntry => ({
  ...what,
  ...wordsOf(before ?? NO_WORDS),
});

export const hasWords = ({ name, note, tags }: Words): boolean => name !== null || note !== '' || tags.length > 0;

/** What is worth knowing of a session without opening it. */
export function describeRecent(info: SessionInfo, summary: Summary, spec: LaunchSpec | null): Described {
  return {
    path: info.path!,
    title: info.title,
    created: info.created,
    command: info.command,
    wallS: summary.wall_s,
    threads: summary.processes.reduce((sum, { threads }) => sum + threads.length, 0),
    held: gilShare(summary, 'held_s'),
    contended: gilShare(summary, 'contended_s'),
    engine: summary.engine,
    python: info.processes[0]?.python ?? null,
    verdict: summary.verdict.text,
    spec,
  };
}

/** Of a file that no list knows: what its head says, else its name. */
export async function describeFile({ path, modifiedMs }: LibraryFile): Promise<RecentEntry> {
  const head = await headOf(path);
  const command = head?.command ?? [];
  const plain: Described = {
    path,
    title: command.length > 0 ? sessionTitle(command) : basename(path, SUFFIX),
    created: head?.created ?? new Date(modifiedMs).toISOString(),
    command,
    ...{ wallS: null, threads: null, held: null, contended: null, engine: null, python: null, verdict: null },
    spec: null,
  };
  return described(plain, undefined);
}

async function headOf(path: string) {
  try {
    const reader = await BlockReader.open(path);
    try {
      return (await readHead(path, reader)).head;
    } finally {
      await reader.close();
    }
  } catch {
    return null;
  }
}
