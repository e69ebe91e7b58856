/** Lists the engine finds on the machine: interpreters, examples, recent recordings. Each loads when first wanted and on request. */
import { create } from 'zustand';
import type { Example, Interpreter, Recent } from '../../shared/contract/types.ts';
import { call, isCancelled } from '../transport/index.ts';
import { useUi } from './ui.ts';

export interface Loadable<T> {
  items: readonly T[];
  status: 'idle' | 'loading' | 'ready' | 'failed';
  error: unknown;
}

interface CatalogState {
  interpreters: Loadable<Interpreter>;
  examples: Loadable<Example>;
  recents: Loadable<Recent>;
}
type Key = keyof CatalogState;

const IDLE = { items: [], status: 'idle', error: null } as const;

export const useCatalog = create<CatalogState>()(() => ({ interpreters: IDLE, examples: IDLE, recents: IDLE }));

const ASK: { [K in Key]: () => Promise<CatalogState[K]['items']> } = {
  interpreters: () => call('interpreters.list', {}),
  examples: () => call('examples.list', {}),
  recents: () => call('recents.list', {}),
};

const asked: Record<Key, number> = { interpreters: 0, examples: 0, recents: 0 };

/** What was there stays in sight while it loads anew. Of several under way the last one asked for counts. */
async function load<K extends Key>(key: K, ask: () => Promise<CatalogState[K]['items']>): Promise<void> {
  const turn = ++asked[key];
  const set = (patch: Partial<Loadable<unknown>>) => {
    if (turn === asked[key]) useCatalog.setState((s) => ({ [key]: { ...s[key], ...patch } }));
  };
  set({ status: 'loading' });
  try {
    set({ items: await ask(), status: 'ready', error: null });
  } catch (error) {
    // A lost connection has its own banner; what was there stays until it is back.
    if (useUi.getState().connection !== 'open') set({ status: 'idle' });
    else if (!isCancelled(error)) set({ status: 'failed', error });
  }
}

export const loadCatalog = (key: Key): Promise<void> => load(key, ASK[key]);
export const rescanInterpreters = (): Promise<void> =>
  load('interpreters', () => call('interpreters.list', { refresh: true }));
