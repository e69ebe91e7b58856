/** What the dialog knows of formats: how they are grouped, which of them this session can fill, and what the file is called. Pure. */
import type { ExportFormatInfo } from '../../shared/contract/exports.ts';
import type { SessionInfo } from '../../shared/contract/types.ts';

/** By what reads them. A format that is in none of them stands in the last. */
const GROUPS: readonly { title: string; formats: readonly string[] }[] = [
  { title: 'Timeline tools', formats: ['perfetto', 'chrome'] },
  { title: 'Flame graph tools', formats: ['speedscope', 'collapsed', 'gecko'] },
  { title: 'Reports', formats: ['html', 'md', 'pdf', 'png', 'svg'] },
  { title: 'Tables', formats: ['csv', 'jsonl', 'arrow'] },
];

export interface FormatGroup {
  title: string;
  formats: ExportFormatInfo[];
}

/** "collapsed-wait" stands with "collapsed". */
const familyOf = (id: string): string => id.split('-')[0];

/** The formats there are, in groups; none is empty, none is left out. */
export function groupFormats(formats: readonly ExportFormatInfo[]): FormatGroup[] {
  const known = new Set(GROUPS.flatMap((group) => group.formats));
  const groups = GROUPS.map(({ title, formats: families }) => ({
    title,
    formats: families.flatMap((family) => formats.filter(({ id }) => familyOf(id) === family)),
  }));
  const others = { title: 'Others', formats: formats.filter(({ id }) => !known.has(familyOf(id))) };
  return [...groups, others].filter((group) => group.formats.length > 0);
}

/** What a session has, beside holds and waits. */
export interface Holdings {
  functions: boolean;
  refcounts: boolean;
}

const MISSING = {
  functions: 'No calls were traced: turn on function tracing before you record.',
  refcounts: 'No reference counts were watched.',
} as const;

/** Why a format would be empty; null: it would not. */
export const missing = ({ needs }: ExportFormatInfo, holdings: Holdings): string | null =>
  needs === null || holdings[needs] ? null : MISSING[needs];

/** What names the file that is exported: a format of several tables is a folder, unless only one of them is wanted. */
export interface Wanted {
  format: ExportFormatInfo;
  /** Null: all of them. */
  table: string | null;
}

export const isFolder = ({ format, table }: Wanted): boolean => format.tables.length > 0 && table === null;

/** "countdown-20261121-1402": what and when, of characters that every file system takes. */
export function proposedStem({ title, created }: Pick<SessionInfo, 'title' | 'created'>): string {
  const stem = title.replace(/\.py$/, '').replace(/[^\w.-]+/g, '-');
  const when = created.slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  return `${stem || 'session'}-${when}`;
}

/** What is put behind the stem: "-holds.csv", ".perfetto-trace"; of a folder "-csv". */
export function ending(wanted: Wanted): string {
  const { format, table } = wanted;
  if (isFolder(wanted)) return `-${format.id}`;
  return (table === null ? '' : `-${table}`) + format.suffix;
}

/** The path after another format was chosen: what the user called it stays, only the ending that the old one had is changed. */
export function withEnding(path: string, before: Wanted | null, after: Wanted): string {
  const old = before === null ? '' : ending(before);
  if (old !== '' && !path.endsWith(old)) return path;
  return path.slice(0, path.length - old.length) + ending(after);
}
