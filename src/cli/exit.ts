/** How the command line ends: the profiled program's own status or signal, or one line and status 2. Used by index.ts, record.ts. */
import { constants } from 'node:os';
import type { ProgramEnd } from '../engine/program.ts';

export const USAGE_STATUS = 2;
export const DEFECT_STATUS = 1;

/** Signals that are passed on as themselves, so that a shell script stops at Ctrl-C; the others would dump core, of Node. */
const RAISED = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

/** What a shell says of a program that a signal ended. */
export function shellStatus(end: ProgramEnd): number {
  if (end.signal === null) return end.exitCode ?? DEFECT_STATUS;
  return 128 + (constants.signals[end.signal as NodeJS.Signals] ?? 0);
}

/** Resolves when whoever reads our output has it: into a pipe that is full Node writes later, and process.exit() would not wait. */
export async function flushed(): Promise<void> {
  const all = [process.stdout, process.stderr].map((one) => new Promise((done) => one.write('', done)));
  await Promise.all(all);
}

/** Ends this process as the program ended. */
export async function exitAs(end: ProgramEnd): Promise<never> {
  await flushed();
  if (end.signal !== null && RAISED.has(end.signal)) {
    process.removeAllListeners(end.signal);
    process.kill(process.pid, end.signal);
  }
  process.exit(shellStatus(end));
}
