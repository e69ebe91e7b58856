/**
 * Which session files this start asks for: from the command line, from the desktop, or told by a second instance to the
 * first. Pure, no Electron; used by index.ts.
 */
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const MAX_FILES = 32;

/**
 * Files named in `process.argv`, absolute. After `--` all is a file; before it, switches are Chromium's, and while not packaged
 * so is everything else (the application's own folder, wherever among the switches it stands).
 */
export function filesOfArgv(argv: readonly string[], packaged: boolean, cwd: string): string[] {
  const rest = argv.slice(1);
  const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
  const before = packaged ? rest.slice(0, end).filter((arg) => !arg.startsWith('-')) : [];
  return [...before, ...rest.slice(end + 1)]
    .filter((name) => name !== '' && !name.includes('\0'))
    .slice(0, MAX_FILES)
    .map((name) => resolve(cwd, name));
}

const handover = z.object({ files: z.array(z.string().min(1).max(4096).refine(isAbsolute)).max(MAX_FILES) });
export type Handover = z.infer<typeof handover>;

/** What a second instance handed over; anything else counts as "just come to the front". */
export function parseHandover(data: unknown): Handover {
  const parsed = handover.safeParse(data);
  return parsed.success ? parsed.data : { files: [] };
}
