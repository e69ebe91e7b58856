/** Which log lines are shown, and how they read when copied. Pure. */
import type { LogLine } from '../../../shared/contract/types.ts';

export type Level = LogLine['level'];
export const LEVELS: readonly { level: Level; label: string }[] = [
  { level: 'info', label: 'All' },
  { level: 'warn', label: 'Warnings' },
  { level: 'error', label: 'Errors' },
];
const RANK: Record<Level, number> = { info: 0, warn: 1, error: 2 };

/** Lines of this level and of those above it. */
export const atLeast = (lines: readonly LogLine[], level: Level): LogLine[] =>
  level === 'info' ? [...lines] : lines.filter((line) => RANK[line.level] >= RANK[level]);

/** "12.345 678": seconds of the session to the microsecond, all of one width. */
export function clockText(atNs: number | null): string {
  return atNs === null ? '' : (atNs / 1e9).toFixed(6);
}

export const logText = (lines: readonly LogLine[]): string =>
  lines.map((line) => [clockText(line.atNs), line.level, line.source, line.text].join('\t') + '\n').join('');
