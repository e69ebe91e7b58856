/** Where gilscope writes: its own folder, the recordings, and the sockets that agents come to. Used by report.ts. */
import { accessSync, constants, mkdirSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { once } from 'node:events';
import { place } from '../agentDoor.ts';
import { Library } from '../library.ts';
import { impossible, limited, ok, type Check } from './check.ts';

export function checkFolder(folder: string): Check {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch {
    return impossible(`${folder} cannot be written`, 'recordings, settings and names cannot be kept', {
      remedy: 'name a folder that can',
      command: 'export GILSCOPE_HOME=~/gilscope',
    });
  }
  const { folder: recordings, problem } = new Library(folder).place();
  if (problem !== null)
    return limited(problem, 'recordings are not where you expect them', { remedy: 'choose a folder in the Library' });
  return ok(`recordings are kept in ${recordings}`);
}

/** Of a busy program: 10,000 switches a second, three events each of a byte and a half. */
const BYTES_AN_HOUR = 10_000 * 3 * 1.5 * 3600;
const LITTLE_BYTES = 2 ** 30;
const NOTHING_BYTES = 16 * 2 ** 20;
const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 10 * 2 ** 30 ? 1 : 0)} GiB`;

/** `free`: bytes that this user may still write there. */
export function judgeDisk(folder: string, free: number): Check {
  const command = `df -h ${JSON.stringify(folder)}`;
  const text = `${gib(free)} free where recordings go`;
  if (free < NOTHING_BYTES)
    return impossible(text, 'a recording ends at once', {
      remedy: 'make room, or choose another folder in the Library',
      command,
    });
  if (free < LITTLE_BYTES)
    return limited(
      text,
      `room for about ${Math.max(1, Math.floor((free / BYTES_AN_HOUR) * 60))} minutes of a busy program`,
      {
        remedy: 'make room, or choose another folder in the Library',
        command,
      },
    );
  return ok(text);
}

export async function checkDisk(folder: string): Promise<Check | null> {
  const { folder: recordings } = new Library(folder).place();
  for (const path of [recordings, folder])
    try {
      const { bavail, bsize } = await statfs(path);
      return judgeDisk(path, bavail * bsize);
    } catch {
      // Not made yet: the folder it will be in is on the same disk.
    }
  return null;
}

/** Makes such a folder, listens in it as a session does, and comes in as an agent does. */
export async function checkSockets(): Promise<Check> {
  let folder: string | null = null;
  const server = createServer((socket) => socket.end());
  try {
    const door = place();
    folder = door.folder;
    server.listen(door.path);
    await once(server, 'listening');
    const client = createConnection(door.path);
    await once(client, 'close');
    const mode = folder === null ? null : statSync(folder).mode & 0o777;
    if (mode !== null && mode !== 0o700)
      return impossible(`${folder} was made with rights ${mode.toString(8)}`, 'others could come to its socket', {
        remedy: 'let the temporary folder be on a file system that keeps rights',
        command: 'export TMPDIR=~/tmp',
      });
    return ok(
      folder === null
        ? 'agents come by a named pipe'
        : `agents come by sockets that only this user can reach (${folder.replace(/[^/]*$/, '')})`,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return impossible(`no socket can be made: ${why}`, 'nothing can be recorded', {
      remedy: 'name a temporary folder that can be written',
      command: 'export TMPDIR=~/tmp',
    });
  } finally {
    server.close();
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}
