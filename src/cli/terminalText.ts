/**
 * Text for our own terminal output. Names come from a program nobody vouches for: whatever a terminal might obey is spelled out.
 * Used by everything in src/cli that prints.
 */
import { plain } from '../shared/plainText.ts';
import type { Column, Table } from '../shared/summaryTables.ts';

export { plain };
export type { Column };

/** Columns as wide as their widest cell, two blanks apart. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (columns[i].right === true ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

/** A table of a summary, with what its cells might do to a terminal spelled out. */
export function printed({ columns, rows }: Table): string {
  return table(
    columns,
    rows.map((row) => row.map(plain)),
  );
}
