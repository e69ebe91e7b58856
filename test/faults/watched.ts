/** A command under watcher.py: how it and everything that came of it ended, whoever lost whom as a parent. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newest, testEnv, work } from '../integration/helpers.ts';

const WATCHER = join(import.meta.dirname, 'watcher.py');
/** Whoever is left so long after the command's start has been left behind. */
const LIMIT_S = 150;
const LOOK_MS = 10;

export interface End {
  exitCode: number | null;
  signal: string | null;
}

/** A status as waitpid() gives it. */
function endOf(status: number): End {
  const number = status & 0x7f;
  if (number === 0) return { exitCode: status >> 8, signal: null };
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
  return { exitCode: null, signal: name };
}

export class Watched {
  readonly child: ChildProcess;
  /** What everybody printed, once nobody is left. */
  readonly done: Promise<{ stdout: string; stderr: string }>;
  private over = false;

  constructor(
    private readonly statuses: string,
    command: string[],
    env: NodeJS.ProcessEnv,
  ) {
    const args = ['-I', WATCHER, statuses, String(LIMIT_S), ...command];
    // The watcher keeps the time: if it were killed, those it watches would be nobody's.
    const child = spawn(newest.path, args, { cwd: work, env: testEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
    this.child = child;
    this.done = once(child, 'close').then(() => {
      this.over = true;
      return out;
    });
  }

  get ended(): boolean {
    return this.over;
  }

  private lines(): string[][] {
    if (!existsSync(this.statuses)) return [];
    return readFileSync(this.statuses, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '));
  }

  /** The command's own pid. */
  async pid(): Promise<number> {
    const pid = await this.look(() => this.lines().find(([word]) => word === 'started')?.[1]);
    if (pid === null) throw new Error('the watcher has not started its command');
    return Number(pid);
  }

  /** How a process ended; null when it is not known: somebody else was its parent. */
  endOf(pid: number): End | null {
    const line = this.lines().find(([word]) => word === String(pid));
    return line === undefined ? null : endOf(Number(line[1]));
  }

  /** The commands of processes that were left behind. */
  get left(): string[] {
    return this.lines()
      .filter(([word]) => word === 'left')
      .map((line) => line.slice(2).join(' '));
  }

  /** What `look` finds, or null when everybody has ended before. */
  async look<T>(look: () => T | undefined): Promise<T | null> {
    for (;;) {
      const over = this.over;
      const found = look();
      if (found !== undefined) return found;
      if (over) return null;
      await sleep(LOOK_MS);
    }
  }
}

/** Processes as programs/common.py notes them. */
export function noted(path: string, role: 'main' | 'child'): number[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${role} `))
    .map((line) => Number(line.split(' ')[1]));
}
