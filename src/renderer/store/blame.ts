/** Who made whom wait, as the Blame panel shows it: of the selected range or the whole session, kept up to date while it records. */
import { useEffect, useState } from 'react';
import type { BlameReply } from '../../shared/contract/blame.ts';
import type { ThreadIdx } from '../../shared/contract/types.ts';
import { Requery } from '../lib/requery.ts';
import { call } from '../transport/index.ts';
import { keepAsking } from './keepAsking.ts';
import { viewStore, type Range } from './view.ts';

export interface BlameFilter {
  readonly waiter?: ThreadIdx | undefined;
  readonly holder?: ThreadIdx | undefined;
}

export interface BlameState {
  blame: BlameReply | null;
  /** What `blame` answers for; null is the whole session. */
  range: Range | null;
  error: unknown;
}

/** The engine looks at every hold for it: rarer than the other figures, and never more than a tenth of the time. */
const LEAST_GAP_MS = 1000;
const GAP_PER_COST = 10;
const NOTHING: BlameState = { blame: null, range: null, error: null };

/** Asks only while `active`: a hidden panel costs nothing. */
export function useBlame(sessionId: string, active: boolean, { waiter, holder }: BlameFilter): BlameState {
  const [state, setState] = useState<BlameState>(NOTHING);
  useEffect(() => {
    if (!active) return;
    const view = viewStore(sessionId);
    let costMs = 0;
    const query = new Requery<BlameState>(
      async (signal) => {
        const range = view.getState().selection;
        const begun = performance.now();
        const blame = await call('blame.query', { id: sessionId, ...range, waiter, holder }, { signal });
        costMs = performance.now() - begun;
        return { blame, range, error: null };
      },
      setState,
      (error) => setState((before) => ({ ...before, error })),
      () => Math.max(LEAST_GAP_MS, costMs * GAP_PER_COST),
    );
    return keepAsking(sessionId, query);
  }, [sessionId, active, waiter, holder]);
  return state;
}
