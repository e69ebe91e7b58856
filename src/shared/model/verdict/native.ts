/** Native code that already runs in parallel: threads at work at the same moment, at least one of them without the GIL. */
import { formatPercent, three } from '../../format.ts';
import type { ThreadTraits } from '../traits.ts';
import { CONTENDED_LOW, contendedEvidence, nameList, plural, share, type Context, type Finding } from './context.ts';
import { Doing, seen, type Looks } from './looks.ts';

/** At least in this part of the time, to speak of parallel work. */
const PARALLEL = 0.25;
/** A thread with less of the native work than this is not named. */
const NAMED = 0.1;

/** Looks in which at least two threads were at work, one of them in native code. */
function seenParallel({ lanes, count }: Looks): number {
  let parallel = 0;
  for (let i = 0; i < count; i++) {
    let native = 0;
    let holds = 0;
    for (const { did } of lanes) {
      if (did[i] === Doing.native) native++;
      else if (did[i] === Doing.hold) holds++;
    }
    if (native > 0 && native + holds > 1) parallel++;
  }
  return parallel;
}

export interface NativeThread {
  thread: ThreadTraits;
  /** Part of the range in which it ran native code without the GIL. */
  part: number;
}

/** Most native work first. */
export function nativeThreads({ traits, looks }: Context): NativeThread[] {
  const byIdx = new Map(traits.threads.map((t) => [t.idx, t]));
  return looks.lanes
    .map((lane) => ({ thread: byIdx.get(lane.thread)!, part: share(seen(lane, Doing.native), looks.count) }))
    .filter(({ part }) => part > 0)
    .sort((a, b) => b.part - a.part);
}

export function nativeParallel(context: Context): Finding | null {
  const { looks, figures, traits } = context;
  const parallel = share(seenParallel(looks), looks.count);
  if (parallel < PARALLEL) return null;
  const native = nativeThreads(context);
  const parts = native.reduce((sum, { part }) => sum + part, 0);
  const major = native.filter(({ part }) => part >= NAMED * parts).map(({ thread }) => thread);
  return {
    kind: 'native_parallel',
    text: `Native code already runs in parallel: ${nameList(major)} ${plural(major, 'works', 'work')} with the GIL released.`,
    evidence: [
      `In ${formatPercent(parallel)} of the time at least two threads were at work at once, one of them or more without the GIL.`,
      `On average ${three(parts)} threads were in native code; the GIL was held ${formatPercent(share(figures.pythonCores, 1))} of the time.`,
      ...contendedEvidence(context),
    ],
    advice:
      traits.contended < CONTENDED_LOW
        ? null
        : 'Larger pieces of work for each native call would leave less waiting for the GIL.',
    limits: ['Whether the native code makes good use of its cores is not seen, only that it has them.'],
  };
}
