/** How findings are called and counted. Pure. */
import type { DoctorReport, DoctorStatus } from '../../shared/contract/types.ts';

export const GROUPS = [
  { id: 'record', title: 'Recording' },
  { id: 'keep', title: 'Keeping' },
  { id: 'machine', title: 'This machine' },
  { id: 'window', title: 'Showing' },
] as const;

export const STATUS: Record<DoctorStatus, { label: string; tone: string }> = {
  ok: { label: '✓ ok', tone: 'badge--good' },
  warn: { label: '! limited', tone: 'badge--warn' },
  fail: { label: '✕ not possible', tone: 'badge--bad' },
};

/** "18 ok, 2 limited": of the machine; interpreters speak for themselves. */
export function tally({ checks }: Pick<DoctorReport, 'checks'>): string {
  const words: Record<DoctorStatus, string> = { ok: 'ok', warn: 'limited', fail: 'not possible' };
  return (['ok', 'warn', 'fail'] as const)
    .map((status) => ({ status, n: checks.filter((check) => check.status === status).length }))
    .filter(({ n }) => n > 0)
    .map(({ status, n }) => `${n} ${words[status]}`)
    .join(', ');
}
