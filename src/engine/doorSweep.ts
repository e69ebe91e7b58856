/**
 * Removes the folders that gilscopes which were killed left among the temporary files: of a session's socket, and of an attach. Each bears
 * the mark of its maker (owner.ts); one whose maker is gone, with nothing in it but what we put there and nobody listening, is removed. Called when
 * a session ends and some time after a gilscope has started, when it delays nothing.
 */
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from './errors.ts';
import { claim, ownerState } from './owner.ts';

export const DOOR_PREFIX = 'gilscope-';
export const SOCKET_NAME = 'agent';
/** The mark of the gilscope that made a folder. */
export const MAKER = 'maker';
const DOOR = /^gilscope-[A-Za-z0-9]{6}$/;
/** What discovery/stage.ts copies into such a folder for a program that does not see our files. */
export const COPIED = ['libgilscope.so', 'gilscope_agent', 'boot'] as const;
/** Sockets: of the session, or a relay to it; of the agent's report. */
const SOCKETS = [SOCKET_NAME, 'report'];
const EXPECTED = new Set<string>([MAKER, ...SOCKETS, 'attach.json', 'enter.py', 'probe', ...COPIED]);
/** Where folders of ours may lie: those of discovery/stage.ts, and that of agentDoor.ts. */
export const STAGE_PLACES = ['/tmp', '/var/tmp', '/dev/shm', '/run'] as const;
/** One without a mark may have been made this moment. */
const FRESH_MS = 60_000;
const SWEEP_AFTER_MS = 2000;

/** So that it can be told later whether the gilscope that made this folder still is. */
export function markMaker(folder: string): void {
  try {
    claim(join(folder, MAKER));
  } catch {
    // A place without symbolic links: then its sockets tell.
  }
}

/** Only a refusal proves that nobody is there. */
function abandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => resolve(errorCode(error) === 'ECONNREFUSED'));
  });
}

/** Sockets that are somebody's, in our network namespace: asked first, because a knock without a word is an alarm over there. */
const boundHere = async (): Promise<Set<string>> => {
  const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  return new Set(table.split('\n').map((line) => line.slice(line.indexOf('/'))));
};

async function sweepOne(folder: string, bound: ReadonlySet<string>): Promise<void> {
  const stat = await lstat(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) return;
  const names = await readdir(folder);
  if (!names.every((name) => EXPECTED.has(name))) return;
  const maker = ownerState(join(folder, MAKER));
  if (maker === 'alive' || maker === 'elsewhere') return;
  const sockets = SOCKETS.filter((name) => names.includes(name)).map((name) => join(folder, name));
  // Unmarked: a folder of an older gilscope, which has a socket; or one that was never filled.
  if (maker === 'none' && sockets.length === 0 && (names.length > 0 || Date.now() - stat.mtimeMs < FRESH_MS)) return;
  for (const socket of sockets) if (bound.has(socket) || !(await abandoned(socket))) return;
  await rm(folder, { recursive: true });
}

/** Never fails: what cannot be looked at stays. */
export async function sweepDoors(places: readonly string[] = [tmpdir(), ...STAGE_PLACES]): Promise<void> {
  const bound = await boundHere();
  for (const place of new Set(places)) {
    const names = await readdir(place).catch(() => []);
    for (const name of names.filter((one) => DOOR.test(one))) {
      await sweepOne(join(place, name), bound).catch(() => undefined);
    }
  }
}

/** Once gilscope has started; does not keep it running. */
export function sweepLater(): void {
  setTimeout(() => void sweepDoors(), SWEEP_AFTER_MS).unref();
}
