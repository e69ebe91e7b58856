/** A table as JSON lines: an object for each row, with every column. */
import { TextPieces } from '../textPieces.ts';
import type { ExportSource, Piece } from '../types.ts';
import { secondsText, type Cell, type ColumnType, type Table } from './table.ts';

/** Half a character is no text for a strict reader. */
const jsonText = (text: string): string => JSON.stringify(text.replace(/\p{Cs}/gu, '\uFFFD'));

function value(cell: Cell, type: ColumnType): string {
  if (typeof cell === 'string') return jsonText(cell);
  return type === 'seconds' && typeof cell === 'number' ? secondsText(cell) : String(cell);
}

export function* writeJsonl(source: ExportSource, { columns, rows }: Table): Generator<Piece> {
  const out = new TextPieces();
  const keys = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}"${name}":`);
  let told = 0;
  for (const { cells, done } of rows(source)) {
    for (let i = 0; i < keys.length; i++) out.put(keys[i] + value(cells[i], columns[i].type));
    out.put('}\n');
    told = done;
    if (out.full) yield out.take(done);
  }
  yield out.take(told);
}
