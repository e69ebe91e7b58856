/**
 * A program that runs already, as the target of a live session: its end is looked for in /proc, since it is no child of ours,
 * and the agent is brought in by discovery/attach.ts. Used by sessions.ts and cli/attach.ts.
 */
import type { LaunchSpec } from '../shared/contract/types.ts';
import { attachProcess, checkAttach, type AttachOptions } from './discovery/attach.ts';
import { NeighbourPids } from './discovery/namespace.ts';
import { readStat } from './discovery/scan.ts';
import { endingOf, type Ending } from './family.ts';
import { lifeOf } from './procfs.ts';
import type { Program, ProgramEnd } from './program.ts';
import type { Entrance, Target, Tracing } from './target.ts';

const LOOK_EVERY_MS = 50;

/** Throws UserError, with nothing done, when the process cannot be entered as far as can be told beforehand. */
export async function attachTarget(pid: number, engine: LaunchSpec['engine'], tracing: Tracing = {}): Promise<Target> {
  const process = await checkAttach(pid);
  const { startS } = process;
  return {
    kind: 'attach',
    command: process.commandLine,
    cwd: process.cwd,
    spec: null,
    ppid: process.ppid,
    open: () => Promise.resolve(new RunningProgram(pid, startS)),
    enter: ({ path, token }) => enter(pid, { socketPath: path, token, engine, tracing }),
    pids: new NeighbourPids(pid),
    whyNothing: () => `nothing was recorded: process ${pid} ended before its agent had reported`,
  };
}

async function enter(pid: number, options: AttachOptions): Promise<Entrance> {
  const entered = await attachProcess(pid, options);
  const { way, stoppedUs, totalUs } = entered;
  return { how: { way, stoppedUs, totalUs }, release: () => entered.release() };
}

/** Somebody else's child: no terminal, and only its parent is told its exit status. */
class RunningProgram implements Program {
  readonly terminal = 'none';
  readonly terminalWhy = null;
  readonly ended: Promise<ProgramEnd>;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly pid: number,
    private readonly startS: number,
  ) {
    this.ended = new Promise((resolve) => {
      this.timer = setInterval(() => {
        if (this.lives()) return;
        this.release();
        resolve(this.howEnded());
      }, LOOK_EVERY_MS);
    });
  }

  /** The pid alone says little: another process may have it by now. */
  private lives(): boolean {
    const stat = readStat(this.pid);
    return stat !== null && stat.startS === this.startS && stat.state !== 'Z' && stat.state !== 'X';
  }

  /** Only while its parent has not asked yet does the kernel still know. */
  private howEnded(): ProgramEnd {
    const life = readStat(this.pid)?.startS === this.startS ? lifeOf(this.pid) : 'gone';
    const ending: Ending = typeof life === 'string' ? {} : endingOf(life.status);
    const { exit_code: exitCode = null, signal = null } = ending;
    return { exitCode, signal };
  }

  onOutput(): void {
    // It has a terminal of its own, or none.
  }

  write(): void {
    // Likewise.
  }

  resize(): void {
    // Likewise.
  }

  signal(signal: NodeJS.Signals): boolean {
    if (!this.lives()) return false;
    try {
      return process.kill(this.pid, signal);
    } catch {
      return false;
    }
  }

  release(): void {
    clearInterval(this.timer);
  }
}
