/** Begins or ends the function trace of a live session; why it could not stands beside it. */
import { useState } from 'react';
import { TRACE_COST } from '../../lib/functions.ts';
import { call, describeError, isCancelled } from '../../transport/index.ts';

interface Props {
  sessionId: string;
  on: boolean;
  /** Set or refused. */
  onChange: () => void;
  primary?: boolean;
}

export function TraceSwitch({ sessionId, on, onChange, primary = false }: Props) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const set = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await call('functions.set', { id: sessionId, on: !on });
    } catch (error) {
      if (!isCancelled(error)) setFailure(error);
    } finally {
      setBusy(false);
      onChange();
    }
  };
  const told = failure === null ? null : describeError(failure);
  return (
    <>
      {told !== null && (
        <span
          className="functions__failure small ellipsis"
          role="alert"
          data-testid="functions-failure"
          title={told.message}
        >
          {told.message} {told.remedy}
        </span>
      )}
      <button
        type="button"
        className={`btn ${primary ? 'btn--primary' : 'btn--small'} functions__switch`}
        aria-pressed={on}
        disabled={busy}
        title={on ? 'The sums so far stay' : `Every call from now on, in all threads: ${TRACE_COST}`}
        data-testid="functions-switch"
        onClick={() => void set()}
      >
        {on ? 'Stop tracing' : 'Trace functions'}
      </button>
    </>
  );
}
