/** Who made whom wait, and in which function: the heat map of threads beside the tables of functions and of places. */
import { useMemo, useState } from 'react';
import type { BlameReply } from '../../../shared/contract/blame.ts';
import type { SessionInfo, ThreadIdx } from '../../../shared/contract/types.ts';
import { Term } from '../../help/Term.tsx';
import { formatPercent } from '../../lib/format.ts';
import { provenanceOf } from '../../../shared/provenance.ts';
import { displayName } from '../../../shared/threadNames.ts';
import { useBlame, type BlameFilter } from '../../store/blame.ts';
import { useThreadSlots } from '../../store/sessions.ts';
import { useView } from '../../store/view.ts';
import { threadColour } from '../../../shared/draw/colours.ts';
import { useTheme } from '../../theme/theme.ts';
import { describeError } from '../../transport/index.ts';
import { EstimatedBadge } from '../../ui/EstimatedBadge.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { MatrixGrid } from './MatrixGrid.tsx';
import { matrixOf } from './matrix.ts';
import { FunctionTable, ReleaseTable } from './Tables.tsx';
import './blame.css';

/** Rows and columns before the rest is one. */
const FEW = 12;
const ALL = 10_000;
const NO_FILTER: BlameFilter = {};

/** The two threads of the filter are the marked lanes. */
function useFilter(sessionId: string): [BlameFilter, (next: BlameFilter) => void] {
  const [filter, setFilter] = useState(NO_FILTER);
  const mark = useView(sessionId, (view) => view.markThread);
  const choose = (next: BlameFilter) => {
    const same = next.waiter === filter.waiter && next.holder === filter.holder;
    const chosen = same ? NO_FILTER : next;
    setFilter(chosen);
    mark(chosen.waiter ?? chosen.holder ?? null, chosen.waiter === undefined ? null : (chosen.holder ?? null));
  };
  return [filter, choose];
}

/** Names of threads; with their process where there are several. */
function useNames(session: SessionInfo): (thread: ThreadIdx) => string {
  return useMemo(() => {
    const several = session.processes.length > 1;
    return (thread) => {
      const name = displayName(session, thread);
      const process = session.processes[session.threads[thread]?.process ?? -1];
      return several && process !== undefined ? `${name} · ${process.pid}` : name;
    };
  }, [session]);
}

type Names = (thread: ThreadIdx) => string;

function FilterChip({ filter, names, onClear }: { filter: BlameFilter; names: Names; onClear: () => void }) {
  const { waiter, holder } = filter;
  if (waiter === undefined && holder === undefined) return null;
  const text =
    (waiter === undefined ? 'waits' : `${names(waiter)} waits`) +
    (holder === undefined ? '' : ` because of ${names(holder)}`);
  return (
    <span className="blame__chip" data-testid="blame-filter">
      <span className="ellipsis">{text}</span>
      <button
        type="button"
        className="btn btn--ghost btn--icon btn--small"
        aria-label="All threads again"
        title="All threads again"
        data-testid="blame-filter-clear"
        onClick={onClear}
      >
        <CloseIcon size={12} />
      </button>
    </span>
  );
}

/** What is to be said of the functions before they are read. */
function functionsNote(session: SessionInfo, { holds, placed }: BlameReply): string | null {
  if (holds === 0 || placed === holds) return null;
  if (placed > 0) return `the function of ${formatPercent(placed / holds)} of the holds is known`;
  const reasons = [...new Set(session.processes.flatMap((process) => process.sitesReason ?? []))];
  if (reasons.length > 0) return `functions were not recorded: ${reasons.join('; ')}`;
  return provenanceOf(session).kind === 'exact'
    ? 'functions were not recorded: this recording is of an older gilscope'
    : 'functions are not known: the estimated engine does not see where threads let go';
}

type Side = 'functions' | 'places';
const SIDES: readonly { id: Side; label: string }[] = [
  { id: 'functions', label: 'Functions' },
  { id: 'places', label: 'Where the GIL was let go' },
];

export function BlamePanel({ session }: { session: SessionInfo }) {
  const measured = session.state !== 'failed';
  const [filter, setFilter] = useFilter(session.id);
  const { blame, range, error } = useBlame(session.id, measured, filter);
  if (!measured) return <div className="empty">Nothing was recorded, so there is nobody to blame.</div>;
  if (error !== null)
    return (
      <div className="panels__error">
        <Notice tone="error" {...describeError(error)} />
      </div>
    );
  if (blame === null)
    return (
      <div className="empty" aria-busy="true">
        <span className="spinner" />
      </div>
    );
  if (blame.waitNs === 0)
    return (
      <div className="empty" data-testid="blame-none">
        <strong>Nobody waited for the GIL {range === null ? 'in this session' : 'in this range'}.</strong>
        <span>Good news: no thread was held up by another.</span>
      </div>
    );
  return <Blame session={session} blame={blame} filter={filter} onFilter={setFilter} />;
}

interface BlameProps {
  session: SessionInfo;
  blame: BlameReply;
  filter: BlameFilter;
  onFilter: (filter: BlameFilter) => void;
}

function Blame({ session, blame, filter, onFilter }: BlameProps) {
  const [side, setSide] = useState<Side>('functions');
  const [expanded, setExpanded] = useState(false);
  const names = useNames(session);
  const theme = useTheme();
  const slots = useThreadSlots(session.id);
  const swatch = (thread: ThreadIdx) => threadColour(slots[thread] ?? 0, theme);
  const apart = (one: ThreadIdx, other: ThreadIdx) => {
    const [a, b] = [session.threads[one]?.process, session.threads[other]?.process];
    return a !== undefined && b !== undefined && a !== b;
  };
  const matrix = useMemo(() => matrixOf(blame, expanded ? ALL : FEW), [blame, expanded]);
  const many = Math.max(blame.waiters.length, blame.holders.length) > FEW + 1;
  const note = functionsNote(session, blame);
  return (
    <div className="blame" data-side={side}>
      <section className="blame__part blame__part--matrix" aria-label="Threads">
        <header className="blame__head">
          <h2>
            <Term word="blame">Who made whom wait</Term>
          </h2>
          <EstimatedBadge provenance={provenanceOf(session)} testId="blame-estimated" />
          {many && (
            <button
              type="button"
              className="btn btn--ghost btn--small blame__more"
              aria-pressed={expanded}
              data-testid="blame-expand"
              onClick={() => setExpanded(!expanded)}
            >
              {expanded ? 'Only the most' : 'All threads'}
            </button>
          )}
        </header>
        <MatrixGrid
          matrix={matrix}
          names={names}
          swatch={swatch}
          apart={apart}
          filter={filter}
          onFilter={onFilter}
          onExpand={() => setExpanded(true)}
        />
      </section>
      <div className="blame__tables">
        <header className="blame__head">
          <div className="segments segments--tiny blame__sides" role="radiogroup" aria-label="Table">
            {SIDES.map(({ id, label }) => (
              <button
                key={id}
                type="button"
                role="radio"
                className="segments__item"
                aria-checked={side === id}
                data-testid={`blame-side-${id}`}
                onClick={() => setSide(id)}
              >
                {label}
              </button>
            ))}
          </div>
          <FilterChip filter={filter} names={names} onClear={() => onFilter(filter)} />
          {note !== null && (
            <span className="blame__note muted small" data-testid="blame-note">
              {note}
            </span>
          )}
        </header>
        <div className="blame__both">
          <section className="blame__part blame__part--functions" aria-label="Functions">
            <h3>{SIDES[0].label}</h3>
            <FunctionTable blame={blame} names={names} swatch={swatch} />
          </section>
          <section className="blame__part blame__part--places" aria-label="Places">
            <h3>
              <Term word="site">{SIDES[1].label}</Term>
            </h3>
            <ReleaseTable blame={blame} />
          </section>
        </div>
      </div>
    </div>
  );
}
