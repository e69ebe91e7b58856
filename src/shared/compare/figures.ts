/** The figures of a comparison in the order they are read, and how each is written: in the window, in figures and in reports. Pure. */
import type { CompareVariant, Spread } from '../contract/compare.ts';
import { formatBytes, formatPercent, formatS, group, NBSP, threeFigures } from '../pageFormat.ts';
import { spreadOf } from './spread.ts';

export type FigureUnit = 's' | 'share' | 'count' | 'bytes' | 'cores';

/** Of the window's help. */
type Word =
  | 'contended'
  | 'effective-cores'
  | 'free'
  | 'hold'
  | 'lock-wait'
  | 'memory'
  | 'pre-empted'
  | 'start-up'
  | 'voluntary'
  | 'wait';

export interface FigureKind {
  id: string;
  label: string;
  /** What it means, for a tooltip. */
  help: string;
  unit: FigureUnit;
  /** The word of the help that it is a figure of. */
  word?: Word;
  /** Taken from the GIL's events: exact and estimated ones are not the same figure. */
  ofGil: boolean;
  /** A share, or what may be next to nothing in one of them: a ratio of it says nothing. */
  alone?: boolean;
  of: (variant: CompareVariant) => Spread | null;
}

export const FIGURES: readonly FigureKind[] = [
  {
    id: 'wall_s',
    label: 'Wall-clock',
    help: 'From the start of the program to its end.',
    unit: 's',
    ofGil: false,
    of: (v) => v.wall_s,
  },
  {
    id: 'work_s',
    label: 'Work alone',
    help: 'From the first task handed out to the last result, without the start and end of workers.',
    unit: 's',
    ofGil: false,
    of: (v) => spreadOf(v.call.map((call) => call.work_s)),
  },
  {
    id: 'cpu_s',
    label: 'CPU',
    help: 'CPU seconds of all its processes.',
    unit: 's',
    ofGil: false,
    of: (v) => v.cpu_s,
  },
  {
    id: 'effective_cores',
    label: 'Effective cores',
    help: 'CPU seconds over wall-clock: how many cores it kept busy on average.',
    word: 'effective-cores',
    unit: 'cores',
    ofGil: false,
    of: (v) => v.effective_cores,
  },
  {
    id: 'start_up_s',
    label: 'Start-up',
    help: 'Until its interpreter, and with processes those of its workers, were ready.',
    word: 'start-up',
    unit: 's',
    ofGil: false,
    alone: true,
    of: (v) => v.start_up_s,
  },
  {
    id: 'gil_held_share',
    label: 'GIL held',
    help: 'Share of the time in which some thread held the GIL.',
    word: 'hold',
    unit: 'share',
    ofGil: true,
    alone: true,
    of: (v) => v.gil_held_share,
  },
  {
    id: 'gil_contended_share',
    label: 'GIL contended',
    help: 'Share of the time in which at least one thread waited for the GIL.',
    word: 'contended',
    unit: 'share',
    ofGil: true,
    alone: true,
    of: (v) => v.gil_contended_share,
  },
  {
    id: 'gil_free_share',
    label: 'GIL free',
    help: 'Share of the time in which nobody held the GIL.',
    word: 'free',
    unit: 'share',
    ofGil: true,
    alone: true,
    of: (v) => v.gil_free_share,
  },
  {
    id: 'gil_wait_s',
    label: 'GIL wait',
    help: 'Sum of all waits for the GIL, of all threads.',
    word: 'wait',
    unit: 's',
    ofGil: true,
    of: (v) => v.gil_wait_s,
  },
  {
    id: 'wait_p95_s',
    label: 'GIL wait, p95',
    help: '95 of 100 waits were shorter.',
    word: 'wait',
    unit: 's',
    ofGil: true,
    of: (v) => v.wait_p95_s,
  },
  {
    id: 'lock_wait_s',
    label: 'Lock wait',
    help: 'Time threads waited for locks, conditions and queues of the program: apart from the GIL.',
    word: 'lock-wait',
    unit: 's',
    ofGil: true,
    of: (v) => v.lock_wait_s,
  },
  {
    id: 'switches_preempted',
    label: 'Holds pre-empted',
    help: 'The holder was asked to drop the GIL and asked for it again at once.',
    word: 'pre-empted',
    unit: 'count',
    ofGil: true,
    of: (v) => v.switches?.preempted ?? null,
  },
  {
    id: 'switches_voluntary',
    label: 'Holds ended voluntarily',
    help: 'The holder went into a blocking call. A switch only where another thread took the GIL then.',
    word: 'voluntary',
    unit: 'count',
    ofGil: true,
    of: (v) => v.switches?.voluntary ?? null,
  },
  {
    id: 'memory_rss_bytes',
    label: 'Peak memory, RSS',
    help: 'Largest sum over its processes at one time; pages they share count in each.',
    word: 'memory',
    unit: 'bytes',
    ofGil: false,
    of: (v) => v.memory_bytes?.rss ?? null,
  },
  {
    id: 'memory_pss_bytes',
    label: 'Peak memory, PSS',
    help: 'Largest sum over its processes at one time; pages they share count once.',
    word: 'memory',
    unit: 'bytes',
    ofGil: false,
    of: (v) => v.memory_bytes?.pss ?? null,
  },
];

/** What the bars show. */
export const BAR_FIGURES = ['wall_s', 'cpu_s', 'effective_cores', 'gil_wait_s', 'memory_pss_bytes'].map((id) =>
  FIGURES.find((figure) => figure.id === id)!,
);

export function formatFigure(value: number, unit: FigureUnit): string {
  switch (unit) {
    case 's':
      return formatS(value);
    case 'share':
      return formatPercent(value);
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return Number.isInteger(value) ? group(value) : threeFigures(value);
    case 'cores':
      return threeFigures(value);
  }
}

/** "1.02–1.10 s", "980 ms–1.10 s". */
export function formatBetween(low: number, high: number, unit: FigureUnit): string {
  const [from, to] = [formatFigure(low, unit), formatFigure(high, unit)];
  if (from === to) return to;
  const [figure, name] = from.split(NBSP);
  return name !== undefined && to.endsWith(NBSP + name) ? `${figure}–${to}` : `${from}–${to}`;
}
