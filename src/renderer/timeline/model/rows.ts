/**
 * Which rows the timeline has, where, and how high: cores, then for each process (parents before children) its GIL strips and
 * thread lanes, then counters. Pure; asked again when a session gains a thread or a section folds, not when it is scrolled.
 */
import { ALL_CORES } from '../../../shared/draw/chartData.ts';
import type {
  GilIdx,
  GilInfo,
  ProcIdx,
  SessionInfo,
  Settings,
  ThreadIdx,
  ThreadInfo,
} from '../../../shared/contract/types.ts';
import { groupBy } from '../../lib/groupBy.ts';
import type { Folds } from '../../store/view.ts';
import { FIRST_LEVELS, flameHeight, LEVEL } from './flameRow.ts';
import { marksHeight } from './markRow.ts';
import { fits, isPython, processTree, type Branch } from './tree.ts';

export type CounterName = 'switchesPerS' | 'waiters' | 'rssBytes';
export const COUNTER_NAMES: readonly CounterName[] = ['switchesPerS', 'waiters', 'rssBytes'];

interface Placed {
  readonly key: string;
  readonly top: number;
  readonly height: number;
}
export type Row = Placed &
  (
    | { readonly kind: 'core'; readonly core: number; readonly fold: 'open' | 'closed' | null }
    | {
        readonly kind: 'process';
        readonly process: ProcIdx;
        readonly depth: number;
        /** Null: it has no lanes. */
        readonly fold: 'open' | 'closed' | null;
      }
    /** Over many processes: where they are searched. */
    | { readonly kind: 'processes'; readonly count: number; readonly ended: number }
    /** Stands for the processes that are hidden. */
    | { readonly kind: 'hidden'; readonly count: number }
    | { readonly kind: 'gil'; readonly gil: GilIdx; readonly bar: number }
    | {
        readonly kind: 'thread';
        readonly thread: ThreadIdx;
        readonly bar: number;
        /** Of its flame chart; null: it has none. */
        readonly fold: 'open' | 'closed' | null;
      }
    /** What it called: its flame chart. */
    | {
        readonly kind: 'flame';
        readonly thread: ThreadIdx;
        /** Levels that are shown, of how many. */
        readonly levels: number;
        readonly of: number;
        /** CSS pixels from one level to the next. */
        readonly level: number;
      }
    /** What the program marked in the thread above. */
    | { readonly kind: 'marks'; readonly thread: ThreadIdx }
    | { readonly kind: 'counters'; readonly fold: 'open' | 'closed' }
    | { readonly kind: 'counter'; readonly counter: CounterName }
  );
export type RowKind = Row['kind'];

export interface RowPlan {
  readonly rows: readonly Row[];
  readonly height: number;
  readonly compact: boolean;
  /** The threads of the plan in its order: what up and down go through. */
  readonly threads: readonly ThreadIdx[];
  /** Those whose flame charts are open. */
  readonly flames: readonly ThreadIdx[];
}

/** design/README.md */
const HEIGHT = {
  core: 52,
  gil: 40,
  thread: 58,
  compactThread: 36,
  processes: 40,
  process: 44,
  hidden: 30,
  counters: 28,
  counter: 52,
};
const BAR = { gil: 22, thread: 20, compactThread: 14 };
/** `auto`: more lanes than this are drawn compact. */
const COMPACT_ABOVE = 10;
/** More cores than this start folded into one row; with many lanes, which need the room, fewer do. */
const FOLD_CORES_ABOVE = 4;
const FOLD_CORES_OF_MANY_LANES_ABOVE = 2;
/** With more lanes than this the counters, far below, start folded. */
const FOLD_COUNTERS_ABOVE = 6;

/** With more processes than this all but the first start folded to their strips, and they can be searched. */
const FOLD_PROCESSES_ABOVE = 6;

type Content = Pick<SessionInfo, 'cores' | 'processes' | 'threads' | 'gils'>;
type Unplaced = Row extends infer R ? (R extends Placed ? Omit<R, 'top'> : never) : never;

const fold = (folded: boolean) => (folded ? ('closed' as const) : ('open' as const));

function coreRows(cores: number, folded: boolean): Unplaced[] {
  if (cores === 0) return [];
  const height = HEIGHT.core;
  if (folded && cores > 1) return [{ kind: 'core', key: 'cores', height, core: ALL_CORES, fold: 'closed' }];
  return Array.from({ length: cores }, (_, core) => ({
    kind: 'core' as const,
    key: `core${core}`,
    height,
    core,
    fold: core === 0 && cores > 1 ? ('open' as const) : null,
  }));
}

interface Lanes {
  readonly gils: readonly GilInfo[];
  readonly threads: readonly ThreadInfo[];
}
const NO_LANES: Lanes = { gils: [], threads: [] };

/** GILs and threads by process: looked through once, not once for each process of a large tree. */
function lanesByProcess(session: Content): ReadonlyMap<ProcIdx, Lanes> {
  const gils = groupBy(session.gils, (gil) => gil.process);
  const threads = groupBy(
    session.threads.filter((thread) => !thread.own),
    (thread) => thread.process,
  );
  return new Map(
    session.processes.map(({ idx }) => [idx, { gils: gils.get(idx) ?? [], threads: threads.get(idx) ?? [] }]),
  );
}

function flameRow({ idx, callLevels }: ThreadInfo, compact: boolean, folds: Folds): Unplaced {
  const level = compact ? LEVEL.compact : LEVEL.comfortable;
  const levels = folds.flames?.[idx] === 'all' ? callLevels : Math.min(callLevels, FIRST_LEVELS);
  const height = flameHeight(levels, level);
  return { kind: 'flame', key: `flame${idx}`, height, thread: idx, levels, of: callLevels, level };
}

function threadRows(thread: ThreadInfo, compact: boolean, folds: Folds): Unplaced[] {
  const { idx, markLevels, callLevels } = thread;
  const height = compact ? HEIGHT.compactThread : HEIGHT.thread;
  const bar = compact ? BAR.compactThread : BAR.thread;
  const closed = (folds.flames?.[idx] ?? (folds.flamesClosed === true ? 'closed' : 'open')) === 'closed';
  const rows: Unplaced[] = [
    { kind: 'thread', key: `thread${idx}`, height, thread: idx, bar, fold: callLevels > 0 ? fold(closed) : null },
  ];
  if (markLevels > 0) rows.push({ kind: 'marks', key: `marks${idx}`, height: marksHeight(markLevels), thread: idx });
  if (callLevels > 0 && !closed) rows.push(flameRow(thread, compact, folds));
  return rows;
}

function laneRows({ gils, threads }: Lanes, compact: boolean, folded: boolean, folds: Folds): Unplaced[] {
  const strips = gils.map((gil) => ({
    kind: 'gil' as const,
    key: `gil${gil.idx}`,
    height: HEIGHT.gil,
    gil: gil.idx,
    bar: BAR.gil,
  }));
  if (folded) return strips;
  // An attach may hear of another thread first.
  const ordered = [...threads.filter((t) => t.main), ...threads.filter((t) => !t.main)];
  return [...strips, ...ordered.flatMap((thread) => threadRows(thread, compact, folds))];
}

function groupRows(
  { process, depth }: Branch,
  lanes: Lanes,
  compact: boolean,
  folded: boolean,
  folds: Folds,
): Unplaced[] {
  const empty = lanes.gils.length === 0 && lanes.threads.length === 0;
  const head: Unplaced = {
    kind: 'process',
    key: `process${process.idx}`,
    height: HEIGHT.process,
    process: process.idx,
    depth,
    fold: empty || !isPython(process) ? null : fold(folded),
  };
  return [head, ...laneRows(lanes, compact, folded, folds)];
}

function processRows(session: Content, compact: boolean, folds: Folds): Unplaced[] {
  const lanes = lanesByProcess(session);
  const several = session.processes.length > 1;
  if (!several) return session.processes.flatMap((p) => laneRows(lanes.get(p.idx) ?? NO_LANES, compact, false, folds));
  const many = session.processes.length > FOLD_PROCESSES_ABOVE;
  const tree = processTree(session.processes);
  const hidden = new Set(folds.hidden);
  const search = many ? (folds.search ?? '') : '';
  const shown = tree.filter(({ process }) => {
    if (folds.solo != null) return folds.solo === process.idx;
    if (hidden.has(process.idx) || (many && folds.endedHidden === true && process.endedNs !== null)) return false;
    return fits(process, search);
  });
  const rows = shown.flatMap((branch) => {
    const { idx } = branch.process;
    const folded = folds.processes?.[idx] ?? (many && idx !== folds.solo && branch !== tree[0]);
    return groupRows(branch, lanes.get(idx) ?? NO_LANES, compact, folded, folds);
  });
  const ended = tree.filter(({ process }) => process.endedNs !== null).length;
  const bar: Unplaced = { kind: 'processes', key: 'processes', height: HEIGHT.processes, count: tree.length, ended };
  const count = tree.length - shown.length;
  const rest: Unplaced = { kind: 'hidden', key: 'hidden', height: HEIGHT.hidden, count };
  return [...(many ? [bar] : []), ...rows, ...(count === 0 ? [] : [rest])];
}

function counterRows(folded: boolean): Unplaced[] {
  const head: Unplaced = { kind: 'counters', key: 'counters', height: HEIGHT.counters, fold: fold(folded) };
  if (folded) return [head];
  return [
    head,
    ...COUNTER_NAMES.map((counter) => ({ kind: 'counter' as const, key: counter, height: HEIGHT.counter, counter })),
  ];
}

export function planRows(session: Content, laneHeight: Settings['laneHeight'], folds: Folds): RowPlan {
  const lanes = session.threads.reduce((n, t) => (t.own ? n : n + 1), 0);
  const compact = laneHeight === 'compact' || (laneHeight === 'auto' && lanes > COMPACT_ABOVE);
  const mostCores = lanes > COMPACT_ABOVE ? FOLD_CORES_OF_MANY_LANES_ABOVE : FOLD_CORES_ABOVE;
  const unplaced = [
    ...coreRows(session.cores, folds.cores ?? session.cores > mostCores),
    ...processRows(session, compact, folds),
    ...counterRows(folds.counters ?? lanes > FOLD_COUNTERS_ABOVE),
  ];
  let top = 0;
  const rows = unplaced.map((row) => {
    const placed = { ...row, top } as Row;
    top += row.height;
    return placed;
  });
  const threads = rows.flatMap((row) => (row.kind === 'thread' ? [row.thread] : []));
  const flames = rows.flatMap((row) => (row.kind === 'flame' ? [row.thread] : []));
  return { rows, height: top, compact, threads, flames };
}

/** A row says all of itself in a handful of plain values. */
function sameRow(a: Row, b: Row): boolean {
  const keys = Object.keys(a) as (keyof Row)[];
  return keys.every((key) => a[key] === b[key]);
}

export const samePlan = (a: RowPlan, b: RowPlan): boolean =>
  a.height === b.height && a.rows.length === b.rows.length && a.rows.every((row, i) => sameRow(row, b.rows[i]));

/** Index of the row at `y`; -1 above the first, `rows.length` below the last. */
export function rowIndexAt(rows: readonly Row[], y: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].top <= y) low = middle + 1;
    else high = middle;
  }
  const index = low - 1;
  const last = rows[index];
  return last !== undefined && y >= last.top + last.height ? index + 1 : index;
}

/** What scrolls keeps at least this much of the view, in CSS px: the counters, which end it, fit in. */
const LEAST_SCROLLED = 190;

export interface PinnedRows {
  readonly count: number;
  readonly height: number;
}

/** The first rows that stay in sight while the others scroll: the cores, and who holds the GIL of a single process or the search among many. */
export function pinnedRows(rows: readonly Row[], viewHeight: number): PinnedRows {
  let [count, height] = [0, 0];
  for (const row of rows) {
    if (row.kind !== 'core' && row.kind !== 'gil' && row.kind !== 'processes') break;
    height += row.height;
    count++;
  }
  // None rather than some: a strip whose cores have gone would stand alone only on small screens.
  return viewHeight - height >= Math.max(LEAST_SCROLLED, height) ? { count, height } : { count: 0, height: 0 };
}

/** Where a row is in the view, scrolled so far; the pinned ones do not move. */
export const rowAtView = (rows: readonly Row[], y: number, scrollTop: number, pinned: PinnedRows): Row | undefined =>
  rows[rowIndexAt(rows, y < pinned.height ? y : y + scrollTop)];

/** First and last row that can be seen in [top, bottom); `last < first` when none can. Pinned ones are apart. */
export function visibleRows(
  rows: readonly Row[],
  top: number,
  bottom: number,
  pinned: PinnedRows = { count: 0, height: 0 },
): { first: number; last: number } {
  const first = Math.max(pinned.count, rowIndexAt(rows, top + pinned.height));
  const last = Math.min(rows.length - 1, rowIndexAt(rows, Math.max(top, bottom - 1)));
  return { first, last };
}
