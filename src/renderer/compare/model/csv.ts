/** The table of differences as CSV, for the clipboard. Pure. */
import type { CompareVariant } from '../../../shared/contract/compare.ts';
import type { FigureRow } from '../../../shared/compare/differences.ts';
import { letterOf } from '../../../shared/compare/letters.ts';
import { tableCsv, type TableColumn } from '../../lib/table.ts';

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
