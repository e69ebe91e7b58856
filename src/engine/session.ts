/**
 * What a live session and an opened file have in common: an id, a model to ask, a log, terminal output, and telling those who
 * listen that something changed, at most ten times a second. Extended by liveSession.ts and fileSession.ts, kept by sessions.ts.
 */
import { randomBytes } from 'node:crypto';
import type { LogLine, SessionInfo } from '../shared/contract/types.ts';
import { SessionModel } from '../shared/model/session.ts';
import { TerminalOutput } from './terminal.ts';

const LOG_LINES = 2000;
const PUSH_MS = 100;

/** Who wants to know what happens in a session; sessions.ts turns it into pushes. */
export interface SessionWatcher {
  changed(session: Session): void;
  terminal(session: Session, bytes: Uint8Array): void;
  log(session: Session, line: LogLine): void;
}

export abstract class Session {
  readonly id = randomBytes(6).toString('hex');
  readonly model = new SessionModel(this.id);
  readonly terminal: TerminalOutput;
  private readonly lines: LogLine[] = [];
  private timer: NodeJS.Timeout | null = null;
  private lastPush = 0;

  constructor(protected readonly watcher: SessionWatcher | null) {
    this.terminal = new TerminalOutput((bytes) => this.watcher?.terminal(this, bytes));
  }

  abstract info(): SessionInfo;
  /** Saves under a name of the user's choice. Throws UserError. */
  abstract saveAs(path: string, overwrite: boolean): Promise<void>;
  /** Lets go of files, sockets and the program; the program goes on. */
  abstract close(): Promise<void>;

  get log(): readonly LogLine[] {
    return this.lines;
  }

  addLog(level: LogLine['level'], source: string, text: string, atNs: number | null): void {
    const line: LogLine = { atNs, level, source, text };
    this.lines.push(line);
    if (this.lines.length > LOG_LINES) this.lines.shift();
    this.watcher?.log(this, line);
  }

  /** Something a window shows may have changed. */
  protected touch(): void {
    if (this.watcher === null || this.timer !== null) return;
    const wait = Math.max(0, this.lastPush + PUSH_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.lastPush = performance.now();
      this.watcher?.changed(this);
    }, wait);
  }

  /** No push after this. */
  protected quiet(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.lastPush = Infinity;
  }
}
