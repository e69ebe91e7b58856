/** The dialog that exports a session; open while `useExports.askingFor` names one. Mounted once by app/App.tsx. */
import { useEffect, useState } from 'react';
import { useExports } from '../store/exports.ts';
import { useSessions } from '../store/sessions.ts';
import { viewStore } from '../store/view.ts';
import { call, describeError, isCancelled } from '../transport/index.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Notice } from '../ui/Notice.tsx';
import { ExportForm, type Subject } from './ExportForm.tsx';
import './export.css';

const close = () => useExports.setState({ askingFor: null });

/** What there is to choose from. It stays as it was when the dialog opened, also while the session goes on. */
async function ask(id: string, signal: AbortSignal): Promise<Subject> {
  const session = useSessions.getState().byId[id];
  const { selection, range } = viewStore(id).getState();
  const [formats, { watches }] = await Promise.all([
    call('export.formats', {}, { signal }),
    call('watches.query', { id, start: 0, end: Math.max(session.endNs, 1), px: 1 }, { signal }),
  ]);
  const functions = session.threads.some((thread) => thread.callLevels > 0);
  return { session, view: { selection, range }, formats, holdings: { functions, refcounts: watches.length > 0 } };
}

function Asking({ id }: { id: string }) {
  const [subject, setSubject] = useState<Subject | null>(null);
  const [error, setError] = useState<unknown>(null);
  // What a recording has is known when it has been read.
  const reading = useSessions((s) => s.byId[id].progress !== null);
  useEffect(() => {
    if (reading) return;
    const abort = new AbortController();
    ask(id, abort.signal).then(setSubject, (failure: unknown) => {
      if (!isCancelled(failure)) setError(failure);
    });
    return () => abort.abort();
  }, [id, reading]);
  if (subject !== null) return <ExportForm subject={subject} onClose={close} />;
  return (
    <Dialog title="Export" width={920} testId="export" onClose={close}>
      <div className="export__wait">
        {error !== null ? (
          <Notice tone="error" {...describeError(error)} />
        ) : (
          <div className="empty">
            <span className="spinner" />
            {reading && <span>Reading the recording first…</span>}
          </div>
        )}
      </div>
    </Dialog>
  );
}

export function ExportDialog() {
  const id = useExports((s) => s.askingFor);
  const isThere = useSessions((s) => id !== null && id in s.byId);
  return id !== null && isThere ? <Asking key={id} id={id} /> : null;
}
