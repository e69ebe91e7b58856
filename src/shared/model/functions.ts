/**
 * What was called, by function: sums of the function trace over a range and over threads. Pure functions over tallies.ts; called by session.ts and
 * summary.ts.
 */
import type {
  FunctionInfo,
  FunctionRow,
  FunctionsReply,
  FunctionsState,
  GilTimes,
  SummaryFunction,
  SummaryFunctions,
} from '../contract/functions.ts';
import type { SiteInfo, ThreadIdx } from '../contract/types.ts';
import { TALLY_WIDTH, TallySum } from '../protocol/functionTrace.ts';
import { toSeconds } from '../units.ts';
import type { FullRange } from './figures.ts';
import type { Store } from './store.ts';
import type { ProcessTrack, Track } from './track.ts';

/** Rows of an answer. */
const MOST_ROWS = 2000;
/** Functions told one by one in a summary. */
const MOST_TOLD = 200;

export interface FunctionsFilter {
  thread?: ThreadIdx | undefined;
  /** Words that must all be in its name or file. */
  search?: string | undefined;
}

export const functionOf = ({ idx, process, name, qualname, file, firstLine, builtin }: SiteInfo): FunctionInfo => ({
  ...{ idx, process, name, qualname, file, firstLine, builtin },
});

/** Whether a function is searched for; null: every one is. */
export function searched(store: Store, search: string | undefined): ((fn: number) => boolean) | null {
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const known = new Map<number, boolean>();
  return (fn) => {
    let is = known.get(fn);
    if (is === undefined) {
      const text = searchText(store.sites.infos[fn]).toLowerCase();
      is = words.every((word) => text.includes(word));
      known.set(fn, is);
    }
    return is;
  };
}

/** One written in C is called as its module has it: time.sleep. */
const searchText = ({ name, qualname, file, builtin }: SiteInfo): string =>
  builtin ? `${file}.${name}` : `${qualname ?? name}\n${file}`;

/** What the calls of one function come to. */
export class FunctionSums {
  readonly figures = new Float64Array(TALLY_WIDTH);
  threads = 0;
  /** The last thread that was added. */
  private last: Track | null = null;

  constructor(readonly fn: number) {}

  add(track: Track, sums: Float64Array, at: number, share: number): void {
    if (this.last !== track) this.threads++;
    this.last = track;
    for (let w = 0; w < TALLY_WIDTH; w++) this.figures[w] += sums[at + w] * share;
  }

  get calls(): number {
    return Math.round(this.figures[TallySum.calls]);
  }

  get own(): GilTimes {
    return this.times(TallySum.ownHold);
  }

  get total(): GilTimes {
    return this.times(TallySum.hold);
  }

  get ownNs(): number {
    const { holdNs, waitNs, releasedNs } = this.own;
    return holdNs + waitNs + releasedNs;
  }

  private times(at: number): GilTimes {
    const [holdNs, waitNs, releasedNs] = this.figures.subarray(at, at + 3);
    return { holdNs, waitNs, releasedNs };
  }
}

export interface FunctionTotals {
  /** Longest own time first. */
  all: FunctionSums[];
  prorated: boolean;
  dropped: number;
}

/** Sums over a range and some threads. */
export function functionTotals(
  tracks: readonly Track[],
  range: FullRange,
  wanted: ((fn: number) => boolean) | null,
): FunctionTotals {
  const byFunction = new Map<number, FunctionSums>();
  // The last sums may reach past what is merged.
  const [start, end] = range.whole ? [-Infinity, Infinity] : [range.start, range.end];
  let prorated = false;
  let dropped = 0;
  for (const track of tracks) {
    dropped += track.calls?.dropped ?? 0;
    const cut = track.tallies?.add(start, end, (fn, sums, at, share) => {
      if (wanted !== null && !wanted(fn)) return;
      let row = byFunction.get(fn);
      if (row === undefined) byFunction.set(fn, (row = new FunctionSums(fn)));
      row.add(track, sums, at, share);
    });
    prorated ||= cut === true;
  }
  const all = [...byFunction.values()].sort((a, b) => b.ownNs - a.ownNs || b.calls - a.calls || a.fn - b.fn);
  return { all, prorated, dropped };
}

function summaryRow(store: Store, sums: FunctionSums): SummaryFunction {
  const { name, qualname, file, firstLine, builtin } = store.sites.infos[sums.fn];
  const { own, total } = sums;
  return {
    name: name === '' ? null : (qualname ?? name),
    file: file === '' ? null : file,
    line: name === '' || builtin ? null : firstLine,
    calls: sums.calls,
    own_s: toSeconds(sums.ownNs),
    own_held_s: toSeconds(own.holdNs),
    own_wait_s: toSeconds(own.waitNs),
    own_released_s: toSeconds(own.releasedNs),
    total_s: toSeconds(total.holdNs + total.waitNs + total.releasedNs),
    held_s: toSeconds(total.holdNs),
    wait_s: toSeconds(total.waitNs),
    released_s: toSeconds(total.releasedNs),
  };
}

/** Of one process; undefined when nobody asked for its calls. */
export function functionsSummary(
  store: Store,
  { tracks, functions: { ever }, functionsReason: reason }: ProcessTrack,
  range: FullRange,
): SummaryFunctions | undefined {
  if (!ever && reason === null) return undefined;
  const { all, prorated, dropped } = functionTotals(tracks, range, null);
  return {
    by_own: all.slice(0, MOST_TOLD).map((sums) => summaryRow(store, sums)),
    more: Math.max(0, all.length - MOST_TOLD),
    calls: callsOf(all),
    prorated,
    dropped,
    reason,
  };
}

const callsOf = (all: readonly FunctionSums[]): number => all.reduce((sum, { calls }) => sum + calls, 0);

/** Where memory was short, calls are left out that the tracer sent. */
function stateOf({ callRoom }: Store, state: FunctionsState): FunctionsState {
  const { minNs } = state;
  return { ...state, minNs: minNs === null ? null : Math.max(minNs, callRoom.leastNs) };
}

export function functionsReply(
  store: Store,
  range: FullRange,
  filter: FunctionsFilter,
): Omit<FunctionsReply, 'revision'> {
  const { thread, search } = filter;
  const tracks = thread === undefined ? store.userTracks() : [store.tracks[thread]].filter((one) => one !== undefined);
  const { all, prorated, dropped } = functionTotals(tracks, range, searched(store, search));
  return {
    start: range.start,
    end: range.end,
    rows: all.slice(0, MOST_ROWS).map((sums): FunctionRow => {
      const { calls, own, total, threads } = sums;
      return { function: functionOf(store.sites.infos[sums.fn]), calls, own, total, threads };
    }),
    rowCount: all.length,
    calls: callsOf(all),
    prorated,
    dropped,
    states: store.processes.map(({ functions }) => stateOf(store, functions)),
  };
}
