/** While a file is read: how far it is, and a way out. What has been read can be looked at meanwhile. */
import { useEffect, useState } from 'react';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { formatPercent } from '../lib/format.ts';
import { closeSession } from '../store/actions.ts';

/** Small files open faster than this could be read. */
const SHOW_AFTER_MS = 300;

export function ReadingStrip({ session, progress }: { session: SessionInfo; progress: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <div className="reading" data-testid="opening">
      <span>Reading {session.title}</span>
      <div
        className="progress"
        role="progressbar"
        aria-label={`Reading ${session.title}`}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={progress}
      >
        <div style={{ scale: `${progress} 1` }} />
      </div>
      <span className="num reading__percent">{formatPercent(progress)}</span>
      <button type="button" className="btn btn--small" onClick={() => void closeSession(session.id)}>
        Cancel
      </button>
    </div>
  );
}
