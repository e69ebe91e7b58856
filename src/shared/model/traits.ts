/**
 * What kind of thread each is, and how a range was spent at its GILs: what the verdicts judge by (verdict.ts, verdict/).
 */
import { ThreadState, type Ns } from '../contract/types.ts';
import { toSeconds } from '../units.ts';
import { HolderSums } from './ownership.ts';
import type { Figures, FullRange, ThreadFigures } from './figures.ts';
import { stateOf } from './states.ts';
import type { Store } from './store.ts';

/**
 * A thread that holds or wants the GIL for this part of its life is bound by Python's CPU; so is one that mostly keeps the GIL until
 * it is made to let go, however long it rests between (a stage of a pipeline).
 */
const CPU_WANTS = 0.7;
/** ... if it held it for at least this part of the range: short-lived ones do not matter. */
const CPU_HOLDS = 0.05;
/** An I/O thread: comes back again and again, ... */
const IO_TAKES = 5;
/** ... and holds the GIL for at most this part of its life. */
const IO_HOLDS = 0.2;
/** Waits looked into one by one, evenly spread when there are more. */
const MOST_WAITS = 20_000;

export interface ThreadTraits {
  idx: number;
  process: number;
  name: string;
  kind: 'cpu' | 'io' | 'other';
  holdS: number;
  waitS: number;
  runningS: number;
  blockedS: number;
  /** Of the released time in waits for locks; null: the engine cannot tell. */
  lockS: number | null;
  /** Holding or waiting. */
  activeS: number;
  waits: number;
  meanHoldS: number;
  waitP95S: number | null;
  /** As sampled, with and without the GIL. */
  cpuS: number | null;
}

export interface Traits {
  threads: ThreadTraits[];
  heldS: number;
  /** Of the time GILs lived: the part in which they were free, and in which somebody waited. Of the busiest GIL. */
  free: number;
  contended: number;
  /** Seconds in which somebody waited for that GIL. */
  contendedS: number;
}

function kindOf(t: ThreadFigures, lengthS: number): ThreadTraits['kind'] {
  const life = t.holdS + t.waitS + t.runningS + t.blockedS;
  if (life <= 0) return 'other';
  const wants = (t.holdS + t.waitS) / life;
  // A starved I/O thread wants the GIL nearly always, too: it is its holds that are short and end by its own will.
  const lets = t.voluntary > t.preempted && t.takes >= IO_TAKES && t.holdS <= IO_HOLDS * life;
  if (lets) return 'io';
  const keeps = wants >= CPU_WANTS || t.preempted > t.voluntary;
  return keeps && t.holdS >= CPU_HOLDS * lengthS ? 'cpu' : 'other';
}

function traitOf(store: Store, t: ThreadFigures, lengthS: number): ThreadTraits {
  const info = store.threadInfos[t.thread];
  return {
    idx: t.thread,
    process: info.process,
    name: info.name,
    kind: kindOf(t, lengthS),
    holdS: t.holdS,
    waitS: t.waitS,
    runningS: t.runningS,
    blockedS: t.blockedS,
    lockS: t.lockS,
    activeS: t.holdS + t.waitS,
    waits: t.waits,
    meanHoldS: t.takes > 0 ? t.holdS / t.takes : 0,
    waitP95S: t.waitP95S,
    cpuS: t.cpuS,
  };
}

/** Of all processes, or of one: threads of different processes do not share a GIL. */
export function traitsOf(store: Store, figures: Figures, only: number | null = null): Traits {
  const among = (process: number): boolean => only === null || process === only;
  const lengthS = toSeconds(figures.range.end - figures.range.start);
  let free = 1;
  let contended = 0;
  let contendedS = 0;
  for (const gil of figures.gils) {
    const life = gil.heldS + gil.freeS;
    if (life <= 0 || !among(store.gils[gil.gil].info.process)) continue;
    free = Math.min(free, gil.freeS / life);
    contended = Math.max(contended, gil.contendedS / life);
    contendedS = Math.max(contendedS, gil.contendedS);
  }
  const threads = figures.threads
    .filter((t) => among(store.threadInfos[t.thread].process))
    .map((t) => traitOf(store, t, lengthS));
  return { threads, heldS: threads.reduce((sum, t) => sum + t.holdS, 0), free, contended, contendedS };
}

export interface Behind {
  /** Of the waits looked into. */
  totalNs: number;
  /** Of it, what each thread held the GIL meanwhile. */
  byThread: Map<number, number>;
  /** Begin and end of each that was long. */
  long: [Ns, Ns][];
}

/** Who held the GIL while a thread waited for it, over all waits that start in the range; `longNs`: from where on one is long. */
export function waitedBehind(store: Store, thread: number, range: FullRange, longNs: number): Behind {
  const { rows } = store.tracks[thread];
  const from = rows.lowerBound(range.start);
  const to = rows.lowerBound(range.end);
  // Evenly spread: after each wait looked into, so many intervals are passed over.
  const stride = Math.max(1, Math.floor((to - from) / MOST_WAITS));
  const sums = new HolderSums(store.tracks.length);
  const long: [Ns, Ns][] = [];
  let totalNs = 0;
  for (let i = from; i < to;) {
    if (stateOf(rows.meta(i)) !== ThreadState.wait) {
      i++;
      continue;
    }
    const ns = rows.end(i) - rows.start(i);
    totalNs += ns;
    if (ns >= longNs) long.push([rows.start(i), rows.end(i)]);
    store.gils[rows.tag(i)].owner.accumulate(rows.start(i), rows.end(i), sums);
    i += stride;
  }
  return { totalNs, byThread: new Map(sums.touched.map((t) => [t, sums.ns[t]])), long };
}
