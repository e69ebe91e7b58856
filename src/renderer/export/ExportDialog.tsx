/** The dialog that exports a session; open while `useExports.askingFor` names one. Mounted once by app/App.tsx. */
import { useEffect, useState } from 'react';
import type { ExportFormatInfo } from '../../shared/contract/exports.ts';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { useExports } from '../store/exports.ts';
import { useSession, useSessions } from '../store/sessions.ts';
import { call, describeError, isCancelled } from '../transport/index.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Notice } from '../ui/Notice.tsx';
import { ExportForm } from './ExportForm.tsx';
import type { Holdings } from './formats.ts';
import './export.css';

interface Known {
  formats: readonly ExportFormatInfo[];
  holdings: Holdings;
}

async function ask(id: string, signal: AbortSignal): Promise<Known> {
  const { endNs, threads } = useSessions.getState().byId[id];
  const [formats, { watches }] = await Promise.all([
    call('export.formats', {}, { signal }),
    call('watches.query', { id, start: 0, end: Math.max(endNs, 1), px: 1 }, { signal }),
  ]);
  const functions = threads.some((thread) => thread.callLevels > 0);
  return { formats, holdings: { functions, refcounts: watches.length > 0 } };
}

function Asking({ session, onClose }: { session: SessionInfo; onClose: () => void }) {
  const { id } = session;
  const [known, setKnown] = useState<Known | null>(null);
  const [error, setError] = useState<unknown>(null);
  // What a recording has is known when it has been read.
  const reading = session.progress !== null;
  useEffect(() => {
    if (reading) return;
    const abort = new AbortController();
    ask(id, abort.signal).then(setKnown, (failure: unknown) => {
      if (!isCancelled(failure)) setError(failure);
    });
    return () => abort.abort();
  }, [id, reading]);
  if (known !== null) return <ExportForm session={session} {...known} onClose={onClose} />;
  return (
    <Dialog title="Export" width={920} testId="export" onClose={onClose}>
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
  const session = useSession(useExports((s) => s.askingFor));
  if (session === null) return null;
  return <Asking key={session.id} session={session} onClose={() => useExports.setState({ askingFor: null })} />;
}
