/**
 * Watched objects as the Refcounts panel shows them: their figures in the selected range (or the whole session), and their curves in the
 * part of the timeline that is in view. Kept up to date while the session records.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { WatchesReply } from '../../shared/contract/watches.ts';
import { Requery } from '../lib/requery.ts';
import { call } from '../transport/index.ts';
import { keepAsking } from './keepAsking.ts';
import { useSessions } from './sessions.ts';
import { viewStore } from './view.ts';

export interface WatchesState {
  /** Of the selected range. */
  figures: WatchesReply | null;
  /** Of the view. */
  curves: WatchesReply | null;
  error: unknown;
}

const GAP_MS = 250;
/** Points of a chart. */
const CURVE_PX = 500;
const NOTHING: WatchesState = { figures: null, curves: null, error: null };

/** `again` asks at once: the user has changed something. */
export function useWatches(sessionId: string): WatchesState & { again: () => void } {
  const [state, setState] = useState(NOTHING);
  const current = useRef<Requery<WatchesState> | null>(null);
  useEffect(() => {
    const view = viewStore(sessionId);
    const ask = async (signal: AbortSignal): Promise<WatchesState> => {
      const { selection, range } = view.getState();
      const end = useSessions.getState().byId[sessionId]?.endNs ?? 0;
      const of = selection ?? { start: 0, end: Math.max(end, 1) };
      const [figures, curves] = await Promise.all([
        call('watches.query', { id: sessionId, ...of, px: 1 }, { signal }),
        call('watches.query', { id: sessionId, ...range, px: CURVE_PX }, { signal }),
      ]);
      return { figures, curves, error: null };
    };
    const failed = (error: unknown) => setState((before) => ({ ...before, error }));
    const query = new Requery<WatchesState>(ask, setState, failed, GAP_MS);
    current.current = query;
    return keepAsking(sessionId, query, { ofView: true });
  }, [sessionId]);
  const again = useCallback(() => current.current?.now(), []);
  return { ...state, again };
}
