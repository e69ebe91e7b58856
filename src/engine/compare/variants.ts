/**
 * What a comparison is to run, checked before anything runs: commands, recordings, or one function in several ways.
 * Used by comparison.ts.
 */
import { resolve } from 'node:path';
import type { CallReport, CompareSpec, VariantSource } from '../../shared/contract/compare.ts';
import type { VariantHead } from '../../shared/compare/variant.ts';
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { UserError } from '../errors.ts';
import type { InterpreterProbe } from '../interpreterProbe.ts';
import { checkEngine, checkSpec } from '../launchCheck.ts';
import { readCallFailure, readCallReport } from './callReport.ts';
import { expandCall, type CallVariant } from './callVariants.ts';

export interface ProgramVariant {
  kind: 'program';
  head: VariantHead;
  launch: (round: number) => LaunchSpec;
  /**
   * Of `--call`: what that round measured of itself. Throws UserError for a run that could not do its work: what it says itself, else
   * `error`, how it was seen to end.
   */
  report: ((round: number, error: string | null) => CallReport) | null;
}

export interface FileVariant {
  kind: 'file';
  head: VariantHead;
  path: string;
}

export type Variant = ProgramVariant | FileVariant;

export interface Plan {
  variants: Variant[];
  /** What was left out, and why. */
  notes: string[];
}

async function variantOf(name: string, source: VariantSource, probe: InterpreterProbe): Promise<Variant> {
  const head = { name, command: [], file: null, mode: null };
  if (source.kind === 'file') {
    const path = resolve(source.path);
    return { kind: 'file', head: { ...head, file: path }, path };
  }
  const launch = await checkSpec(source.spec, probe);
  checkEngine(source.spec.engine, launch);
  const spec = { ...source.spec, python: launch.python };
  return {
    kind: 'program',
    head: { ...head, command: [spec.python, ...spec.args] },
    launch: () => spec,
    report: null,
  };
}

function callReport(file: string, error: string | null): CallReport {
  const failure = readCallFailure(file);
  if (failure !== null) throw new UserError('refused', failure.message, failure.remedy);
  const report = readCallReport(file);
  if (report === null) throw new UserError('refused', error ?? 'the run said nothing of what it measured');
  return report;
}

function callVariant({ name, mode, launch, reportFile }: CallVariant): ProgramVariant {
  const { python, args } = launch(0);
  return {
    kind: 'program',
    head: { name, mode, command: [python, ...args], file: null },
    launch,
    report: (round, error) => callReport(reportFile(round), error),
  };
}

/** `folder` takes what runs of `--call` report. Throws a UserError that names the variant for the first that cannot be run. */
export async function planOf(spec: CompareSpec, folder: string, probe: InterpreterProbe): Promise<Plan> {
  if (spec.kind === 'call') {
    const { variants, notes } = await expandCall(spec.call, folder, probe);
    return { variants: variants.map(callVariant), notes };
  }
  const names = spec.variants.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UserError('bad-argument', `two variants are called ${twice}`, 'give each a name of its own');
  const variants: Variant[] = [];
  for (const { name, source } of spec.variants) variants.push(await variantOf(name, source, probe));
  return { variants, notes: [] };
}
