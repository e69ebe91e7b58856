/** The table of differences: a row for each figure, a cell for each variant, how it stands to the first. Pure; of the window and of reports. */
import type { CompareVariant, Difference, Spread } from '../contract/compare.ts';
import { NO_FIGURE } from '../format.ts';
import { NBSP, threeFigures } from '../pageFormat.ts';
import { FIGURES, formatBetween, formatFigure, type FigureKind } from './figures.ts';
import { difference } from './spread.ts';

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
