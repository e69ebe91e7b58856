/** What the reports of a comparison are made of, and words that all of them have. Pure; filled by src/engine/compare. */
import { letterOf } from '../../compare/letters.ts';
import type { CompareReport, CompareVariant } from '../../contract/compare.ts';
import type { ComparedLanes } from '../../figure/comparison.ts';
import { machineFacts } from '../../figure/words.ts';
import { NO_FIGURE } from '../../format.ts';
import { count, formatS } from '../../pageFormat.ts';
import { joinArgs } from '../../shell.ts';

export interface ComparisonSource {
  report: CompareReport;
  lanes: ComparedLanes;
  /** Version of the gilscope that writes it. */
  gilscope: string;
}

export const titleOf = ({ variants }: CompareReport): string => variants.map(({ name }) => name).join(' · ');

/** When, where, and how often. */
export const factsOf = ({ report: { created, repeat, variants }, lanes }: ComparisonSource): string[] => [
  ...machineFacts(created, lanes.machine),
  ...(variants.some(({ file }) => file === null) ? [`${count(repeat, 'run')} of each, in turns`] : []),
];

/** What was run: a command, or a recording and the command in it. */
export const commandOf = ({ command, file }: CompareVariant): string =>
  file === null ? joinArgs(command) : `${file}: ${joinArgs(command)}`;

/** "3.12.1, exact". */
export const pythonOf = ({ python, engine }: CompareVariant): string =>
  [python, engine].filter((part) => part !== null).join(', ') || NO_FIGURE;

const MOST_RUNS = 20;

/** Wall-clock of each run in the order of the rounds: a drift would show. */
export function runsText({ wall_s: wall }: CompareVariant): string {
  if (wall === null) return 'no run ended well';
  const told = wall.values.slice(0, MOST_RUNS).map(formatS).join(', ');
  const rest = wall.values.length - MOST_RUNS;
  return rest > 0 ? `${told} and ${count(rest, 'run')} more` : told;
}

/** What the calls of `--call` came to: once where all came to the same. */
export function resultLines(variants: readonly CompareVariant[]): string[] {
  const all = variants.flatMap(({ call }, i) =>
    call.slice(0, 1).map(({ results }) => ({ letter: letterOf(i), results })),
  );
  const digests = new Set(variants.flatMap(({ call }) => call.map(({ digest }) => digest)));
  if (all.length > 1 && digests.size === 1) return [`All came to ${all[0].results}.`];
  return all.map(({ letter, results }) => `${letter} came to ${results}.`);
}

export const failureLines = ({ failed }: CompareReport): string[] =>
  failed.map(({ variant, round, error }) => `${variant}, run ${round + 1} failed: ${error}`);
