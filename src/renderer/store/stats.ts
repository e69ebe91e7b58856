/** The statistics panels show: of the selected range or the whole session, kept up to date while it records. */
import { useEffect, useState } from 'react';
import type { StatsReply } from '../../shared/contract/types.ts';
import { Requery } from '../lib/requery.ts';
import { call } from '../transport/index.ts';
import { useSessions } from './sessions.ts';
import { viewStore, type Range } from './view.ts';

export interface StatsState {
  stats: StatsReply | null;
  /** What `stats` answers for; null is the whole session. */
  range: Range | null;
  error: unknown;
}

const GAP_MS = 250;
const NOTHING: StatsState = { stats: null, range: null, error: null };

/** Asks only while `active`: a hidden panel costs nothing. */
export function useStats(sessionId: string, active: boolean): StatsState {
  const [state, setState] = useState<StatsState>(NOTHING);
  useEffect(() => {
    if (!active) return;
    const view = viewStore(sessionId);
    const query = new Requery<StatsState>(
      async (signal) => {
        const range = view.getState().selection;
        return { stats: await call('stats.query', { id: sessionId, ...range }, { signal }), range, error: null };
      },
      setState,
      (error) => setState((before) => ({ ...before, error })),
      GAP_MS,
    );
    const revisionOf = () => useSessions.getState().byId[sessionId]?.revision;
    let revision = revisionOf();
    const stops = [
      view.subscribe((now, before) => {
        if (now.selection !== before.selection) query.now();
      }),
      useSessions.subscribe(() => {
        const next = revisionOf();
        if (next === undefined || next === revision) return;
        revision = next;
        query.soon();
      }),
      () => query.stop(),
    ];
    query.now();
    return () => stops.forEach((stop) => stop());
  }, [sessionId, active]);
  return state;
}
