/** `gilscope ps`: the Python programs of this machine as a table or JSON, with the reason for each that cannot be attached to. */
import { listRunning } from '../engine/discovery/list.ts';
import type { RunningProcess } from '../shared/contract/types.ts';
import { formatBytes } from '../shared/format.ts';
import { plain, table, type Column } from './terminalText.ts';

const COLUMNS: readonly Column[] = [
  { title: 'pid', right: true },
  { title: 'user' },
  { title: 'Python' },
  { title: 'threads', right: true },
  { title: 'cpu', right: true },
  { title: 'memory', right: true },
  { title: 'attach' },
  { title: 'command' },
];
/** A narrower terminal gets lines that wrap: a command of which nothing is left helps nobody. */
const LEAST_COMMAND = 20;

export async function ps(options: { json?: boolean }): Promise<void> {
  const found = await listRunning(() => null);
  if (options.json === true) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else process.stdout.write(psText(found, process.stdout.columns));
}

function python({ implementation, version, freeThreaded }: RunningProcess): string {
  const name = { cpython: '', pypy: 'PyPy ', graalpy: 'GraalPy ' }[implementation];
  return `${name}${version ?? '?'}${freeThreaded ? 't' : ''}`;
}

const whyNot = ({ refusal }: RunningProcess): string => refusal?.code.replaceAll('_', ' ') ?? 'yes';

/** Control characters spelled out; cut to `width` columns if that is given. */
export function psText(processes: readonly RunningProcess[], width?: number): string {
  if (processes.length === 0) return 'no Python program is running here\n';
  const sorted = [...processes].sort((a, b) => a.pid - b.pid);
  const rows = sorted.map((one) => [
    String(one.pid),
    plain(one.user),
    plain(python(one)),
    String(one.threads),
    `${Math.round(one.cpuPercent)} %`,
    formatBytes(one.rssBytes),
    whyNot(one),
    plain(one.commandLine.join(' ')),
  ]);
  return table(COLUMNS, width === undefined ? rows : fitted(rows, width)) + remedies(sorted);
}

function fitted(rows: string[][], width: number): string[][] {
  const last = COLUMNS.length - 1;
  const before = COLUMNS.slice(0, last).reduce(
    (sum, { title }, i) => sum + 2 + Math.max(title.length, ...rows.map((row) => row[i].length)),
    0,
  );
  const room = Math.max(LEAST_COMMAND, width - before);
  return rows.map((row) => [
    ...row.slice(0, last),
    row[last].length > room ? `${row[last].slice(0, room - 1)}…` : row[last],
  ]);
}

/** Once for each reason. */
function remedies(processes: readonly RunningProcess[]): string {
  const seen = new Map<string, string>();
  for (const one of processes) {
    if (one.refusal === null || seen.has(one.refusal.code)) continue;
    const { message, remedy } = one.refusal;
    seen.set(one.refusal.code, `${whyNot(one)}: ${plain(message)}${remedy === null ? '' : `; ${plain(remedy)}`}\n`);
  }
  return seen.size === 0 ? '' : `\n${[...seen.values()].join('')}`;
}
