/**
 * Everything that can be known to be wrong with a launch before anything is started: the interpreter, its options, the
 * script, the folder. Used by launch.ts; its messages are what a user reads in the window and in the terminal.
 */
import { accessSync, constants, existsSync, openSync, readSync, closeSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LaunchSpec } from '../shared/contract/types.ts';
import { UserError } from './errors.ts';
import type { InterpreterProbe, PythonFacts } from './interpreterProbe.ts';
import { exactHindrance, implementationName, isExecutable, judge, resolveCommand, tooOld } from './interpreters.ts';
import { parsePythonArgs, type PythonCommand } from '../shared/pythonArgs.ts';

export interface CheckedLaunch {
  /** Absolute path of the interpreter as the user named it (a link of a virtual environment stays one). */
  python: string;
  facts: PythonFacts;
  command: PythonCommand;
}

/** The command behind a file's first line, if it is a script: `#!/usr/bin/env python3`. */
function shebang(path: string): string | null {
  const bytes = Buffer.alloc(256);
  try {
    const fd = openSync(path, 'r');
    const read = readSync(fd, bytes, 0, bytes.length, 0);
    closeSync(fd);
    const line = bytes.subarray(0, read).toString('latin1').split('\n')[0];
    return line.startsWith('#!') ? line.slice(2).trim() : null;
  } catch {
    return null;
  }
}

function notPython(python: string, why: string): UserError {
  const first = shebang(python);
  const name = python.split('/').at(-1)!;
  if (python.endsWith('.py') || (first?.includes('python') ?? false)) {
    return new UserError(
      'not-python',
      `${python} is a script, not an interpreter`,
      `put the interpreter before it: python3 ${python}${python.endsWith('.py') ? '' : `, or python3 -m ${name}`}`,
    );
  }
  return new UserError('not-python', `${python} is not a Python interpreter: ${why}`, 'name a CPython 3.8 or later');
}

function checkFolder(cwd: string): void {
  let folder = false;
  try {
    folder = statSync(cwd).isDirectory();
  } catch {
    throw new UserError('not-found', `the working folder ${cwd} does not exist`, 'choose an existing folder');
  }
  if (!folder) throw new UserError('bad-argument', `the working folder ${cwd} is a file`, 'choose a folder');
  try {
    accessSync(cwd, constants.X_OK);
  } catch {
    throw new UserError('bad-argument', `the working folder ${cwd} may not be entered`, 'choose another folder');
  }
}

function checkFacts(python: string, facts: PythonFacts): void {
  if (facts.implementation !== 'cpython') {
    const name = implementationName(facts.implementation);
    throw new UserError(
      'not-cpython',
      `${python} is ${name}: only CPython can be recorded`,
      'name a CPython 3.8 or later',
    );
  }
  if (tooOld(facts.version))
    throw new UserError(
      'too-old',
      `${python} is Python ${facts.version}: 3.8 is the oldest supported`,
      'name a newer one',
    );
}

const WHY_ISOLATED: Record<string, string> = {
  I: '-I (isolated mode) keeps PYTHONPATH out',
  E: '-E keeps PYTHONPATH out',
  S: '-S keeps sitecustomize out',
};

function checkCommand(args: readonly string[], cwd: string): PythonCommand {
  let command: PythonCommand;
  try {
    command = parsePythonArgs(args);
  } catch (error) {
    throw new UserError('bad-argument', (error as Error).message, "check the interpreter's options");
  }
  const letter = command.isolating[0];
  if (letter !== undefined && command.program.kind !== 'print')
    throw new UserError(
      'isolated',
      `${WHY_ISOLATED[letter]}, which gilscope needs to enter the program`,
      `leave -${letter} out`,
    );
  if (command.program.kind === 'script') checkScript(command.program.path, cwd);
  return command;
}

function checkScript(path: string, cwd: string): void {
  const full = resolve(cwd, path);
  if (!existsSync(full)) throw new UserError('not-found', `there is no script ${full}`, 'check its path');
  const stat = statSync(full);
  if (stat.isDirectory() && !existsSync(resolve(full, '__main__.py')))
    throw new UserError('not-found', `${full} is a folder without a __main__.py`, 'name a script');
  try {
    accessSync(full, constants.R_OK);
  } catch {
    throw new UserError('not-found', `${full} may not be read`, 'check its permissions');
  }
}

/** Throws when it is to be measured exactly and cannot be. */
export function checkEngine(engine: LaunchSpec['engine'], launch: CheckedLaunch): void {
  if (engine !== 'exact') return;
  const { reason } = judge(launch.facts, exactHindrance());
  if (reason !== null)
    throw new UserError('refused', `an exact recording is not possible here: ${reason}`, 'leave --engine out');
}

/** The same for a launch as windows ask for it: the interpreter is sought with the program's own PATH. */
export function checkSpec(spec: LaunchSpec, probe: InterpreterProbe): Promise<CheckedLaunch> {
  return checkLaunch({ ...spec, path: { ...process.env, ...spec.env }.PATH ?? undefined }, probe);
}

/** Throws a UserError for the first thing that is wrong. */
export async function checkLaunch(
  launch: { python: string; args: readonly string[]; cwd: string; path: string | undefined },
  probe: InterpreterProbe,
): Promise<CheckedLaunch> {
  checkFolder(launch.cwd);
  const python = resolveCommand(launch.python, launch.cwd, launch.path);
  if (!isExecutable(python)) throw new UserError('not-python', `${python} is not executable`, 'name an interpreter');
  const found = await probe.probe(python);
  if (!found.ok) throw notPython(python, found.why);
  checkFacts(python, found.facts);
  return { python, facts: found.facts, command: checkCommand(launch.args, launch.cwd) };
}
