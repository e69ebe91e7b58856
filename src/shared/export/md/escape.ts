/** Text of a program in Markdown: it reads as it is, whatever it is made of. Used by md.ts and by the step summary of `gilscope check`. */
import type { Table } from '../../summaryTables.ts';

/** Longer names and command lines are cut. */
const MOST_CHARACTERS = 160;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The first characters, and a sign that there are more. */
function cut(text: string, most: number): string {
  // Of a very long text only as much is taken apart as can be kept.
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}…`;
}

/** Control characters, and those that reorder text, become blanks; what Markdown or HTML would heed is escaped. One line. */
export function escaped(text: string, most = MOST_CHARACTERS): string {
  return (
    cut(text, most)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
      .trim()
      .replace(/[\\`*_[\]|~$]/g, (c) => `\\${c}`)
      .replace(/[&<>]/g, (c) => ENTITIES[c])
      // GitHub tells whoever is named so, and links to issues.
      .replace(/[@#](?=\w)/g, (c) => `<span>${c}</span>`)
  );
}

/** The same as code; empty where there is none. */
export const code = (text: string, most?: number): string => {
  const safe = escaped(text, most);
  return safe === '' ? '' : `<code>${safe}</code>`;
};

/** Cells that are text of the program stand on the left; figures on the right. */
export function markdownTable({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const told = rows.map((row) => row.map((cell, i) => (columns[i].right === true ? cell : code(cell))));
  return (
    line(columns.map(({ title }) => title)) +
    line(columns.map((column) => (column.right === true ? '---:' : '---'))) +
    told.map(line).join('')
  );
}
