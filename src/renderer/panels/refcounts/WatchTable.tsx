/** The watches and their figures for the range. A click shows one alone in the chart. */
import type { SessionInfo } from '../../../shared/contract/types.ts';
import type { WatchAnswer, WatchIdx } from '../../../shared/contract/watches.ts';
import { NO_FIGURE } from '../../../shared/format.ts';
import { Term } from '../../help/Term.tsx';
import { formatBytes, group } from '../../lib/format.ts';
import { CloseIcon } from '../../ui/icons.tsx';
import { dashOf } from './curves.ts';
import { figure, stateOf } from './words.ts';

interface Props {
  session: SessionInfo;
  watches: readonly WatchAnswer[];
  /** The one shown alone. */
  alone: WatchIdx | null;
  onAlone: (watch: WatchIdx | null) => void;
  colourOf: (watch: WatchIdx) => string;
  /** Null: nothing can be changed. */
  onRemove: ((watch: WatchIdx) => void) | null;
}

function Key({ watch, colour }: { watch: WatchIdx; colour: string }) {
  return (
    <svg className="refcounts__key" width={18} height={8} aria-hidden="true">
      <line x1={0} y1={4} x2={18} y2={4} stroke={colour} strokeWidth={2.5} strokeDasharray={dashOf(watch)} />
    </svg>
  );
}

/** How many cells `Figures` has. */
const FIGURES = 5;

function Figures({ of: { min, max, current, immortal, type, sizeBytes, replaced } }: { of: WatchAnswer }) {
  return (
    <>
      <td className="num">{figure(min)}</td>
      <td className="num">{figure(max)}</td>
      <td className="num refcounts__now">{immortal ? '∞' : figure(current)}</td>
      <td className="ellipsis" title={type ?? undefined}>
        {type ?? NO_FIGURE}
        {replaced > 0 && (
          <span
            className="badge refcounts__replaced"
            title={`Another object came under this name ${group(replaced)} times`}
          >
            ≠ {group(replaced)}
          </span>
        )}
      </td>
      <td className="num">{formatBytes(sizeBytes)}</td>
    </>
  );
}

function Row({ watch: one, several, ...props }: Omit<Props, 'watches'> & { watch: WatchAnswer; several: boolean }) {
  const { session, alone, onAlone, colourOf, onRemove } = props;
  const { watch, expression } = one;
  const state = stateOf(one);
  const chosen = alone === watch;
  const toggle = () => onAlone(chosen ? null : watch);
  return (
    <tr
      className={alone !== null && !chosen ? 'refcounts__row refcounts__row--dim' : 'refcounts__row'}
      aria-selected={chosen}
      data-testid={`watch-${watch}`}
      onClick={toggle}
    >
      <td>
        <button
          type="button"
          className="refcounts__name"
          aria-pressed={chosen}
          title={`${expression}\n${chosen ? 'Show all again' : 'Show this one alone'}`}
          onClick={(event) => {
            event.stopPropagation();
            toggle();
          }}
        >
          <Key watch={watch} colour={colourOf(watch)} />
          <span className="mono ellipsis">{expression}</span>
        </button>
      </td>
      {several && <td className="muted">{session.processes[one.process]?.pid ?? ''}</td>}
      <td title={state.why}>
        <span className={`badge ${state.badge}`}>{state.label}</span>
        {one.split && (
          <span className="badge" title="A free-threaded build keeps two counts, which are added up here">
            split
          </span>
        )}
      </td>
      {one.reason !== null && one.max === null ? (
        <td colSpan={FIGURES} className="small muted ellipsis" title={state.why}>
          {one.reason}
        </td>
      ) : (
        <Figures of={one} />
      )}
      <td>
        {onRemove !== null && (
          <button
            type="button"
            className="btn btn--ghost btn--icon btn--small"
            aria-label={`Stop watching ${expression}`}
            title="Stop watching"
            data-testid={`watch-${watch}-remove`}
            onClick={(event) => {
              event.stopPropagation();
              onRemove(watch);
            }}
          >
            <CloseIcon size={13} />
          </button>
        )}
      </td>
    </tr>
  );
}

export function WatchTable(props: Props) {
  const several = props.session.processes.length > 1;
  return (
    <div className="refcounts__table">
      <table data-testid="watches">
        <thead>
          <tr>
            <th className="refcounts__what">Watched</th>
            {several && <th className="refcounts__pid">Process</th>}
            <th className="refcounts__state">State</th>
            <th className="num">Min</th>
            <th className="num">Max</th>
            <th className="num">
              <Term word="refcount">Now</Term>
            </th>
            <th className="refcounts__type">Type</th>
            <th className="num refcounts__size">Size</th>
            <th className="refcounts__remove" />
          </tr>
        </thead>
        <tbody>
          {props.watches.map((watch) => (
            <Row key={watch.watch} {...props} watch={watch} several={several} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
