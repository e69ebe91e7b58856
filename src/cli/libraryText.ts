/** The library as a table, and as JSON for programs. Pure; used by library.ts. */
import { createHash } from 'node:crypto';
import type { Recent } from '../shared/contract/types.ts';
import { formatBytes, formatCount, formatPercent, formatSeconds } from '../shared/format.ts';
import { nameOf } from '../shared/recents.ts';
import { joinArgs } from '../shared/shell.ts';
import { plain, table, type Column } from './terminalText.ts';

const ID_LENGTH = 8;

/** Of a recording: it stays the same as long as the file stays where it is. */
export const idOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, ID_LENGTH);

const COLUMNS: readonly Column[] = [
  { title: 'id' },
  { title: 'when' },
  ...['length', 'threads', 'held', 'contended'].map((title) => ({ title, right: true })),
  { title: 'Python' },
  { title: 'size', right: true },
  { title: 'name' },
  { title: 'tags' },
];
const MOST_NAME = 48;

/** "2026-11-21 14:02", of this machine's clock. */
export function whenText(iso: string): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return '';
  return new Date(then.getTime() - then.getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}

function shortened(text: string): string {
  const signs = Array.from(plain(text));
  return signs.length > MOST_NAME ? `${signs.slice(0, MOST_NAME - 1).join('')}…` : signs.join('');
}

const stateOf = ({ exists, recording }: Recent): string =>
  recording ? ' (being recorded)' : exists ? '' : ' (its file is gone)';

export function libraryText(recents: readonly Recent[]): string {
  const rows = recents.map((one) => [
    idOf(one.path),
    whenText(one.created),
    formatSeconds(one.wallS),
    formatCount(one.threads),
    formatPercent(one.held),
    formatPercent(one.contended),
    plain(one.python ?? ''),
    one.exists ? formatBytes(one.bytes) : '',
    shortened(nameOf(one)) + stateOf(one),
    plain(one.tags.join(', ')),
  ]);
  return table(COLUMNS, rows);
}

/** All that is known of one. */
export function recordingText(one: Recent): string {
  const facts: [string, string][] = [
    ['id', idOf(one.path)],
    ['name', one.name ?? ''],
    ['tags', one.tags.join(', ')],
    ['note', one.note],
    ['when', whenText(one.created)],
    ['command', joinArgs(one.command)],
    ['file', one.path + stateOf(one)],
    ['length', `${formatSeconds(one.wallS)}, ${formatCount(one.threads)} threads`],
    ['GIL', `held ${formatPercent(one.held)}, contended ${formatPercent(one.contended)}`],
    ['verdict', one.verdict ?? ''],
  ];
  const told = facts.filter(([, text]) => text !== '');
  return told.map(([title, text]) => `${title.padEnd(9)}${plain(text)}\n`).join('');
}

/** Add fields, do not rename; seconds and shares as numbers, null where they are not known. */
export const libraryJson = (one: Recent) => ({
  ...{ id: idOf(one.path), path: one.path, title: one.title, name: one.name, note: one.note, tags: one.tags },
  ...{ created: one.created, command: one.command, python: one.python, engine: one.engine, bytes: one.bytes },
  ...{ wall_s: one.wallS, threads: one.threads, gil_held_share: one.held, gil_contended_share: one.contended },
  ...{ verdict: one.verdict, exists: one.exists, recording: one.recording },
});
