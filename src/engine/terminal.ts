/**
 * What the program's terminal has shown: a bounded history for windows that come later, and batches for those that are there,
 * 16 ms or 200 KB at a time, so that a program that floods its terminal does not flood the windows with messages.
 * One for each session (session.ts).
 */
const HISTORY_BYTES = 1 << 20;
const BATCH_MS = 16;
const BATCH_BYTES = 200 << 10;

export class TerminalOutput {
  private history: Uint8Array[] = [];
  private historyBytes = 0;
  private truncated = false;
  private batch: Uint8Array[] = [];
  private batchBytes = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly onBatch: (bytes: Uint8Array) => void) {}

  put(bytes: Uint8Array): void {
    this.batch.push(bytes);
    this.batchBytes += bytes.length;
    if (this.batchBytes >= BATCH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  /** Everything shown so far, the oldest left out when it is too much. What is returned is not pushed again. */
  replay(): { bytes: Uint8Array; truncated: boolean } {
    this.flush();
    return { bytes: new Uint8Array(Buffer.concat(this.history)), truncated: this.truncated };
  }

  get empty(): boolean {
    return this.historyBytes + this.batchBytes === 0;
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.batch.length === 0) return;
    const bytes = new Uint8Array(Buffer.concat(this.batch));
    this.batch = [];
    this.batchBytes = 0;
    this.keep(bytes);
    this.onBatch(bytes);
  }

  private keep(bytes: Uint8Array): void {
    this.history.push(bytes);
    this.historyBytes += bytes.length;
    while (this.historyBytes > HISTORY_BYTES && this.history.length > 1) {
      this.historyBytes -= this.history.shift()!.length;
      this.truncated = true;
    }
  }
}
