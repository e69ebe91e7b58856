/** The part of the report that tells what was called, by function. Used by report.ts. */
import type { Summary, SummaryProcess } from '../shared/contract/types.ts';
import { formatCount } from '../shared/format.ts';
import { functionTable } from '../shared/summaryTables.ts';
import { plain, printed } from './terminalText.ts';

const MAX_ROWS = 10;

function processText({ name, pid, functions, engine }: SummaryProcess, several: boolean): string {
  if (functions === undefined) return '';
  const { calls, dropped, reason } = functions;
  const all = functionTable(functions, MAX_ROWS);
  const of = several ? ` of ${plain(name)} (pid ${pid})` : '';
  const why = reason === null ? '' : `${plain(reason)}\n`;
  if (all.rows.length === 0) return `\nFunctions${of}: no calls were traced\n${why}`;
  return (
    `\nFunctions${of}: ${formatCount(calls)} calls, by their own time${engine === 'estimated' ? ', estimated' : ''}\n` +
    printed(all) +
    (all.more > 0 ? `... and ${formatCount(all.more)} more functions\n` : '') +
    (dropped > 0 ? `${formatCount(dropped)} calls are in these sums and not in the flame chart\n` : '') +
    why
  );
}

export function functionsText({ processes }: Summary): string {
  const text = processes.map((process) => processText(process, processes.length > 1)).join('');
  return text === '' ? '' : `${text}\n`;
}
