/**
 * How the columns' time axes stand to each other. Pure. A shared range counts either nanoseconds since each program's start (`time`: all
 * columns have one scale) or parts of each run (`share`: each run fills its column).
 */
import type { Ns } from '../../../shared/contract/types.ts';
import { longestLife, type Life } from '../../../shared/compare/life.ts';
import type { Alignment } from '../../store/compare.ts';
import type { Range } from '../../store/view.ts';
import type { Axis } from '../../../shared/draw/scale.ts';

const unit = (life: Life, alignment: Alignment): number => (alignment === 'time' ? 1 : life.end - life.start);

/** A time of a session as a time of the shared axis. */
export const toShared = (at: Ns, life: Life, alignment: Alignment): number => (at - life.start) / unit(life, alignment);

/** The inverse of `toShared`. */
export const toOwn = (at: number, life: Life, alignment: Alignment): Ns => life.start + at * unit(life, alignment);

export const sharedRange = ({ start, end }: Range, life: Life, alignment: Alignment): Range => ({
  start: toShared(start, life, alignment),
  end: toShared(end, life, alignment),
});

export const ownRange = ({ start, end }: Range, life: Life, alignment: Alignment): Range => ({
  start: toOwn(start, life, alignment),
  end: toOwn(end, life, alignment),
});

/** All that there is, in the shared axis: as long as the longest. */
export const wholeRange = (lives: readonly Life[], alignment: Alignment): Range => ({
  start: 0,
  end: alignment === 'share' ? 1 : longestLife(lives),
});

/** The axis of one column among others. */
export const axisOf = (life: Life, lives: readonly Life[], alignment: Alignment): Axis => ({
  limits: ownRange(wholeRange(lives, alignment), life, alignment),
  origin: life.start,
});
