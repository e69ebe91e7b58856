/** Tables of figures: what their columns show, how they sort, how they go into a CSV. Pure; drawn by ui/DataGrid.tsx. */
import type { WordId } from '../help/words.ts';

export interface TableColumn<Row> {
  id: string;
  label: string;
  /** What the figure means, for the header's tooltip. */
  help: string;
  /** The word of the help that it is a figure of. */
  word?: WordId;
  /** CSS pixels; the first column takes what is left over. */
  width: number;
  /** The raw value: sorted by, and written to the CSV. */
  value: (row: Row) => number | string | null;
  text: (row: Row) => string;
  /** Text, not a figure: from the left, cut where it is too long, from A on when sorted by it first. */
  words?: boolean;
  /** What hovering words shows, when it is more than they say. */
  title?: (row: Row) => string;
}

export interface Sort {
  id: string;
  descending: boolean;
}

/** What is not known stands last; equal values keep their order. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  { id, descending }: Sort,
): Row[] {
  const column = columns.find((c) => c.id === id) ?? columns[0];
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    const order =
      typeof x === 'number' && typeof y === 'number'
        ? x - y
        : String(x).localeCompare(String(y), 'en', { numeric: true });
    return sign * order;
  });
}

/** A name is the program's text: quoted, and kept from being read as a formula by a spreadsheet. */
function csvCell(value: number | string | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180; times in seconds, as in --summary. */
export function tableCsv<Row>(
  rows: readonly Row[],
  columns: readonly Pick<TableColumn<Row>, 'id' | 'value'>[],
): string {
  const lines = [columns.map((c) => csvCell(c.id)), ...rows.map((row) => columns.map((c) => csvCell(c.value(row))))];
  return lines.map((line) => line.join(',') + '\r\n').join('');
}
