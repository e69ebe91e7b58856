/**
 * Whether a gilscope, this one or another, is recording into a file: while it does, a mark beside the file names it. A file without an end
 * may as well be one whose gilscope was killed. Written by recorder.ts, asked before anything is deleted.
 */
import { rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { claim, ownerState, release } from './owner.ts';

/** A recorder on another machine that lives writes to its file more often than this. */
const FRESH_MS = 60_000;

const markOf = (path: string): string => join(dirname(path), `.${basename(path)}.recording`);

/** Never fails: where there can be no mark there is none. */
export function markBusy(path: string): void {
  const mark = markOf(path);
  try {
    if (claim(mark) || ownerState(mark) === 'alive') return;
    rmSync(mark, { force: true });
    claim(mark);
  } catch {
    // The recording is worth more than its mark.
  }
}

export const unmarkBusy = (path: string): void => release(markOf(path));

export function isBusy(path: string): boolean {
  const state = ownerState(markOf(path));
  if (state === 'elsewhere') {
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - modified < FRESH_MS;
  }
  return state === 'alive';
}

/** Removes what a gilscope that was killed left beside this file. */
export function sweepMark(path: string): void {
  if (ownerState(markOf(path)) === 'dead') rmSync(markOf(path), { force: true });
}
