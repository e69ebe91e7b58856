/** What a press on a row's buttons does to what is folded and hidden. Pure; used by index.tsx. */
import type { Folds } from '../../store/view.ts';
import type { Row } from './rows.ts';

export type FoldAction = 'fold' | 'hide' | 'solo' | 'show-all' | 'levels';

function folded(folds: Folds, row: Row): Folds {
  if (!('fold' in row) || row.fold === null) return folds;
  const now = row.fold === 'open';
  if (row.kind === 'thread') return { ...folds, flames: { ...folds.flames, [row.thread]: now ? 'closed' : 'open' } };
  if (row.kind === 'core') return { ...folds, cores: now };
  if (row.kind === 'counters') return { ...folds, counters: now };
  return { ...folds, processes: { ...folds.processes, [row.process]: now } };
}

export function nextFolds(folds: Folds, row: Row, action: FoldAction): Folds {
  if (action === 'show-all') return { ...folds, hidden: [], solo: null, search: '', endedHidden: false };
  if (action === 'fold') return folded(folds, row);
  if (row.kind === 'flame' && action === 'levels') {
    const to = row.levels < row.of ? 'all' : 'open';
    return { ...folds, flames: { ...folds.flames, [row.thread]: to } };
  }
  if (row.kind !== 'process') return folds;
  const { process } = row;
  if (action === 'solo') return { ...folds, solo: folds.solo === process ? null : process };
  // What is hidden out of a solo is hidden from all.
  return { ...folds, solo: null, hidden: [...(folds.hidden ?? []), process] };
}

/** Opens or closes the flame charts of all threads, those to come included. */
export const foldFlames = (folds: Folds, closed: boolean): Folds => ({ ...folds, flames: {}, flamesClosed: closed });
