/** Pieces of text that know how far they are, and arrays as JSON in such pieces. Used by the formats that stand for one file of text. */
import { TextPieces } from './textPieces.ts';
import type { ExportSource, Piece } from './types.ts';

export class TextOutput extends TextPieces {
  /** Intervals told. */
  done = 0;

  piece(): Piece {
    return this.take(this.done);
  }

  /** As many of the intervals as parts of the whole are written: for formats that tell no intervals. */
  passed(part: number, parts: number, { intervalCount }: ExportSource): void {
    this.done = Math.max(this.done, Math.round((intervalCount * part) / Math.max(1, parts)));
  }
}

/** Half a character, which not every reader of JSON bears, becomes U+FFFD. */
export const json = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.replace(/\p{Cs}/gu, '\ufffd') : part,
  );

/** The elements of a JSON array, without its brackets. */
export function* elements<T>(out: TextOutput, rows: Iterable<T>, told: (row: T) => string): Generator<Piece> {
  let between = '';
  for (const row of rows) {
    out.put(between + told(row));
    between = ',';
    if (out.full) yield out.piece();
  }
}

/** `"key":[...]`. */
export function* jsonArray<T>(
  out: TextOutput,
  key: string,
  rows: Iterable<T>,
  told: (row: T) => string,
): Generator<Piece> {
  out.put(`${JSON.stringify(key)}:[`);
  yield* elements(out, rows, told);
  out.put(']');
}
