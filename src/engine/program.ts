/**
 * The profiled program as a child of ours: in a pseudo-terminal (windows), on plain pipes (windows without node-pty), or with
 * our own input and output passed straight through (`record`). Started by launch.ts, ended and typed into by liveSession.ts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { SessionInfo } from '../shared/contract/types.ts';
import { UserError } from './errors.ts';
import { keepTerminal } from './keeper.ts';
import { LeaderLine, MarkFilter, type ProgramEnd } from './leader.ts';
import { signalName } from './signals.ts';
import { NATIVE_LEADER } from './paths.ts';

export type { ProgramEnd };

export interface ProgramStart {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
}

export interface Program {
  readonly pid: number;
  readonly terminal: SessionInfo['terminal'];
  /** Why the terminal is not a real one; null when it is, or when none was asked for. */
  readonly terminalWhy: string | null;
  /** Resolves when the program has ended and all its output has been handed over. */
  readonly ended: Promise<ProgramEnd>;
  onOutput(listener: (bytes: Uint8Array) => void): void;
  write(data: string): void;
  resize(cols: number, rows: number): void;
  /** False when there is nobody left to signal. */
  signal(signal: NodeJS.Signals): boolean;
  /** Nobody wants to know of its end any more. */
  release(): void;
}

type Output = (bytes: Uint8Array) => void;

/** Output that comes before somebody listens is kept. */
export class OutputPort {
  private listener: Output | null = null;
  private early: Uint8Array[] = [];

  readonly put = (bytes: Uint8Array): void => {
    if (this.listener === null) this.early.push(bytes);
    else this.listener(bytes);
  };

  listen(listener: Output): void {
    this.listener = listener;
    for (const bytes of this.early) listener(bytes);
    this.early = [];
  }
}

export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when the child really runs; throws what the system says when it does not. */
export async function started(child: ChildProcess, file: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError('not-python', `${file} cannot be started: ${why}`, 'check the interpreter and the folder');
  });
  return child.pid!;
}

export function endOf(child: ChildProcess, event: 'exit' | 'close'): Promise<ProgramEnd> {
  return new Promise((resolve) =>
    child.once(event, (exitCode: number | null, signal: string | null) => resolve({ exitCode, signal })),
  );
}

/** With the input, output and process group of gilscope itself: Ctrl-C reaches both, nothing is copied. */
export async function startInherited(start: ProgramStart): Promise<Program> {
  const child = spawn(start.file, start.args, { cwd: start.cwd, env: start.env, stdio: 'inherit' });
  const ended = endOf(child, 'exit');
  const pid = await started(child, start.file);
  return {
    pid,
    terminal: 'none',
    terminalWhy: null,
    ended,
    onOutput: () => undefined,
    write: () => undefined,
    resize: () => undefined,
    signal: (signal) => child.exitCode === null && child.signalCode === null && kill(pid, signal),
    release: () => undefined,
  };
}

/** On pipes, in a process group of its own, so that a signal from the window reaches its children too. */
export async function startPiped(start: ProgramStart, why: string): Promise<Program> {
  const { cwd, env } = start;
  const child = spawn(start.file, start.args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const output = new OutputPort();
  child.stdout.on('data', output.put);
  child.stderr.on('data', output.put);
  child.stdin.on('error', () => undefined); // the program closed its input: nobody to tell
  const ended = endOf(child, 'close');
  const pid = await started(child, start.file);
  return {
    pid,
    terminal: 'pipe',
    terminalWhy: why,
    ended,
    onOutput: (listener) => output.listen(listener),
    // What a terminal's line discipline would do with the keys that matter.
    write: (data) => {
      if (data === '\x03') kill(-pid, 'SIGINT');
      else if (data === '\x04') child.stdin.end();
      else child.stdin.write(data.replaceAll('\r', '\n'));
    },
    resize: () => undefined,
    signal: (signal) => child.exitCode === null && child.signalCode === null && kill(-pid, signal),
    release: () => undefined,
  };
}

type Pty = typeof import('node-pty');

/** node-pty is an optional package: null and the reason when it cannot be loaded. */
export async function loadPty(): Promise<{ pty: Pty; why: null } | { pty: null; why: string }> {
  try {
    return { pty: await import('node-pty'), why: null };
  } catch (error) {
    const first = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { pty: null, why: `no pseudo-terminal, because node-pty cannot be loaded (${first})` };
  }
}

/** The last output is in the terminal already when the end is told. */
export const LAST_WORDS_MS = 2000;

/** What node-pty has on Unix and its types do not tell. */
interface UnixPty {
  fd?: number;
  /** Nobody has the terminal open any more. */
  once(event: 'close', listener: () => void): void;
}

/**
 * In a pseudo-terminal of its own, in the foreground of a session that gilscope-leader leads: what the program sees is a real terminal
 * with a shell behind it, and when it ends its children keep both.
 */
export async function startInTerminal(start: ProgramStart, size: { cols: number; rows: number }): Promise<Program> {
  const { pty, why } = await loadPty();
  if (pty === null) return startPiped(start, why);
  const line = await LeaderLine.open(start.file);
  const output = new OutputPort();
  const filter = new MarkFilter(output.put);
  const led = line === null ? [] : [NATIVE_LEADER, line.path, filter.mark];
  const [file, ...args] = [...led, start.file, ...start.args];
  const child = pty.spawn(file, args, {
    name: 'xterm-256color',
    cwd: start.cwd,
    env: start.env,
    encoding: null,
    ...size,
  });
  // With `encoding: null` node-pty hands over Buffers, whatever its types say.
  child.onData((data) => filter.put(data as unknown as Uint8Array));
  const unix = child as unknown as UnixPty;
  const release = unix.fd === undefined ? () => undefined : keepTerminal(unix.fd, child.pid);
  unix.once('close', () => line?.letGo());
  const gone = new Promise<ProgramEnd>((resolve) =>
    child.onExit(({ exitCode, signal }) => {
      release();
      line?.letGo();
      const name = signal === undefined || signal === 0 ? null : signalName(signal);
      resolve({ exitCode: name === null ? exitCode : null, signal: name });
    }),
  );
  const pid = line === null ? child.pid : await Promise.race([line.pid, gone.then(() => notStarted(start.file))]);
  let alive = true;
  const ended = Promise.race([gone, ...(line === null ? [] : [line.end])]).then(async (end) => {
    alive = false;
    await Promise.race([gone, filter.seen, new Promise((late) => setTimeout(late, LAST_WORDS_MS))]);
    line?.leaveTerminal();
    return end;
  });
  return {
    pid,
    terminal: 'pty',
    terminalWhy: null,
    ended,
    onOutput: (listener) => output.listen(listener),
    write: (data) => alive && child.write(data),
    resize: (cols, rows) => alive && child.resize(cols, rows),
    // Its group: what Ctrl-C in a terminal would reach.
    signal: (signal) => alive && kill(-pid, signal),
    release: () => undefined,
  };
}

function notStarted(file: string): never {
  throw new UserError('not-python', `${file} cannot be started in a terminal`, 'run `npm run build:native`');
}
