/** Looks at the machine's Python programs every two seconds while a list of them can be seen; used by RunningList.tsx. */
import { useEffect, useRef, useState } from 'react';
import { useUi } from '../store/ui.ts';
import { call, isCancelled } from '../transport/index.ts';
import { nextRows, type RunningRow } from './running.ts';

const EVERY_MS = 2000;

export interface Running {
  /** Null until the first answer. */
  rows: readonly RunningRow[] | null;
  error: unknown;
  /** Told by the list while the pointer or the focus is in it: nothing may move under them. */
  hold: (held: boolean) => void;
}

export function useRunning(): Running {
  const [state, setState] = useState<{ rows: readonly RunningRow[] | null; error: unknown }>({
    rows: null,
    error: null,
  });
  const held = useRef(false);
  const connected = useUi((s) => s.connection === 'open');
  useEffect(() => {
    if (!connected) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let abort: AbortController | null = null;
    const look = async () => {
      clearTimeout(timer);
      abort?.abort();
      const { signal } = (abort = new AbortController());
      try {
        const found = await call('processes.list', {}, { signal });
        setState(({ rows }) => ({ rows: nextRows(rows, found, held.current), error: null }));
      } catch (error) {
        if (signal.aborted || isCancelled(error)) return;
        setState(({ rows }) => ({ rows, error }));
      }
      // From the answer on, so that a slow machine is not asked twice at once.
      if (!signal.aborted && document.visibilityState === 'visible') timer = setTimeout(() => void look(), EVERY_MS);
    };
    const onVisible = () => {
      if (document.visibilityState === 'visible') void look();
      else clearTimeout(timer);
    };
    document.addEventListener('visibilitychange', onVisible);
    if (document.visibilityState === 'visible') void look();
    return () => {
      document.removeEventListener('visibilitychange', onVisible);
      clearTimeout(timer);
      abort?.abort();
    };
  }, [connected]);
  const [hold] = useState(() => (now: boolean) => {
    held.current = now;
  });
  return { ...state, hold };
}
