/**
 * How long a range would have taken with the work of some threads in a process each: Amdahl's law with what was measured. Serial is the time
 * in which none of them lived. Beside it, each needs its own time without the waits for the GIL, and all of them together need the cores.
 */
import { toSeconds } from '../../units.ts';
import type { ThreadTraits } from '../traits.ts';
import { total, type Context } from './context.ts';
import { formatSeconds } from '../../format.ts';

export interface Prediction {
  /** Of the whole range. */
  seconds: number;
  /** Of it what no number of processes shortens. */
  serialS: number;
  cores: number;
}

/** Seconds of the range in which at least one of the threads was alive. */
function livedS({ store, figures: { range } }: Context, workers: ThreadTraits[]): number {
  const lives = workers
    .map(({ idx }) => store.threadInfos[idx])
    .map(({ bornNs, endedNs }) => [Math.max(bornNs, range.start), Math.min(endedNs ?? range.end, range.end)])
    .sort((a, b) => a[0] - b[0]);
  let livedNs = 0;
  let until = range.start;
  for (const [from, to] of lives) {
    livedNs += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return toSeconds(livedNs);
}

/** Null on a machine of one core, where processes gain nothing. */
export function predict(context: Context, workers: ThreadTraits[]): Prediction | null {
  const cores = context.store.head?.cores ?? 0;
  if (cores < 2) return null;
  const serialS = Math.max(0, context.lengthS - livedS(context, workers));
  const longestS = Math.max(...workers.map((t) => t.holdS + t.runningS + t.blockedS));
  const workS = total(workers, (t) => t.holdS + t.runningS);
  const seconds = Math.min(context.lengthS, serialS + Math.max(longestS, workS / cores));
  return { seconds, serialS, cores };
}

export const predictedText = ({ seconds, cores }: Prediction, lengthS: number): string =>
  `Predicted: with their work in processes the ${formatSeconds(lengthS)} would be about ${formatSeconds(seconds)} on ${cores} cores, start-up and passing of data not counted.`;

/** What the prediction leaves out. */
export const predictionLimits = ({ serialS, cores }: Prediction): string[] => [
  `The prediction lets ${formatSeconds(serialS)} pass as before, the time in which none of these threads lived; what they pass to one another, and start-up, come on top.`,
  `It takes all ${cores} cores of the machine for this program, and work that can be cut into as many pieces as there are threads.`,
];
