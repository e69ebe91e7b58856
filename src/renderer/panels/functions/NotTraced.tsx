/** Instead of the table: what would fill it, or why it cannot be filled. */
import { TRACE_COST } from '../../lib/functions.ts';
import { Notice } from '../../ui/Notice.tsx';
import { TraceSwitch } from './TraceSwitch.tsx';

interface Props {
  sessionId: string;
  live: boolean;
  reasons: readonly string[];
  onChange: () => void;
}

export function NotTraced({ sessionId, live, reasons, onChange }: Props) {
  return (
    <div className="empty" data-testid="functions-off">
      <strong>{live ? 'Functions are not traced' : 'Functions were not traced in this recording'}</strong>
      {reasons.length > 0 && <Notice tone="warn" testId="functions-reason" message={reasons.join(' ')} remedy={null} />}
      <span className="functions__explain">
        Every call and return, with what the thread had of the GIL meanwhile: here as sums, and under each thread on the
        timeline. It {TRACE_COST}.
        {!live && (
          <>
            {' '}
            Choose <b>Trace functions</b> when you launch, or record with <span className="mono">--functions</span>.
          </>
        )}
      </span>
      {live && <TraceSwitch sessionId={sessionId} on={false} onChange={onChange} primary />}
    </div>
  );
}
