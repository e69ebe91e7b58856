/** What a tool says of each thread beside what the kernel saw in the very same run (truth.py), in parts of the program's time. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { APP_ROOT } from '../../src/engine/paths.ts';

export const TRUTH = join(APP_ROOT, 'bench', 'peers', 'truth.py');

export interface ThreadClaim {
  heldS?: number | undefined;
  waitS?: number | undefined;
}

/** bench/programs/measured.py. */
export interface Result {
  elapsed_s: number;
  cpu_s: number;
  result: unknown;
  threads: { name: string; tid: number; cpu_s: number }[];
}

export interface Compared {
  /** Parts of the program's time; null where the tool does not tell. */
  threads: { name: string; held: number; wait: number; saidHeld: number | null; saidWait: number | null }[];
  /** The largest difference of a thread, in points of a hundred; null as above. */
  heldOff: number | null;
  waitOff: number | null;
  /** Events the kernel's buffer had no room for: then its sums are short. */
  lost: number;
}

/** Why the kernel cannot be asked here; null when it can. */
export function truthHindrance(python: string): string | null {
  if (process.platform !== 'linux') return 'uprobes are a part of Linux';
  const run = spawnSync(python, [TRUTH, '--can'], { encoding: 'utf8' });
  return run.status === 0 ? null : run.stdout.trim() || 'uprobes cannot be set here';
}

const worst = (differences: (number | null)[]): number | null => {
  const known = differences.filter((one) => one !== null);
  return known.length === 0 ? null : 100 * Math.max(...known.map(Math.abs));
};

/** `claims`: what the tool said; a thread that it does not know while it tells of others is one it saw nothing of. */
export function compare(result: Result, truthPath: string, claims: Map<number, ThreadClaim> | null): Compared {
  const truth = JSON.parse(readFileSync(truthPath, 'utf8')) as {
    lost: number;
    threads: Record<string, { held_s: number; wait_s: number } | undefined>;
  };
  const all = [...(claims?.values() ?? [])];
  const tellsHeld = all.some(({ heldS }) => heldS !== undefined);
  const tellsWait = all.some(({ waitS }) => waitS !== undefined);
  const threads = result.threads.map(({ name, tid }) => {
    const said = claims?.get(tid);
    return {
      name,
      held: (truth.threads[tid]?.held_s ?? 0) / result.elapsed_s,
      wait: (truth.threads[tid]?.wait_s ?? 0) / result.elapsed_s,
      saidHeld: tellsHeld ? (said?.heldS ?? 0) / result.elapsed_s : null,
      saidWait: tellsWait ? (said?.waitS ?? 0) / result.elapsed_s : null,
    };
  });
  return {
    threads: threads.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    heldOff: worst(threads.map(({ held, saidHeld }) => (saidHeld === null ? null : saidHeld - held))),
    waitOff: worst(threads.map(({ wait, saidWait }) => (saidWait === null ? null : saidWait - wait))),
    lost: truth.lost,
  };
}
