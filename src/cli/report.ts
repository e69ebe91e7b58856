/** The table a recording ends with, and `stats` prints: a Summary as text. Pure; used by record.ts and stats.ts. */
import type { Summary, SummaryGil, SummaryProcess } from '../shared/contract/types.ts';
import type { SummaryMarks } from '../shared/contract/marks.ts';
import { formatCount, formatPercent, formatSeconds, NO_FIGURE } from '../shared/format.ts';
import { blameTable, processText, switchesText, threadTable, type Column } from '../shared/summaryTables.ts';
import { functionsText } from './functionsText.ts';
import { plain, printed, table } from './terminalText.ts';

const MAX_BLAMED = 6;
/** Programs with hundreds of short-lived threads: the rest is one line. */
const MAX_ROWS = 40;

function gilLine(gil: SummaryGil, several: boolean): string {
  const whole = gil.held_s + gil.free_s;
  const name = several ? `GIL ${gil.id}` : 'GIL';
  return (
    `${name} held ${formatPercent(gil.held_s / whole)}, contended ${formatPercent(gil.contended_s / whole)}; ` +
    `${switchesText(gil)}, ${formatCount(gil.preempted)} pre-empted, ${formatCount(gil.voluntary)} voluntary\n`
  );
}

function threadsText(process: SummaryProcess): string {
  const threads = threadTable(process, MAX_ROWS);
  return printed(threads) + (threads.more > 0 ? `... and ${formatCount(threads.more)} more threads\n` : '');
}

function ofProcess(process: SummaryProcess): string {
  const several = process.gils.length > 1;
  const dropped =
    process.dropped > 0 ? `${formatCount(process.dropped)} events were dropped: gaps are shown as unknown\n` : '';
  return (
    `${plain(processText(process))}\n` +
    threadsText(process) +
    process.gils.map((gil) => gilLine(gil, several)).join('') +
    `${formatCount(process.events)} events\n` +
    dropped +
    (process.lost === null ? '' : `Incomplete: ${plain(process.lost)}\n`)
  );
}

function blameText(summary: Summary): string {
  const blame = blameTable(summary, MAX_BLAMED);
  if (blame.rows.length === 0) return '';
  return `\nWho made whom wait${summary.engine === 'estimated' ? ', estimated' : ''}\n${printed(blame)}\n`;
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
  const { verdict, damage, part } = summary;
  const limits = verdict.limits.length === 0 ? [] : [`What this cannot know: ${verdict.limits.map(plain).join(' ')}`];
  const lines = [plain(verdict.text), ...(verdict.advice === null ? [] : [plain(verdict.advice)]), ...limits];
  const warning =
    (damage === null ? '' : `Damaged: ${plain(damage)}\n`) + (part === undefined ? '' : `This is ${plain(part)}.\n`);
  return `${warning}${summary.processes.map(ofProcess).join('\n')}${blameText(summary)}${watchText(summary)}${marksText(summary.marks)}${functionsText(summary)}${lines.join('\n')}\n`;
}
