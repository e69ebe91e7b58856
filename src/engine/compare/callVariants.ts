/**
 * "One function, several ways": makes of a CallSpec the programs to be run, one for each interpreter and mode, and reads what each of them
 * reports of itself. The programs are python-agent/ways/run_call.py. Used by the comparison's engine and by `gilscope compare --call`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  CALL_MODES,
  MOST_VARIANTS,
  type CallMode,
  type CallReport,
  type CallSpec,
} from '../../shared/contract/compare.ts';
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { errorCode, fileError, UserError } from '../errors.ts';
import type { InterpreterProbe } from '../interpreterProbe.ts';
import { CALL_RUNNER } from '../paths.ts';
import { resolvePythons, type ChosenPython } from './pythonNames.ts';

export interface CallVariant {
  /** "threads", or "3.13 threads" when there are several interpreters. */
  name: string;
  mode: CallMode;
  /** Absolute path. */
  python: string;
  version: string;
  /** What to start in that round (from 0); they differ in the file of the report only. */
  launch: (round: number) => LaunchSpec;
  /** Where that round's report is to be found once the program has ended. */
  reportFile: (round: number) => string;
}

export interface CallPlan {
  variants: CallVariant[];
  /** What was left out and why, as sentences for the user. */
  notes: string[];
}

/** From this on an interpreter within the process has a GIL of its own. */
const OWN_GIL = [3, 12] as const;
/** Longer inputs go into a file: an argument is there to be read. */
const LONGEST_ARGUMENT = 1000;

const WORD = '[\\p{ID_Start}_][\\p{ID_Continue}]*';
const CALL = new RegExp(`^${WORD}(\\.${WORD})*:${WORD}(\\.${WORD})*$`, 'u');

/** Throws a UserError unless it is "module:function", the module as in an import. */
export function checkCallName(call: string): void {
  if (CALL.test(call)) return;
  const [module, name] = call.split(':');
  const file = /^(?:(.*)\/)?([^/]+?)(?:\.py)?$/.exec(module);
  const remedy =
    name !== undefined && file !== null && (module.endsWith('.py') || file[1] !== undefined)
      ? `name the module as an import does, and the folder with --cwd: ${file[1] === undefined ? '' : `--cwd ${file[1] || '/'} `}--call ${file[2]}:${name}`
      : 'write module:function, the module as in an import: shop.prices:total';
  throw new UserError('bad-argument', `${JSON.stringify(call)} does not name a function of a module`, remedy);
}

function canDo(mode: CallMode, version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return mode !== 'interpreters' || major > OWN_GIL[0] || (major === OWN_GIL[0] && minor >= OWN_GIL[1]);
}

function inputArgument(call: CallSpec, folder: string): string {
  const text = JSON.stringify(call.inputs);
  if (text.length <= LONGEST_ARGUMENT) return text;
  const file = join(folder, 'inputs.json');
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    throw fileError(error, `cannot write ${file}`);
  }
  return file;
}

function variantOf(
  call: CallSpec,
  python: ChosenPython,
  mode: CallMode,
  at: { name: string; inputs: string; folder: string },
): CallVariant {
  const reportFile = (round: number): string => join(at.folder, `${at.name.replace(/[^\w.-]/g, '-')}.${round}.json`);
  const command = [
    CALL_RUNNER,
    '--call',
    call.call,
    '--mode',
    mode,
    '--workers',
    String(call.workers),
    '--inputs',
    at.inputs,
  ];
  return {
    name: at.name,
    mode,
    python: python.path,
    version: python.version,
    reportFile,
    launch: (round) => ({
      python: python.path,
      args: [...command, '--report', reportFile(round)],
      cwd: call.cwd,
      env: {},
      engine: call.engine,
    }),
  };
}

/**
 * The variants of a call: each interpreter in each mode it can do, in the order asked for, modes of one interpreter together. `folder` takes
 * the reports and, if they are long, the inputs. Throws a UserError when something named is wrong or fewer than two variants remain.
 */
export async function expandCall(
  call: CallSpec,
  folder: string,
  probe: InterpreterProbe,
  env: Record<string, string | undefined> = process.env,
): Promise<CallPlan> {
  checkCallName(call.call);
  const pythons = await resolvePythons(call.pythons, { cwd: call.cwd, args: [CALL_RUNNER] }, probe, env);
  const modes = CALL_MODES.filter((mode) => call.modes.includes(mode));
  const notes: string[] = [];
  const pairs = pythons.flatMap((python) =>
    modes.flatMap((mode) => {
      if (canDo(mode, python.version)) return [{ python, mode }];
      notes.push(`${mode} left out for Python ${python.version}: an interpreter has a GIL of its own from 3.12 on`);
      return [];
    }),
  );
  if (pairs.length < 2)
    throw new UserError(
      'bad-argument',
      [pairs.length === 0 ? 'nothing is left to compare' : `only ${pairs[0].mode} is left to compare`, ...notes].join(
        '; ',
      ),
      'ask for two modes, or for two interpreters',
    );
  if (pairs.length > MOST_VARIANTS)
    throw new UserError(
      'bad-argument',
      `${pairs.length} variants are more than the ${MOST_VARIANTS} that can be compared`,
      'ask for fewer modes or interpreters',
    );
  const inputs = inputArgument(call, folder);
  const variants = pairs.map(({ python, mode }) =>
    variantOf(call, python, mode, { name: pythons.length === 1 ? mode : `${python.label} ${mode}`, inputs, folder }),
  );
  return { variants, notes };
}

const seconds = z.number().min(0);
const report = z.object({
  mode: z.enum(CALL_MODES),
  workers: z.number().int().min(1),
  tasks: z.number().int().min(1),
  work_s: seconds,
  start_up_s: seconds,
  shut_down_s: seconds,
  task_s: seconds,
  passed_bytes: z.number().int().min(0).nullable(),
  digest: z.string().regex(/^([0-9a-f]{64})?$/),
  results: z.string().max(1000),
}) satisfies z.ZodType<CallReport>;
const failure = z.object({
  error: z.object({ message: z.string().max(10_000), remedy: z.string().max(10_000).nullable() }),
});

/** The file's JSON; null when there is no file. Throws a UserError if it is something else. */
function readReportFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw fileError(error, `cannot read ${path}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw notAReport(path);
  }
}

const notAReport = (path: string): UserError =>
  new UserError('internal', `${path} is not what run_call.py reports`, 'something else has written it: run it again');

/** What a run measured of itself; null when it did not come so far (readCallFailure says why). Throws a UserError for a file that is none. */
export function readCallReport(path: string): CallReport | null {
  const value = readReportFile(path);
  if (value === null || failure.safeParse(value).success) return null;
  const parsed = report.safeParse(value);
  if (!parsed.success) throw notAReport(path);
  return parsed.data;
}

/** Why a run could not do its work, if it could still say so: one line and its remedy. Null for a run that worked, or ended abruptly. */
export function readCallFailure(path: string): { message: string; remedy: string | null } | null {
  const parsed = failure.safeParse(readReportFile(path));
  return parsed.success ? parsed.data.error : null;
}
