/**
 * `gilscope record`: runs a program with everything passed through, and tells on standard error what it did with the GIL.
 * Everything that can be wrong is found before the program starts; afterwards the program's end is our end.
 */
import { join } from 'node:path';
import type { LaunchSpec } from '../shared/contract/types.ts';
import { InterpreterProbe } from '../engine/interpreterProbe.ts';
import { launchTarget } from '../engine/launch.ts';
import type { Tracing } from '../engine/target.ts';
import { checkEngine, checkLaunch } from '../engine/launchCheck.ts';
import { Library } from '../engine/library.ts';
import { LiveSession } from '../engine/liveSession.ts';
import { dataFolder } from '../engine/paths.ts';
import type { ProgramEnd } from '../engine/program.ts';
import { Recents } from '../engine/recents.ts';
import { Recorder } from '../engine/recorder.ts';
import { choosePath, logWatcher, rescue, tell, type OutcomeOptions } from './outcome.ts';
import { programFirst } from './priority.ts';
import { wishesOf, type WatchOptions } from './watchOptions.ts';

export interface RecordOptions extends OutcomeOptions, Tracing, WatchOptions {
  engine: LaunchSpec['engine'];
  /** Into long holds, a second. */
  looks?: number;
}

/** Throws UserError before anything is started or written; afterwards resolves with how the program ended. */
export async function record(options: RecordOptions, python: string, args: string[]): Promise<ProgramEnd> {
  const cwd = process.cwd();
  const home = dataFolder();
  const probe = new InterpreterProbe(join(home, 'interpreters.json'));
  const launch = await checkLaunch({ python, args, cwd, path: process.env.PATH }, probe);
  checkEngine(options.engine, launch);
  const { engine, functions, looks: looksHz } = options;
  const chosen = { ...(functions && { functions }), ...(looksHz !== undefined && { looksHz }) };
  const spec: LaunchSpec = { python: launch.python, args, cwd, env: {}, engine, ...chosen };
  const library = new Library(home);
  const target = launchTarget(spec, 'inherit', options);
  const path = await choosePath(options, library, target.command);

  const holder: { session: LiveSession | null } = { session: null };
  const recorder = await Recorder.create(path, options.output !== undefined, (error) => {
    holder.session?.recordingFailed(error);
  });
  const passing = passSignals(() => holder.session);
  const session = await LiveSession.start({
    target,
    recorder,
    watcher: logWatcher(options.quiet === true),
    saved: options.output !== undefined,
    endsWithProgram: true,
    watches: wishesOf(options),
  });
  holder.session = session;
  programFirst();
  passing.deliver();
  const end = await session.programEnded;
  await session.finished;
  if (recorder.failed !== null) await rescue(recorder, library, target.command);
  tell(session, options, new Recents(home, library));
  return end;
}

/**
 * While the program lives the terminal's signals are its business: Ctrl-C reaches it directly, being in our process group.
 * What somebody sends to gilscope alone is passed on. SIGXFSZ: a file-size limit is an error of the write, not the end of us.
 */
function passSignals(session: () => LiveSession | null): { deliver(): void } {
  let early: NodeJS.Signals | null = null;
  for (const name of ['SIGINT', 'SIGQUIT', 'SIGXFSZ'] as const) process.on(name, () => undefined);
  for (const name of ['SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      early = name;
      forward(session(), name);
    });
  }
  return { deliver: () => early !== null && forward(session(), early) };
}

function forward(session: LiveSession | null, signal: NodeJS.Signals): void {
  try {
    session?.signal(signal);
  } catch {
    // It has ended already.
  }
}
