/**
 * Names of threads as lanes and tables write them: threads of one process that share a name are told apart by a number
 * ("countdown", "countdown #2"). Display only; files and CSV keep the name.
 */
import type { SessionInfo, ThreadIdx, ThreadInfo } from './contract/types.ts';

const known = new WeakMap<readonly ThreadInfo[], readonly string[]>();

function namesOf(threads: readonly ThreadInfo[]): readonly string[] {
  const seen = new Map<string, number>();
  return threads.map((thread) => {
    const name = thread.name === '' ? `tid ${thread.tid}` : thread.name;
    const key = `${thread.process} ${name}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return nth === 1 ? name : `${name} #${nth}`;
  });
}

/** Threads keep their index, so a number once given stays. */
export function displayName(session: Pick<SessionInfo, 'threads'>, thread: ThreadIdx): string {
  let names = known.get(session.threads);
  if (names === undefined) known.set(session.threads, (names = namesOf(session.threads)));
  return names[thread] ?? `thread ${thread}`;
}
