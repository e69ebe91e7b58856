/** One run of one variant: started, watched over and, if it takes too long or nobody wants it any more, ended. Used by comparison.ts. */
import { formatSeconds } from '../../shared/format.ts';
import type { LaunchSpec } from '../../shared/contract/types.ts';
import type { LiveSession } from '../liveSession.ts';
import type { ProgramEnd } from '../program.ts';
import type { Sessions } from '../sessions.ts';
import { Printed } from './printed.ts';

/** Between asking a program to end and ending it. */
const GRACE_MS = 2000;

export interface RunOptions {
  /** Where it is recorded. */
  path: string;
  /** Longer runs are ended and have failed; null: any length. */
  timeLimitS: number | null;
  /** Gets everything it prints, as it comes. */
  show: ((bytes: Uint8Array) => void) | undefined;
}

export interface RunOutcome {
  /** Why it did not end well. */
  error: string | null;
  /** SHA-256 of its standard output. */
  digest: string;
  /** The last lines it printed. */
  said: string[];
}

export class ProgramRun {
  /** Resolves when all of it is recorded. */
  readonly outcome: Promise<RunOutcome>;
  private tooLong = false;
  private grace: NodeJS.Timeout | null = null;

  private constructor(
    readonly session: LiveSession,
    private readonly printed: Printed,
    private readonly timeLimitS: number | null,
  ) {
    this.outcome = this.watch();
  }

  /** Throws UserError when it cannot be started. */
  static async start(sessions: Sessions, spec: LaunchSpec, options: RunOptions): Promise<ProgramRun> {
    const stdio = new Printed(options.show);
    const session = await sessions.run(spec, { stdio, path: options.path });
    return new ProgramRun(session, stdio, options.timeLimitS);
  }

  private async watch(): Promise<RunOutcome> {
    const limit =
      this.timeLimitS === null
        ? undefined
        : setTimeout(() => {
            this.tooLong = true;
            this.end();
          }, this.timeLimitS * 1000);
    const end = await this.session.programEnded;
    clearTimeout(limit);
    if (this.grace !== null) clearTimeout(this.grace);
    await this.session.finished;
    return { error: this.whyFailed(end), digest: this.printed.digest(), said: this.printed.lastLines() };
  }

  private whyFailed(end: ProgramEnd): string | null {
    if (this.tooLong) return `it took longer than the time limit of ${formatSeconds(this.timeLimitS)} and was ended`;
    if (end.signal !== null) return `it was ended by ${end.signal}`;
    if (end.exitCode !== 0) return `it ended with exit status ${end.exitCode ?? 'unknown'}`;
    const { state, error } = this.session.info();
    return state === 'stopped' ? 'its recording was stopped before it ended' : error;
  }

  /** Ends the program and what it has started, by force if it must be. */
  end(): void {
    this.signal('SIGTERM');
    this.grace ??= setTimeout(() => this.signal('SIGKILL'), GRACE_MS);
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      this.session.signal(signal);
    } catch {
      // It has ended already.
    }
  }
}
