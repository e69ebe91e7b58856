/**
 * What exports are called until they are whole: a name that no other has, and that says which process is at it, so that what a gilscope that was killed
 * left behind is known as such by the next one that exports into that folder. Used by target.ts.
 */
import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_NAME, stateOf } from '../owner.ts';

/** Process numbers mean something within one of these only (Linux, pid_namespaces(7)); containers may share a folder and a host's name. */
function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

const NAMESPACE = namespace();
const LEFT = /^\.gilscope-(.+)-(\d*)-[0-9a-f]{12}\.part$/;

/** @param kind `earlier`: what stands aside while another takes its place; it may be the only copy, and is never swept */
export const temporaryIn = (folder: string, kind: 'part' | 'earlier' = 'part'): string =>
  join(folder, `.gilscope-${encodeURIComponent(OWN_NAME)}-${NAMESPACE}-${randomBytes(6).toString('hex')}.${kind}`);

/** Of a process of this user and this machine that is gone; what is not known to be that is left alone. */
async function isLeft(folder: string, name: string): Promise<boolean> {
  const [, owner = '', within = ''] = LEFT.exec(name) ?? [];
  if (owner === '' || within !== NAMESPACE) return false;
  if (stateOf(decodeURIComponent(owner)) !== 'dead') return false;
  const { uid } = await lstat(join(folder, name));
  return process.getuid === undefined || uid === process.getuid();
}

/** Removes what exports into this folder left behind when they were killed. Never fails. */
export async function sweepParts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => LEFT.test(one))) {
    try {
      if (await isLeft(folder, name)) await rm(join(folder, name), { recursive: true, force: true });
    } catch {
      // Another gilscope has removed it, or it is not ours to remove.
    }
  }
}
