/** The list of running Python programs: what a row says, which rows are there, and in which order. Pure; used by RunningList.tsx. */
import type { RunningProcess } from '../../shared/contract/types.ts';
import { asSentence } from '../transport/errors.ts';
import { baseName, count, formatBytes, NBSP } from '../lib/format.ts';

export interface RunningRow {
  readonly process: RunningProcess;
  /** It came while the list was shown. */
  readonly isNew: boolean;
  /** It has ended, but stays where it was while the pointer or the focus is in the list. */
  readonly gone: boolean;
}

/** One running program: a pid is given again, its start is not. */
export const identity = ({ pid, started }: RunningProcess): string => `${pid} ${started}`;

/** What can be attached or is recorded comes first, then the newest. */
function byUse(a: RunningProcess, b: RunningProcess): number {
  const rank = (p: RunningProcess) => (p.attachable || p.session !== null ? 0 : 1);
  return rank(a) - rank(b) || Date.parse(b.started) - Date.parse(a.started) || b.pid - a.pid;
}

/**
 * The rows after another look at the machine. While somebody is in the list (`held`) nothing changes its place: what ended stays,
 * marked, and what came goes to the end.
 */
export function nextRows(
  before: readonly RunningRow[] | null,
  found: readonly RunningProcess[],
  held: boolean,
): RunningRow[] {
  const known = new Map((before ?? []).map((row) => [identity(row.process), row]));
  const sorted = [...found].sort(byUse);
  const rowOf = (process: RunningProcess): RunningRow => {
    const old = known.get(identity(process));
    return { process, isNew: old?.isNew ?? before !== null, gone: false };
  };
  if (!held || before === null) return sorted.map(rowOf);
  const now = new Map(found.map((process) => [identity(process), process]));
  const kept = before.map((row): RunningRow => {
    const process = now.get(identity(row.process));
    return process === undefined ? { ...row, gone: true } : rowOf(process);
  });
  return [...kept, ...sorted.filter((process) => !known.has(identity(process))).map(rowOf)];
}

/** The command without the interpreter in front, which the second line tells: "server.py --port 8000". */
export function commandText({ commandLine, executable, pid }: RunningProcess): string {
  const [first, ...rest] = commandLine;
  if (first === undefined) return executable === null ? `process ${pid}` : baseName(executable);
  if (!/^(python|pypy|graalpy)/i.test(baseName(first))) return [baseName(first), ...rest].join(' ');
  if (rest.length === 0) return baseName(first);
  // The program's folder is in the tooltip; its name is what one looks for.
  const at = rest.findIndex((word) => !word.startsWith('-'));
  return rest.map((word, i) => (i === at && word.startsWith('/') ? baseName(word) : word)).join(' ');
}

const IMPLEMENTATION = { cpython: 'Python', pypy: 'PyPy', graalpy: 'GraalPy' } as const;

export const versionText = ({ implementation, version, freeThreaded }: RunningProcess): string =>
  `${IMPLEMENTATION[implementation]}${version === null ? '' : NBSP + version}${freeThreaded ? ' free-threaded' : ''}`;

/** Second line: "pid 4242 · Python 3.12.1 · ada · 5 threads · 12 % · 45 MB". */
export const factsOf = (process: RunningProcess): string[] => [
  `pid${NBSP}${process.pid}`,
  versionText(process),
  process.user,
  count(process.threads, 'thread'),
  `${Math.round(process.cpuPercent)}${NBSP}% CPU`,
  formatBytes(process.rssBytes),
];

/** Why it cannot be attached, and what to do about it; null when it can. */
export function refusalText({ refusal, attachable, session }: RunningProcess): string | null {
  if (attachable || session !== null) return null;
  if (refusal === null) return 'gilscope cannot attach to it.';
  return [refusal.message, refusal.remedy]
    .flatMap((text) => (text === null ? [] : [asSentence(text).replace(/\)$/, ').')]))
    .join(' ');
}

/** Every word is somewhere in what the row tells. */
export function matches(process: RunningProcess, search: string): boolean {
  const { pid, user, commandLine, executable, venv, container, cwd } = process;
  const told = [pid, user, versionText(process), ...commandLine, executable, venv, container, cwd];
  const text = told
    .filter((part) => part !== null)
    .join(' ')
    .replaceAll(NBSP, ' ')
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
