/** One comparison, from above: how far it is, what came out, bars, columns, table. */
import type { CompareInfo } from '../../shared/contract/compare.ts';
import { Notice } from '../ui/Notice.tsx';
import { Bars } from './bars/Bars.tsx';
import { Columns } from './columns/Columns.tsx';
import { Progress } from './Progress.tsx';
import { DifferenceTable } from './table/DifferenceTable.tsx';
import { VerdictCard } from './VerdictCard.tsx';

export function ComparisonView({ compare }: { compare: CompareInfo }) {
  const measured = compare.variants.some((variant) => variant.wall_s !== null);
  return (
    <div className="compare-page__inner" data-testid="comparison" data-state={compare.state}>
      {compare.state === 'running' && <Progress compare={compare} />}
      {compare.error !== null && <Notice tone="error" testId="compare-failed" message={compare.error} />}
      {compare.verdict !== null && <VerdictCard verdict={compare.verdict} variants={compare.variants} />}
      {measured && <Bars variants={compare.variants} />}
      <Columns compare={compare} />
      {measured && <DifferenceTable variants={compare.variants} />}
      {compare.notes.length > 0 && (
        <ul className="compare-notes muted small" aria-label="Notes" data-testid="compare-notes">
          {compare.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
