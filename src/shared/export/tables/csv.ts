/** A table as comma-separated values: RFC 4180, UTF-8, a header line, lines end in CR LF; null is an empty field. */
import { TextPieces } from '../textPieces.ts';
import type { ExportSource, Piece } from '../types.ts';
import { secondsText, type Cell, type ColumnType, type Table } from './table.ts';

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function field(cell: Cell, type: ColumnType): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return quoted(cell);
  return type === 'seconds' && typeof cell === 'number' ? secondsText(cell) : String(cell);
}

export function* writeCsv(source: ExportSource, { columns, rows }: Table): Generator<Piece> {
  const out = new TextPieces();
  out.put(`${columns.map(({ name }) => name).join(',')}\r\n`);
  const last = columns.length - 1;
  let told = 0;
  for (const { cells, done } of rows(source)) {
    for (let i = 0; i <= last; i++) out.put(field(cells[i], columns[i].type) + (i < last ? ',' : '\r\n'));
    told = done;
    if (out.full) yield out.take(done);
  }
  yield out.take(told);
}
