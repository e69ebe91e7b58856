/**
 * The tables and lines of a summary, for the terminal (src/cli/report.ts) and for Markdown (export/md). Cells are text of the target as it
 * is: who prints them spells out what their medium would obey.
 */
import type { SummaryFunction, SummaryFunctions } from './contract/functions.ts';
import type { Summary, SummaryBlame, SummaryGil, SummaryProcess } from './contract/types.ts';
import { formatCount, formatPercent, formatSeconds, NO_FIGURE, OUTSIDE_FUNCTIONS } from './format.ts';

export interface Column {
  title: string;
  right?: boolean;
}

export interface Table {
  columns: readonly Column[];
  rows: string[][];
  /** Rows that are left out. */
  more: number;
}

const left = (title: string): Column => ({ title });
const right = (title: string): Column => ({ title, right: true });

const THREAD_COLUMNS = [
  left('thread'),
  ...['held', 'wait', 'cpu', 'takes', 'pre-empted', 'wait p95'].map((title) => right(title)),
];
const BLAME_COLUMNS = [
  ...['waited', 'because of', 'in'].map((title) => left(title)),
  ...['wait', 'of its wait', 'waits'].map((title) => right(title)),
];
const FUNCTION_COLUMNS = [
  left('function'),
  ...['calls', 'own', 'holding', 'waiting', 'released', 'total'].map((title) => right(title)),
];
/** Next to the most blamed the rest is noise. */
const LEAST_BLAMED = 0.01;

/** "countdown (app.py:7)". */
export function placeText(name: string, file: string | null, line: number | null): string {
  return file === null ? name : `${name} (${file.split(/[\\/]/).pop() ?? file}:${line ?? '?'})`;
}

/** "work (app.py:7)"; one written in C as its module has it: "time.sleep". */
export function functionText({ name, file, line }: Pick<SummaryFunction, 'name' | 'file' | 'line'>): string {
  if (name === null) return OUTSIDE_FUNCTIONS;
  return line === null && file !== null ? `${file}.${name}` : placeText(name, file, line);
}

/** "app.py (pid 42, Python 3.12.1, exact, switch interval 5.00 ms), exit status 0". */
export function processText(process: SummaryProcess): string {
  const { name, pid, python, engine, switch_interval_s: interval } = process;
  const parts = [
    `pid ${pid}`,
    python === null ? [] : `Python ${python}`,
    engine ?? [],
    interval === null ? [] : `switch interval ${formatSeconds(interval)}`,
  ];
  return `${name} (${parts.flat().join(', ')})${endText(process)}`;
}

function endText({ signal, exit_code: code }: SummaryProcess): string {
  if (signal !== null) return `, ended by ${signal}`;
  return code === null ? '' : `, exit status ${code}`;
}

/** "99 of 100 switches captured (99 %)". */
export function switchesText({ switches, switches_checked: captured, switches_counted: counted }: SummaryGil): string {
  if (counted === null || captured === null) return `${formatCount(switches)} switches`;
  const share = counted === 0 ? 1 : captured / counted;
  return `${formatCount(captured)} of ${formatCount(counted)} switches captured (${formatPercent(share)})`;
}

/** Those that held or waited longest first. */
export function threadTable({ threads }: SummaryProcess, most: number): Table {
  const sorted = [...threads].sort((a, b) => b.held_s + b.wait_s - (a.held_s + a.wait_s));
  const rows = sorted
    .slice(0, most)
    .map((t) => [
      t.name,
      ...[t.held_s, t.wait_s, t.cpu_s].map(formatSeconds),
      formatCount(t.takes),
      formatCount(t.preempted),
      formatSeconds(t.wait_p95_s),
    ]);
  return { columns: THREAD_COLUMNS, rows, more: threads.length - rows.length };
}

/** Who made whom wait most; what is next to nothing is left out. */
export function blameTable({ blame = [], processes }: Summary, most: number): Table {
  const several = processes.length > 1;
  const of = (name: string, pid: number): string => name + (several ? ` (${pid})` : '');
  const where = ({ function: name, file, line }: SummaryBlame): string =>
    name === null ? NO_FIGURE : placeText(name, file, line);
  const rows = blame
    .filter(({ wait_s }) => wait_s >= LEAST_BLAMED * blame[0].wait_s)
    .slice(0, most)
    .map((one) => [
      of(one.waiter, one.pid),
      of(one.holder, one.pid) + (one.own ? ', gilscope’s own' : ''),
      where(one),
      formatSeconds(one.wait_s),
      formatPercent(one.share),
      formatCount(one.waits),
    ]);
  return { columns: BLAME_COLUMNS, rows, more: blame.length - rows.length };
}

/** The longest own time first. */
export function functionTable({ by_own: all, more }: SummaryFunctions, most: number): Table {
  const rows = all
    .slice(0, most)
    .map((one) => [
      functionText(one),
      formatCount(one.calls),
      ...[one.own_s, one.own_held_s, one.own_wait_s, one.own_released_s, one.total_s].map(formatSeconds),
    ]);
  return { columns: FUNCTION_COLUMNS, rows, more: all.length - rows.length + more };
}
