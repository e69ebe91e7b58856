/** Runs one command to its end and says what it took: the program's own figures, and the CPU time of everything that was started for it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from './truth.ts';

const LIMIT_S = 60;
const GRACE_MS = 5000;
const TICKS_PER_S = 100;

export interface Took {
  result: Result;
  /** From its start to its end, the tool's own processes, start-up and saving included: CPU seconds, steps of 10 ms. */
  allCpuS: number;
}

export class Failed extends Error {}

/** CPU seconds of all children that have ended, and theirs: fields 16 and 17 of /proc/self/stat. */
function childrenCpuS(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_S;
}

/** One command at a time, each in a process group of its own, so that nothing of it stays behind. */
export class Runner {
  constructor(
    private readonly folder: string,
    private readonly signal: AbortSignal,
  ) {}

  readonly resultPath = (): string => join(this.folder, 'result.json');

  /** Throws Failed with the reason when the command fails, takes too long, or its program's result is another one. */
  async run(
    command: string[],
    expected: unknown,
    drive?: (path: string, signal: AbortSignal) => Promise<void>,
  ): Promise<Took> {
    this.signal.throwIfAborted();
    const path = this.resultPath();
    mkdirSync(this.folder, { recursive: true });
    for (const stale of [path, `${path}.port`]) rmSync(stale, { force: true });
    const before = childrenCpuS();
    const env = { ...process.env, BENCH_RESULT: path, GILSCOPE_HOME: join(this.folder, 'home') };
    const child = spawn(command[0], command.slice(1), {
      ...{ env, cwd: this.folder, detached: true },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), LIMIT_S * 1000);
    const stop = AbortSignal.any([late.signal, this.signal]);
    const ended = once(child, 'close') as Promise<[number | null, string | null]>;
    const gone = new AbortController();
    void ended.finally(() => gone.abort()).catch(() => undefined);
    const onStop = (): void => void this.end(child);
    stop.addEventListener('abort', onStop, { once: true });
    try {
      const driven = drive?.(`${path}.port`, AbortSignal.any([stop, gone.signal])).catch((error: unknown) => {
        void this.end(child);
        return error instanceof Error ? error : new Error(String(error));
      });
      const [status, signalName] = await ended;
      const trouble = await driven;
      this.signal.throwIfAborted();
      if (late.signal.aborted) throw new Failed(`took more than ${LIMIT_S} s`);
      if (status !== 0) throw new Failed(`ended with ${status ?? signalName}: ${lastLine(said)}`);
      if (trouble instanceof Error) throw new Failed(trouble.message);
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      this.sweep(child);
    }
    if (!existsSync(path)) throw new Failed(`the program did not come to its end: ${lastLine(said)}`);
    const result = JSON.parse(readFileSync(path, 'utf8')) as Result;
    if (JSON.stringify(result.result) !== JSON.stringify(expected))
      throw new Failed(`the program's result was ${JSON.stringify(result.result)}`);
    return { result, allCpuS: childrenCpuS() - before };
  }

  private kill(child: ChildProcess, signal: NodeJS.Signals): void {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // All of its group has ended.
    }
  }

  /** First as Ctrl-C does, so that each puts back what it set; then for good. */
  private async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    this.kill(child, 'SIGINT');
    const ended = once(child, 'close');
    const timer = setTimeout(() => this.kill(child, 'SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(timer);
  }

  /** What a command that has ended has left in its group. */
  private sweep(child: ChildProcess): void {
    if (child.pid !== undefined) this.kill(child, 'SIGKILL');
  }
}

function lastLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  // Words come first where a back trace follows.
  return (lines.find((line) => /^(error|reason)\b/i.test(line)) ?? lines.at(-1))?.slice(0, 160) ?? 'it said nothing';
}
