/** Order and removal of recordings. The first is pure; used by the Library page and the Start screen. */
import { useEffect } from 'react';
import type { Words } from '../../shared/contract/arguments.ts';
import type { Recent } from '../../shared/contract/types.ts';
import { nameOf } from '../../shared/recents.ts';
import { attempt } from '../store/actions.ts';
import { loadCatalog, useCatalog } from '../store/catalog.ts';
import { useSessions } from '../store/sessions.ts';
import { notify, useUi } from '../store/ui.ts';
import { call } from '../transport/index.ts';

export type SortKey = 'title' | 'created' | 'wallS' | 'threads' | 'held' | 'python' | 'bytes';
export interface Sort {
  key: SortKey;
  descending: boolean;
}

export function sortRecents(recents: readonly Recent[], { key, descending }: Sort): Recent[] {
  const sign = descending ? -1 : 1;
  return [...recents].sort((a, b) => {
    const [x, y] = key === 'title' ? [nameOf(a), nameOf(b)] : [a[key], b[key]];
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

/** Whatever is done to the list, it is loaded anew. */
const change = (action: () => Promise<unknown>): Promise<boolean> =>
  attempt(async () => {
    await action();
    await loadCatalog('recents');
  });

/** Off the list; the file stays. */
export const forgetRecent = (path: string): Promise<boolean> => change(() => call('recents.forget', { path }));

export const editRecent = (path: string, said: Words): Promise<boolean> =>
  change(() => call('recents.edit', { path, ...said }));

/** For a while it can be taken back. */
export const deleteRecent = (recent: Recent): Promise<boolean> =>
  change(async () => {
    const { id, undoMs } = await call('recents.delete', { path: recent.path });
    const undo = () => void change(() => call('recents.restore', { id }));
    notify(`Deleted ${nameOf(recent)}`, { action: { label: 'Undo', run: undo }, lastsMs: undoMs });
  });
