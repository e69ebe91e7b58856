/** The label of a flame chart: what is left out, and its deeper levels. */
import { count } from '../../lib/format.ts';
import { ALL_CALLS, useView, viewStore } from '../../store/view.ts';
import { CloseIcon } from '../../ui/icons.tsx';
import { FIRST_LEVELS } from '../model/flameRow.ts';
import type { Row } from '../model/rows.ts';
import { filterWords } from './CallsFilter.tsx';

interface Props {
  sessionId: string;
  row: Extract<Row, { kind: 'flame' }>;
  onLevels: () => void;
}

export function FlameLabel({ sessionId, row, onLevels }: Props) {
  const words = useView(sessionId, (v) => filterWords(v.calls));
  const { levels, of } = row;
  return (
    <>
      <div className="tl-flamelabel">
        <span className="muted small ellipsis" title={words === null ? undefined : `only ${words}`}>
          {words === null ? 'calls' : `calls: only ${words}`}
        </span>
        {words !== null && (
          <button
            type="button"
            className="tl-iconbtn"
            aria-label="Show all calls"
            title="Show all calls"
            onClick={() => viewStore(sessionId).getState().filterCalls(ALL_CALLS)}
          >
            <CloseIcon size={12} />
          </button>
        )}
      </div>
      {(levels < of || levels > FIRST_LEVELS) && (
        <button type="button" className="link small" data-testid="flame-levels" onClick={onLevels}>
          {levels < of ? count(of - levels, 'deeper level') : 'fewer levels'}
        </button>
      )}
    </>
  );
}
