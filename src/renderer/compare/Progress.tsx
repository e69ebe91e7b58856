/** While runs are under way: which one is on, what is left, and the way to end it. */
import { useState } from 'react';
import type { CompareInfo } from '../../shared/contract/compare.ts';
import { formatLeft } from '../../shared/format.ts';
import { formatNs } from '../lib/format.ts';
import { cancelComparison } from '../store/compare.ts';
import { Letter } from './Letter.tsx';

export function Progress({ compare }: { compare: CompareInfo }) {
  const [ending, setEnding] = useState(false);
  const { done, total, leftS } = compare.progress;
  const on = compare.runs.find((run) => run.state === 'running');
  const rounds = Math.max(...compare.runs.map((run) => run.round)) + 1;
  const cancel = () => {
    setEnding(true);
    void cancelComparison(compare.id).then(() => setEnding(false));
  };
  return (
    <section className="card compare-progress" aria-label="Progress" data-testid="compare-progress">
      <div className="row">
        <span className="spinner" />
        <strong data-testid="compare-done">
          {done} of {total} runs
        </strong>
        {on !== undefined && (
          <span className="row compare-progress__on" data-testid="compare-on">
            <Letter variant={on.variant} />
            <span className="ellipsis">{compare.variants[on.variant]?.name}</span>
            <span className="muted">
              round {on.round + 1} of {rounds}
            </span>
          </span>
        )}
        <span className="muted compare-progress__left">
          {leftS === null ? 'time left: known after the first runs' : formatLeft(leftS)}
        </span>
        <button
          type="button"
          className="btn btn--small"
          data-testid="compare-cancel"
          title="Ends the run that is on; what was measured stays"
          disabled={ending}
          onClick={cancel}
        >
          {ending ? 'Cancelling…' : 'Cancel'}
        </button>
      </div>
      <div
        className="progress"
        role="progressbar"
        aria-valuenow={done}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-label={`${done} of ${total} runs`}
        title={leftS === null ? undefined : formatNs(leftS * 1e9)}
      >
        <div style={{ scale: `${total === 0 ? 0 : done / total} 1` }} />
      </div>
    </section>
  );
}
