/**
 * "One function, several ways": makes of a CallSpec the programs to be run, one for each interpreter and mode, and reads what each of them
 * reports of itself. The programs are python-agent/ways/run_call.py. Used by the comparison's engine and by `gilscope compare --call`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MOST_VARIANTS, type CallMode, type CallSpec } from '../../shared/contract/compare.ts';
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { fileError, UserError } from '../errors.ts';
import type { InterpreterProbe } from '../interpreterProbe.ts';
import { CALL_RUNNER } from '../paths.ts';
import { checkModes, type CheckedModes } from './callCheck.ts';
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

/** Longer inputs go into a file: an argument is there to be read. */
const LONGEST_ARGUMENT = 1000;

const WORD = '[\\p{ID_Start}_][\\p{ID_Continue}]*';
const CALL = new RegExp(`^${WORD}(\\.${WORD})*:${WORD}(\\.${WORD})*$`, 'u');

/** Throws a UserError unless it is "module:function", the module as in an import. */
export function checkCallName(call: string): void {
  const [module, name] = call.split(':');
  if (CALL.test(call) && !module.endsWith('.py')) return;
  const file = /^(?:(.*)\/)?([^/]+?)(?:\.py)?$/.exec(module);
  const remedy =
    name !== undefined && file !== null && (module.endsWith('.py') || file[1] !== undefined)
      ? `name the module as an import does, and the folder with --cwd: ${file[1] === undefined ? '' : `--cwd ${file[1] || '/'} `}--call ${file[2]}:${name}`
      : 'write module:function, the module as in an import: shop.prices:total';
  throw new UserError('bad-argument', `${JSON.stringify(call)} does not name a function of a module`, remedy);
}

function inputArgument(call: CallSpec, folder: string): string {
  const text = JSON.stringify(call.inputs);
  if (text.length <= LONGEST_ARGUMENT) return text;
  const file = join(folder, 'inputs.json');
  try {
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
  at: { name: string; command: readonly string[]; folder: string },
): CallVariant {
  const reportFile = (round: number): string => join(at.folder, `${at.name.replace(/[^\w.-]/g, '-')}.${round}.json`);
  return {
    name: at.name,
    mode,
    python: python.path,
    version: python.version,
    reportFile,
    launch: (round) => ({
      python: python.path,
      args: [...at.command, '--mode', mode, '--report', reportFile(round)],
      cwd: call.cwd,
      env: {},
      engine: call.engine,
    }),
  };
}

/** One sentence for all modes of an interpreter that are left out for the same reason. */
function notesOf({ version }: ChosenPython, refused: CheckedModes['refused']): string[] {
  const modes = new Map<string, CallMode[]>();
  for (const { mode, why } of refused) modes.set(why.message, [...(modes.get(why.message) ?? []), mode]);
  return [...modes].map(([why, left]) => `${left.join(', ')} left out for Python ${version}: ${why}`);
}

/**
 * The variants of a call: each interpreter in each mode that is possible there, in the order in which they were asked for, modes of one
 * interpreter together. The function is imported by each interpreter to find out. `folder`, which exists, takes the reports and, if they
 * are long, the inputs. Throws a UserError when something named is wrong or fewer than two variants remain.
 */
export async function expandCall(
  call: CallSpec,
  folder: string,
  probe: InterpreterProbe,
  env: Record<string, string | undefined> = process.env,
): Promise<CallPlan> {
  checkCallName(call.call);
  const { cwd, engine } = call;
  const pythons = await resolvePythons(call.pythons, { cwd, engine, args: [CALL_RUNNER] }, probe, env);
  const modes = [...new Set(call.modes)];
  if (modes.length * pythons.length > MOST_VARIANTS)
    throw new UserError(
      'bad-argument',
      `${modes.length * pythons.length} variants are more than the ${MOST_VARIANTS} that can be compared`,
      'ask for fewer modes or interpreters',
    );
  const numbers = ['--workers', String(call.workers), '--inputs', inputArgument(call, folder)];
  const command = [CALL_RUNNER, '--call', call.call, ...numbers];
  const variants: CallVariant[] = [];
  const notes: string[] = [];
  let last: UserError | undefined;
  for (const python of pythons) {
    const launch = { python: python.path, command, cwd, env };
    const { possible, refused } = await checkModes(launch, modes, join(folder, 'check.json'));
    last = refused.at(-1)?.why ?? last;
    notes.push(...notesOf(python, refused));
    for (const mode of possible) {
      const name = pythons.length === 1 ? mode : `${python.label} ${mode}`;
      variants.push(variantOf(call, python, mode, { name, command, folder }));
    }
  }
  if (variants.length === 0 && last !== undefined) throw last;
  if (variants.length < 2)
    throw new UserError(
      'bad-argument',
      [`only ${variants[0].name} is left to compare`, ...notes].join('; '),
      'ask for two modes, or for two interpreters',
    );
  return { variants, notes };
}
