/** Over a comparison: which one, and what can be done with it. Over the form: the way back to those that are there. */
import type { CompareInfo } from '../../shared/contract/compare.ts';
import { formatWhen } from '../lib/format.ts';
import { closeComparison, newComparison, showComparison, useCompare } from '../store/compare.ts';
import { MenuButton } from '../ui/Menu.tsx';
import { ChevronIcon, CloseIcon, PlusIcon } from '../ui/icons.tsx';
import { ExportFigure } from './figure/ExportFigure.tsx';

const STATE: Record<CompareInfo['state'], string> = {
  running: 'running',
  done: '',
  cancelled: 'cancelled',
  failed: 'failed',
};

/** "today 14:02 · cancelled" */
function aboutOf({ created, state }: CompareInfo): string {
  return [formatWhen(created, new Date()), STATE[state]].filter((text) => text !== '').join(' · ');
}

/** All there are, newest first. */
function Picker({ label, but }: { label: string; but: string | null }) {
  const order = useCompare((s) => s.order);
  const byId = useCompare((s) => s.byId);
  const others = [...order].reverse().filter((id) => id !== but);
  if (others.length === 0) return null;
  return (
    <MenuButton
      label="Comparisons"
      className="btn btn--small"
      align="start"
      testId="compare-picker"
      items={others.map((id) => ({
        id,
        label: byId[id].title,
        hint: aboutOf(byId[id]),
        onPick: () => showComparison(id),
      }))}
    >
      {label} <ChevronIcon size={14} />
    </MenuButton>
  );
}

export function CompareHead({ compare }: { compare: CompareInfo | null }) {
  if (compare === null) {
    return (
      <div className="compare-head compare-head--form">
        <Picker label="Earlier comparisons" but={null} />
      </div>
    );
  }
  return (
    <div className="compare-head">
      <h1 className="compare-head__title ellipsis" title={compare.title} data-testid="compare-title">
        {compare.title}
      </h1>
      <span className="muted small">{aboutOf(compare)}</span>
      <Picker label="Others" but={compare.id} />
      <div className="compare-head__actions">
        <ExportFigure compare={compare} />
        <button type="button" className="btn" data-testid="compare-new" onClick={() => newComparison(null)}>
          <PlusIcon size={14} /> New comparison
        </button>
        <button
          type="button"
          className="btn btn--ghost btn--icon"
          aria-label="Close this comparison"
          title={
            compare.state === 'running'
              ? 'Close; the run that is on is ended'
              : 'Close; it is forgotten, and its sessions are closed'
          }
          data-testid="compare-close"
          onClick={() => void closeComparison(compare.id)}
        >
          <CloseIcon size={14} />
        </button>
      </div>
    </div>
  );
}
