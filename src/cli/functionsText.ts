/** The part of the report that tells what was called, by function. Used by report.ts. */
import type { Summary, SummaryProcess } from '../shared/contract/types.ts';
import type { SummaryFunction } from '../shared/contract/functions.ts';
import { formatCount, formatSeconds, OUTSIDE_FUNCTIONS } from '../shared/format.ts';
import { place, plain, table, type Column } from './terminalText.ts';

const COLUMNS: readonly Column[] = [
  { title: 'function' },
  { title: 'calls', right: true },
  { title: 'own', right: true },
  { title: 'holding', right: true },
  { title: 'waiting', right: true },
  { title: 'released', right: true },
  { title: 'total', right: true },
];
const MAX_ROWS = 10;

/** "work (app.py:7)"; one written in C as its module has it: "time.sleep". */
function nameOf({ name, file, line }: SummaryFunction): string {
  if (name === null) return OUTSIDE_FUNCTIONS;
  return line === null && file !== null ? plain(`${file}.${name}`) : place(name, file, line);
}

function rowOf(row: SummaryFunction): string[] {
  const seconds = [row.own_s, row.own_held_s, row.own_wait_s, row.own_released_s, row.total_s];
  return [nameOf(row), formatCount(row.calls), ...seconds.map(formatSeconds)];
}

function processText({ name, pid, functions, engine }: SummaryProcess, several: boolean): string {
  if (functions === undefined) return '';
  const { by_own: all, more, calls, dropped, reason } = functions;
  const of = several ? ` of ${plain(name)} (pid ${pid})` : '';
  const why = reason === null ? '' : `${plain(reason)}\n`;
  if (all.length === 0) return `\nFunctions${of}: no calls were traced\n${why}`;
  const rest = Math.max(0, all.length - MAX_ROWS) + more;
  return (
    `\nFunctions${of}: ${formatCount(calls)} calls, by their own time${engine === 'estimated' ? ', estimated' : ''}\n` +
    table(COLUMNS, all.slice(0, MAX_ROWS).map(rowOf)) +
    (rest > 0 ? `... and ${formatCount(rest)} more functions\n` : '') +
    (dropped > 0 ? `${formatCount(dropped)} calls are in these sums and not in the flame chart\n` : '') +
    why
  );
}

export function functionsText({ processes }: Summary): string {
  const text = processes.map((process) => processText(process, processes.length > 1)).join('');
  return text === '' ? '' : `${text}\n`;
}
