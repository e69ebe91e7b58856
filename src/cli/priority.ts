/** Who gets a core when there are too few: the program, not its recorder. Called by record.ts and attach.ts once the program runs. */
import { setPriority } from 'node:os';

const NICE = 10;

/**
 * Lowers this process's own priority, so that on a busy machine the reading of events waits and not the program: what waits too long is
 * dropped and counted. Of the main thread, and so of those it starts later (setpriority(2): on Linux a thread's attribute).
 */
export function programFirst(): void {
  try {
    setPriority(NICE);
  } catch {
    // Not allowed: then both compete as equals.
  }
}
