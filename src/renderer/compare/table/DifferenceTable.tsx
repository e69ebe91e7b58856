/** The table of differences: figures down, variants across, how each stands to the first. */
import { useMemo } from 'react';
import type { CompareVariant } from '../../../shared/contract/compare.ts';
import { copyText } from '../../lib/clipboard.ts';
import { count } from '../../lib/format.ts';
import { notify, notifyError } from '../../store/ui.ts';
import { CopyIcon } from '../../ui/icons.tsx';
import { FigureName } from '../FigureName.tsx';
import { Letter } from '../Letter.tsx';
import { differencesMarkdown } from '../../../shared/export/compare/md.ts';
import {
  figureRows,
  medianText,
  outputText,
  rangeText,
  ratioRangeText,
  ratioText,
  type Cell,
  type FigureRow,
} from '../../../shared/compare/differences.ts';
import { differencesCsv } from '../model/csv.ts';
import './table.css';

async function copy(text: string, form: string, rows: number): Promise<void> {
  if (await copyText(text)) notify(`Copied ${count(rows, 'figure')} as ${form}`);
  else notifyError(new Error('The browser did not allow copying to the clipboard.'));
}

function Ratio({ cell }: { cell: Cell }) {
  const { difference, remark } = cell;
  if (difference === null) return remark === '' ? null : <span className="muted small">{remark}</span>;
  if (!Number.isFinite(difference.ratio)) return <span className="muted">{ratioText(difference)}</span>;
  const { clear } = difference;
  return (
    <div
      className={clear ? 'compare-ratio compare-ratio--clear' : 'compare-ratio'}
      data-testid="ratio"
      data-ratio={difference.ratio}
      data-clear={clear}
      title={clear ? 'The ranges of the runs do not touch: a clear difference' : undefined}
    >
      <span>
        {ratioText(difference)} {remark !== '' && <span className="small muted">{remark}</span>}
      </span>
      {difference.low !== difference.high && <span className="small muted">{ratioRangeText(difference)}</span>}
    </div>
  );
}

function Row({ row }: { row: FigureRow }) {
  return (
    <tr data-testid={`row-${row.figure.id}`}>
      <th scope="row">
        <FigureName figure={row.figure} />
      </th>
      {row.cells.map((cell, i) => (
        <td key={i}>
          <div className="compare-cell">
            <div className="compare-cell__figure">
              <span>{medianText(row, cell)}</span>
              {rangeText(row, cell) !== null && <span className="small muted">{rangeText(row, cell)}</span>}
            </div>
            {i > 0 && <Ratio cell={cell} />}
          </div>
        </td>
      ))}
    </tr>
  );
}

function OutputRow({ variants }: { variants: readonly CompareVariant[] }) {
  const texts = variants.map((variant) => outputText(variant, variants[0]));
  if (texts.every((text) => text === null)) return null;
  return (
    <tr data-testid="row-output">
      <th scope="row" title="Whether they printed, or gave, the same">
        Output
      </th>
      {texts.map((text, i) => (
        <td key={i} className={text === 'different' || text === 'differs from run to run' ? 'compare-bad' : undefined}>
          {text ?? '–'}
        </td>
      ))}
    </tr>
  );
}

export function DifferenceTable({ variants }: { variants: readonly CompareVariant[] }) {
  const rows = useMemo(() => figureRows(variants), [variants]);
  return (
    <section className="compare-section" aria-label="Table of differences">
      <div className="compare-section__head">
        <h2>Differences</h2>
        <span className="muted small">median, least–most; ratio to A with the range the runs allow</span>
        <span className="compare-tools">
          <button
            type="button"
            className="btn btn--small"
            data-testid="copy-csv"
            onClick={() => void copy(differencesCsv(rows, variants), 'CSV', rows.length)}
          >
            <CopyIcon size={14} /> CSV
          </button>
          <button
            type="button"
            className="btn btn--small"
            data-testid="copy-markdown"
            onClick={() => void copy(differencesMarkdown(variants), 'Markdown', rows.length)}
          >
            <CopyIcon size={14} /> Markdown
          </button>
        </span>
      </div>
      <div className="compare-table__box">
        <table className="compare-table" data-testid="compare-table">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {variants.map((variant, i) => (
                <th key={i} scope="col" title={variant.name}>
                  <span className="row">
                    <Letter variant={i} /> <span className="ellipsis">{variant.name}</span>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.figure.id} row={row} />
            ))}
            <OutputRow variants={variants} />
          </tbody>
        </table>
      </div>
    </section>
  );
}
