/** The matrix of waiters and holders as it is shown: the few that matter and the others as one row, one column. Pure. */
import { OTHERS, type BlameReply } from '../../../shared/contract/blame.ts';
import type { ThreadIdx } from '../../../shared/contract/types.ts';
import { count, formatNs, formatPercent } from '../../lib/format.ts';

/** The column of the wait that no holder explains. */
export const NOBODY: ThreadIdx = -1;

export interface MatrixRow {
  /** A thread, or OTHERS. */
  thread: ThreadIdx;
  waitNs: number;
}

export interface MatrixColumn {
  /** A thread, OTHERS, or NOBODY. */
  thread: ThreadIdx;
  own: boolean;
}

export interface Matrix {
  rows: MatrixRow[];
  columns: MatrixColumn[];
  /** Row by row. */
  ns: Float64Array;
  waits: Float64Array;
  /** The largest cell of two threads: full colour. What is summed up is not measured by it. */
  mostNs: number;
  /** Threads within the row, and the column, of the others. */
  otherWaiters: number;
  otherHolders: number;
}

/** How many of `list` stand alone when at most `most` may: one that is left over alone has no others to hide among. */
const alone = (length: number, most: number): number => (length <= most + 1 ? length : most);

export function matrixOf(reply: BlameReply, most: number): Matrix {
  const { waiters, holders, cells } = reply;
  const nWaiters = alone(waiters.length, most);
  const nHolders = alone(holders.length, most);
  const rows: MatrixRow[] = waiters.slice(0, nWaiters).map(({ thread, waitNs }) => ({ thread, waitNs }));
  const columns: MatrixColumn[] = holders.slice(0, nHolders).map(({ thread, own }) => ({ thread, own }));
  if (nWaiters < waiters.length) {
    const waitNs = waiters.slice(nWaiters).reduce((sum, waiter) => sum + waiter.waitNs, 0);
    rows.push({ thread: OTHERS, waitNs });
  }
  if (nHolders < holders.length) columns.push({ thread: OTHERS, own: false });
  if (reply.unheldNs > 0) columns.push({ thread: NOBODY, own: false });
  const ns = new Float64Array(rows.length * columns.length);
  const waits = new Float64Array(ns.length);
  const at = (waiter: number, holder: number): number =>
    Math.min(waiter, nWaiters) * columns.length + Math.min(holder, nHolders);
  for (let i = 0; i < cells.ns.length; i++) {
    const cell = at(cells.waiter[i], cells.holder[i]);
    ns[cell] += cells.ns[i];
    waits[cell] += cells.waits[i];
  }
  if (reply.unheldNs > 0)
    waiters.forEach(({ unheldNs }, i) => {
      ns[(Math.min(i, nWaiters) + 1) * columns.length - 1] += unheldNs;
    });
  const single = (list: readonly { thread: ThreadIdx }[]): number => list.filter(({ thread }) => thread >= 0).length;
  return {
    rows,
    columns,
    ns,
    waits,
    mostNs: mostOf(rows, columns, ns),
    otherWaiters: reply.waiterCount - single(rows),
    otherHolders: reply.holderCount - single(columns),
  };
}

function mostOf(rows: readonly MatrixRow[], columns: readonly MatrixColumn[], ns: Float64Array): number {
  const single = (i: number): boolean =>
    rows[Math.floor(i / columns.length)].thread >= 0 && columns[i % columns.length].thread >= 0;
  return ns.reduce((max, value, i) => (value > max && single(i) ? value : max), 0);
}

/** 0 to 1; what is not nothing is seen. Of the root, so that a tenth of the largest is no mere tint. */
export function heat(ns: number, mostNs: number): number {
  return ns <= 0 || mostNs <= 0 ? 0 : Math.min(1, Math.max(0.08, Math.sqrt(ns / mostNs)));
}

export interface CellWords {
  waiter: string;
  holder: string;
  /** The column is the wait that no holder explains. */
  nobody: boolean;
  /** They are of different processes. */
  apart: boolean;
  ns: number;
  waits: number;
  waitNs: number;
}

/** "count-0 made poller wait 1.23 s in 240 waits, 93 % of poller’s wait". */
export function cellWords({ waiter, holder, nobody, apart, ns, waits, waitNs }: CellWords): string {
  const share = `${formatPercent(ns / waitNs)} of ${waiter}’s wait`;
  if (nobody)
    return ns === 0
      ? `whenever ${waiter} waited, it is known who held the GIL`
      : `${formatNs(ns)} of the time ${waiter} waited, the GIL was free or its holder is not known, ${share}`;
  if (apart) return `${holder} and ${waiter} are in different processes and share no GIL`;
  if (ns === 0) return `${holder} never made ${waiter} wait`;
  return `${holder} made ${waiter} wait ${formatNs(ns)} in ${count(waits, 'wait')}, ${share}`;
}

const SEGMENTER = new Intl.Segmenter('en');

/** A name in two: threads of a pool differ at its end, which must not be what is cut off. */
export function nameParts(name: string): readonly [head: string, tail: string] {
  const characters = Array.from(SEGMENTER.segment(name), ({ segment }) => segment);
  const tail = characters.length > 6 ? 3 : 0;
  return [characters.slice(0, characters.length - tail).join(''), characters.slice(characters.length - tail).join('')];
}

/** A place in the grid: row 0 is the header of the columns, column 0 that of the rows. */
export interface GridAt {
  row: number;
  column: number;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

/** Where a key leads; null for keys that are not the grid's. The corner holds nothing. */
export function stepTo(at: GridAt, key: string, { rows, columns }: Pick<Matrix, 'rows' | 'columns'>): GridAt | null {
  const step = STEPS[key];
  if (step === undefined) return null;
  const row = Math.min(Math.max(at.row + step[0], 0), rows.length);
  const column = Math.min(Math.max(at.column + step[1], 0), columns.length);
  return row === 0 && column === 0 ? at : { row, column };
}
