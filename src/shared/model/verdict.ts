/**
 * What a recording means for its user: one sentence, the figures it rests on, advice, and what it cannot know. Every figure in it was
 * measured in the range; what is only to be expected is called "predicted". Called by summary.ts; the kinds are in verdict/, traits.ts says
 * what kind of thread is which. docs/verdicts.md tells the user.
 */
import type { Engine, Verdict } from '../contract/types.ts';
import { formatCount } from '../format.ts';
import { toSeconds } from '../units.ts';
import type { Figures } from './figures.ts';
import type { Store } from './store.ts';
import { traitsOf, type Traits } from './traits.ts';
import { ioBound, mixed, singleThread } from './verdict/calm.ts';
import type { Context, Finder, Finding, SessionContext } from './verdict/context.ts';
import { cpuBound, tooManyThreads } from './verdict/cpu.ts';
import { lockContention } from './verdict/locks.ts';
import { looksOf } from './verdict/looks.ts';
import { nativeParallel } from './verdict/native.ts';
import { multiProcess, noGil, tooShort } from './verdict/session.ts';
import { ioStarved } from './verdict/starved.ts';
import { startUp } from './verdict/startUp.ts';

/** The first that applies: from what spoils the others, over what hurts most, to what is merely so. Those about the session as a whole ... */
const OF_SESSION: Finder<SessionContext>[] = [noGil, tooShort, startUp, multiProcess];
/** ... and those about threads that share a GIL. */
const OF_PROCESS: Finder<Context>[] = [
  lockContention,
  tooManyThreads,
  ioStarved,
  nativeParallel,
  cpuBound,
  singleThread,
  ioBound,
];

/** With several processes, the one whose threads held and waited most; null when there is only one to speak of. */
function focusOf(store: Store, traits: Traits): number | null {
  const active = new Map<number, number>();
  for (const t of traits.threads) active.set(t.process, (active.get(t.process) ?? 0) + t.activeS);
  const some = [...active].filter(([, seconds]) => seconds > 0).sort((a, b) => b[1] - a[1]);
  return store.processInfos.length < 2 || some.length < 2 ? null : some[0][0];
}

/** What spoils any verdict. */
function commonLimits(store: Store, engine: Engine): string[] {
  const dropped = store.processInfos.reduce((sum, info) => sum + info.dropped, 0);
  return [
    ...(engine === 'exact'
      ? []
      : [
          'Estimated: from samples and the function calls seen, not from the GIL itself; waits for locks are not known.',
        ]),
    ...(dropped === 0 ? [] : [`${formatCount(dropped)} events were dropped: what happened there is not in it.`]),
  ];
}

function first<C extends SessionContext>(finders: Finder<C>[], context: C): Finding | null {
  for (const find of finders) {
    const found = find(context);
    if (found !== null) return found;
  }
  return null;
}

function ofThreads(whole: SessionContext, focus: number | null): Finding {
  const { store, figures } = whole;
  const traits = focus === null ? whole.traits : traitsOf(store, figures, focus);
  const context = { ...whole, traits, looks: looksOf(store, figures.range, traits.threads) };
  return first(OF_PROCESS, context) ?? mixed(context);
}

export function verdictOf(store: Store, figures: Figures, engine: Engine): Verdict {
  const lengthS = toSeconds(figures.range.end - figures.range.start);
  const whole = { store, figures, traits: traitsOf(store, figures), lengthS };
  const focus = focusOf(store, whole.traits);
  const ofSession = first(OF_SESSION, whole);
  const found = ofSession ?? ofThreads(whole, focus);
  const inProcess = ofSession === null && focus !== null ? `In ${store.processInfos[focus].name}: ` : '';
  return {
    ...found,
    text: `${engine === 'exact' ? '' : 'Estimated: '}${inProcess}${found.text}`,
    limits: [...(found.limits ?? []), ...commonLimits(store, engine)],
    predicted_s: found.predicted_s ?? null,
  };
}
