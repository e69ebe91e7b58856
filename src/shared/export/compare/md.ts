/** A comparison as Markdown, for a pull request; and its table of differences alone, for the clipboard. Pure. */
import {
  figureRows,
  medianText,
  outputText,
  rangeText,
  ratioText,
  type Cell,
  type FigureRow,
} from '../../compare/differences.ts';
import { letterOf } from '../../compare/letters.ts';
import type { CompareVariant } from '../../contract/compare.ts';
import { code, escaped } from '../md/escape.ts';
import { verdictMarkdown } from '../md/md.ts';
import {
  commandOf,
  factsOf,
  failureLines,
  pythonOf,
  resultLines,
  runsText,
  titleOf,
  type ComparisonSource,
} from './source.ts';

const LONGEST_COMMAND = 300;
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const headOf = (variant: CompareVariant, i: number): string => `${letterOf(i)} · ${escaped(variant.name)}`;

function cellText(row: FigureRow, cell: Cell): string {
  const range = rangeText(row, cell);
  const stands = cell.difference === null ? '' : `, ${ratioText(cell.difference)}`;
  const remark = cell.remark === '' ? '' : ` (${cell.remark})`;
  return medianText(row, cell) + (range === null ? '' : ` (${range})`) + stands + remark;
}

/** Medians with the least and the most, how each stands to the first, and, where it was asked, whether they print the same. */
export function differencesMarkdown(variants: readonly CompareVariant[]): string {
  const outputs = variants.map((variant) => outputText(variant, variants[0]) ?? '–');
  const asked = variants.some(({ outputs: known }) => known.length > 0);
  return (
    line(['', ...variants.map(headOf)]) +
    line(['---', ...variants.map(() => '---:')]) +
    figureRows(variants)
      .map((row) => line([row.figure.label, ...row.cells.map((cell) => escaped(cellText(row, cell)))]))
      .join('') +
    (asked ? line(['Output', ...outputs]) : '')
  );
}

const list = (lines: readonly string[]): string => lines.map((one) => `- ${escaped(one, 400)}\n`).join('');

export function comparisonMarkdown(source: ComparisonSource): string {
  const { report } = source;
  const { variants, verdict, notes } = report;
  const told = variants.map((variant, i) =>
    line([
      headOf(variant, i),
      code(commandOf(variant), LONGEST_COMMAND),
      escaped(pythonOf(variant)),
      escaped(runsText(variant), LONGEST_COMMAND),
    ]),
  );
  const more = [...failureLines(report), ...resultLines(variants), ...notes];
  return [
    `## ${escaped(titleOf(report), 400)}\n`,
    `${escaped(factsOf(source).join(', '))}\n`,
    verdictMarkdown(verdict),
    line(['', 'Command', 'Python', 'Wall-clock of each run']) + line(['---', '---', '---', '---']) + told.join(''),
    `${differencesMarkdown(variants)}\nMedian (least–most), and its ratio to ${letterOf(0)}.\n`,
    ...(more.length === 0 ? [] : [list(more)]),
  ].join('\n');
}
