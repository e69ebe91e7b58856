/** What threads and functions are called where a format has one text for each. */
import type { ThreadIdx } from '../contract/types.ts';
import { functionLabel } from '../functionNames.ts';
import { nameOfThread } from './trace/names.ts';
import type { BlameRow, ExportSource } from './types.ts';

/** Of time that a thread waited while nobody is known to have held the GIL. */
export const NOBODY = 'nobody: the GIL was free, or its holder is not known';

/** "worker", or "worker (pid 4242)" where there are several processes. */
export function threadLabel(source: ExportSource, thread: ThreadIdx): string {
  const info = source.thread(thread);
  const name = nameOfThread(info);
  return source.processes.length > 1 ? `${name} (pid ${source.process(info.process).pid})` : name;
}

/** Who waited, for whom, because of which function; shorter when that is not known. */
export function blameStack(source: ExportSource, { waiter, holder, site }: BlameRow): [string, string, ...string[]] {
  const who = threadLabel(source, waiter);
  return holder === null ? [who, NOBODY] : [who, threadLabel(source, holder), functionLabel(site)];
}
