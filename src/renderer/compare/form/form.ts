/** The Compare form's fields and the CompareSpec they stand for, both ways, and what is wrong with them. Pure. */
import {
  MOST_ROUNDS,
  MOST_VARIANTS,
  MOST_WORKERS,
  type CallMode,
  type CallSpec,
  type CompareSpec,
} from '../../../shared/contract/compare.ts';
import { baseName } from '../../lib/format.ts';
import { emptyForm, formFromSpec, specFromForm, type FieldErrors, type LaunchForm } from '../../lib/launchForm.ts';
import { recordingsSpec } from '../../store/compare.ts';

export type CompareKind = 'programs' | 'call' | 'recordings';

export interface ProgramRow {
  /** Empty: named after what it runs. */
  name: string;
  launch: LaunchForm;
}

export interface Recording {
  path: string;
  title: string;
}

export interface CompareForm {
  kind: CompareKind;
  programs: ProgramRow[];
  call: {
    /** "module:function" */
    call: string;
    /** One on each line. */
    inputs: string;
    workers: string;
    modes: CallMode[];
    /** Paths; none: the best there is. */
    pythons: string[];
    cwd: string;
    engine: CallSpec['engine'];
  };
  recordings: Recording[];
  repeat: string;
  /** Seconds; empty: none. */
  timeLimit: string;
  checkOutput: boolean;
}

export interface CompareErrors {
  /** By row. */
  programs: (FieldErrors & { name?: string })[];
  call?: string;
  inputs?: string;
  workers?: string;
  modes?: string;
  pythons?: string;
  cwd?: string;
  recordings?: string;
  repeat?: string;
  timeLimit?: string;
}
export const NO_ERRORS: CompareErrors = { programs: [] };

const FIRST_REPEAT = '5';

export const emptyProgram = (cwd: string): ProgramRow => ({ name: '', launch: emptyForm(cwd) });

/** @param cores of the machine: as many workers are proposed */
export const emptyCompareForm = (cwd: string, cores: number): CompareForm => ({
  kind: 'programs',
  programs: [emptyProgram(cwd), emptyProgram(cwd)],
  call: {
    call: '',
    inputs: '',
    workers: String(Math.min(Math.max(cores, 1), MOST_WORKERS)),
    modes: ['sequential', 'threads', 'processes'],
    pythons: [],
    cwd,
    engine: 'auto',
  },
  recordings: [],
  repeat: FIRST_REPEAT,
  timeLimit: '',
  checkOutput: true,
});

/** What was asked before, back in the form. */
export function formFromCompare(spec: CompareSpec, cwd: string, cores: number): CompareForm {
  const form = {
    ...emptyCompareForm(cwd, cores),
    repeat: String(spec.repeat),
    timeLimit: spec.timeLimitS === null ? '' : String(spec.timeLimitS),
    checkOutput: spec.checkOutput,
  };
  if (spec.kind === 'call') {
    const { inputs, workers, ...call } = spec.call;
    return { ...form, kind: 'call', call: { ...call, inputs: inputs.join('\n'), workers: String(workers) } };
  }
  const programs = spec.variants.flatMap(({ name, source }) =>
    source.kind === 'launch' ? [{ name, launch: formFromSpec(source.spec) }] : [],
  );
  const recordings = spec.variants.flatMap(({ name, source }) =>
    source.kind === 'file' ? [{ path: source.path, title: name }] : [],
  );
  // The form has either; what is mixed was asked elsewhere.
  if (recordings.length > programs.length)
    return { ...form, kind: 'recordings', recordings, repeat: FIRST_REPEAT, checkOutput: true };
  while (programs.length < 2) programs.push(emptyProgram(cwd));
  return { ...form, programs };
}

/** What a program is called when the user gives no name: what it runs, and with what. */
export function ownName({ kind, program, args }: LaunchForm): string {
  const head = kind === 'code' ? 'code' : kind === 'script' ? baseName(program.script.trim()) : program.module.trim();
  return `${head} ${args.trim()}`.trim().slice(0, 80);
}

/**
 * A name for each program: its own, or what it runs; with its interpreter's where several run the same, with a number where that does not help.
 * @param pythonName what an interpreter is called, by its path
 */
export function programNames(programs: readonly ProgramRow[], pythonName: (path: string) => string): string[] {
  const first = programs.map(({ name, launch }) => name.trim() || ownName(launch));
  const twice = (names: readonly string[], at: number) => names.filter((other) => other === names[at]).length > 1;
  const second = first.map((name, i) =>
    programs[i].name.trim() === '' && twice(first, i) ? `${name}, ${pythonName(programs[i].launch.python)}` : name,
  );
  return second.map((name, i) => {
    const nth = second.slice(0, i).filter((other) => other === name).length + 1;
    return programs[i].name.trim() === '' && nth > 1 ? `${name} (${nth})` : name;
  });
}

function checkWhole(text: string, most: number, what: string): string | undefined {
  const n = Number(text.trim());
  return Number.isInteger(n) && n >= 1 && n <= most ? undefined : `${what}: a whole number from 1 to ${most}.`;
}

function checkLimit(text: string): string | undefined {
  const n = Number(text.trim());
  return text.trim() === '' || (n >= 0.1 && n <= 1e6)
    ? undefined
    : 'Seconds, 0.1 or more; empty: a run may take as long as it likes.';
}

const isAbsolute = (path: string) => /^([\\/]|[A-Za-z]:[\\/])/.test(path);

function checkCall({ call, workers, modes, cwd, inputs }: CompareForm['call'], pythons: readonly string[]) {
  const errors: Partial<CompareErrors> = {
    call: /^[^\s:]+:[^\s:]+$/.test(call.trim())
      ? undefined
      : 'Name a module and a function in it, with a colon between: primes:count.',
    workers: checkWhole(workers, MOST_WORKERS, 'Workers'),
    modes: modes.length > 0 ? undefined : 'Choose at least one way to run it.',
    cwd: isAbsolute(cwd.trim()) ? undefined : 'Choose the folder the module is in, as a full path.',
    inputs: inputs.trim() === '' ? 'Give at least one input: what the function is called with.' : undefined,
  };
  if (pythons.length === 0) errors.pythons = 'Choose an interpreter.';
  else if (modes.length * pythons.length === 1) errors.modes = 'Choose a second way, or a second interpreter.';
  else if (modes.length * pythons.length > MOST_VARIANTS)
    errors.modes = `That makes ${modes.length * pythons.length} columns; at most ${MOST_VARIANTS} can be compared.`;
  return errors;
}

const listed = (errors: CompareErrors): boolean =>
  Object.entries(errors).some(([key, error]) => key !== 'programs' && error !== undefined) ||
  errors.programs.some((row) => Object.values(row).some((error) => error !== undefined));

interface Machine {
  /** The interpreter where the user has chosen none; empty: there is none. */
  best: string;
  pythonName: (path: string) => string;
}

type Result = { spec: CompareSpec; errors: null } | { spec: null; errors: CompareErrors };

/** The spec to start, or what to put right first. */
export function specFromCompareForm(form: CompareForm, machine: Machine): Result {
  if (form.kind === 'recordings') {
    const { recordings } = form;
    const n = recordings.length;
    if (n >= 2 && n <= MOST_VARIANTS) return { spec: recordingsSpec(recordings), errors: null };
    const error = n < 2 ? 'Choose two recordings or more.' : `At most ${MOST_VARIANTS} can be compared.`;
    return { spec: null, errors: { programs: [], recordings: error } };
  }
  const repeat = checkWhole(form.repeat, MOST_ROUNDS, 'Runs of each');
  const how = {
    repeat: Number(form.repeat),
    timeLimitS: form.timeLimit.trim() === '' ? null : Number(form.timeLimit),
    checkOutput: form.checkOutput,
  };
  const errors: CompareErrors = { programs: [], repeat, timeLimit: checkLimit(form.timeLimit) };
  const result = form.kind === 'call' ? callSpecOf(form, machine, errors) : programsOf(form, machine, errors);
  return listed(errors) || result === null ? { spec: null, errors } : { spec: { ...result, ...how }, errors: null };
}

/** Without how often; writes to `errors`. */
function callSpecOf(form: CompareForm, machine: Machine, errors: CompareErrors) {
  const { call, inputs, workers, modes, cwd, engine } = form.call;
  const pythons = form.call.pythons.length > 0 ? form.call.pythons : machine.best === '' ? [] : [machine.best];
  Object.assign(errors, checkCall(form.call, pythons));
  const lines = inputs
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return {
    kind: 'call' as const,
    call: { call: call.trim(), inputs: lines, workers: Number(workers), modes, pythons, cwd: cwd.trim(), engine },
  };
}

function programsOf(form: CompareForm, machine: Machine, errors: CompareErrors) {
  const rows = form.programs.map(({ name, launch }) => ({
    name,
    launch: launch.python === '' ? { ...launch, python: machine.best } : launch,
  }));
  const names = programNames(rows, machine.pythonName);
  const results = rows.map(({ launch }) => specFromForm(launch));
  errors.programs = results.map((result, i) => ({
    ...result.errors,
    ...(names.indexOf(names[i]) < i && rows[i].name.trim() !== '' && { name: 'Another program has this name.' }),
  }));
  const variants = results.flatMap(({ spec }, i) =>
    spec === null ? [] : [{ name: names[i], source: { kind: 'launch' as const, spec } }],
  );
  return variants.length === rows.length ? { kind: 'variants' as const, variants } : null;
}
