/**
 * What a comparison means for its user. The order is that of what spoils the rest: runs that failed, programs that do not do the same,
 * engines that cannot be compared; then whether the runs differ by more than they differ by themselves, and why (outcome.ts).
 * Called by src/engine/compare; docs/verdicts.md tells the user.
 */
import type { CompareVerdict } from '../contract/compare.ts';
import { formatList as list } from '../format.ts';
import { wallEvidence, type Measured, type Timed } from './measured.ts';
import { outcome } from './outcome.ts';

export type { Measured } from './measured.ts';

export interface CompareOptions {
  /** Whether the variants' outputs were compared. */
  checkOutput: boolean;
  /** Of the machine. */
  cores: number;
}

const names = (variants: Measured[]): string => list(variants.map(({ name }) => name));

function failed(broken: Measured[], timed: Timed[]): CompareVerdict | null {
  if (timed.length >= 2) return null;
  return {
    kind: 'failed',
    winner: null,
    text: `Nothing can be compared: of ${names(broken)} no run ended well.`,
    evidence: timed.map(wallEvidence),
    advice: 'Run each of them alone first, and see what it says.',
    limits: ['Why they failed is not judged here: the runs say it.'],
  };
}

function differentOutput(timed: Timed[], { checkOutput }: CompareOptions): CompareVerdict | null {
  const [first, ...others] = timed.filter(({ outputs }) => checkOutput && outputs.length > 0);
  if (first === undefined) return null;
  const unsteady = [first, ...others].filter(({ outputs }) => outputs.length > 1);
  const unlike = others.filter(({ outputs }) => outputs.some((one) => !first.outputs.includes(one)));
  if (unsteady.length === 0 && unlike.length === 0) return null;
  return {
    kind: 'different_output',
    winner: null,
    text:
      unsteady.length > 0
        ? `They do not do the same: ${names(unsteady)} came to different results from run to run.`
        : `They do not do the same: the results of ${names(unlike)} are not those of ${first.name}.`,
    evidence: timed.map(wallEvidence),
    advice: 'Make them agree first: what is faster at something else is no winner.',
    limits: ['They are compared byte by byte: times, addresses and orders that change with each run count too.'],
  };
}

function mixedEngines(timed: Timed[]): CompareVerdict | null {
  const exact = timed.filter(({ engine }) => engine === 'exact');
  const estimated = timed.filter(({ engine }) => engine === 'estimated');
  if (exact.length === 0 || estimated.length === 0) return null;
  return {
    kind: 'mixed_engines',
    winner: null,
    text: `${names(exact)} ${exact.length === 1 ? 'was' : 'were'} measured exactly, ${names(estimated)} only estimated: no more than wall-clock and CPU can be compared.`,
    evidence: timed.map(wallEvidence),
    advice: 'Record all of them with the same engine.',
    limits: [
      'Estimating costs a program more time than measuring does, so wall-clock favours those that were measured.',
    ],
  };
}

/** `variants` in the order of the comparison, with the summaries of their runs. */
export function compareVerdict(variants: Measured[], options: CompareOptions): CompareVerdict {
  const timed = variants.flatMap((variant, index): Timed[] =>
    variant.wall_s === null ? [] : [{ ...variant, wall_s: variant.wall_s, index }],
  );
  const broken = variants.filter(({ wall_s }) => wall_s === null);
  const verdict =
    failed(broken, timed) ?? differentOutput(timed, options) ?? mixedEngines(timed) ?? outcome(timed, options.cores);
  if (broken.length === 0 || verdict.kind === 'failed') return verdict;
  return {
    ...verdict,
    limits: [`${names(broken)} ${broken.length === 1 ? 'is' : 'are'} left out: no run ended well.`, ...verdict.limits],
  };
}
