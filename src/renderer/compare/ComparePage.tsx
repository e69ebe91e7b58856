/** The Compare page: a comparison, or the form for one. */
import { LookFor } from '../gallery/LookFor.tsx';
import { useShownComparison } from '../store/compare.ts';
import { CompareHead } from './CompareHead.tsx';
import { ComparisonView } from './ComparisonView.tsx';
import { FormPage } from './form/FormPage.tsx';
import './compare.css';

export function ComparePage() {
  const compare = useShownComparison();
  return (
    <div className="compare-page" data-testid="compare">
      {compare !== null && <LookFor id={compare.id} commands={compare.variants.map(({ command }) => command)} />}
      <CompareHead compare={compare} />
      {compare === null ? <FormPage /> : <ComparisonView key={compare.id} compare={compare} />}
    </div>
  );
}
