/** The headline figures of a recording, worked out of one StatsReply: of the Summary panel and of reports. Pure. */
import type { SessionInfo, StatsReply } from '../contract/types.ts';
import { displayName } from '../threadNames.ts';
import { formatPercent, group, percentQuantity, timeQuantity, type Quantity } from '../pageFormat.ts';

export interface Figure extends Quantity {
  id: 'held' | 'contended' | 'cores' | 'worst';
  label: string;
  /** Of the window's help. */
  word: 'hold' | 'contended' | 'effective-cores' | 'wait';
  note: string;
}

export type Figured = Pick<SessionInfo, 'processes' | 'threads' | 'cores'>;

const UNKNOWN: Quantity = { figure: '–', unit: '' };
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** With several processes its own is named too: each has a MainThread. */
export function threadName(session: Omit<Figured, 'cores'>, idx: number): string {
  const name = displayName(session, idx);
  const process = session.processes[session.threads[idx]?.process ?? -1];
  return session.processes.length > 1 && process !== undefined ? `${name} · ${process.name}` : name;
}

export function headlineFigures(session: Figured, stats: StatsReply): Figure[] {
  const held = sum(stats.gils.map((gil) => gil.heldS));
  const free = sum(stats.gils.map((gil) => gil.freeS));
  const contended = sum(stats.gils.map((gil) => gil.contendedS));
  const total = held + free;
  const python = session.processes.filter((p) => p.python !== null).length;
  const { worstWait, coresInUse } = stats;
  return [
    {
      id: 'held',
      word: 'hold',
      label: stats.gils.length > 1 ? `${stats.gils.length} GILs held` : 'GIL held',
      ...(total > 0 ? percentQuantity(held / total) : UNKNOWN),
      note: total > 0 ? `free ${formatPercent(free / total)}` : 'no GIL seen here',
    },
    {
      id: 'contended',
      word: 'contended',
      label: 'Contended',
      ...(total > 0 ? percentQuantity(contended / total) : UNKNOWN),
      note: 'someone waiting',
    },
    {
      id: 'cores',
      word: 'effective-cores',
      label: 'Cores in use',
      ...(coresInUse === null ? UNKNOWN : { figure: coresInUse.toFixed(2), unit: `of ${session.cores}` }),
      note: `${stats.pythonCores.toFixed(2)} in ${python > 1 ? `${group(python)} Pythons` : 'Python'}`,
    },
    {
      id: 'worst',
      word: 'wait',
      label: 'Worst wait',
      ...(worstWait === null ? { figure: '0', unit: 'ms' } : timeQuantity(worstWait.endNs - worstWait.startNs)),
      note: worstWait === null ? 'nobody waited' : threadName(session, worstWait.thread),
    },
  ];
}
