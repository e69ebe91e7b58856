/** `gilscope library`: what was recorded, found, named, tagged, deleted and brought back; the same list, by the same hands, as the window's Library. */
import { resolve } from 'node:path';
import { UserError } from '../engine/errors.ts';
import { Library } from '../engine/library.ts';
import { dataFolder } from '../engine/paths.ts';
import { Recents } from '../engine/recents.ts';
import { words, type Words } from '../shared/contract/arguments.ts';
import type { Recent } from '../shared/contract/types.ts';
import { nameOf, searchRecents } from '../shared/recents.ts';
import { idOf, libraryJson, libraryText, recordingText, whenText } from './libraryText.ts';
import { say } from './outcome.ts';
import { plain, table } from './terminalText.ts';

/** What was deleted here can be brought back for a day: the process that deleted it is gone at once. */
export const KEEP_DELETED_MS = 24 * 3600_000;

function open(): { library: Library; recents: Recents } {
  const folder = dataFolder();
  const library = new Library(folder);
  const recents = new Recents(folder, library);
  recents.tidy();
  return { library, recents };
}

const print = (text: string): void => void process.stdout.write(text);
const json = (value: unknown): void => print(`${JSON.stringify(value, null, 2)}\n`);

export interface ListOptions {
  json?: boolean;
  tag?: string[];
}

export async function list(query: readonly string[], options: ListOptions): Promise<void> {
  const { recents } = open();
  const tags = options.tag ?? [];
  const found = searchRecents(await recents.list(), query.join(' ')).filter((one) =>
    tags.every((tag) => one.tags.includes(tag)),
  );
  if (options.json === true) json(found.map(libraryJson));
  else if (found.length > 0) print(libraryText(found));
  else say(query.length + tags.length === 0 ? 'nothing was recorded yet' : 'nothing was found');
  if (recents.setAside !== null) say(`the list could not be read; it is at ${plain(recents.setAside)}`);
}

const LEAST_ID = 4;

/** By id or its first characters, by path, or by name. Throws UserError where it is none, or several. */
async function pick(recents: Recents, asked: string): Promise<Recent> {
  const all = await recents.list();
  const ways: ((one: Recent) => boolean)[] = [
    ({ path }) => path === resolve(asked),
    ({ path }) => asked.length >= LEAST_ID && idOf(path).startsWith(asked.toLowerCase()),
    (one) => nameOf(one) === asked,
  ];
  for (const way of ways) {
    const found = all.filter(way);
    if (found.length === 1) return found[0];
    if (found.length > 1)
      throw new UserError(
        ...(['bad-argument', `${JSON.stringify(asked)} are ${found.length} recordings`] as const),
        `choose one of ${found.map(({ path }) => idOf(path)).join(', ')}`,
      );
  }
  throw new UserError('not-found', `there is no recording ${JSON.stringify(asked)}`, 'gilscope library lists them');
}

export async function show(asked: string, options: { json?: boolean }): Promise<void> {
  const one = await pick(open().recents, asked);
  if (options.json === true) json(libraryJson(one));
  else print(recordingText(one));
}

/** Throws UserError for words that are too long, or too many. */
async function edit(asked: string, change: (before: Recent) => Partial<Words>): Promise<void> {
  const { recents } = open();
  const one = await pick(recents, asked);
  const said = words.partial().safeParse(change(one));
  if (!said.success)
    throw new UserError('bad-argument', `that is too long, or too much: ${said.error.issues[0]?.message ?? ''}`);
  await recents.edit(one.path, said.data);
  print(recordingText({ ...one, ...said.data }));
}

/** An empty name or note takes it away. */
export const name = (asked: string, text: string): Promise<void> =>
  edit(asked, () => ({ name: text.trim() === '' ? null : text.trim() }));
export const note = (asked: string, text: string): Promise<void> => edit(asked, () => ({ note: text }));
export const tag = (asked: string, tags: readonly string[], options: { remove?: boolean }): Promise<void> =>
  edit(asked, ({ tags: before }) => ({
    tags:
      options.remove === true
        ? before.filter((one) => !tags.includes(one))
        : [...new Set([...before, ...tags.map((one) => one.trim())])],
  }));

/** All of them are looked up before the first is deleted. */
export async function remove(asked: readonly string[]): Promise<void> {
  const { recents } = open();
  const chosen = new Map<string, Recent>();
  for (const one of asked) {
    const found = await pick(recents, one);
    chosen.set(found.path, found);
  }
  for (const one of chosen.values()) {
    await recents.delete(one.path, KEEP_DELETED_MS);
    say(`deleted ${plain(nameOf(one))}; for a day it comes back with gilscope library restore ${idOf(one.path)}`);
  }
}

export function deleted(options: { json?: boolean }): void {
  const found = open().recents.deleted();
  if (options.json === true) {
    json(
      found.map(({ path, entry, untilMs }) => ({
        ...{ id: idOf(path), path, name: nameOf(entry), until: new Date(untilMs).toISOString() },
      })),
    );
    return;
  }
  const rows = found.map(({ path, entry, untilMs }) => [
    idOf(path),
    whenText(new Date(untilMs).toISOString()),
    plain(nameOf(entry)),
  ]);
  if (rows.length === 0) say('nothing can be brought back');
  else print(table([{ title: 'id' }, { title: 'until' }, { title: 'name' }], rows));
}

/** Of several that were deleted at the same place the last one. */
export function restore(asked: string): void {
  const { recents } = open();
  const found = recents
    .deleted()
    .filter(({ path }) => path === resolve(asked) || (asked.length >= LEAST_ID && idOf(path).startsWith(asked)))
    .at(-1);
  if (found === undefined)
    throw new UserError(
      ...(['not-found', `no deleted recording ${JSON.stringify(asked)} can be brought back`] as const),
      'gilscope library deleted lists those that can',
    );
  recents.restore(found.id);
  say(`${plain(nameOf(found.entry))} is back: ${plain(found.path)}`);
}

/** Without a path: where recordings go. */
export function folder(path: string | undefined, options: { default?: boolean }): void {
  const { library } = open();
  if (options.default === true) library.choose(null);
  else if (path !== undefined) library.choose(path);
  const { folder: at, problem } = library.place();
  print(`${plain(at)}\n`);
  if (problem !== null) say(plain(problem));
}
