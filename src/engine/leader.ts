/**
 * The line to gilscope-leader (python-agent/native/leader), which leads the session of a program's terminal as a shell would:
 * it says which process the program is and how it ended, and stays until this line is cut. Used by program.ts.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { place } from './agentDoor.ts';
import { UserError } from './errors.ts';
import { NATIVE_LEADER } from './paths.ts';
import { signalName } from './signals.ts';

export interface ProgramEnd {
  exitCode: number | null;
  signal: string | null;
  /** When, by CLOCK_MONOTONIC; left out: when it is told. */
  ns?: bigint;
}

/** A word of the leader and what belongs to it: "exit 3". */
type Word = [name: string, value: string];

/** Takes the mark out of the terminal's output, in whatever pieces it comes. */
export class MarkFilter {
  readonly mark = `\x1b]gilscope-${randomBytes(12).toString('hex')}\x07`;
  readonly seen: Promise<void>;
  private readonly bytes = Buffer.from(this.mark);
  private held: Uint8Array = new Uint8Array(0);
  private over = false;
  private markSeen: () => void = () => undefined;

  constructor(private readonly output: (bytes: Uint8Array) => void) {
    this.seen = new Promise((resolve) => (this.markSeen = resolve));
  }

  readonly put = (chunk: Uint8Array): void => {
    if (this.over) {
      this.output(chunk);
      return;
    }
    const all = this.held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.held, chunk]);
    const at = all.indexOf(this.bytes);
    const keep = at < 0 ? this.begun(all) : 0;
    const before = all.subarray(0, at < 0 ? all.length - keep : at);
    this.held = all.subarray(all.length - keep);
    if (before.length > 0) this.output(before);
    if (at < 0) return;
    this.over = true;
    const after = all.subarray(at + this.bytes.length);
    if (after.length > 0) this.output(after);
    this.markSeen();
  };

  /** How many bytes at the end may be the mark's beginning. */
  private begun(all: Buffer): number {
    for (let n = Math.min(this.bytes.length - 1, all.length); n > 0; n--)
      if (all.subarray(all.length - n).equals(this.bytes.subarray(0, n))) return n;
    return 0;
  }
}

export class LeaderLine {
  /** The program's pid; rejects when it cannot be started. */
  readonly pid: Promise<number>;
  /** Never settles when the leader is killed. */
  readonly end: Promise<ProgramEnd>;
  private socket: Socket | null = null;
  private cut = false;

  private constructor(
    private readonly server: Server,
    private readonly folder: string | null,
    readonly path: string,
    file: string,
  ) {
    let onPid: (pid: number) => void;
    let onError: (error: UserError) => void;
    let onEnd: (end: ProgramEnd) => void;
    this.pid = new Promise((resolve, reject) => ([onPid, onError] = [resolve, reject]));
    this.end = new Promise((resolve) => (onEnd = resolve));
    const listen = ([name, value]: Word) => {
      if (name === 'pid') onPid(Number(value));
      else if (name === 'exit') onEnd({ exitCode: Number(value), signal: null });
      else if (name === 'signal') onEnd({ exitCode: null, signal: signalName(Number(value)) });
      else onError(new UserError('not-python', `${file} cannot be started: ${value}`, 'check the interpreter'));
    };
    server.once('connection', (socket) => {
      this.socket = socket;
      // It need not be found again.
      this.leaveFolder();
      socket.on('error', () => undefined);
      if (this.cut) socket.destroy();
      createInterface({ input: socket }).on('line', (line) => listen(wordOf(line)));
    });
  }

  /** Null where there is none (no compiler, another system): then the program leads its terminal itself. */
  static async open(file: string): Promise<LeaderLine | null> {
    if (!existsSync(NATIVE_LEADER)) return null;
    const { folder, path } = place();
    const server = createServer();
    const line = new LeaderLine(server, folder, path, file);
    return new Promise((resolve) => {
      server.once('error', () => {
        line.leaveFolder();
        resolve(null);
      });
      server.listen(path, () => resolve(line));
    });
  }

  private leaveFolder(): void {
    this.server.close();
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }

  /** All output is here: the leader need not keep the terminal open any more. */
  leaveTerminal(): void {
    this.socket?.write('.');
  }

  /** Lets the leader go: it ends at once if its program has ended, else with it. */
  letGo(): void {
    this.cut = true;
    if (this.socket === null) this.leaveFolder();
    else this.socket.destroy();
  }
}

function wordOf(line: string): Word {
  const at = line.indexOf(' ');
  return [line.slice(0, at), line.slice(at + 1)];
}
