/** One line on standard error that says how far something is, redrawn; nothing where that is no terminal. Used by export.ts. */
const REDRAW_MS = 100;
const CLEAR = '\r\x1b[K';

export class StatusLine {
  private last = 0;
  private shown = false;

  constructor(
    private readonly quiet: boolean,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  show(text: string): void {
    const now = performance.now();
    if (this.quiet || !this.out.isTTY || now - this.last < REDRAW_MS) return;
    this.last = now;
    this.shown = true;
    this.out.write(CLEAR + text.slice(0, Math.max(20, (this.out.columns ?? 80) - 1)));
  }

  /** Takes the line away. */
  end(): void {
    if (this.shown) this.out.write(CLEAR);
    this.shown = false;
  }
}
