/**
 * Everything that is a number over time, as series for traces of other tools: a value counts from its time to the next one's.
 * Of sums over an interval (CPU) the value stands at the interval's begin, and the last one again at its end. Shared by `perfetto` and `chrome`.
 */
import type { GilIdx, Ns, ProcIdx, ThreadIdx } from '../../contract/basics.ts';
import { NS_PER_S } from '../../units.ts';
import { nameOfGil } from './names.ts';
import type { ExportSource } from '../types.ts';

/** What a counter is of, for programs: names are for people. */
export type CounterOf =
  | { of: 'core'; core: number; who: 'target' | 'others' }
  | { of: 'processCpu'; process: ProcIdx }
  | { of: 'rss'; process: ProcIdx }
  | { of: 'threadCpu'; thread: ThreadIdx }
  | { of: 'switches'; gil: GilIdx }
  | { of: 'refcount'; watch: number };

export interface Counter {
  /** Whose it is; null: of the machine. */
  process: ProcIdx | null;
  thread: ThreadIdx | null;
  name: string;
  unit: 'percent' | 'bytes' | '1/s' | 'references';
  is: CounterOf;
}

/** A value for each counter of a group; NaN: not known. Reused. */
interface Point {
  at: Ns;
  values: Float64Array;
}
type Points = Iterable<Point>;

/** Counters that are known at the same times. */
export interface CounterGroup {
  counters: Counter[];
  points: Points;
}

function* corePoints(source: ExportSource): Points {
  const point = { at: 0, values: new Float64Array(0) };
  let end: Ns | null = null;
  for (const { since, at, target, others } of source.coreSamples()) {
    if (point.values.length === 0) point.values = new Float64Array(2 * target.length);
    for (let core = 0; core < target.length; core++) {
      point.values[2 * core] = target[core] * 100;
      point.values[2 * core + 1] = others[core] * 100;
    }
    point.at = since;
    end = at;
    yield point;
  }
  if (end === null) return;
  point.at = end;
  yield point;
}

function cores(source: ExportSource): CounterGroup {
  const counters = source.summary.cores.flatMap(({ core }) =>
    (['target', 'others'] as const).map((who): Counter => {
      const name = who === 'target' ? `core ${core}: this session` : `core ${core}: other programs`;
      return { process: null, thread: null, name, unit: 'percent', is: { of: 'core', core, who } };
    }),
  );
  return { counters, points: corePoints(source) };
}

/** From seconds so far to percent of a core. */
function* percentPoints(samples: Iterable<{ at: Ns; cpuS: number }>): Points {
  const point = { at: NaN, values: new Float64Array(1) };
  let cpuS = NaN;
  for (const sample of samples) {
    const [before, used] = [point.at, sample.cpuS - cpuS];
    if (sample.at > before) {
      point.values[0] = ((used * NS_PER_S) / (sample.at - before)) * 100;
      yield point;
    }
    point.at = sample.at;
    cpuS = sample.cpuS;
  }
  if (!Number.isNaN(point.at)) yield point;
}

function* rssPoints(source: ExportSource, process: ProcIdx): Points {
  const point = { at: 0, values: new Float64Array(1) };
  for (const { at, rssBytes } of source.processSamples(process)) {
    point.at = at;
    point.values[0] = rssBytes;
    yield point;
  }
}

const MOST_BINS = 1000;
const LEAST_BIN: Ns = 10e6;

function* switchPoints(source: ExportSource, gil: GilIdx): Points {
  const length = source.end - source.start;
  const bin = Math.max(LEAST_BIN, length / MOST_BINS);
  const counts = new Float64Array(Math.max(1, Math.ceil(length / bin)));
  for (const { at } of source.switches(gil))
    counts[Math.min(counts.length - 1, Math.floor((at - source.start) / bin))]++;
  const point = { at: 0, values: new Float64Array(1) };
  for (const [i, count] of counts.entries()) {
    point.at = source.start + i * bin;
    const until = Math.min(source.end, point.at + bin);
    if (until <= point.at) break;
    point.values[0] = (count * NS_PER_S) / (until - point.at);
    yield point;
  }
  point.at = source.end;
  yield point;
}

interface Watch {
  counter: Counter;
  points: Point[];
}

/** Changes of a count are few. An immortal object has none; one that is not there has no references. */
function refcounts(source: ExportSource): CounterGroup[] {
  const watches = new Map<number, Watch>();
  for (const { watch, process, expression, at, count, absent } of source.refcounts()) {
    let known = watches.get(watch);
    if (known === undefined) {
      const name = `references: ${expression}`;
      const counter: Counter = { process, thread: null, name, unit: 'references', is: { of: 'refcount', watch } };
      watches.set(watch, (known = { counter, points: [] }));
    }
    known.points.push({ at, values: Float64Array.of(absent ? 0 : (count ?? NaN)) });
  }
  return [...watches.values()].map(({ counter, points }) => ({ counters: [counter], points }));
}

/** All but the waiters of a GIL. */
export function* counterGroups(source: ExportSource): Generator<CounterGroup> {
  yield cores(source);
  for (const { idx: process } of source.processes) {
    const base = { process, thread: null };
    yield {
      counters: [{ ...base, name: 'CPU', unit: 'percent', is: { of: 'processCpu', process } }],
      points: percentPoints(source.processSamples(process)),
    };
    yield {
      counters: [{ ...base, name: 'memory (RSS)', unit: 'bytes', is: { of: 'rss', process } }],
      points: rssPoints(source, process),
    };
  }
  for (const info of source.gils) {
    const name = `switches/s of ${nameOfGil(info)}`;
    const is = { of: 'switches', gil: info.idx } as const;
    yield {
      counters: [{ process: info.process, thread: null, name, unit: '1/s', is }],
      points: switchPoints(source, info.idx),
    };
  }
  for (const { idx: thread, process } of source.threads)
    yield {
      counters: [{ process, thread, name: 'CPU', unit: 'percent', is: { of: 'threadCpu', thread } }],
      points: percentPoints(source.threadSamples(thread)),
    };
  yield* refcounts(source);
}
