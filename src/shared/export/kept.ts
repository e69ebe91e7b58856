/**
 * What no row of a recording tells and a session that is read back from a trace needs (trace/records.ts): of a part only what lies in it.
 * Of source.ts.
 */
import { ThreadState, type Ns } from '../contract/types.ts';
import { lowerBound, type F64Column } from '../model/columns.ts';
import type { FullRange } from '../model/figures.ts';
import { functionTotals } from '../model/functions.ts';
import { valueAt } from '../model/samples.ts';
import { sumsBetween } from '../model/spans.ts';
import { stateOf, Sum } from '../model/states.ts';
import type { Store } from '../model/store.ts';
import type { ProcessTrack, Track } from '../model/track.ts';
import type { Kept, TraceRecord } from './trace/records.ts';

/** Numbers of one record, about. */
const MOST_NUMBERS = 2000;

export interface KeptScope {
  tracks: readonly Track[];
  processes: readonly ProcessTrack[];
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Rows of columns within the range; where it cuts between two rows, what lies between them in proportion. */
function* rowsOf(
  times: F64Column,
  columns: readonly F64Column[],
  { start, end, whole }: FullRange,
): Generator<{ ns: Ns; values: number[] }> {
  const at = (i: number): Ns => times.get(i);
  const row = (i: number) => ({ ns: at(i), values: columns.map((column) => column.get(i)) });
  const between = (ns: Ns) => ({ ns, values: columns.map((column) => valueAt(times, column, ns)) });
  const from = whole ? 0 : lowerBound(times.length, at, start);
  const to = whole ? times.length : lowerBound(times.length, at, end);
  if (from > 0 && from < times.length && at(from) > start) yield between(start);
  for (let i = from; i < to; i++) yield row(i);
  if (to > 0 && to < times.length) yield between(end);
}

/** Such rows as columns, some at a time. */
function* columnsOf(
  times: F64Column,
  columns: readonly F64Column[],
  range: FullRange,
): Generator<{ ns: number[]; values: (number | null)[][] }> {
  const most = Math.max(1, Math.floor(MOST_NUMBERS / (columns.length + 1)));
  const fresh = () => ({ ns: [] as number[], values: columns.map((): (number | null)[] => []) });
  let told = fresh();
  for (const { ns, values } of rowsOf(times, columns, range)) {
    told.ns.push(ns);
    values.forEach((value, k) => told.values[k].push(known(value)));
    if (told.ns.length < most) continue;
    yield told;
    told = fresh();
  }
  if (told.ns.length > 0) yield told;
}

function* pieces<T>(list: readonly T[]): Generator<T[]> {
  for (let i = 0; i < list.length; i += MOST_NUMBERS) yield list.slice(i, i + MOST_NUMBERS);
}

function* machineRecords({ samples }: Store, range: FullRange): Generator<TraceRecord> {
  const { times, cpuS, rssBytes, busy, target } = samples;
  const cores = busy.length;
  for (const { ns, values } of columnsOf(times, [cpuS, rssBytes, ...busy, ...target], range)) {
    const [cpu, rss, ...ofCores] = values;
    yield { is: 'machine', ns, cpuS: cpu, rss, busy: ofCores.slice(0, cores), target: ofCores.slice(cores) };
  }
}

function* processRecords(process: ProcessTrack, range: FullRange): Generator<TraceRecord> {
  const { sampleNs, cpuS, rssBytes, info } = process;
  // Of a part, from its beginning on: what was used before is no part of it.
  const base = range.start === 0 || range.start <= info.bornNs ? 0 : valueAt(sampleNs, cpuS, range.start);
  for (const { ns, values } of columnsOf(sampleNs, [cpuS, rssBytes], range)) {
    const used = values[0].map((value) => (value === null ? null : value - base));
    yield { is: 'process', process: info.idx, ns, cpuS: used, rss: values[1] };
  }
}

function* looksRecords({ info, lookNs, lookSites }: Track, { start, end, whole }: FullRange): Generator<TraceRecord> {
  const at = (i: number): Ns => lookNs.get(i);
  const from = whole ? 0 : lowerBound(lookNs.length, at, start);
  const to = whole ? lookNs.length : lowerBound(lookNs.length, at, end);
  const rows = Array.from({ length: to - from }, (_, k) => from + k);
  for (const some of pieces(rows))
    yield { is: 'looks', thread: info.idx, ns: some.map(at), sites: some.map((i) => lookSites.get(i)) };
}

function* threadRecords(track: Track, range: FullRange): Generator<TraceRecord> {
  const thread = track.info.idx;
  for (const { ns, values } of columnsOf(track.sampleNs, [track.sampleCpu], range))
    yield { is: 'thread', thread, ns, cpuS: values[0] };
  yield* looksRecords(track, range);
  for (const some of pieces(functionTotals([track], range, null).all))
    yield {
      ...{ is: 'tally', thread, sites: some.map(({ fn }) => fn) },
      sums: some.flatMap(({ figures }) => Array.from(figures)),
    };
}

function* watchRecords({ watches }: Store, range: FullRange, within: ReadonlySet<number>): Generator<TraceRecord> {
  for (const { watch, steps } of watches.kept(range)) {
    if (!within.has(watch.process)) continue;
    yield { is: 'watch', ...watch };
    for (const some of pieces([...steps]))
      yield {
        ...{ is: 'steps', ns: some.map(({ ns }) => ns) },
        counts: some.map(({ count, immortal }) => (immortal ? -1 : count)),
        sizes: some.map(({ sizeBytes }) => sizeBytes),
      };
  }
  for (const told of watches.keptRounds()) if (within.has(told.process)) yield { is: 'rounds', ...told };
}

/** From its first state to its last. */
function lifeOf({ rows }: Track, { start, end }: FullRange): { from: Ns; to: Ns } | null {
  if (rows.length === 0) return null;
  const last = rows.length - 1;
  const until = stateOf(rows.meta(last)) === ThreadState.none ? rows.start(last) : rows.until;
  const [from, to] = [Math.max(rows.start(0), start), Math.min(until, end)];
  return from <= to ? { from, to } : null;
}

/** Within its life, when it was not there: between the end of one thread and the begin of another that is taken for it. */
function goneOf({ rows }: Track, life: { from: Ns; to: Ns } | null): { from: Ns; to: Ns }[] {
  if (life === null || sumsBetween(rows, life.from, life.to)[Sum.none] === 0) return [];
  const gone: { from: Ns; to: Ns }[] = [];
  for (let i = Math.max(0, rows.indexAt(life.from)); i < rows.length && rows.start(i) < life.to; i++)
    if (stateOf(rows.meta(i)) === ThreadState.none)
      gone.push({ from: Math.max(life.from, rows.start(i)), to: Math.min(life.to, rows.end(i)) });
  return gone;
}

export function keptOf(store: Store, range: FullRange, scope: KeptScope, damage: string | null): Kept {
  const { head, samples, marks } = store;
  const told = new Set(scope.tracks);
  const within = new Set(scope.processes.map(({ info }) => info.idx));
  return {
    session: () => ({
      ...{ kind: head?.kind ?? 'launch', platform: head?.platform ?? '', cwd: head?.cwd ?? null },
      ...{ closedNs: store.closedNs, damage, rssMaxBytes: samples.rssMaxBytes, pssMaxBytes: samples.pssMaxBytes },
      ...{ marksDropped: marks.dropped, markNames: marks.names.slice(1) },
    }),
    process: (idx) => {
      const { info, startNs, endNs, bornHere, rssMaxBytes, pssMaxBytes, functions, functionsReason } =
        store.processes[idx];
      const { on, ever, reason, minNs } = functions;
      return {
        ...{ startNs, endNs, bornHere, rssBytes: info.rssBytes, pssBytes: info.pssBytes, rssMaxBytes, pssMaxBytes },
        functions: { on, ever, reason, minNs, lastReason: functionsReason },
      };
    },
    thread: (idx) => {
      const track = store.tracks[idx];
      const life = lifeOf(track, range);
      return { told: told.has(track), life, gone: goneOf(track, life), callsDropped: track.calls?.dropped ?? 0 };
    },
    *records() {
      yield* machineRecords(store, range);
      for (const process of scope.processes) yield* processRecords(process, range);
      for (const track of scope.tracks) yield* threadRecords(track, range);
      yield* watchRecords(store, range, within);
    },
  };
}
