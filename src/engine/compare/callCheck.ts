/**
 * Whether a function can be called in the ways asked for, found out before any run: run_call.py imports it, under the interpreter in
 * question and unrecorded, and calls nothing. Used by callVariants.ts.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { CallMode } from '../../shared/contract/compare.ts';
import { UserError } from '../errors.ts';
import { readCallFailure } from './callReport.ts';

/** An import that takes longer will not end by itself. */
const LIMIT_MS = 60_000;

/** From the one that asks most of a function to the one that asks least: what can be done in one can be done in those after it. */
const BY_DEMAND: readonly CallMode[] = ['interpreters', 'processes', 'threads', 'sequential'];

export interface CheckedModes {
  possible: CallMode[];
  /** Why the others are not, as UserErrors. */
  refused: { mode: CallMode; why: UserError }[];
}

/** `command` is run_call.py and its arguments but for mode and report; `report` is a file to be used meanwhile. */
export async function checkModes(
  launch: { python: string; command: readonly string[]; cwd: string; env: Record<string, string | undefined> },
  modes: readonly CallMode[],
  report: string,
): Promise<CheckedModes> {
  const refused: CheckedModes['refused'] = [];
  for (const mode of BY_DEMAND.filter((one) => modes.includes(one))) {
    const args = [...launch.command, '--mode', mode, '--check', '--report', report];
    const why = await refusal({ ...launch, args }, report);
    if (why === null) break;
    refused.push({ mode, why });
  }
  const no = new Set(refused.map(({ mode }) => mode));
  return { possible: modes.filter((mode) => !no.has(mode)), refused };
}

/** Null when it would run. */
function refusal(
  { python, args, cwd, env }: { python: string; args: string[]; cwd: string; env: Record<string, string | undefined> },
  report: string,
): Promise<UserError | null> {
  const options = { cwd, env, timeout: LIMIT_MS, killSignal: 'SIGKILL' as const, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    const child = execFile(python, args, options, (error) => {
      resolve(error === null ? null : whyNot(error, report));
    });
    // It may end without reading.
    child.stdin?.on('error', () => {}).end();
  });
}

function whyNot(error: Error & { killed?: boolean; signal?: unknown; code?: unknown }, report: string): UserError {
  if (error.killed === true)
    return new UserError(
      'refused',
      `importing the module took longer than ${LIMIT_MS / 1000} s, or printed without end`,
      'put what starts it under: if __name__ == "__main__":',
    );
  const failure = readCallFailure(report);
  rmSync(report, { force: true });
  if (failure !== null) return new UserError('bad-argument', failure.message, failure.remedy);
  const how = typeof error.signal === 'string' ? `was ended by ${error.signal}` : `ended with ${String(error.code)}`;
  return new UserError('refused', `Python ${how} while it imported the module`, 'import it by hand to see why');
}
