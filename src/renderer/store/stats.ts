/** The statistics panels show: of the selected range or the whole session, kept up to date while it records. */
import { useEffect, useState } from 'react';
import type { StatsReply } from '../../shared/contract/types.ts';
import { Requery } from '../lib/requery.ts';
import { call } from '../transport/index.ts';
import { keepAsking } from './keepAsking.ts';
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
    return keepAsking(sessionId, query);
  }, [sessionId, active]);
  return state;
}
