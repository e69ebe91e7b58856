/** What lies beside exported tables: which session, which columns, which units. Used by exporter.ts. */
import type { ExportFormat } from '../../shared/export/formats.ts';
import type { Table } from '../../shared/export/tables/table.ts';
import type { ExportSource } from '../../shared/export/types.ts';
import { toSeconds } from '../../shared/units.ts';
import { README_TITLE } from './target.ts';

/** Of a session's own words: on one line, and no Markdown. */
const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]+/gu, ' ').replace(/[\\`*_[\]<>|#]/g, '\\$&');

export function readmeText(source: ExportSource, { suffix, title }: ExportFormat, tables: readonly Table[]): string {
  const lines = [
    README_TITLE,
    '',
    `Session: ${plain(source.title)}, recorded ${plain(source.created)} on ${plain(source.host)}.`,
    `Range: ${toSeconds(source.start)} s to ${toSeconds(source.end)} s of the session. Written by gilscope ${source.gilscope} as ${title}.`,
    ...(source.summary.damage === null ? [] : [`The recording is damaged: ${plain(source.summary.damage)}.`]),
    '',
    'Times are seconds, `…_bytes` are bytes. Empty or null: not known, or there is none.',
  ];
  for (const { name, about, columns } of tables) {
    lines.push('', `## ${name}${suffix}: ${about}`, '', '| column | type | what it is |', '| --- | --- | --- |');
    for (const column of columns) lines.push(`| ${column.name} | ${column.type} | ${column.about} |`);
  }
  return `${lines.join('\n')}\n`;
}
