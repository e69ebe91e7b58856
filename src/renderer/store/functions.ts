/** Sums by function, as the Functions panel shows them: of the selected range or the whole session, kept up to date while it records. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FunctionsReply } from '../../shared/contract/functions.ts';
import type { ThreadIdx } from '../../shared/contract/types.ts';
import { Requery } from '../lib/requery.ts';
import { call } from '../transport/index.ts';
import { keepAsking } from './keepAsking.ts';
import { viewStore, type Range } from './view.ts';

export interface FunctionsAnswer {
  reply: FunctionsReply | null;
  /** What `reply` answers for; null is the whole session. */
  range: Range | null;
  error: unknown;
}

/** The tracer sends its sums a few times a second. */
const GAP_MS = 500;
const NOTHING: FunctionsAnswer = { reply: null, range: null, error: null };

/** `again` asks at once: the user has changed something. */
export function useFunctions(
  sessionId: string,
  search: string,
  thread: ThreadIdx | undefined,
): FunctionsAnswer & { again: () => void } {
  const [state, setState] = useState(NOTHING);
  const current = useRef<Requery<FunctionsAnswer> | null>(null);
  useEffect(() => {
    const ask = async (signal: AbortSignal): Promise<FunctionsAnswer> => {
      const range = viewStore(sessionId).getState().selection;
      const reply = await call('functions.query', { id: sessionId, ...range, thread, search }, { signal });
      return { reply, range, error: null };
    };
    const failed = (error: unknown) => setState((before) => ({ ...before, error }));
    const query = new Requery<FunctionsAnswer>(ask, setState, failed, GAP_MS);
    current.current = query;
    return keepAsking(sessionId, query);
  }, [sessionId, search, thread]);
  const again = useCallback(() => current.current?.now(), []);
  return { ...state, again };
}
