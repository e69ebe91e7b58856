/**
 * The function trace of a live session, switched on or off: tells every agent, and those that join later. What they trace comes as frames, into
 * the model. Owned by liveSession.ts.
 */
import type { ProcIdx } from '../shared/contract/basics.ts';
import type { Agents } from './agents.ts';
import { UserError } from './errors.ts';

export class SessionFunctions {
  /** What the user wished since the session began; null: as it was begun, which agents and their children know by themselves. */
  private wanted: boolean | null = null;

  constructor(
    private readonly agents: Agents,
    private readonly warn: (text: string) => void,
  ) {}

  /** A process has said HELLO. */
  joined(process: ProcIdx): void {
    if (this.wanted !== null) this.send(process, this.wanted).catch((error: unknown) => this.complain(process, error));
  }

  private complain(process: ProcIdx, error: unknown): void {
    // One that has ended meanwhile needs nothing.
    if (error instanceof UserError && error.code !== 'not-alive')
      this.warn(`process ${this.agents.pid(process) ?? process}: ${error.message}`);
  }

  private async send(process: ProcIdx, on: boolean): Promise<void> {
    const failure = on ? 'function calls are not traced' : 'the function trace goes on';
    await this.agents.ask(process, { cmd: 'functions', on }, failure);
  }

  /** In every process, and those to come. Throws UserError when no process does it; where only some do, the log says so. */
  async set(on: boolean): Promise<void> {
    const open = this.agents.open();
    if (open.length === 0) throw new UserError('not-alive', 'nothing is being recorded any more');
    const before = this.wanted;
    this.wanted = on;
    const failures = await Promise.all(
      open.map(async ({ stream }) => {
        try {
          await this.send(stream, on);
          return null;
        } catch (error) {
          return { stream, error };
        }
      }),
    );
    const failed = failures.filter((failure) => failure !== null);
    if (failed.length === open.length) {
      this.wanted = before;
      throw failed[0].error;
    }
    for (const { stream, error } of failed) this.complain(stream, error);
  }
}
