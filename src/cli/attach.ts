/**
 * `gilscope attach PID`: records a program that runs already, until it ends, the time is up, or Ctrl-C. The program is left as it
 * was; what it did with the GIL is told on standard error, as `record` tells it.
 */
import { formatDuration } from '../shared/format.ts';
import { NS_PER_US } from '../shared/units.ts';
import type { LaunchSpec, SessionInfo } from '../shared/contract/types.ts';
import { attachTarget } from '../engine/attachTarget.ts';
import { UserError } from '../engine/errors.ts';
import type { Tracing } from '../engine/target.ts';
import { Library } from '../engine/library.ts';
import { LiveSession } from '../engine/liveSession.ts';
import { dataFolder } from '../engine/paths.ts';
import { Recents } from '../engine/recents.ts';
import { Recorder } from '../engine/recorder.ts';
import { USAGE_STATUS } from './exit.ts';
import { choosePath, logWatcher, rescue, say, tell, type OutcomeOptions } from './outcome.ts';
import { plain } from './terminalText.ts';
import { programFirst } from './priority.ts';
import { wishesOf, type WatchOptions } from './watchOptions.ts';

export interface AttachOptions extends OutcomeOptions, WatchOptions, Tracing {
  engine: LaunchSpec['engine'];
  /** Into long holds, a second. */
  looks?: number;
  /** Seconds. */
  duration?: number;
}

/** Throws UserError, with nothing written, when the process cannot be entered; otherwise the exit status. */
export async function attach(pidText: string, options: AttachOptions): Promise<number> {
  const target = await attachTarget(asPid(pidText), options.engine, { ...options, looksHz: options.looks });
  const home = dataFolder();
  const library = new Library(home);
  const path = await choosePath(options, library, target.command);
  const leave = untilSignal();
  const holder: { session: LiveSession | null } = { session: null };
  const recorder = await Recorder.create(path, options.output !== undefined, (error) => {
    holder.session?.recordingFailed(error);
  });
  const session = await LiveSession.start({
    target,
    recorder,
    watcher: logWatcher(options.quiet === true),
    saved: options.output !== undefined,
    watches: wishesOf(options),
  });
  holder.session = session;
  programFirst();
  if (options.quiet !== true) say(entered(session.info(), options.duration));
  await Promise.race([session.finished, leave, after(options.duration)]);
  await session.stop();
  await session.finished;
  if (recorder.failed !== null) await rescue(recorder, library, target.command);
  tell(session, options, new Recents(home, library));
  return session.info().state === 'failed' ? USAGE_STATUS : 0;
}

function asPid(text: string): number {
  const pid = Number(text);
  if (/^\d+$/.test(text) && pid >= 1 && pid <= 0x7fffffff) return pid;
  throw new UserError('bad-argument', `${text} is no process id`, '`gilscope ps` lists the Python programs');
}

/** Which way was taken, and what it cost the program. */
function entered({ title, attached, processes }: SessionInfo, duration: number | undefined): string {
  const stood = attached?.stoppedUs ?? null;
  const way = attached?.way === 'remote_exec' ? "by the interpreter's own door (sys.remote_exec)" : 'by ptrace';
  const cost = stood === null ? '' : `; one of its threads stood still for ${formatDuration(stood * NS_PER_US)}`;
  const until = duration === undefined ? 'until it ends, or Ctrl-C' : `for ${duration} s, or until Ctrl-C`;
  return `entered ${plain(title)} (pid ${processes[0].pid}) ${way}${cost}; recording ${until}`;
}

/** Ctrl-C is for us, not for the program: it is in another process group, and goes on. */
function untilSignal(): Promise<void> {
  process.on('SIGXFSZ', () => undefined); // a file-size limit is an error of the write, not the end of us
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve());
  });
}

const after = (seconds: number | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (seconds !== undefined) setTimeout(resolve, seconds * 1000);
  });
