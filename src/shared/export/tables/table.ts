/**
 * What a table of an export is: its columns, and its rows one by one. The tables are in tables.ts; csv.ts, jsonl.ts and arrow.ts write any of them.
 */
import type { ExportSource, Piece } from '../types.ts';

/**
 * `seconds`: nanoseconds here, seconds in the file, exact to the nanosecond. `integer`: a whole number below 2^53. `number`: any. `text`, `flag`
 * (true or false). In any column null is "not known, or there is none".
 */
export type ColumnType = 'seconds' | 'integer' | 'number' | 'text' | 'flag';

export interface Column {
  /** With its unit: start_s, rss_bytes. */
  name: string;
  type: ColumnType;
  /** For people; docs/exports.md has it too. */
  about: string;
}

/** In the order of the columns. */
export type Cell = number | string | boolean | null;

export interface Table {
  name: string;
  about: string;
  columns: readonly Column[];
  /** Cells are reused from row to row. */
  rows: (source: ExportSource) => Iterable<TableRow>;
}

export interface TableRow {
  cells: Cell[];
  /** Intervals read so far, for progress. */
  done: number;
}

/** As FormatWriter, of one table. */
export type TableWriter = (source: ExportSource, table: Table) => Iterable<Piece>;

/** Whole nanoseconds as decimal seconds, without loss: "12.000000345". */
export function secondsText(ns: number): string {
  const whole = Math.round(Math.abs(ns));
  const s = Math.floor(whole / 1e9);
  return `${ns < 0 && whole > 0 ? '-' : ''}${s}.${String(whole - s * 1e9).padStart(9, '0')}`;
}
