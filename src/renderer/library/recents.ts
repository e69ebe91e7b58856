/** Search, order and removal of recordings. The first two are pure; used by the Library page and the Start screen. */
import { useEffect } from 'react';
import type { Recent } from '../../shared/contract/types.ts';
import { attempt } from '../store/actions.ts';
import { loadCatalog, useCatalog } from '../store/catalog.ts';
import { useSessions } from '../store/sessions.ts';
import { useUi } from '../store/ui.ts';
import { call } from '../transport/index.ts';

export type SortKey = 'title' | 'created' | 'wallS' | 'python' | 'bytes';
export interface Sort {
  key: SortKey;
  descending: boolean;
}

/** Every word must be found somewhere: title, verdict, Python version, path. */
export function searchRecents(recents: readonly Recent[], query: string): Recent[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return recents.filter((recent) => {
    const text = [recent.title, recent.verdict, recent.python, recent.engine, recent.path].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function sortRecents(recents: readonly Recent[], { key, descending }: Sort): Recent[] {
  const sign = descending ? -1 : 1;
  return [...recents].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    // What is not known stands last, whichever way it is sorted.
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    return sign * String(x).localeCompare(String(y), 'en', { numeric: true });
  });
}

/** Recordings as the engine knows them; loaded anew when a session changes its state. */
export function useRecents() {
  const recents = useCatalog((s) => s.recents);
  const connected = useUi((s) => s.connection === 'open');
  const states = useSessions((s) => s.order.map((id) => `${id}:${s.byId[id].state}:${s.byId[id].path ?? ''}`).join());
  useEffect(() => {
    if (connected) void loadCatalog('recents');
  }, [connected, states]);
  return recents;
}

export const forgetRecent = (path: string, deleteFile: boolean): Promise<boolean> =>
  attempt(async () => {
    await call('recents.forget', { path, deleteFile });
    await loadCatalog('recents');
  });
