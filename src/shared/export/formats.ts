/**
 * The formats that a session can be exported in: what each is called and what writes it. Writers are loaded when they are asked for, so that a list
 * costs nothing. Read by src/engine/export; the window gets it by `export.formats`.
 */
import type { ExportFormatInfo } from '../contract/exports.ts';
import { TABLES } from './tables/tables.ts';
import type { TableWriter } from './tables/table.ts';
import type { FormatWriter } from './types.ts';

interface Described extends Omit<ExportFormatInfo, 'tables'> {
  /** Not for a terminal. */
  binary: boolean;
}

/** One file, or a file for each table (tables/tables.ts). */
export type ExportFormat = Described &
  ({ kind: 'file'; load: () => Promise<FormatWriter> } | { kind: 'tables'; load: () => Promise<TableWriter> });

export const FORMATS: readonly ExportFormat[] = [
  {
    ...{ id: 'csv', title: 'CSV', suffix: '.csv', kind: 'tables', binary: false, needs: null },
    description: 'A file for each table: holds, waits, switches and more. For spreadsheets and any program.',
    load: async () => (await import('./tables/csv.ts')).writeCsv,
  },
  {
    ...{ id: 'jsonl', title: 'JSON lines', suffix: '.jsonl', kind: 'tables', binary: false, needs: null },
    description: 'A file for each table, an object on each line. For jq, scripts and databases.',
    load: async () => (await import('./tables/jsonl.ts')).writeJsonl,
  },
  {
    ...{ id: 'arrow', title: 'Arrow', suffix: '.arrow', kind: 'tables', binary: true, needs: null },
    description: 'A file for each table (Feather, version 2). For pandas, polars, DuckDB and R.',
    load: async () => (await import('./tables/arrow.ts')).writeArrow,
  },
];

export const formatOf = (id: string): ExportFormat | null => FORMATS.find((format) => format.id === id) ?? null;

export function describeFormat({ id, title, suffix, description, needs, kind }: ExportFormat): ExportFormatInfo {
  const tables = kind === 'tables' ? TABLES.map(({ name, about }) => ({ name, description: about })) : [];
  return { id, title, suffix, description, needs, tables };
}
