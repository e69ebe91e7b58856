/** Text on its way to a file: gathered until it makes a piece. Used by the formats that are text. */
import type { Piece } from './types.ts';

const PIECE_CHARACTERS = 64 << 10;

export class TextPieces {
  private text = '';
  private readonly encoder = new TextEncoder();

  put(text: string): void {
    this.text += text;
  }

  /** It is time to take a piece. */
  get full(): boolean {
    return this.text.length >= PIECE_CHARACTERS;
  }

  /** What is gathered, as UTF-8; half characters become U+FFFD. */
  take(done: number): Piece {
    const bytes = this.encoder.encode(this.text);
    this.text = '';
    return { bytes, done };
  }
}
