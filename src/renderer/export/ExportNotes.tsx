/** How far exports are, above the page until they have ended and the user has seen how. Shown among the toasts by app/App.tsx. */
import { useState } from 'react';
import type { ExportInfo } from '../../shared/contract/exports.ts';
import { copyText } from '../lib/clipboard.ts';
import { baseName, formatBytes, formatPercent } from '../lib/format.ts';
import { cancelExport, useExports } from '../store/exports.ts';
import { notifyError } from '../store/ui.ts';
import { asSentence } from '../transport/index.ts';
import { CloseIcon } from '../ui/icons.tsx';
import './export.css';

function Running({ info }: { info: ExportInfo }) {
  const [ending, setEnding] = useState(false);
  const name = baseName(info.path);
  const share = info.total > 0 ? Math.min(1, info.done / info.total) : null;
  const cancel = () => {
    setEnding(true);
    void cancelExport(info.id).then((ended) => {
      if (!ended) setEnding(false);
    });
  };
  return (
    <>
      <div className="toast__text">
        <div>Exporting {name}</div>
        <div className="row export-note__how-far">
          <div
            className="progress"
            role="progressbar"
            aria-label={`Exporting ${name}`}
            aria-valuemin={0}
            aria-valuemax={1}
            aria-valuenow={share ?? undefined}
          >
            <div style={{ scale: `${share ?? 0} 1` }} />
          </div>
          <span className="num muted small export-note__figures">
            {share !== null && `${formatPercent(share)} · `}
            {formatBytes(info.bytes)}
          </span>
        </div>
      </div>
      <button type="button" className="btn btn--small" data-testid="export-cancel" disabled={ending} onClick={cancel}>
        {ending ? 'Cancelling…' : 'Cancel'}
      </button>
    </>
  );
}

function Ended({ info }: { info: ExportInfo }) {
  const dismiss = useExports((s) => s.dismiss);
  const copy = async () => {
    if (await copyText(info.path)) dismiss(info.id);
    else notifyError(new Error('The browser did not allow copying to the clipboard.'));
  };
  return (
    <>
      <div className="toast__text">
        {info.error === null ? (
          <>
            <div>
              Exported {baseName(info.path)} <span className="muted">{formatBytes(info.bytes)}</span>
            </div>
            <div className="mono small muted" data-testid="export-done">
              {info.path}
            </div>
          </>
        ) : (
          <>
            <div>{asSentence(info.error.message)}</div>
            {info.error.remedy !== null && <div className="muted">{asSentence(info.error.remedy)}</div>}
          </>
        )}
      </div>
      {info.state === 'done' && (
        <button type="button" className="btn btn--small" data-testid="export-copy" onClick={() => void copy()}>
          Copy path
        </button>
      )}
      <button
        type="button"
        className="btn btn--ghost btn--icon btn--small"
        aria-label="Dismiss"
        onClick={() => dismiss(info.id)}
      >
        <CloseIcon size={14} />
      </button>
    </>
  );
}

export function ExportNotes() {
  const order = useExports((s) => s.order);
  const byId = useExports((s) => s.byId);
  return order.map((id) => {
    const info = byId[id];
    const failed = info.state === 'failed';
    return (
      <div
        key={id}
        className={`toast ${failed ? 'toast--error' : 'toast--info'} export-note`}
        role={failed ? 'alert' : 'status'}
        data-testid="export-note"
        data-state={info.state}
      >
        {info.state === 'running' ? <Running info={info} /> : <Ended info={info} />}
      </div>
    );
  });
}
