/** The table a recording ends with, and `stats` prints: a Summary as text. Pure; used by record.ts and stats.ts. */
import type { Summary, SummaryBlame, SummaryGil, SummaryProcess } from '../shared/contract/types.ts';
import type { SummaryMarks } from '../shared/contract/marks.ts';
import { formatCount, formatPercent, formatSeconds, NO_FIGURE } from '../shared/format.ts';
import { functionsText } from './functionsText.ts';
import { place, plain, table, type Column } from './terminalText.ts';

const COLUMNS: readonly Column[] = [
  { title: 'thread' },
  { title: 'held', right: true },
  { title: 'wait', right: true },
  { title: 'cpu', right: true },
  { title: 'takes', right: true },
  { title: 'pre-empted', right: true },
  { title: 'wait p95', right: true },
];
const BLAME_COLUMNS: readonly Column[] = [
  { title: 'waited' },
  { title: 'because of' },
  { title: 'in' },
  { title: 'wait', right: true },
  { title: 'of its wait', right: true },
  { title: 'waits', right: true },
];
const MAX_BLAMED = 6;
/** Next to the most blamed the rest is noise. */
const LEAST_BLAMED = 0.01;
/** Programs with hundreds of short-lived threads: the rest is one line. */
const MAX_ROWS = 40;

function howEnded(process: SummaryProcess): string {
  if (process.signal !== null) return `, ended by ${plain(process.signal)}`;
  return process.exit_code === null ? '' : `, exit status ${process.exit_code}`;
}

function heading(process: SummaryProcess): string {
  const python = process.python === null ? '' : `, Python ${plain(process.python)}`;
  const engine = process.engine === null ? '' : `, ${process.engine}`;
  const interval =
    process.switch_interval_s === null ? '' : `, switch interval ${formatSeconds(process.switch_interval_s)}`;
  return `${plain(process.name)} (pid ${process.pid}${python}${engine}${interval})${howEnded(process)}\n`;
}

function gilLine(gil: SummaryGil, several: boolean): string {
  const whole = gil.held_s + gil.free_s;
  const counted =
    gil.switches_counted === null || gil.switches_checked === null
      ? `${formatCount(gil.switches)} switches`
      : `${formatCount(gil.switches_checked)} of ${formatCount(gil.switches_counted)} switches captured (${formatPercent(gil.switches_counted === 0 ? 1 : gil.switches_checked / gil.switches_counted)})`;
  const name = several ? `GIL ${gil.id}` : 'GIL';
  return (
    `${name} held ${formatPercent(gil.held_s / whole)}, contended ${formatPercent(gil.contended_s / whole)}; ` +
    `${counted}, ${formatCount(gil.preempted)} pre-empted, ${formatCount(gil.voluntary)} voluntary\n`
  );
}

function threadTable(process: SummaryProcess): string {
  const threads = [...process.threads].sort((a, b) => b.held_s + b.wait_s - (a.held_s + a.wait_s));
  const rows = threads
    .slice(0, MAX_ROWS)
    .map((t) => [
      plain(t.name),
      formatSeconds(t.held_s),
      formatSeconds(t.wait_s),
      formatSeconds(t.cpu_s),
      formatCount(t.takes),
      formatCount(t.preempted),
      formatSeconds(t.wait_p95_s),
    ]);
  const more = threads.length - rows.length;
  return table(COLUMNS, rows) + (more > 0 ? `... and ${formatCount(more)} more threads\n` : '');
}

function processText(process: SummaryProcess): string {
  const several = process.gils.length > 1;
  const dropped =
    process.dropped > 0 ? `${formatCount(process.dropped)} events were dropped: gaps are shown as unknown\n` : '';
  return (
    heading(process) +
    threadTable(process) +
    process.gils.map((gil) => gilLine(gil, several)).join('') +
    `${formatCount(process.events)} events\n` +
    dropped
  );
}

const placeText = ({ function: name, file, line }: SummaryBlame): string =>
  name === null ? NO_FIGURE : place(name, file, line);

function blameText({ blame = [], processes, engine }: Summary): string {
  if (blame.length === 0) return '';
  const of = (name: string, pid: number): string => plain(name) + (processes.length > 1 ? ` (${pid})` : '');
  const rows = blame
    .filter(({ wait_s }) => wait_s >= LEAST_BLAMED * blame[0].wait_s)
    .slice(0, MAX_BLAMED)
    .map((one) => [
      of(one.waiter, one.pid),
      of(one.holder, one.pid) + (one.own ? ', gilscope’s own' : ''),
      placeText(one),
      formatSeconds(one.wait_s),
      formatPercent(one.share),
      formatCount(one.waits),
    ]);
  const estimated = engine === 'estimated' ? ', estimated' : '';
  return `\nWho made whom wait${estimated}\n${table(BLAME_COLUMNS, rows)}\n`;
}

const WATCH_COLUMNS: readonly Column[] = [
  { title: 'watched' },
  { title: 'type' },
  { title: 'min', right: true },
  { title: 'max', right: true },
  { title: 'last', right: true },
  { title: 'state' },
];

function watchText({ watches = [], processes }: Summary): string {
  if (watches.length === 0) return '';
  const figure = (value: number | null): string => (value === null ? NO_FIGURE : formatCount(value));
  const rows = watches
    .slice(0, MAX_ROWS)
    .map((one) => [
      plain(one.expression) + (processes.length > 1 ? ` (${one.pid})` : ''),
      plain(one.type ?? NO_FIGURE),
      figure(one.min),
      figure(one.max),
      figure(one.current),
      `${one.state}${one.split ? ', split counts' : ''}${one.reason === null ? '' : `: ${plain(one.reason)}`}`,
    ]);
  const more = watches.length - rows.length;
  return `\nReferences\n${table(WATCH_COLUMNS, rows)}${more > 0 ? `... and ${formatCount(more)} more\n` : ''}\n`;
}

const MARK_COLUMNS: readonly Column[] = [
  { title: 'marked' },
  { title: 'count', right: true },
  { title: 'total', right: true },
  { title: 'held', right: true },
  { title: 'wait', right: true },
  { title: 'released', right: true },
];
const MAX_MARKED = 12;

function marksText({ by_name: marks, more, dropped }: SummaryMarks): string {
  const rows = marks
    .slice(0, MAX_MARKED)
    .map((one) => [
      plain(one.name),
      formatCount(one.count),
      ...[one.total_s, one.held_s, one.wait_s, one.released_s].map(formatSeconds),
    ]);
  const rest = marks.length - rows.length + more;
  const lost = dropped > 0 ? `${formatCount(dropped)} marks were not recorded: there were too many at once\n` : '';
  if (rows.length === 0) return lost;
  return `\n${table(MARK_COLUMNS, rows)}${rest > 0 ? `... and ${formatCount(rest)} more names\n` : ''}${lost}\n`;
}

export function reportText(summary: Summary): string {
  const { verdict, damage } = summary;
  const limits = verdict.limits.length === 0 ? [] : [`What this cannot know: ${verdict.limits.map(plain).join(' ')}`];
  const lines = [plain(verdict.text), ...(verdict.advice === null ? [] : [plain(verdict.advice)]), ...limits];
  const warning = damage === null ? '' : `Damaged: ${plain(damage)}\n`;
  return `${warning}${summary.processes.map(processText).join('\n')}${blameText(summary)}${watchText(summary)}${marksText(summary.marks)}${functionsText(summary)}${lines.join('\n')}\n`;
}
