/** Which run a column shows, and the session it is seen in. Pure. */
import type { CompareInfo, CompareRun } from '../../../shared/contract/compare.ts';
import type { SessionInfo } from '../../../shared/contract/types.ts';

/** The runs of a variant, with their places in `compare.runs`. */
export function runsOf(compare: Pick<CompareInfo, 'runs'>, variant: number): { run: CompareRun; index: number }[] {
  return compare.runs.flatMap((run, index) => (run.variant === variant ? [{ run, index }] : []));
}

/**
 * The run to look at: the one that is on, the one the user chose, the one with the median wall-clock, else the first that failed.
 * Null: none of its runs has begun, or all that have will be looked at when all are done.
 */
export function shownRun(
  compare: Pick<CompareInfo, 'runs' | 'variants'>,
  variant: number,
  picked: number | undefined,
): number | null {
  const runs = runsOf(compare, variant);
  const on = runs.find(({ run }) => run.state === 'running');
  if (on !== undefined) return on.index;
  const shown = picked ?? compare.variants[variant].shown;
  return shown ?? runs.find(({ run }) => run.state === 'failed')?.index ?? null;
}

/** The open session a run is seen in. */
export function sessionOf(run: CompareRun, sessions: Readonly<Record<string, SessionInfo>>): SessionInfo | null {
  if (run.session !== null && run.session in sessions) return sessions[run.session];
  return Object.values(sessions).find((session) => run.path !== null && session.path === run.path) ?? null;
}
