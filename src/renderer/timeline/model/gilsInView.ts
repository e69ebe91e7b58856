/** The GILs whose strips are asked for: a session of many processes has hundreds, and each strip is as long as the window is wide. Pure. */
import type { GilIdx } from '../../../shared/contract/types.ts';
import { pageOfThreads } from './fetchWindow.ts';
import type { PinnedRows, Row } from './rows.ts';

const gilsOf = (rows: readonly Row[]): GilIdx[] => rows.flatMap((row) => (row.kind === 'gil' ? [row.gil] : []));

/** Those of the rows that stay in sight, and of rows `first` to `last`, widened to whole pages so that scrolling by a row does not ask anew. */
export function gilsInView(rows: readonly Row[], first: number, last: number, pinned: PinnedRows): GilIdx[] {
  const all = gilsOf(rows);
  const seen = gilsOf(rows.slice(first, last + 1));
  const page = seen.length === 0 ? [] : pageOfThreads(all, all.indexOf(seen[0]), all.indexOf(seen.at(-1)!));
  return [...new Set([...gilsOf(rows.slice(0, pinned.count)), ...page])];
}
