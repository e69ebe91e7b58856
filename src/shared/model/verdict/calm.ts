/** Verdicts where the GIL is in nobody's way, and the one that is left. */
import { formatPercent, formatSeconds, three } from '../../format.ts';
import {
  CONTENDED_LOW,
  contendedEvidence,
  FREE_HIGH,
  heldEvidence,
  nameList,
  share,
  type Context,
  type Finding,
} from './context.ts';
import { nativeThreads } from './native.ts';

/** At work for less than this part: there is no work to speak of. */
const BUSY = 0.25;
/** One thread has (nearly) all of the work. */
const SOLE_WORKER = 0.9;

/** How long a process's GIL is known: what shares of it are of. */
const gilLifeS = ({ store, figures }: Context, process: number): number =>
  Math.max(
    0,
    ...figures.gils.filter(({ gil }) => store.gils[gil].info.process === process).map((gil) => gil.heldS + gil.freeS),
  );

export function singleThread(context: Context): Finding | null {
  const { traits, figures, lengthS } = context;
  const native = new Map(nativeThreads(context).map(({ thread, part }) => [thread.idx, part * lengthS]));
  const works = traits.threads
    .map((thread) => ({ thread, nativeS: native.get(thread.idx) ?? 0 }))
    .map((one) => ({ ...one, workS: one.thread.holdS + one.nativeS }))
    .sort((a, b) => b.workS - a.workS);
  const [sole] = works;
  if (sole === undefined || traits.contended >= CONTENDED_LOW) return null;
  const allS = works.reduce((sum, { workS }) => sum + workS, 0);
  const busy = share(sole.workS, gilLifeS(context, sole.thread.process));
  if (share(sole.workS, allS) < SOLE_WORKER || busy < BUSY) return null;
  const { thread, nativeS } = sole;
  const inNative = nativeS > thread.holdS;
  const nativeText = `It ran about ${formatSeconds(nativeS)} in native code with the GIL released.`;
  const shares = 'More threads would not make this faster: they would share the one GIL. Processes have a GIL each.';
  const frees = 'That work releases the GIL: more threads could do it at the same time.';
  return {
    kind: 'single_thread',
    text: `${thread.name} does nearly all the work alone; the GIL is in nobody's way.`,
    evidence: [
      `It held the GIL for ${formatSeconds(thread.holdS)}, ${formatPercent(share(thread.holdS, gilLifeS(context, thread.process)))} of the time.`,
      ...(inNative ? [nativeText] : []),
      ...contendedEvidence(context),
      ...(figures.coresInUse === null ? [] : [`On average ${three(figures.coresInUse)} cores were in use.`]),
    ],
    advice: busy < FREE_HIGH ? null : inNative ? frees : shares,
    limits: ['Whether its work can be divided at all is not seen.'],
  };
}

export function ioBound(context: Context): Finding | null {
  const { traits } = context;
  if (traits.free < FREE_HIGH || traits.contended >= CONTENDED_LOW) return null;
  const blocked = traits.threads.filter((t) => t.kind === 'io' || t.blockedS > t.holdS);
  return {
    kind: 'io_bound',
    text: `Threads are fine here: ${blocked.length > 0 ? nameList(blocked) : 'they'} mostly ${blocked.length === 1 ? 'waits' : 'wait'} outside the GIL, which is free ${formatPercent(traits.free)} of the time.`,
    evidence: [`The GIL was held for ${formatSeconds(traits.heldS)} in all.`, ...contendedEvidence(context)],
    advice: null,
    limits: ['What they wait for, and whether it could be sooner, is not seen.'],
  };
}

export function mixed(context: Context): Finding {
  const { traits } = context;
  const most = [...traits.threads].sort((a, b) => b.holdS - a.holdS).slice(0, 3);
  return {
    kind: 'mixed',
    text: `No single pattern: the GIL is held ${formatPercent(1 - traits.free)} of the time and contended ${formatPercent(traits.contended)} of the time.`,
    evidence: most.filter((t) => t.holdS > 0).map(heldEvidence),
    advice: null,
    limits: ['A program does different things in turn: choose a shorter range on the timeline to judge one of them.'],
  };
}
