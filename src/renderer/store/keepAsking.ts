/**
 * Keeps an answer about a session up to date: asks anew when the user chooses another range, and, now and then, while the session
 * grows. Used by the hooks beside it, which say what to ask.
 */
import type { Requery } from '../lib/requery.ts';
import { useSessions } from './sessions.ts';
import { viewStore } from './view.ts';

interface Options {
  /** It also depends on the part of the timeline that is in view. */
  ofView?: boolean;
}

/** Asks at once. Returns what ends it. */
export function keepAsking<T>(sessionId: string, query: Requery<T>, { ofView = false }: Options = {}): () => void {
  const revisionOf = () => useSessions.getState().byId[sessionId]?.revision;
  let revision = revisionOf();
  const stops = [
    viewStore(sessionId).subscribe((now, before) => {
      if (now.selection !== before.selection) query.now();
      else if (ofView && now.range !== before.range) query.soon();
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
}
