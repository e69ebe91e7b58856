/**
 * A program that nobody talks to: no input, its output on two pipes that whoever started it gets apart, so that runs are alike and what they print can
 * be compared. In a process group of its own. Started by launch.ts for comparisons.
 */
import { spawn } from 'node:child_process';
import { endOf, kill, LAST_WORDS_MS, OutputPort, started, type Program, type ProgramStart } from './program.ts';

/** Who gets the bytes as they come. */
export interface Capture {
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
}

export async function startCaptured(start: ProgramStart, capture: Capture): Promise<Program> {
  const { cwd, env } = start;
  const child = spawn(start.file, start.args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output = new OutputPort();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes: Uint8Array) => {
      capture[name](bytes);
      output.put(bytes);
    });
  }
  let ns: bigint | undefined;
  child.once('exit', () => (ns = process.hrtime.bigint()));
  const exited = endOf(child, 'exit');
  const closed = endOf(child, 'close');
  const pid = await started(child, start.file);
  // Whoever is told to end takes along what it has started.
  let told = false;
  child.once('exit', () => told && kill(-pid, 'SIGKILL'));
  const ended = exited.then(async (end) => {
    // Something it left behind may hold the pipes open: that is not waited for.
    await Promise.race([closed, new Promise((late) => setTimeout(late, LAST_WORDS_MS).unref())]);
    for (const stream of [child.stdout, child.stderr]) stream.removeAllListeners('data').resume();
    return { ...end, ns };
  });
  return {
    pid,
    terminal: 'pipe',
    terminalWhy: null,
    ended,
    onOutput: (listener) => output.listen(listener),
    write: () => undefined,
    resize: () => undefined,
    signal: (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return false;
      told = true;
      return kill(-pid, signal);
    },
    release: () => undefined,
  };
}
