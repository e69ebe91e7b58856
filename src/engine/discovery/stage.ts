/**
 * A folder for one attach, which the target can reach and only we can change: its configuration and the socket it reports on, which are for its
 * user alone, and, when it cannot see gilscope's own files, copies of them. Taken away as soon as the agent is in, but for what the target's children need:
 * that stays as long as the session. Used by attach.ts.
 */
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DOOR_PREFIX, MAKER, markMaker, STAGE_PLACES } from '../doorSweep.ts';
import { AGENT_FOLDER, BOOT_FOLDER, NATIVE_LIBRARY } from '../paths.ts';
import { link } from './scan.ts';

/** Who will read it. */
export interface Owner {
  uid: number;
  gid: number;
}

export interface Stage {
  /** The folder as we name it, and as the target does. */
  here: string;
  there: string;
  owner: Owner;
  keepOnly(names: readonly string[]): void;
  remove(): void;
}

const live = new Set<string>();
process.once('exit', () => {
  for (const folder of live) rmSync(folder, { recursive: true, force: true });
});

/** What stands before a path of the target when we name it: nothing, or /proc/PID/root if it lives elsewhere. */
export function rootOf(pid: number): string {
  const theirs = link(`/proc/${pid}/ns/mnt`);
  const sameSpace = theirs === null || theirs === link('/proc/self/ns/mnt');
  return sameSpace && (link(`/proc/${pid}/root`) ?? '/') === '/' ? '' : `/proc/${pid}/root`;
}

/** Folders that could be made, in turn: the caller takes the next one when the loader refuses what lies in the first. */
export function* stages(pid: number, owner: Owner): Generator<Stage> {
  const root = rootOf(pid);
  // In the order of trying: some are read-only, some may not hold code that is run.
  for (const place of STAGE_PLACES) {
    const stage = makeStage(root, place, owner);
    if (stage !== null) yield stage;
  }
}

function makeStage(root: string, place: string, owner: Owner): Stage | null {
  try {
    // A link in a container would be followed in our file system, not in its own.
    if (root !== '' && lstatSync(`${root}${place}`).isSymbolicLink()) return null;
    const here = mkdtempSync(`${root}${place}/${DOOR_PREFIX}`);
    live.add(here);
    markMaker(here);
    const remove = (): void => {
      live.delete(here);
      rmSync(here, { recursive: true, force: true });
    };
    try {
      // Another user's program must not be able to change what we, perhaps root, write and give away by name: it passes through, no more.
      // To be listed, or Python finds nothing in it.
      if (owner.uid !== process.geteuid?.()) chmodSync(here, 0o755);
      const probe = join(here, 'probe');
      writeFileSync(probe, '', { mode: 0o600, flag: 'wx' });
      give(probe, owner, 0o600);
      rmSync(probe);
    } catch {
      remove();
      return null;
    }
    const keepOnly = (names: readonly string[]): void => {
      for (const entry of readdirSync(here))
        if (entry !== MAKER && !names.includes(entry)) rmSync(join(here, entry), { recursive: true, force: true });
    };
    return { here, there: here.slice(root.length), owner, keepOnly, remove };
  } catch {
    return null;
  }
}

/** For that user alone; `path` is in a stage, which only we can change. */
export function give(path: string, owner: Owner, mode: number): void {
  const now = statSync(path);
  chmodSync(path, mode);
  if (now.uid !== owner.uid || now.gid !== owner.gid) chownSync(path, owner.uid, owner.gid);
}

export function putText(stage: Stage, name: string, text: string): void {
  const path = join(stage.here, name);
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  give(path, stage.owner, 0o600);
}

export interface Goods {
  library: string;
  agent: string;
}

/** gilscope's own files, if the target sees and may read them where they are. */
export function goodsInPlace(pid: number, owner: Owner): Goods | null {
  const ours = { library: NATIVE_LIBRARY, agent: AGENT_FOLDER };
  const needed = [
    NATIVE_LIBRARY,
    join(AGENT_FOLDER, 'gilscope_agent', 'enter.py'),
    join(BOOT_FOLDER, 'sitecustomize.py'),
  ];
  return rootOf(pid) === '' && needed.every((path) => mayRead(path, owner)) ? ours : null;
}

/** Whether that user may read a file: every folder on the way, then the file itself. */
export function mayRead(path: string, { uid, gid }: Owner): boolean {
  if (uid === 0) return true;
  const allowed = (at: string, bit: number): boolean => {
    const info = statSync(at);
    const shift = info.uid === uid ? 6 : info.gid === gid ? 3 : 0;
    return ((info.mode >> shift) & bit) === bit;
  };
  try {
    for (let at = dirname(path); ; at = dirname(at)) {
      if (!allowed(at, 1)) return false;
      if (at === '/') return allowed(path, 4);
    }
  } catch {
    return false;
  }
}

/** Copies of them (COPIED) in the stage: ours, for all who come so far to read, as they are no secret. The library's name carries no version: a process may hold two builds, by two paths. */
export function copyGoods(stage: Stage): Goods {
  const library = join(stage.here, 'libgilscope.so');
  copyFileSync(NATIVE_LIBRARY, library, constants.COPYFILE_EXCL);
  chmodSync(library, 0o555);
  copyFolder(stage, AGENT_FOLDER, 'gilscope_agent');
  copyFolder(stage, AGENT_FOLDER, 'boot');
  return { library: join(stage.there, 'libgilscope.so'), agent: stage.there };
}

function copyFolder(stage: Stage, parent: string, folder: string): void {
  const from = join(parent, folder);
  const to = join(stage.here, folder);
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const name of readdirSync(from).filter(
    (entry) => entry.endsWith('.py') && lstatSync(join(from, entry)).isFile(),
  )) {
    copyFileSync(join(from, name), join(to, name), constants.COPYFILE_EXCL);
    chmodSync(join(to, name), 0o644);
  }
}
