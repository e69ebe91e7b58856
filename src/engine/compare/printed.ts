/** What a run printed: a digest of its standard output, and its last lines for people. Used by programRun.ts. */
import { createHash } from 'node:crypto';
import type { Capture } from '../captured.ts';

const TAIL_BYTES = 4096;
const TAIL_LINES = 5;
const LINE_LENGTH = 300;

export class Printed implements Capture {
  private readonly hash = createHash('sha256');
  private readonly tails: Record<keyof Capture, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

  constructor(private readonly show: ((bytes: Uint8Array) => void) | undefined) {}

  stdout(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.keep('stdout', bytes);
  }

  stderr(bytes: Uint8Array): void {
    this.keep('stderr', bytes);
  }

  private keep(name: keyof Capture, bytes: Uint8Array): void {
    this.show?.(bytes);
    this.tails[name] = Buffer.concat([this.tails[name], bytes]).subarray(-TAIL_BYTES);
  }

  /** SHA-256 of standard output, hexadecimal. Asked once, at the end. */
  digest(): string {
    return this.hash.digest('hex');
  }

  /** The last lines of standard error or, if that is empty, of standard output. */
  lastLines(): string[] {
    const lines = (bytes: Buffer): string[] =>
      bytes
        .toString('utf8')
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .slice(-TAIL_LINES)
        .map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line));
    const err = lines(this.tails.stderr);
    return err.length > 0 ? err : lines(this.tails.stdout);
  }
}
