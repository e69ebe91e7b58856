/** Text of a file, gathered until it makes a piece. Used by the formats that are text. */
import type { ExportSource, Piece } from './types.ts';

const PIECE_CHARACTERS = 1 << 16;
const encoder = new TextEncoder();

export class TextOutput {
  private parts: string[] = [];
  private characters = 0;
  /** Intervals told. */
  done = 0;

  add(text: string): void {
    this.parts.push(text);
    this.characters += text.length;
  }

  get full(): boolean {
    return this.characters >= PIECE_CHARACTERS;
  }

  /** What was gathered, as UTF-8. */
  piece(): Piece {
    const bytes = encoder.encode(this.parts.join(''));
    this.parts = [];
    this.characters = 0;
    return { bytes, done: this.done };
  }

  /** As many of the intervals as parts of the whole are written: for formats that tell no intervals. */
  passed(part: number, parts: number, { intervalCount }: ExportSource): void {
    this.done = Math.max(this.done, Math.round((intervalCount * part) / Math.max(1, parts)));
  }
}

/** The elements of a JSON array, without its brackets. */
export function* elements<T>(out: TextOutput, rows: Iterable<T>, told: (row: T) => string): Generator<Piece> {
  let between = '';
  for (const row of rows) {
    out.add(between + told(row));
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
  out.add(`${JSON.stringify(key)}:[`);
  yield* elements(out, rows, told);
  out.add(']');
}
