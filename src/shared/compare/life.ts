/** From a program's start to the end of what is recorded of it: what lanes that stand side by side are laid on. Pure. */
import type { Ns, SessionInfo } from '../contract/types.ts';
import type { Range } from '../draw/scale.ts';

/** In the time of its session. */
export type Life = Range;

/** A recording of nothing still has an axis. */
const LEAST_LIFE: Ns = 1e3;

/** A program that was attached to began before its session did. */
export function lifeOf({ processes, endNs }: Pick<SessionInfo, 'processes' | 'endNs'>): Life {
  const start = Math.max(0, processes[0]?.bornNs ?? 0);
  return { start, end: Math.max(endNs, start + LEAST_LIFE) };
}

/** Nanoseconds of the longest of them. */
export const longestLife = (lives: readonly Life[]): Ns =>
  Math.max(LEAST_LIFE, ...lives.map(({ start, end }) => end - start));
