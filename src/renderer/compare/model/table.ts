/** The table of differences: a row for each figure, a cell for each variant, how it stands to the first; as CSV and Markdown too. Pure. */
import type { CompareVariant, Difference, Spread } from '../../../shared/contract/compare.ts';
import { difference } from '../../../shared/compare/spread.ts';
import { NO_FIGURE } from '../../../shared/format.ts';
import { NBSP, threeFigures } from '../../lib/format.ts';
import { tableCsv, type TableColumn } from '../../lib/table.ts';
import { FIGURES, formatBetween, formatFigure, type FigureKind } from './figures.ts';
import { letterOf } from './variants.ts';

export interface Cell {
  spread: Spread | null;
  /** To the first variant; null for the first itself, and where the two cannot be compared. */
  difference: Difference | null;
  /** Why there is no ratio, or how far it is to be trusted; empty when the difference is clear. */
  remark: string;
}

export interface FigureRow {
  figure: FigureKind;
  cells: Cell[];
}

/** What keeps an unclear difference from being clear. */
function remarkOn({ low, high, clear, ratio }: Difference, runs: number): string {
  if (clear || !Number.isFinite(ratio)) return '';
  if (runs === 1) return 'one run each';
  return low > 1 || high < 1 ? 'too few runs' : 'within the spread';
}

function cellOf(figure: FigureKind, variant: CompareVariant, first: CompareVariant): Cell {
  const spread = figure.of(variant);
  const base = figure.of(first);
  if (variant === first || spread === null || base === null || figure.alone === true)
    return { spread, difference: null, remark: '' };
  if (figure.ofGil && variant.engine !== first.engine)
    return { spread, difference: null, remark: 'exact beside estimated' };
  const stands = difference(base, spread);
  const runs = Math.max(base.values.length, spread.values.length);
  return { spread, difference: stands, remark: remarkOn(stands, runs) };
}

/** Only figures that at least one variant has. */
export function figureRows(variants: readonly CompareVariant[]): FigureRow[] {
  return FIGURES.map((figure) => ({
    figure,
    cells: variants.map((variant) => cellOf(figure, variant, variants[0])),
  })).filter((row) => row.cells.some((cell) => cell.spread !== null));
}

/** Whether a variant printed what the first did; null where nobody asked. */
export function outputText(variant: CompareVariant, first: CompareVariant): string | null {
  if (variant.outputs.length === 0) return null;
  if (variant.outputs.length > 1) return 'differs from run to run';
  if (variant === first) return 'the one to match';
  return first.outputs.includes(variant.outputs[0]) ? 'the same' : 'different';
}

export const medianText = ({ figure }: FigureRow, { spread }: Cell): string =>
  spread === null ? NO_FIGURE : formatFigure(spread.median, figure.unit);

/** Null for a single run: it has no range. */
export const rangeText = ({ figure }: FigureRow, { spread }: Cell): string | null =>
  spread === null || spread.values.length < 2 ? null : formatBetween(spread.min, spread.max, figure.unit);

/** Below that the figures only say that next to nothing is left. */
const LEAST_RATIO = 0.01;

function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return NO_FIGURE;
  return ratio > 0 && ratio < LEAST_RATIO ? `< ${LEAST_RATIO}` : threeFigures(ratio);
}

/** "0.52 ×"; nothing over nothing has no ratio. */
export const ratioText = ({ ratio }: Difference): string =>
  Number.isFinite(ratio) ? `${times(ratio)}${NBSP}×` : NO_FIGURE;

/** "0.49–0.55 ×". */
export const ratioRangeText = ({ low, high }: Difference): string =>
  times(low) === times(high) ? `${times(low)}${NBSP}×` : `${times(low)}–${times(high)}${NBSP}×`;

type CsvColumn = Pick<TableColumn<FigureRow>, 'id' | 'value'>;

/** @param variants of the comparison, for the heads */
export function differencesCsv(rows: readonly FigureRow[], variants: readonly CompareVariant[]): string {
  const columns: CsvColumn[] = [
    { id: 'figure', value: (row) => row.figure.label },
    { id: 'unit', value: (row) => row.figure.unit },
    ...variants.flatMap((variant, i): CsvColumn[] => {
      const name = `${letterOf(i)} ${variant.name}`;
      const cell = (row: FigureRow) => row.cells[i];
      const own = (['median', 'min', 'max'] as const).map((of): CsvColumn => {
        return { id: `${name} ${of}`, value: (row) => cell(row).spread?.[of] ?? null };
      });
      if (i === 0) return own;
      const ratios = (['ratio', 'low', 'high'] as const).map((of): CsvColumn => {
        return { id: `${name} ${of}`, value: (row) => finite(cell(row).difference?.[of]) };
      });
      return [...own, ...ratios, { id: `${name} remark`, value: (row) => cell(row).remark }];
    }),
  ];
  return tableCsv(rows, columns);
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

const cellMarkdown = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function differencesMarkdown(rows: readonly FigureRow[], variants: readonly CompareVariant[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellMarkdown).join(' | ')} |`;
  const heads = variants.map((v, i) => `${letterOf(i)} · ${v.name}`);
  const body = rows.map((row) =>
    line([
      row.figure.label,
      ...row.cells.map((cell) => {
        const range = rangeText(row, cell);
        const stands = cell.difference === null ? '' : `, ${ratioText(cell.difference)}`;
        const remark = cell.remark === '' ? '' : ` (${cell.remark})`;
        return medianText(row, cell) + (range === null ? '' : ` (${range})`) + stands + remark;
      }),
    ]),
  );
  return [line(['', ...heads]), line(['---', ...heads.map(() => '---:')]), ...body].join('\n') + '\n';
}
