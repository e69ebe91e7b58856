/** One running Python program: what it is, and its button, or why there is none. Used by RunningList.tsx. */
import { showSession } from '../store/actions.ts';
import { formatWhen } from '../lib/format.ts';
import { asSentence, describeError } from '../transport/index.ts';
import { Tooltip } from '../ui/Tooltip.tsx';
import { commandText, factsOf, refusalText, type RunningRow } from './running.ts';

interface Props {
  row: RunningRow;
  active: boolean;
  pending: boolean;
  /** Why the last try failed. */
  failure: unknown;
  onAttach: () => void;
  onDone: () => void;
}

/** What Enter and the button do; null when nothing can be done. */
export function actionOf({ row, onAttach, onDone }: Pick<Props, 'row' | 'onAttach' | 'onDone'>): (() => void) | null {
  const { session, attachable } = row.process;
  if (row.gone) return null;
  if (session !== null) {
    return () => {
      showSession(session);
      onDone();
    };
  }
  return attachable ? onAttach : null;
}

function Action(props: Props) {
  const { row, pending } = props;
  const { pid, session } = row.process;
  const act = actionOf(props);
  if (row.gone) return <span className="small muted">ended</span>;
  const refusal = refusalText(row.process);
  const button = (
    <button
      type="button"
      className="btn btn--small"
      data-testid={`attach-${pid}`}
      tabIndex={-1}
      aria-disabled={act === null || pending}
      onClick={() => {
        if (!pending) act?.();
      }}
    >
      {pending ? <span className="spinner" /> : session !== null ? 'Show' : 'Attach'}
    </button>
  );
  return refusal === null ? button : <Tooltip text={refusal}>{button}</Tooltip>;
}

export function RunningItem(props: Props) {
  const { row, active, failure } = props;
  const { process } = row;
  const refusal = refusalText(process);
  const error = failure === null ? null : describeError(failure);
  const full = [process.commandLine.join(' '), process.cwd === null ? null : `in ${process.cwd}`, process.venv]
    .filter((line) => line !== null)
    .join('\n');
  return (
    <div
      className={row.gone ? 'running__row running__row--gone' : 'running__row'}
      role="listitem"
      tabIndex={active ? 0 : -1}
      data-pid={process.pid}
    >
      <div className="running__text">
        <div className="running__name" title={full}>
          <span className={`dot dot--round ${process.session === null ? '' : 'dot--good live'}`} />
          <span className="mono ellipsis">{commandText(process)}</span>
          {row.isNew && !row.gone && <span className="badge badge--good">new</span>}
          {process.session !== null && <span className="badge badge--good">recorded</span>}
          {process.container !== null && <span className="badge">{process.container}</span>}
        </div>
        <div
          className="running__facts ellipsis"
          title={`${factsOf(process).join(' · ')}\nstarted ${formatWhen(process.started, new Date())}`}
        >
          {factsOf(process).join(' · ')}
        </div>
        {error !== null ? (
          <div className="running__why running__why--error" role="alert">
            {asSentence(error.message)} {error.remedy}
          </div>
        ) : (
          refusal !== null && <div className="running__why">{refusal}</div>
        )}
      </div>
      <Action {...props} />
    </div>
  );
}
