/**
 * Text for our own terminal output. Names come from a program nobody vouches for: whatever a terminal might obey is spelled out.
 * Used by everything in src/cli that prints.
 */
import type { Column, Table } from '../shared/summaryTables.ts';

export type { Column };

/** Control characters, and those that reorder text, as visible escapes. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => {
    const code = c.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

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
