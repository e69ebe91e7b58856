/**
 * Reading, changing and writing a file of gilscope's own with no other gilscope in between. The lock of a gilscope that was killed is taken
 * from it. Used by recents.ts and settings.ts.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, UserError } from './errors.ts';
import { claim, markAge, ownerState, release } from './owner.ts';

/** What is done under a lock takes milliseconds. */
const WAIT_MS = 3000;
const STEP_MS = 4;
/** A lock of another machine this old is nobody's; and one that only serves to break another. */
const OLD_MS = 20_000;

/** Not to be nested: it would wait for itself. Throws UserError when another gilscope does not let go, else what `action` throws. */
export function locked<T>(path: string, action: () => T): T {
  const lock = `${path}.lock`;
  if (!acquire(lock, path)) return action();
  try {
    return action();
  } finally {
    release(lock);
  }
}

/** False where the file system knows no such locks: then it goes without. */
function acquire(lock: string, path: string): boolean {
  mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
  const until = Date.now() + WAIT_MS;
  for (;;) {
    try {
      if (claim(lock)) return true;
    } catch (error) {
      if (['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) return false;
      throw error;
    }
    if (abandoned(lock)) breakLock(lock);
    else if (Date.now() > until)
      throw new UserError('refused', `another gilscope is writing ${path} and does not finish`, 'try again');
    else pause();
  }
}

function abandoned(lock: string): boolean {
  const state = ownerState(lock);
  return state === 'dead' || (state === 'elsewhere' && markAge(lock) > OLD_MS);
}

/** Of several that find it abandoned only one may remove it, or the second would remove the lock of the first. */
function breakLock(lock: string): void {
  const breaker = `${lock}.break`;
  if (!claim(breaker)) {
    if (markAge(breaker) > OLD_MS) rmSync(breaker, { force: true });
    pause();
    return;
  }
  try {
    if (abandoned(lock)) rmSync(lock, { force: true });
  } finally {
    release(breaker);
  }
}

const nothing = new Int32Array(new SharedArrayBuffer(4));
const pause = (): void => void Atomics.wait(nothing, 0, 0, STEP_MS * (1 + Math.random()));
