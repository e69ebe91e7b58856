/** What a reader of the figures must know first: damage, lost processes, estimated figures, no GIL. */
import { useState } from 'react';
import type { ProcessInfo, SessionInfo } from '../../shared/contract/types.ts';
import { asSentence } from '../transport/index.ts';
import { CloseIcon } from '../ui/icons.tsx';

interface Banner {
  id: string;
  what: string;
  detail: string;
}

/** More lost processes than this are told in one banner; the process rail tells each. */
const MOST_LOST = 2;

function lostBanners(session: SessionInfo): Banner[] {
  // A child that was ended by a signal, as Pool.terminate() does, is not lost: its row in the timeline says what is missing.
  const ended = (p: ProcessInfo) => p.idx > 0 && p.signal !== null;
  const lost = session.processes.flatMap((p) => (p.lost === null || ended(p) ? [] : [{ ...p, lost: p.lost }]));
  if (lost.length <= MOST_LOST) {
    const what = (p: ProcessInfo) => `Process ${p.pid} ${p.python === null ? 'is not recorded' : 'was lost'}.`;
    return lost.map((p) => ({ id: `lost-${p.idx}`, what: what(p), detail: p.lost }));
  }
  const detail = `The timeline says for each of them why. The first: ${lost[0].lost}`;
  const what = lost.every((p) => p.python === null) ? 'are not recorded' : 'were lost or are not recorded';
  return [{ id: 'lost', what: `${lost.length} processes ${what}.`, detail }];
}

function bannersOf(session: SessionInfo): Banner[] {
  const banners: Banner[] = [];
  if (session.damage !== null) {
    banners.push({ id: 'damage', what: 'This recording is not whole.', detail: session.damage });
  }
  if (session.part !== undefined)
    banners.push({ id: 'part', what: 'This was exported as a part.', detail: `It is ${session.part}` });
  banners.push(...lostBanners(session));
  if (session.error !== null && session.state !== 'failed') {
    banners.push({ id: 'error', what: 'Something went wrong.', detail: session.error });
  }
  const free = session.processes.filter((p) => p.gilEnabled === false);
  if (free.length > 0) {
    const all = free.length === session.processes.length;
    banners.push({
      id: 'no-gil',
      what: all ? 'This Python runs without a GIL.' : `${free.length} of the processes run without a GIL.`,
      detail: 'There is nothing to hold or to wait for; cores and threads are shown.',
    });
  }
  return banners;
}

export function SessionBanners({ session }: { session: SessionInfo }) {
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const shown = bannersOf(session).filter((banner) => !dismissed.includes(banner.id));
  return shown.map((banner) => (
    <div key={banner.id} className="banner banner--warn" role="status" data-testid={`${banner.id}-banner`}>
      <span className="dot dot--round dot--warn" />
      <div className="banner__text">
        <strong>{banner.what}</strong> <span className="muted">{asSentence(banner.detail)}</span>
      </div>
      <button
        type="button"
        className="btn btn--ghost btn--icon btn--small"
        aria-label="Dismiss"
        onClick={() => setDismissed([...dismissed, banner.id])}
      >
        <CloseIcon size={14} />
      </button>
    </div>
  ));
}
