/** The columns of the Threads table: what they show, how they sort, how they go into a CSV. Pure. */
import type { ProcessInfo, StatsReply, ThreadInfo } from '../../../shared/contract/types.ts';
import { formatPercent, formatS, group } from '../../lib/format.ts';
import type { TableColumn } from '../../lib/table.ts';

type Stats = StatsReply['threads'][number];

export interface ThreadRow {
  info: ThreadInfo;
  /** Its name as lanes and table show it: told apart from its namesakes. */
  shown: string;
  process: ProcessInfo | undefined;
  stats: Stats;
}

export type Column = TableColumn<ThreadRow>;

type Word = Column['word'];

const seconds = (
  id: string,
  label: string,
  help: string,
  word: Word,
  pick: (s: Stats) => number | null,
  width = 76,
): Column => ({
  ...{ id, label, help, word, width },
  value: (row) => pick(row.stats),
  text: (row) => formatS(pick(row.stats)),
});
const counted = (id: string, label: string, help: string, word: Word, pick: (s: Stats) => number): Column => ({
  ...{ id, label, help, word, width: 80 },
  value: (row) => pick(row.stats),
  text: (row) => group(pick(row.stats)),
});

/** Fraction of the time the thread was seen in this range. */
export function holdShare({ holdS, waitS, runningS, blockedS }: Stats): number {
  const all = holdS + waitS + runningS + blockedS;
  return all > 0 ? holdS / all : 0;
}

export const NAME_COLUMN: Column = {
  id: 'name',
  label: 'Thread',
  words: true,
  help: 'The thread’s name in Python',
  width: 190,
  value: (row) => row.info.name,
  text: (row) => row.shown,
};

const PROCESS_COLUMN: Column = {
  id: 'process',
  label: 'Process',
  words: true,
  help: 'The process it belongs to',
  width: 140,
  value: (row) => row.process?.name ?? null,
  text: (row) => row.process?.name ?? '–',
};

const PID_COLUMN: Column = {
  id: 'pid',
  label: 'pid',
  help: 'The kernel’s id of its process',
  width: 76,
  value: (row) => row.process?.pid ?? null,
  text: (row) => String(row.process?.pid ?? '–'),
};

const FIGURES: readonly Column[] = [
  {
    id: 'tid',
    label: 'tid',
    help: 'The kernel’s id of the thread',
    width: 76,
    value: (row) => row.info.tid,
    text: (row) => String(row.info.tid),
  },
  seconds('held_s', 'Holds', 'Time it held the GIL', 'hold', (s) => s.holdS),
  {
    id: 'held_share',
    label: 'Holds %',
    help: 'Part of its time in which it held the GIL',
    word: 'hold',
    width: 76,
    value: (row) => holdShare(row.stats),
    text: (row) => formatPercent(holdShare(row.stats)),
  },
  seconds('wait_s', 'Waits', 'Time it asked for the GIL and did not have it', 'wait', (s) => s.waitS),
  seconds('running_s', 'Running', 'Released, and using CPU: native code without the GIL', 'running', (s) => s.runningS),
  seconds(
    'blocked_s',
    'Blocked',
    'Released, and using no CPU: sleeping, waiting for I/O',
    'blocked',
    (s) => s.blockedS,
  ),
  seconds(
    'lock_wait_s',
    'Lock waits',
    'Of the released time: waiting for a lock, a condition, a queue',
    'lock-wait',
    (s) => s.lockS,
    80,
  ),
  seconds('cpu_s', 'CPU', 'CPU time', undefined, (s) => s.cpuS),
  counted('takes', 'Takes', 'How often it took the GIL', 'hold', (s) => s.takes),
  counted('waits', 'Asked', 'How often it had to wait for the GIL', 'wait', (s) => s.waits),
  counted('preempted', 'Pre-empted', 'Holds that ended because another thread asked', 'pre-empted', (s) => s.preempted),
  counted('voluntary', 'Voluntary', 'Holds that ended in a blocking call', 'voluntary', (s) => s.voluntary),
  seconds('hold_max_s', 'Longest hold', 'Its longest hold', 'hold', (s) => s.holdMaxS, 96),
  seconds('wait_p50_s', 'Wait p50', 'Half of its waits were shorter', 'wait', (s) => s.waitP50S),
  seconds('wait_p95_s', 'Wait p95', '95 of 100 waits were shorter', 'wait', (s) => s.waitP95S),
  seconds('wait_p99_s', 'Wait p99', '99 of 100 waits were shorter', 'wait', (s) => s.waitP99S),
  seconds('wait_max_s', 'Wait max', 'Its longest wait', 'wait', (s) => s.waitMaxS),
];

export const columnsOf = (processes: number): readonly Column[] => [
  NAME_COLUMN,
  ...(processes > 1 ? [PROCESS_COLUMN, PID_COLUMN] : []),
  ...FIGURES,
];
