/** The tables of csv, jsonl and arrow: what each row is, its columns and units. docs/exports.md describes them in the same words. */
import { IntervalFlag, ThreadState, type SiteInfo } from '../../contract/types.ts';
import type { ExportSource, IntervalRow } from '../types.ts';
import type { Cell, Column, ColumnType, Table, TableRow } from './table.ts';

/** `name type about` of each column. */
const columns = (...list: [name: string, type: ColumnType, about: string][]): Column[] =>
  list.map(([name, type, about]) => ({ name, type, about }));

const START: [string, ColumnType, string] = ['start_s', 'seconds', 'seconds from the start of the session'];
const PROCESS: [string, ColumnType, string] = ['pid', 'integer', 'process id'];
const THREAD: [string, ColumnType, string][] = [
  PROCESS,
  ['tid', 'integer', 'the system’s id of the thread'],
  ['thread', 'text', 'name of the thread'],
];
const place = (what: string): [string, ColumnType, string][] => [
  ['function', 'text', `function ${what}; null: not known`],
  ['file', 'text', 'its file; of a function written in C its module'],
  ['line', 'integer', 'the line where it is known, else the first of the function; null: written in C'],
];

/** Function, file, line. */
function putPlace(cells: Cell[], at: number, site: SiteInfo | null): void {
  cells[at] = site === null ? null : (site.qualname ?? site.name);
  cells[at + 1] = site === null || site.file === '' ? null : site.file;
  cells[at + 2] = site === null || site.builtin ? null : (site.line ?? site.firstLine);
}

/** pid, tid, name. */
function putThread(cells: Cell[], at: number, source: ExportSource, thread: number): void {
  const { process, tid, name } = source.thread(thread);
  cells[at] = source.process(process).pid;
  cells[at + 1] = tid;
  cells[at + 2] = name;
}

const rowOf = (width: number): TableRow => ({ cells: Array.from({ length: width }, (): Cell => null), done: 0 });

/** The intervals of one state; the columns both have come first, `put` adds the rest from `at` on. */
function* intervals(
  source: ExportSource,
  width: number,
  state: ThreadState,
  put: (cells: Cell[], at: number, row: IntervalRow) => void,
): Generator<TableRow> {
  const out = rowOf(width);
  const { cells } = out;
  const ids = new Map(source.gils.map(({ idx, id }) => [idx, id]));
  for (const { idx } of source.threads) {
    putThread(cells, 2, source, idx);
    for (const row of source.intervals(idx)) {
      out.done++;
      if (row.state !== state) continue;
      cells[0] = row.start;
      cells[1] = row.end - row.start;
      cells[5] = row.gil === null ? null : (ids.get(row.gil) ?? null);
      cells[6] = (row.flags & IntervalFlag.requested) !== 0;
      cells[7] = (row.flags & IntervalFlag.open) !== 0;
      cells[8] = row.cutStart;
      cells[9] = row.cutEnd;
      putPlace(cells, 10, row.site);
      put(cells, 13, row);
      yield out;
    }
  }
}

const ofInterval = (requested: string, where: string): [string, ColumnType, string][] => [
  ...THREAD,
  ['gil', 'integer', 'which GIL of its process: 0 is the main interpreter’s'],
  ['requested', 'flag', requested],
  ['open', 'flag', 'it had not ended, or its end was not seen'],
  ['cut_start', 'flag', 'it began before the range; only the part within is told'],
  ['cut_end', 'flag', 'it went on after the range'],
  ...place(where),
];

const HOLDS = columns(
  START,
  ['hold_s', 'seconds', 'how long it held the GIL'],
  ...ofInterval('another thread asked for the GIL meanwhile', 'in which the hold ended'),
  ['core', 'integer', 'core on which it took; null: not known'],
  ['ended', 'text', 'preempted: it was told to let go; voluntary: it went into a call that blocks or frees the GIL'],
);

const WAITS = columns(
  START,
  ['wait_s', 'seconds', 'how long it waited for the GIL'],
  ...ofInterval('it asked the holder to let go', 'in which the thread had let go before'),
);

const SWITCHES = columns(
  ['at_s', 'seconds', 'when the next thread took, seconds from the start of the session'],
  PROCESS,
  ['gil', 'integer', 'which GIL of its process'],
  ['from_tid', 'integer', 'thread that was last seen to hold it before; null: not known'],
  ['from_thread', 'text', 'its name'],
  ['to_tid', 'integer', 'thread that took it'],
  ['to_thread', 'text', 'its name'],
  [
    'free_s',
    'seconds',
    'how long nobody held it in between; null: not known, for events were dropped: another thread may have held it',
  ],
  ['preempted', 'flag', 'the thread before was told to let go; null: not known'],
  ...place('in which the thread before let go'),
);

function* switches(source: ExportSource): Generator<TableRow> {
  const out = rowOf(SWITCHES.length);
  const { cells } = out;
  for (const { idx, id, process } of source.gils) {
    cells[1] = source.process(process).pid;
    cells[2] = id;
    for (const row of source.switches(idx)) {
      const from = row.from === null ? null : source.thread(row.from);
      const to = source.thread(row.to);
      cells[0] = row.at;
      cells[3] = from?.tid ?? null;
      cells[4] = from?.name ?? null;
      cells[5] = to.tid;
      cells[6] = to.name;
      cells[7] = row.droppedAt === null ? null : row.at - row.droppedAt;
      cells[8] = row.preempted;
      putPlace(cells, 9, row.site);
      yield out;
    }
  }
}

const CORES = columns(
  START,
  ['end_s', 'seconds', 'the fractions are of the time until then'],
  ['core', 'integer', 'number of the core'],
  ['target', 'number', 'fraction of the time, 0 to 1, in which it was busy with this session’s processes'],
  ['others', 'number', 'fraction in which it was busy with anything else'],
);

function* cores(source: ExportSource): Generator<TableRow> {
  const out = rowOf(CORES.length);
  const { cells } = out;
  for (const row of source.coreSamples())
    for (let core = 0; core < row.target.length; core++) {
      cells[0] = row.since;
      cells[1] = row.at;
      cells[2] = core;
      cells[3] = row.target[core];
      cells[4] = row.others[core];
      yield out;
    }
}

const THREADS = columns(
  ...THREAD,
  ['process', 'text', 'name of the process'],
  ['python', 'text', 'version of its interpreter'],
  ['engine', 'text', 'exact or estimated: how it was measured'],
  ['main', 'flag', 'its process’s main thread'],
  ['born_s', 'seconds', 'when it was first seen'],
  ['ended_s', 'seconds', 'its end; null: it had none'],
  ['hold_s', 'number', 'seconds in which it held the GIL'],
  ['wait_s', 'number', 'seconds in which it waited for the GIL'],
  ['lock_wait_s', 'number', 'seconds in which it had let go and waited for a lock; null: not known'],
  ['cpu_s', 'number', 'seconds of CPU; null: not sampled'],
  ['holds', 'integer', 'holds that began in the range'],
  ['waits', 'integer', 'waits that began in the range'],
  ['preempted', 'integer', 'holds that ended pre-empted'],
  ['voluntary', 'integer', 'holds that ended voluntarily'],
  ['hold_max_s', 'number', 'the longest hold'],
  ['wait_p50_s', 'number', 'half of its waits were not longer'],
  ['wait_p95_s', 'number', '95 % of its waits were not longer'],
  ['wait_p99_s', 'number', '99 % of its waits were not longer'],
  ['wait_max_s', 'number', 'the longest wait'],
);

function* threads(source: ExportSource): Generator<TableRow> {
  for (const { idx, tid, name, process, main, bornNs, endedNs } of source.threads) {
    const { pid, name: program, python, engine } = source.process(process);
    const sums = source.figures(idx);
    const cells = [
      ...[pid, tid, name, program, python, engine, main, bornNs, endedNs, sums.held_s, sums.wait_s, sums.lock_wait_s],
      ...[sums.cpu_s, sums.takes, sums.waits, sums.preempted, sums.voluntary, sums.hold_max_s, sums.wait_p50_s],
      ...[sums.wait_p95_s, sums.wait_p99_s, sums.wait_max_s],
    ];
    yield { cells, done: 0 };
  }
}

const MEMORY = columns(
  ['at_s', 'seconds', 'seconds from the start of the session'],
  PROCESS,
  ['process', 'text', 'name of the process'],
  ['rss_bytes', 'integer', 'resident memory; null: not known'],
  ['cpu_s', 'number', 'CPU seconds of the process so far, gilscope’s own threads left out'],
);

function* memory(source: ExportSource): Generator<TableRow> {
  const out = rowOf(MEMORY.length);
  for (const { idx, pid, name } of source.processes)
    for (const { at, rssBytes, cpuS } of source.processSamples(idx)) {
      out.cells = [at, pid, name, Number.isNaN(rssBytes) ? null : rssBytes, cpuS];
      yield out;
    }
}

const REFCOUNTS = columns(
  ['at_s', 'seconds', 'from when on it was so, seconds from the start of the session'],
  PROCESS,
  ['watch', 'integer', 'number of the watch'],
  ['expression', 'text', 'what is watched: module:name'],
  ['count', 'integer', 'references to it; null: immortal or absent'],
  ['size_bytes', 'integer', 'sys.getsizeof; null: not known'],
  ['state', 'text', 'counted; immortal: nobody counts its references; absent: there was no such object'],
);

function* refcounts(source: ExportSource): Generator<TableRow> {
  for (const { at, process, watch, expression, count, size, immortal, absent } of source.refcounts()) {
    const state = immortal ? 'immortal' : absent ? 'absent' : 'counted';
    yield { cells: [at, source.process(process).pid, watch, expression, count, size, state], done: 0 };
  }
}

const FUNCTIONS = columns(
  ...THREAD,
  ...place('that was called'),
  ['builtin', 'flag', 'written in C'],
  ['calls', 'integer', 'how often it was called'],
  ['own_s', 'number', 'seconds in which it was the innermost call'],
  ['own_hold_s', 'number', 'of these: held the GIL'],
  ['own_wait_s', 'number', 'of these: waited for the GIL'],
  ['own_released_s', 'number', 'of these: had let go'],
  ['total_s', 'number', 'seconds in which it was anywhere on the stack'],
  ['hold_s', 'number', 'of these: held the GIL'],
  ['wait_s', 'number', 'of these: waited for the GIL'],
  ['released_s', 'number', 'of these: had let go'],
);

function* functions(source: ExportSource): Generator<TableRow> {
  const out = rowOf(FUNCTIONS.length);
  const { cells } = out;
  for (const row of source.functions()) {
    const { function: fn } = row;
    putThread(cells, 0, source, row.thread);
    putPlace(cells, 3, fn === null ? null : { ...fn, line: null });
    const sums = [row.ownS, row.ownHoldS, row.ownWaitS, row.ownReleasedS, row.totalS, row.holdS, row.waitS];
    [fn?.builtin ?? false, row.calls, ...sums, row.releasedS].forEach((cell, i) => (cells[6 + i] = cell));
    yield out;
  }
}

const BLAME = columns(
  PROCESS,
  ['waiter_tid', 'integer', 'thread that waited'],
  ['waiter', 'text', 'its name'],
  ['holder_tid', 'integer', 'thread that held the GIL meanwhile; null: it was free, or nobody knows who held it'],
  ['holder', 'text', 'its name'],
  ...place('in which that hold ended'),
  ['wait_s', 'number', 'seconds'],
  ['waits', 'integer', 'waits in which it had a part: one wait may count in several rows'],
);

function* blame(source: ExportSource): Generator<TableRow> {
  const out = rowOf(BLAME.length);
  const { cells } = out;
  for (const { waiter, holder, site, waitS, waits } of source.blame()) {
    putThread(cells, 0, source, waiter);
    const by = holder === null ? null : source.thread(holder);
    cells[3] = by?.tid ?? null;
    cells[4] = by?.name ?? null;
    putPlace(cells, 5, site === null ? null : { ...site, line: null });
    cells[8] = waitS;
    cells[9] = waits;
    yield out;
  }
}

/** How a hold ended; null: it is not known. */
const endedHow = (flags: number): string | null =>
  flags & IntervalFlag.preempted ? 'preempted' : flags & IntervalFlag.voluntary ? 'voluntary' : null;

export const TABLES: readonly Table[] = [
  { name: 'threads', about: 'each thread and its figures in the range', columns: THREADS, rows: threads },
  { name: 'blame', about: 'who waited for whom, by function', columns: BLAME, rows: blame },
  { name: 'functions', about: 'each function of each traced thread', columns: FUNCTIONS, rows: functions },
  { name: 'cores', about: 'each core in each round of the sampler', columns: CORES, rows: cores },
  { name: 'memory', about: 'memory and CPU of each process in each round', columns: MEMORY, rows: memory },
  { name: 'refcounts', about: 'each change of a watched reference count', columns: REFCOUNTS, rows: refcounts },
  { name: 'switches', about: 'each change of holder', columns: SWITCHES, rows: switches },
  {
    ...{ name: 'holds', about: 'each hold of a GIL', columns: HOLDS },
    rows: (source) =>
      intervals(source, HOLDS.length, ThreadState.hold, (cells, at, row) => {
        cells[at] = row.core < 0 ? null : row.core;
        cells[at + 1] = endedHow(row.flags);
      }),
  },
  {
    ...{ name: 'waits', about: 'each wait for a GIL', columns: WAITS },
    rows: (source) => intervals(source, WAITS.length, ThreadState.wait, () => undefined),
  },
];

/** How many intervals a table reads: what its progress is of. */
export const stepsOf = ({ name }: Table, { intervalCount }: ExportSource): number =>
  name === 'holds' || name === 'waits' ? intervalCount : 0;
