/** I/O threads that starve behind CPU-bound ones: what they wait is set by the others' switch interval, not by their own work. */
import type { Ns } from '../../contract/types.ts';
import { formatCount, formatPercent, formatSeconds } from '../../format.ts';
import { NS_PER_S } from '../../units.ts';
import { waitedBehind, type ThreadTraits } from '../traits.ts';
import {
  intervalEvidence,
  machineEvidence,
  nameList,
  plural,
  share,
  total,
  type Context,
  type Finding,
} from './context.ts';

/** Fewer waits than this are an incident, not a pattern. */
const STARVED_WAITS = 5;
/** A wait shorter than this on average is wake-up time of the system, not starving. */
const STARVED_MEAN_S = 0.0005;
/** Most of the waiting must be behind CPU-bound holders to blame them. */
const STARVED_BEHIND = 0.5;
/** Looked into one by one; those that wait most. */
const MOST_CANDIDATES = 16;
/** A wait of so many intervals for each CPU-bound thread is the interval's doing; a longer one is the machine's. */
const INTERVALS_EACH = 1.5;
/** A short interval to compare with, when advice names one. */
const SHORT_INTERVAL_S = 0.001;

function starvedAdvice(context: Context, starved: ThreadTraits, behind: number, blamed: ThreadTraits[]): string {
  const holders = nameList(blamed);
  const interval = context.store.processInfos[starved.process].switchIntervalS;
  const meanS = starved.waitS / starved.waits;
  const move =
    `Move the work of ${holders} into another process (multiprocessing, ProcessPoolExecutor): ` +
    `predicted to spare ${starved.name} the ${formatPercent(behind)} of its waiting that is behind it.`;
  if (interval === null || interval <= SHORT_INTERVAL_S) return move;
  const shorten = `${move} Or shorten the switch interval (now ${formatSeconds(interval)}) with sys.setswitchinterval(${SHORT_INTERVAL_S})`;
  // Waits scale with the interval only while it is the interval that ends them.
  const scales = meanS >= interval / 4 && meanS <= INTERVALS_EACH * interval * blamed.length;
  if (!scales) return `${shorten}, for more switches.`;
  const predicted = (meanS * SHORT_INTERVAL_S) / interval;
  return `${shorten}: predicted wait about ${formatSeconds(predicted)} each time, for more switches.`;
}

interface Starved {
  thread: ThreadTraits;
  /** CPU-bound threads it waited for, and the part of its waiting that was for them. */
  blamed: ThreadTraits[];
  fraction: number;
}

/**
 * Long waits come all along while these threads live beside it: in both of the middle quarters. A thread that starts others and joins them waits
 * behind them as well, but when they begin and when they end.
 */
function isSteady(
  { store, figures: { range } }: Context,
  thread: ThreadTraits,
  beside: ThreadTraits[],
  long: [Ns, Ns][],
) {
  const lives = beside.map(({ idx }) => store.threadInfos[idx]);
  const { bornNs, endedNs } = store.threadInfos[thread.idx];
  const from = Math.max(range.start, bornNs, Math.min(...lives.map((one) => one.bornNs)));
  const to = Math.min(range.end, endedNs ?? range.end, Math.max(...lives.map((one) => one.endedNs ?? range.end)));
  const quarter = (to - from) / 4;
  const within = (begin: Ns): boolean => long.some(([start, end]) => end > begin && start < begin + quarter);
  return within(from + quarter) && within(from + 2 * quarter);
}

function starvedBehind(context: Context, thread: ThreadTraits, hogs: ThreadTraits[]): Starved[] {
  const { store, figures } = context;
  const behind = waitedBehind(store, thread.idx, figures.range, STARVED_MEAN_S * NS_PER_S);
  const behindNs = (t: ThreadTraits): number => behind.byThread.get(t.idx) ?? 0;
  const blamed = hogs.filter((t) => behindNs(t) > 0);
  const fraction = share(total(blamed, behindNs), behind.totalNs);
  if (fraction < STARVED_BEHIND || !isSteady(context, thread, blamed, behind.long)) return [];
  return [{ thread, blamed, fraction }];
}

export function ioStarved(context: Context): Finding | null {
  const hogs = context.traits.threads.filter((t) => t.kind === 'cpu');
  if (hogs.length === 0) return null;
  const found = context.traits.threads
    .filter((t) => t.kind === 'io' && t.waits >= STARVED_WAITS && t.waitS / t.waits >= STARVED_MEAN_S)
    // Who holds for as long as it waits takes its turns like the others.
    .filter((t) => t.holdS < t.waitS)
    .sort((a, b) => b.waitS - a.waitS)
    .slice(0, MOST_CANDIDATES)
    .flatMap((t) => starvedBehind(context, t, hogs));
  if (found.length === 0) return null;
  const { thread: starved, blamed, fraction } = found[0];
  const others = found.slice(1).map(({ thread }) => thread);
  const meanS = starved.waitS / starved.waits;
  const holders = nameList(blamed);
  return {
    kind: 'io_starved',
    text: `${starved.name} starves behind ${holders}: it holds the GIL only ${formatSeconds(starved.meanHoldS)} at a time, but waits ${formatSeconds(meanS)} for it.`,
    evidence: [
      `${starved.name} asked for the GIL ${formatCount(starved.waits)} times and waited ${formatSeconds(meanS)} each time on average` +
        (starved.waitP95S === null ? '.' : ` (95 % of waits within ${formatSeconds(starved.waitP95S)}).`),
      `In ${formatPercent(fraction)} of that time ${holders} ${plural(blamed, 'was', 'were')} holding it.`,
      ...intervalEvidence(context, starved.process),
      ...machineEvidence(blamed),
      ...(others.length > 0 ? [`${nameList(others)} ${plural(others, 'waits', 'wait')} in the same way.`] : []),
    ],
    advice: starvedAdvice(context, starved, fraction, blamed),
    limits: [
      'What came late because of these waits, an answer or a frame, is not seen: only that the thread could not go on.',
    ],
  };
}
