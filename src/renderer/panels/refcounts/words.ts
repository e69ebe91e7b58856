/** What the panel says of a watch. Pure. */
import type { WatchAnswer, WatchesReply, WatchState } from '../../../shared/contract/watches.ts';
import { NO_FIGURE } from '../../../shared/format.ts';
import { formatNs, group } from '../../lib/format.ts';

export const figure = (value: number | null): string => (value === null ? NO_FIGURE : group(value));

interface Told {
  label: string;
  badge: string;
  why: string;
}

const STATES: Record<WatchState, Told> = {
  waiting: { label: 'not there yet', badge: '', why: 'Counted as soon as there is such an object' },
  counted: { label: 'counted', badge: 'badge--good', why: 'References at each look, without gilscope’s own' },
  immortal: {
    label: 'immortal',
    badge: '',
    why: 'Python keeps this object for ever and does not count its references',
  },
  gone: { label: 'gone', badge: 'badge--warn', why: 'It was there; counted again if it comes back' },
  refused: {
    label: 'refused',
    badge: 'badge--bad',
    why: 'To find it, code of the program would have to run, and watching never runs any',
  },
  removed: { label: 'removed', badge: '', why: 'Watched no more' },
};

export function stateOf({ state, reason }: Pick<WatchAnswer, 'state' | 'reason'>): Told {
  const told = STATES[state];
  return { ...told, why: reason === null ? told.why : `${told.why}: ${reason}` };
}

/** What watching costs, where it is known. */
export function costOf({ rounds }: Pick<WatchesReply, 'rounds'>): string | null {
  const looked = rounds.filter(({ count }) => count > 0);
  if (looked.length === 0) return null;
  const count = looked.reduce((sum, one) => sum + one.count, 0);
  const mean = looked.reduce((sum, one) => sum + one.meanNs * one.count, 0) / count;
  const most = Math.max(...looked.map(({ maxNs }) => maxNs));
  return `${group(count)} looks, ${formatNs(mean)} each, ${formatNs(most)} at most`;
}
