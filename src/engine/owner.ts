/**
 * Marks that say which gilscope is at something: a symbolic link whose target names the process, so that it comes into being whole or not at
 * all, and never twice. One whose process is gone says nothing any more. Used for locks (fileLock.ts) and files in the making (busyFile.ts).
 */
import { lstatSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './errors.ts';
import { parseStat, readProc, startedS } from './procfs.ts';

/** `elsewhere`: on another machine that shares the folder; nobody here can tell whether it still is. */
export type OwnerState = 'none' | 'alive' | 'dead' | 'elsewhere';

/** This process, told apart from any other that has its number later. */
export const OWN_NAME = `${process.pid}@${startedS(process.pid) ?? ''}@${hostname()}`;

/** False when somebody has it. Throws what the file system throws. */
export function claim(path: string): boolean {
  try {
    symlinkSync(OWN_NAME, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Gives up a mark of one's own. Never fails. */
export function release(path: string): void {
  try {
    if (readlinkSync(path) === OWN_NAME) rmSync(path);
  } catch {
    // Somebody has removed it, with its folder perhaps.
  }
}

export function ownerState(path: string): OwnerState {
  try {
    return stateOf(readlinkSync(path));
  } catch {
    return 'none';
  }
}

/** Milliseconds since a mark was made; 0 when there is none. */
export function markAge(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

/** Of a process as OWN_NAME has it. */
export function stateOf(name: string): OwnerState {
  const [pid, started, ...host] = name.split('@');
  if (host.join('@') !== hostname()) return 'elsewhere';
  if (!exists(Number(pid))) return 'dead';
  const now = startedS(Number(pid));
  return now === null || started === '' || String(now) === started ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  // Ended, and nobody has asked for its status yet.
  return parseStat(readProc(`/proc/${pid}/stat`) ?? '')?.state !== 'Z';
}
