/** Names and colours of threads and rows, the same in labels, tooltip and details card. Names come from the target: text only. */
import type { SessionInfo, ThreadIdx } from '../../../shared/contract/types.ts';
import { displayName } from '../../../shared/threadNames.ts';
import { useThreadSlots } from '../../store/sessions.ts';
import { threadColour } from '../../../shared/draw/colours.ts';
import { useTheme } from '../../theme/theme.ts';
import { NOBODY } from '../model/explain.ts';
import type { CounterName } from '../model/rows.ts';

export function threadName(session: SessionInfo, thread: ThreadIdx): string {
  if (thread === NOBODY) return 'nobody: it was free, or not known';
  const name = displayName(session, thread);
  const process = session.processes[session.threads[thread]?.process ?? -1];
  return session.processes.length > 1 && process !== undefined ? `${name} · ${process.pid}` : name;
}

export type Swatch = (thread: ThreadIdx) => string;

export function useSwatch(sessionId: string): Swatch {
  const slots = useThreadSlots(sessionId);
  const theme = useTheme();
  return (thread) => (thread === NOBODY ? 'transparent' : threadColour(slots[thread] ?? 0, theme));
}

export const COUNTER_TITLES: Readonly<Record<CounterName, string>> = {
  switchesPerS: 'Switches per second',
  waiters: 'Threads waiting',
  rssBytes: 'Memory (resident)',
};
