/**
 * Removes the socket folders that gilscopes which were killed left in the temporary folder: ours, nothing in them but a socket and
 * copies of our own files, nobody listening. Called by agentDoor.ts some time after a door was opened, when it delays nothing.
 */
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { errorCode } from './errors.ts';

export const DOOR_PREFIX = 'gilscope-';
export const SOCKET_NAME = 'agent';
const DOOR = /^gilscope-[A-Za-z0-9]{6}$/;
/** What discovery/stage.ts copies into such a folder for a program that does not see our files. */
export const COPIED = ['libgilscope.so', 'gilscope_agent', 'boot'] as const;
const EXPECTED = new Set<string>([SOCKET_NAME, ...COPIED]);

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
  if (!names.includes(SOCKET_NAME) || !names.every((name) => EXPECTED.has(name))) return;
  const socket = join(folder, SOCKET_NAME);
  if (!bound.has(socket) && (await abandoned(socket))) await rm(folder, { recursive: true });
}

/** Never fails: what cannot be looked at stays. */
export async function sweepDoors(temporary: string): Promise<void> {
  const names = await readdir(temporary).catch(() => []);
  const bound = await boundHere();
  for (const name of names.filter((one) => DOOR.test(one))) {
    await sweepOne(join(temporary, name), bound).catch(() => undefined);
  }
}
