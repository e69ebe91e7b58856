/**
 * What a comparison means for its user. The order is that of what spoils the rest: runs that failed, programs that do not do the same,
 * engines that cannot be compared; then whether the runs differ by more than they differ by themselves, and why. Called by src/engine/compare.
 */
import type { CompareVariant, CompareVerdict, Spread } from '../contract/compare.ts';
import type { Summary } from '../contract/types.ts';
import { formatList as list, formatPercent, formatSeconds, three } from '../format.ts';
import { difference, enoughRuns } from './spread.ts';

export type Measured = CompareVariant & { runs: Summary[] };

export interface CompareOptions {
  /** Whether the variants' outputs were compared. */
  checkOutput: boolean;
  /** Of the machine. */
  cores: number;
}

/** A variant that has figures. */
export type Timed = Measured & { index: number; wall_s: Spread };

const nothing = { winner: null, evidence: [], advice: null, limits: [] } satisfies Partial<CompareVerdict>;

/** "A: 1.02 s (1.00 s to 1.10 s, 4 runs)." */
function wallEvidence({ name, wall_s: wall }: Timed): string {
  const { length } = wall.values;
  if (length === 1) return `${name}: ${formatSeconds(wall.median)}, one run.`;
  return `${name}: ${formatSeconds(wall.median)} (${formatSeconds(wall.min)} to ${formatSeconds(wall.max)} in ${length} runs).`;
}

function failed(variants: Measured[], timed: Timed[]): CompareVerdict | null {
  if (timed.length >= 2) return null;
  const broken = variants.filter(({ wall_s }) => wall_s === null).map(({ name }) => name);
  return {
    ...nothing,
    kind: 'failed',
    text: `Nothing can be compared: of ${list(broken)} no run ended well.`,
    evidence: timed.map(wallEvidence),
    advice: 'Run each of them alone first, and see what it says.',
  };
}

function differentOutput(timed: Timed[], { checkOutput }: CompareOptions): CompareVerdict | null {
  if (!checkOutput) return null;
  const [first, ...others] = timed;
  const unsteady = timed.filter(({ outputs }) => outputs.length > 1).map(({ name }) => name);
  const unlike = others.filter(({ outputs }) => outputs.some((one) => !first.outputs.includes(one)));
  if (unsteady.length === 0 && unlike.length === 0) return null;
  const text =
    unsteady.length > 0
      ? `They do not do the same: ${list(unsteady)} came to different results from run to run.`
      : `They do not do the same: the results of ${list(unlike.map(({ name }) => name))} are not those of ${first.name}.`;
  return {
    ...nothing,
    kind: 'different_output',
    text,
    evidence: timed.map(wallEvidence),
    advice: 'Make them agree first: what is faster at something else is no winner.',
    limits: ['Outputs are compared byte by byte: times, addresses and orders that change with each run count too.'],
  };
}

function mixedEngines(timed: Timed[]): CompareVerdict | null {
  const exact = timed.filter(({ engine }) => engine === 'exact').map(({ name }) => name);
  const estimated = timed.filter(({ engine }) => engine === 'estimated').map(({ name }) => name);
  if (exact.length === 0 || estimated.length === 0) return null;
  return {
    ...nothing,
    kind: 'mixed_engines',
    text: `${list(exact)} ${exact.length === 1 ? 'was' : 'were'} measured exactly, ${list(estimated)} only estimated: no more than wall-clock and CPU can be compared.`,
    evidence: timed.map(wallEvidence),
    advice: 'Record all of them with the same engine.',
    limits: ['Estimating costs a program more time than measuring, so even wall-clock does not stand on equal feet.'],
  };
}

/** Spreads of the fastest against each of the others. */
function outcome(timed: Timed[]): CompareVerdict {
  const [fastest, ...others] = [...timed].sort((a, b) => a.wall_s.median - b.wall_s.median);
  const evidence = timed.map(wallEvidence);
  const next = others[0];
  const clear = others.every((other) => difference(other.wall_s, fastest.wall_s).clear);
  if (clear)
    return {
      ...nothing,
      kind: 'faster',
      winner: fastest.index,
      text: `${fastest.name} is faster: it takes ${formatPercent(difference(next.wall_s, fastest.wall_s).ratio)} of the time of ${next.name}.`,
      evidence,
    };
  const apart = fastest.wall_s.max < next.wall_s.min;
  const few = apart && !enoughRuns(fastest.wall_s.values.length, next.wall_s.values.length);
  if (few)
    return {
      ...nothing,
      kind: 'too_few_runs',
      text: `${fastest.name} took ${three(fastest.wall_s.median / next.wall_s.median)} of the time of ${next.name}, but too few runs tell how far runs differ by themselves.`,
      evidence,
      advice: 'Repeat: four runs of each are the fewest that can tell.',
    };
  return {
    ...nothing,
    kind: 'no_difference',
    text: `No difference to speak of between ${fastest.name} and ${next.name}: their runs differ by as much among themselves.`,
    evidence,
  };
}

export function compareVerdict(variants: Measured[], options: CompareOptions): CompareVerdict {
  const timed = variants.flatMap((variant, index): Timed[] =>
    variant.wall_s === null ? [] : [{ ...variant, wall_s: variant.wall_s, index }],
  );
  return failed(variants, timed) ?? differentOutput(timed, options) ?? mixedEngines(timed) ?? outcome(timed);
}
