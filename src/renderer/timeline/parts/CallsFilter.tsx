/** Which calls the flame charts show: a small button in the timeline's head with what is behind it. */
import { useId, useRef, useState } from 'react';
import type { SessionInfo } from '../../../shared/contract/types.ts';
import { formatSetting } from '../../lib/format.ts';
import { ALL_CALLS, useView, viewStore, type CallFilter } from '../../store/view.ts';
import { Popover } from '../../ui/Popover.tsx';
import { FunnelIcon } from '../../ui/icons.tsx';
import { foldFlames } from '../model/folds.ts';

/** Seconds; 0: all that are long enough to be drawn. */
const DURATIONS = [0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

const isFiltered = ({ search, minNs }: CallFilter): boolean => search !== '' || minNs > 0;

/** “fib”, at least 1 ms. */
export function filterWords({ search, minNs }: CallFilter): string | null {
  const parts = [
    ...(search === '' ? [] : [`“${search}”`]),
    ...(minNs > 0 ? [`at least ${formatSetting(minNs / 1e9)}`] : []),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

export function CallsFilter({ session }: { session: SessionInfo }) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const filter = useView(session.id, (v) => v.calls);
  if (!session.threads.some((thread) => thread.callLevels > 0)) return null;
  const words = filterWords(filter);
  const title = words === null ? 'Which calls are shown' : `Only calls of ${words} are shown`;
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={isFiltered(filter) ? 'tl-filter tl-filter--on' : 'tl-filter'}
        data-testid="calls-filter"
        title={title}
        aria-label={title}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <FunnelIcon />
      </button>
      {open && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} label="Calls on the timeline">
          <Choices sessionId={session.id} filter={filter} />
        </Popover>
      )}
    </>
  );
}

function Choices({ sessionId, filter }: { sessionId: string; filter: CallFilter }) {
  const { filterCalls, setFolds } = viewStore(sessionId).getState();
  const duration = useId();
  return (
    // The letters are for the search, not for the timeline around it.
    <div className="tl-calls" onKeyDown={(event) => event.stopPropagation()}>
      <input
        className="input"
        type="search"
        placeholder="Function, file or module"
        aria-label="Search calls by function, file or module"
        data-testid="calls-search"
        data-autofocus=""
        value={filter.search}
        maxLength={200}
        onChange={(event) => filterCalls({ search: event.target.value })}
      />
      <div className="tl-calls__row">
        <label htmlFor={duration}>Calls of at least</label>
        <select
          id={duration}
          className="input"
          data-testid="calls-least"
          value={filter.minNs}
          onChange={(event) => filterCalls({ minNs: Number(event.target.value) })}
        >
          {DURATIONS.map((s) => (
            <option key={s} value={s * 1e9}>
              {s === 0 ? 'any length' : formatSetting(s)}
            </option>
          ))}
        </select>
      </div>
      <div className="tl-calls__row">
        <button
          type="button"
          className="btn btn--small"
          data-testid="calls-fold"
          onClick={() => setFolds((folds) => foldFlames(folds, true))}
        >
          Fold all
        </button>
        <button
          type="button"
          className="btn btn--small"
          data-testid="calls-unfold"
          onClick={() => setFolds((folds) => foldFlames(folds, false))}
        >
          Unfold all
        </button>
        <button
          type="button"
          className="btn btn--small"
          disabled={!isFiltered(filter)}
          onClick={() => filterCalls(ALL_CALLS)}
        >
          Clear
        </button>
      </div>
    </div>
  );
}
