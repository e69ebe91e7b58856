/**
 * The contract of src/shared/contract over this engine: arguments parsed here and nowhere else, one function for each call.
 * Used by both shells: src/server (WebSocket) and src/main (Electron IPC).
 */
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  callArgs,
  type CallArgs,
  type CallName,
  type CallReply,
  type Contract,
  type Push,
  type PushName,
} from '../shared/contract/calls.ts';
import type { CompareReplies } from '../shared/contract/compare.ts';
import type { ExportReplies } from '../shared/contract/exports.ts';
import type { LibraryInfo, LibraryReplies } from '../shared/contract/library.ts';
import type { AppInfo } from '../shared/contract/types.ts';
import { describeFormat, FORMATS } from '../shared/export/formats.ts';
import { Comparisons } from './compare/comparisons.ts';
import { listRunning } from './discovery/list.ts';
import { doctorReport } from './doctor/report.ts';
import { sweepLater } from './doorSweep.ts';
import { UserError } from './errors.ts';
import type { PagePrinter } from './export/browser.ts';
import { Exports } from './export/exports.ts';
import { listExamples } from './examples.ts';
import { listFiles } from './files.ts';
import { InterpreterProbe } from './interpreterProbe.ts';
import { listInterpreters, ownPlaces } from './interpreters.ts';
import { Library } from './library.ts';
import { dataFolder, VERSION } from './paths.ts';
import { Recents } from './recents.ts';
import { coreCount } from './sampler.ts';
import { Sessions, type Emit } from './sessions.ts';
import { SettingsStore } from './settings.ts';

export interface EngineOptions {
  shell: AppInfo['shell'];
  /** Files given on the command line, to open at start. */
  open?: string[];
  /** Where gilscope keeps its own; paths.ts decides when left out. */
  dataFolder?: string;
  /** Makes a PDF or a PNG of a page; left out: the browser that is there. */
  print?: PagePrinter;
}

export interface Engine extends Contract {
  /** Ends every recording in order; programs that still run go on, but for those of a comparison. */
  close(): Promise<void>;
}

type Handlers = { [N in CallName]: (args: CallArgs<N>) => CallReply[N] | Promise<CallReply[N]> };
type Listener = <N extends PushName>(name: N, push: Push[N]) => void;

export function createEngine(options: EngineOptions): Engine {
  const folder = options.dataFolder ?? dataFolder();
  const listeners = new Set<Listener>();
  const probe = new InterpreterProbe(join(folder, 'interpreters.json'));
  const library = new Library(folder);
  const recents = new Recents(folder, library);
  recents.tidy();
  sweepLater();
  const emit: Emit = (name, push) => {
    for (const listener of listeners) listener(name, push);
  };
  const sessions = new Sessions(probe, library, recents, emit);
  const comparisons = new Comparisons({ sessions, probe, recents, folder }, emit);
  const exports = new Exports(sessions, emit, options.print);
  const settings = new SettingsStore(folder);
  const handlers: Handlers = {
    ...sessionHandlers(sessions),
    ...queryHandlers(sessions),
    ...wishHandlers(sessions),
    ...compareHandlers(comparisons),
    ...exportHandlers(exports),
    ...libraryHandlers(recents, library),
    'app.info': () => appInfo(options),
    'app.doctor': () => doctorReport(probe, folder),
    'settings.get': () => settings.get(),
    'settings.set': (patch) => settings.set(patch),
    'interpreters.list': ({ refresh }) => listInterpreters(probe, ownPlaces(), refresh),
    'examples.list': () => listExamples(),
    'processes.list': () => listRunning((pid) => sessions.recording(pid)?.id ?? null),
    'files.list': (args) => listFiles(args),
  };
  return {
    async call(name, args) {
      return handlers[name](parseArgs(name, args));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      // Nobody else wants the programs of a comparison.
      await comparisons.closeAll();
      await exports.closeAll();
      await sessions.closeAll();
    },
  };
}

function parseArgs<N extends CallName>(name: N, args: unknown): CallArgs<N> {
  const parsed = callArgs[name].safeParse(args);
  if (parsed.success) return parsed.data as CallArgs<N>;
  throw new UserError('bad-argument', `${name} was asked wrongly: ${z.prettifyError(parsed.error)}`);
}

function appInfo(options: EngineOptions): AppInfo {
  return {
    version: VERSION,
    platform: process.platform,
    shell: options.shell,
    host: hostname(),
    home: homedir(),
    cwd: process.cwd(),
    cores: coreCount(),
    open: (options.open ?? []).map((path) => resolve(path)),
  };
}

type SessionCalls = Extract<CallName, `session.${string}` | `terminal.${string}`>;

function sessionHandlers(sessions: Sessions): Pick<Handlers, SessionCalls> {
  return {
    'session.list': () => sessions.list(),
    'session.launch': async (spec) => (await sessions.launch(spec)).info(),
    'session.attach': async ({ pid, engine, ...tracing }) => (await sessions.attach(pid, engine, tracing)).info(),
    'session.open': async ({ path }) => (await sessions.openFile(path)).info(),
    'session.stop': async ({ id }) => {
      const session = sessions.live(id);
      await session.stop();
      return session.info();
    },
    'session.signal': ({ id, signal }) => (sessions.live(id).signal(signal), null),
    'session.saveAs': ({ id, path, overwrite }) => sessions.saveAs(id, path, overwrite === true),
    'session.close': async ({ id }) => {
      await sessions.close(id);
      return null;
    },
    'session.setSwitchInterval': async ({ id, process: index, seconds }) => {
      await sessions.live(id).setSwitchInterval(index, seconds);
      return null;
    },
    'session.log': ({ id }) => [...sessions.get(id).log],
    'terminal.write': ({ id, data }) => (sessions.live(id).write(data), null),
    'terminal.resize': ({ id, cols, rows }) => (sessions.live(id).resize(cols, rows), null),
    'terminal.replay': ({ id }) => sessions.get(id).terminal.replay(),
  };
}

type QueryCalls = Exclude<Extract<CallName, `${string}.query`>, 'watches.query'> | 'timeline.overview';

function queryHandlers(sessions: Sessions): Pick<Handlers, QueryCalls> {
  return {
    'timeline.query': ({ id, ...query }) => sessions.get(id).model.timeline(query),
    'timeline.overview': ({ id, px }) => sessions.get(id).model.overview(px),
    'stats.query': ({ id, start, end }) => sessions.get(id).model.stats({ start, end }),
    'blame.query': ({ id, start, end, ...filter }) => sessions.get(id).model.blame({ start, end }, filter),
    'functions.query': ({ id, start, end, ...filter }) => sessions.get(id).model.functions({ start, end }, filter),
    'flame.query': ({ id, ...query }) => sessions.get(id).model.flame(query),
    'details.query': ({ id, thread, at }) => sessions.get(id).model.details(thread, at),
  };
}

type WishCalls = Extract<CallName, `watches.${string}`> | 'functions.set';

/** What of its programs a live session is to look at. */
function wishHandlers(sessions: Sessions): Pick<Handlers, WishCalls> {
  return {
    'functions.set': async ({ id, on }) => {
      await sessions.live(id).functions.set(on);
      return null;
    },
    'watches.query': ({ id, ...query }) => sessions.get(id).model.watches(query),
    'watches.add': async ({ id, expression, process: index }) => {
      await sessions.live(id).watches.add(expression.trim(), index);
      return null;
    },
    'watches.remove': async ({ id, watch }) => {
      await sessions.live(id).watches.remove(watch);
      return null;
    },
    'watches.rate': async ({ id, rateHz }) => {
      await sessions.live(id).watches.setRate(rateHz);
      return null;
    },
    'watches.modules': ({ id, process: index }) => sessions.live(id).watches.modules(index),
    'watches.names': ({ id, process: index, module }) => sessions.live(id).watches.names(index, module),
  };
}

function compareHandlers(comparisons: Comparisons): Pick<Handlers, keyof CompareReplies> {
  return {
    'compare.list': () => comparisons.list(),
    'compare.start': async (spec) => (await comparisons.start(spec)).info(),
    'compare.cancel': async ({ id }) => {
      const comparison = comparisons.get(id);
      await comparison.cancel();
      return comparison.info();
    },
    'compare.close': async ({ id }) => {
      await comparisons.close(id);
      return null;
    },
    'compare.report': ({ id }) => comparisons.get(id).report(),
    'compare.page': ({ id, ...asked }) => comparisons.page(id, asked),
  };
}

function exportHandlers(exports: Exports): Pick<Handlers, keyof ExportReplies> {
  return {
    'export.formats': () => FORMATS.map(describeFormat),
    'export.list': () => exports.list(),
    'export.start': (args) => exports.start(args),
    'export.cancel': ({ id }) => exports.cancel(id),
  };
}

function libraryHandlers(recents: Recents, library: Library): Pick<Handlers, keyof LibraryReplies> {
  const info = (): LibraryInfo => ({ ...library.place(), setAside: recents.setAside });
  return {
    'recents.list': () => recents.list(),
    'recents.forget': ({ path }) => (recents.forget(path), null),
    'recents.edit': async ({ path, ...said }) => {
      await recents.edit(path, said);
      return null;
    },
    'recents.delete': ({ path }) => recents.delete(path),
    'recents.restore': ({ id }) => (recents.restore(id), null),
    'library.info': info,
    'library.setFolder': ({ path }) => {
      library.choose(path);
      return info();
    },
  };
}
