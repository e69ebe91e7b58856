/** Over the lanes of many processes: search among them, and leave out those that have ended. Used by Labels.tsx. */
import type { Folds } from '../../store/view.ts';
import { count } from '../../lib/format.ts';

interface Props {
  processes: number;
  ended: number;
  folds: Folds;
  onChange: (patch: Folds) => void;
}

export function ProcessBar({ processes, ended, folds, onChange }: Props) {
  const hidden = folds.endedHidden === true;
  return (
    <div className="tl-processes">
      <input
        className="input"
        type="search"
        placeholder={`Search ${count(processes, 'process', 'processes')}`}
        aria-label="Search processes by name, command or pid"
        data-testid="process-search"
        value={folds.search ?? ''}
        onChange={(event) => onChange({ search: event.target.value })}
        onKeyDown={(event) => {
          // The letters are for the search, not for the timeline around it.
          event.stopPropagation();
          if (event.key === 'Escape') onChange({ search: '' });
        }}
      />
      <button
        type="button"
        className="btn btn--small"
        aria-pressed={!hidden}
        title={hidden ? `Show the ${ended} that have ended` : `Leave out the ${ended} that have ended`}
        data-testid="hide-ended"
        disabled={ended === 0 && !hidden}
        onClick={() => onChange({ endedHidden: !hidden })}
      >
        Ended
      </button>
    </div>
  );
}
