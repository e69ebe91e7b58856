/**
 * What `record` and `attach` have in common: where the recording goes, what is said meanwhile, and what is told at the end.
 * Everything that can be wrong with a path is found before anything is started or written.
 */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileError, oneLine, UserError } from '../engine/errors.ts';
import type { Library } from '../engine/library.ts';
import type { LiveSession } from '../engine/liveSession.ts';
import { describeRecent } from '../engine/recentEntry.ts';
import type { Recents } from '../engine/recents.ts';
import type { Recorder } from '../engine/recorder.ts';
import type { SessionWatcher } from '../engine/session.ts';
import { MAGIC, SUFFIX } from '../engine/sessionFile.ts';
import { sessionTitle } from '../shared/title.ts';
import { reportText } from './report.ts';
import { plain } from './terminalText.ts';

export interface OutcomeOptions {
  output?: string;
  summary?: string;
  quiet?: boolean;
}

export const say = (text: string): boolean => process.stderr.write(`gilscope: ${text}\n`);

/** The file to record into. Throws UserError when it, or that of the summary, cannot be written. */
export async function choosePath(
  options: OutcomeOptions,
  library: Library,
  command: readonly string[],
): Promise<string> {
  if (options.summary !== undefined) checkWritable(resolve(options.summary));
  if (options.output === undefined) {
    const { problem } = library.place();
    if (problem !== null) say(plain(problem));
    return library.newPath(sessionTitle(command));
  }
  const path = resolve(options.output);
  checkWritable(path);
  if (!(await replaceable(path)))
    throw new UserError(
      'exists',
      `${path} exists and is no gilscope session`,
      'choose another name, so that nothing is lost',
    );
  return path;
}

/** Whether a file can be put there, without putting it there yet. */
export function checkWritable(path: string): void {
  let folder = false;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    folder = found?.isDirectory() === true;
    accessSync(found === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw fileError(error, `cannot write ${path}`);
  }
  if (folder) throw new UserError('bad-argument', `${path} is a folder`, 'name a file in it');
}

/** An old session, or an empty file, may be replaced; anything else may be somebody's work. */
async function replaceable(path: string): Promise<boolean> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.size === 0) return true;
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.toString('latin1') === MAGIC;
  } finally {
    await file.close();
  }
}

export function logWatcher(quiet: boolean): SessionWatcher {
  return {
    changed: () => undefined,
    terminal: () => undefined,
    log: (_session, { level, text }) => {
      if (level === 'error' || (level === 'warn' && !quiet)) say(plain(text));
    },
  };
}

/** The disk refused in mid-run: the rest is in memory and is tried elsewhere before it is given up. */
export async function rescue(recorder: Recorder, library: Library, command: readonly string[]): Promise<void> {
  const title = sessionTitle(command);
  const places = [() => library.newPath(title), () => join(tmpdir(), basename(library.newPath(title)))];
  for (const place of places) {
    try {
      await recorder.moveTo(place(), false);
      say(`the whole session is in ${recorder.path}`);
      return;
    } catch {
      // The next place, then.
    }
  }
  say(`what came after the disk refused is lost; the part before is in ${recorder.path}`);
}

export function tell(session: LiveSession, options: OutcomeOptions, recents: Recents): void {
  const info = session.info();
  if (info.state === 'failed' || info.path === null) return;
  const summary = session.model.summary();
  recents.note(describeRecent(info, summary, session.target.spec));
  if (options.quiet !== true) {
    const path = quoted(info.path);
    const where = info.path.endsWith(SUFFIX) ? `recorded; to look at it: gilscope ${path}` : `recorded in ${path}`;
    process.stderr.write(`\n${reportText(summary)}${where}\n`);
  }
  if (options.summary === undefined) return;
  try {
    writeFileSync(options.summary, `${JSON.stringify(summary, null, 2)}\n`);
  } catch (error) {
    say(oneLine(fileError(error, `cannot write ${options.summary}`)));
  }
}

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${plain(path).replaceAll("'", `'\\''`)}'`);
