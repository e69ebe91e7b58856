/** Threads that want the GIL more than there is of it: CPU-bound ones that take turns, and more threads than are of use. */
import { formatCount, formatSeconds, three } from '../../format.ts';
import type { ThreadTraits } from '../traits.ts';
import {
  CONTENDED_HIGH,
  contendedEvidence,
  FREE_HIGH,
  heldEvidence,
  intervalEvidence,
  machineEvidence,
  nameList,
  share,
  total,
  type Context,
  type Finding,
} from './context.ts';
import { predict, predictedText, predictionLimits } from './prediction.ts';

/** So many threads waiting at once for what one can have: some are of no use. */
const CROWD = 8;
/** One of the crowd wants the GIL for this part of its life. */
const CROWD_WANTS = 0.5;

/**
 * Of the time they want the GIL they wait for this part of it: two that take turns all the time wait for a half. Not of the whole range, so that
 * neither the interpreter's start nor a busy machine, which makes it longer, counts.
 */
const TAKES_TURNS = 0.25;

const PROCESSES = 'Processes (multiprocessing, ProcessPoolExecutor) have a GIL each and can use several cores';

/** Advice, limits and the figure for threads whose work could be done by processes. */
function processesInstead(
  context: Context,
  workers: ThreadTraits[],
): Required<Pick<Finding, 'advice' | 'limits' | 'predicted_s'>> {
  const prediction = predict(context, workers);
  const plain = `${PROCESSES}, as native code that releases the GIL can.`;
  if (prediction === null) return { advice: plain, limits: [], predicted_s: null };
  return {
    advice: `${plain} ${predictedText(prediction, context.lengthS)}`,
    limits: predictionLimits(prediction),
    predicted_s: prediction.seconds,
  };
}

export function cpuBound(context: Context): Finding | null {
  const { traits } = context;
  const workers = traits.threads.filter((t) => t.kind === 'cpu').sort((a, b) => b.holdS - a.holdS);
  const held = total(workers, (t) => t.holdS);
  const waited = total(workers, (t) => t.waitS);
  if (workers.length < 2 || share(waited, held + waited) < TAKES_TURNS) return null;
  return {
    kind: 'cpu_bound',
    text: `${nameList(workers)} take turns: together they run ${three(share(held, context.lengthS))} cores' worth of Python, because only one at a time can hold the GIL.`,
    evidence: [
      ...workers.slice(0, 4).map(heldEvidence),
      ...contendedEvidence(context),
      ...intervalEvidence(context, workers[0].process),
      ...machineEvidence(workers),
    ],
    ...processesInstead(context, workers),
  };
}

/** All threads that wait, while any does: on average. */
const waitersAtOnce = ({ traits }: Context): number =>
  traits.contendedS > 0 ? total(traits.threads, (t) => t.waitS) / traits.contendedS : 0;

export function tooManyThreads(context: Context): Finding | null {
  const { traits, figures, store } = context;
  const waiters = waitersAtOnce(context);
  if (traits.contended < CONTENDED_HIGH || waiters < CROWD) return null;
  const wants = (t: ThreadTraits): boolean => t.activeS > CROWD_WANTS * (t.activeS + t.runningS + t.blockedS);
  const crowd = traits.threads.filter(wants).sort((a, b) => b.waitS - a.waitS);
  if (crowd.length < CROWD) return null;
  const { process } = crowd[0];
  const gils = figures.gils.filter(({ gil }) => store.gils[gil].info.process === process);
  const switches = gils.reduce((sum, gil) => sum + gil.switches, 0);
  const held = total(crowd, (t) => t.holdS);
  const instead = processesInstead(context, crowd);
  const computes = traits.free < FREE_HIGH;
  return {
    kind: 'too_many_threads',
    text: `More threads than are of use: ${formatCount(crowd.length)} threads want the GIL, and on average ${three(waiters)} of them wait for the one that has it.`,
    evidence: [
      `Together they held it for ${formatSeconds(held)} and waited ${formatSeconds(total(crowd, (t) => t.waitS))} for it.`,
      ...contendedEvidence(context),
      `The GIL changed hands ${formatCount(switches)} times, ${formatCount(Math.round(switches / context.lengthS))} times a second.`,
      ...intervalEvidence(context, process),
      ...machineEvidence(crowd),
    ],
    ...instead,
    advice: `Use fewer threads (ThreadPoolExecutor with few max_workers): one that has the GIL does ${computes ? 'as much Python' : 'its Python sooner'}. ${instead.advice}`,
    limits: ['What the switching itself costs is not measured: compare with fewer threads.', ...instead.limits],
  };
}
