/**
 * The launch form's fields and the LaunchSpec they stand for, both ways, and what is wrong with them. Pure; used by start/.
 */
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { LOOKS_HZ } from '../../shared/looks.ts';
import { parsePythonArgs } from '../../shared/pythonArgs.ts';
import { asSentence } from '../transport/errors.ts';
import { joinArgs, splitArgs } from '../../shared/shell.ts';

export type ProgramKind = 'script' | 'module' | 'code';

export interface EnvRow {
  name: string;
  value: string;
  /** Taken out of the program's environment instead of set. */
  remove: boolean;
}

export interface LaunchForm {
  python: string;
  kind: ProgramKind;
  /** Path, module name or code, each kept while the others are tried. */
  program: Record<ProgramKind, string>;
  args: string;
  /** Interpreter options before the program: `-X dev -u`. */
  options: string;
  cwd: string;
  env: EnvRow[];
  engine: LaunchSpec['engine'];
  /** Trace every call from the start. */
  functions: boolean;
  /** Looks into long holds a second; 0: none. */
  looksHz: number;
}

export type FieldErrors = Partial<Record<'python' | 'program' | 'args' | 'options' | 'cwd' | 'env', string>>;

export const emptyForm = (cwd: string): LaunchForm => ({
  python: '',
  kind: 'script',
  program: { script: '', module: '', code: '' },
  args: '',
  options: '',
  cwd,
  env: [],
  engine: 'auto',
  functions: false,
  looksHz: LOOKS_HZ,
});

/** What the form holds of a command line; one that Python would refuse stays in its options, to be put right there. */
function partsOf(args: readonly string[]): { kind: ProgramKind; program: string; options: string[]; rest: string[] } {
  try {
    const { program, options, rest } = parsePythonArgs(args);
    if (program.kind === 'module') return { kind: 'module', program: program.name, options, rest };
    if (program.kind === 'command') return { kind: 'code', program: program.text, options, rest };
    return { kind: 'script', program: program.kind === 'script' ? program.path : '', options, rest };
  } catch {
    return { kind: 'script', program: '', options: [...args], rest: [] };
  }
}

/** A recorded launch back in the form, to look at, change and repeat. */
export function formFromSpec(spec: LaunchSpec): LaunchForm {
  const { kind, program, options, rest } = partsOf(spec.args);
  const form = emptyForm(spec.cwd);
  return {
    ...form,
    python: spec.python,
    kind,
    program: { ...form.program, [kind]: program },
    args: joinArgs(rest),
    options: joinArgs(options),
    env: Object.entries(spec.env).map(([name, value]) => ({ name, value: value ?? '', remove: value === null })),
    engine: spec.engine,
    functions: spec.functions === true,
    looksHz: spec.looksHz ?? LOOKS_HZ,
  };
}

const PROGRAM_MISSING: Record<ProgramKind, string> = {
  script: 'Choose a script, or type its path.',
  module: 'Name a module, as after “python -m”.',
  code: 'Write some code, as after “python -c”.',
};

function checkOptions(options: readonly string[]): string | null {
  if (options.length > 0 && !options[0].startsWith('-')) return 'Interpreter options begin with a dash, like -X dev.';
  try {
    const { program, options: known } = parsePythonArgs(options);
    const isNone = program.kind === 'stdin' || program.kind === 'print';
    return isNone && known.length === options.length
      ? null
      : `“${options[known.length]}” is not an interpreter option; the program is chosen above.`;
  } catch (error) {
    return error instanceof RangeError ? asSentence(error.message) : null;
  }
}

function checkEnv(rows: readonly EnvRow[]): string | null {
  const seen = new Set<string>();
  for (const { name, value } of rows) {
    if (name === '' && value === '') continue;
    if (name === '') return 'A variable has a value but no name.';
    if (name.includes('=') || name.includes('\0')) return `“${name}” cannot be a variable's name: it contains “=”.`;
    if (seen.has(name)) return `${name} is there twice.`;
    seen.add(name);
  }
  return null;
}

const isAbsolute = (path: string) => path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\');

/** The spec to launch, or what to put right first. */
export function specFromForm(
  form: LaunchForm,
): { spec: LaunchSpec; errors: null } | { spec: null; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const args = splitArgs(form.args);
  const options = splitArgs(form.options);
  const program = form.kind === 'code' ? form.program.code : form.program[form.kind].trim();
  const cwd = form.cwd.trim();
  if (form.python.trim() === '') errors.python = 'Choose an interpreter.';
  if (program.trim() === '') errors.program = PROGRAM_MISSING[form.kind];
  else if (form.kind === 'script' && program.startsWith('-'))
    errors.program = 'A script’s path cannot begin with a dash.';
  else if (form.kind === 'module' && /\s/.test(program)) errors.program = 'A module’s name has no spaces.';
  if (args.error !== null) errors.args = args.error;
  if (options.error !== null) errors.options = options.error;
  else errors.options = checkOptions(options.args) ?? undefined;
  if (cwd === '') errors.cwd = 'Choose the folder to run in.';
  else if (!isAbsolute(cwd)) errors.cwd = 'The working folder must be a full path.';
  errors.env = checkEnv(form.env) ?? undefined;
  const wrong = Object.entries(errors).filter(([, text]) => text !== undefined);
  if (wrong.length > 0 || args.args === null || options.args === null) {
    return { spec: null, errors: Object.fromEntries(wrong) };
  }
  const head = { script: [program], module: ['-m', program], code: ['-c', program] }[form.kind];
  const named = form.env.filter((row) => row.name !== '');
  return {
    spec: {
      python: form.python.trim(),
      args: [...options.args, ...head, ...args.args],
      cwd,
      env: Object.fromEntries(named.map((row) => [row.name, row.remove ? null : row.value])),
      engine: form.engine,
      ...(form.functions && { functions: true }),
      ...(form.looksHz !== LOOKS_HZ && { looksHz: form.looksHz }),
    },
    errors: null,
  };
}
