/**
 * The contract between the window and the engine: every call, its arguments (parsed by zod on the engine's
 * side, whichever shell carried them) and the type of its answer; and every push. Nothing else crosses the boundary.
 * Carried by src/server (WebSocket) and src/main + src/preload (Electron IPC), both through `packet.ts`.
 */
import { z } from 'zod';
import { id, launchSpec, looksHz, path, text } from './arguments.ts';
import type { BlameReply } from './blame.ts';
import { compareArgs, type CompareInfo, type CompareReplies } from './compare.ts';
import { compareSpec } from './compareSpec.ts';
import { exportArgs, type ExportPush, type ExportReplies } from './exports.ts';
import { libraryArgs, type LibraryReplies } from './library.ts';
import type { FlameReply, FunctionsReply } from './functions.ts';
import type { WatchableModule, WatchableNames, WatchesReply } from './watches.ts';
import type {
  AppInfo,
  DoctorReport,
  Example,
  FileEntry,
  IntervalDetails,
  Interpreter,
  LogLine,
  OverviewReply,
  RunningProcess,
  SessionInfo,
  Settings,
  StatsReply,
  TimelineReply,
} from './types.ts';

const ns = z.number().min(-1e18).max(1e18);
const empty = z.object({}).strict();

export const settingsPatch = z
  .object({
    theme: z.enum(['system', 'light', 'dark']),
    lastLaunch: launchSpec.nullable(),
    lastCompare: compareSpec.nullable(),
    panelHeight: z.number().min(80).max(4000),
    panelTab: text(40),
    follow: z.boolean(),
    laneHeight: z.enum(['comfortable', 'compact', 'auto']),
    lastFolder: path.nullable(),
    libraryFolder: path.nullable(),
    lastExport: z.object({ format: text(40), folder: path }).nullable(),
    attachEngine: z.enum(['auto', 'exact', 'estimated']),
    attachFunctions: z.boolean(),
    attachLooksHz: looksHz,
  })
  .partial()
  .strict();

/** Arguments of every call. */
export const callArgs = {
  'app.info': empty,
  'app.doctor': empty,
  'settings.get': empty,
  'settings.set': settingsPatch,
  'interpreters.list': z.object({ refresh: z.boolean().optional() }),
  'examples.list': empty,
  /** Own file picker, same in both shells. `suffix` keeps folders and files that end so, or in one of several ways. */
  'files.list': z.object({
    path,
    suffix: z.union([text(40), z.array(text(40)).max(8)]).optional(),
    hidden: z.boolean().optional(),
  }),
  'session.list': empty,
  'session.launch': launchSpec,
  /** The Python processes that run on this machine now. */
  'processes.list': empty,
  'session.attach': z.object({
    pid: z.number().int().min(1).max(0x7fffffff),
    engine: z.enum(['auto', 'exact', 'estimated']),
    functions: z.boolean().optional(),
    looksHz: looksHz.optional(),
  }),
  'session.open': z.object({ path }),
  /** Stops recording and detaches; the program goes on. */
  'session.stop': z.object({ id }),
  /** Ends the profiled program. */
  'session.signal': z.object({ id, signal: z.enum(['SIGINT', 'SIGTERM', 'SIGKILL']) }),
  'session.saveAs': z.object({ id, path, overwrite: z.boolean().optional() }),
  /** Forgets it; a program that still runs is detached, not ended. */
  'session.close': z.object({ id }),
  'session.setSwitchInterval': z.object({
    id,
    process: z.number().int().min(0),
    seconds: z.number().min(1e-6).max(100),
  }),
  'session.log': z.object({ id }),
  'timeline.query': z.object({
    id,
    start: ns,
    end: ns,
    px: z.number().int().min(1).max(8192),
    threads: z.array(z.number().int().min(0)).max(4096).optional(),
    gils: z.array(z.number().int().min(0)).max(4096).optional(),
  }),
  'timeline.overview': z.object({ id, px: z.number().int().min(1).max(8192) }),
  'stats.query': z.object({ id, start: ns.optional(), end: ns.optional() }),
  /** `waiter` and `holder` narrow the functions and places, not the matrix. */
  'blame.query': z.object({
    id,
    start: ns.optional(),
    end: ns.optional(),
    waiter: z.number().int().min(0).optional(),
    holder: z.number().int().min(0).optional(),
  }),
  /** Sums by function; `search` words must all be in its name or file. */
  'functions.query': z.object({
    id,
    start: ns.optional(),
    end: ns.optional(),
    thread: z.number().int().min(0).optional(),
    search: text(200).optional(),
  }),
  /** What these threads called in the window. */
  'flame.query': z.object({
    id,
    start: ns,
    end: ns,
    px: z.number().int().min(1).max(8192),
    threads: z.array(z.number().int().min(0)).max(64),
    search: text(200).optional(),
    /** Leaves out shorter calls. */
    minNs: z.number().min(0).max(1e18).optional(),
  }),
  /** Begins or ends the function trace of a live session, in every process and those to come. */
  'functions.set': z.object({ id, on: z.boolean() }),
  'details.query': z.object({ id, thread: z.number().int().min(0), at: ns }),
  'watches.query': z.object({ id, start: ns, end: ns, px: z.number().int().min(1).max(8192) }),
  /** Without `process`: in every process, and those to come. */
  'watches.add': z.object({ id, expression: text(500), process: z.number().int().min(0).optional() }),
  'watches.remove': z.object({ id, watch: z.number().int().min(0) }),
  /** Samples a second, in every process. */
  'watches.rate': z.object({ id, rateHz: z.number().min(0.1).max(1000) }),
  /** What there is to watch, for the picker. */
  'watches.modules': z.object({ id, process: z.number().int().min(0) }),
  'watches.names': z.object({ id, process: z.number().int().min(0), module: text(1000) }),
  'terminal.write': z.object({ id, data: text(1 << 20) }),
  'terminal.resize': z.object({ id, cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) }),
  /** What the terminal has shown so far (bounded), as bytes. */
  'terminal.replay': z.object({ id }),
  ...compareArgs,
  ...exportArgs,
  ...libraryArgs,
} as const;

export type CallName = keyof typeof callArgs;
export const isCallName = (name: string): name is CallName => Object.hasOwn(callArgs, name);
export type CallArgs<N extends CallName> = z.infer<(typeof callArgs)[N]>;

/** Answers of every call. */
export interface CallReply extends CompareReplies, ExportReplies, LibraryReplies {
  'app.info': AppInfo;
  'app.doctor': DoctorReport;
  'settings.get': Settings;
  'settings.set': Settings;
  'interpreters.list': Interpreter[];
  'examples.list': Example[];
  /** `file`: the path asked for is this file; listed is its folder. */
  'files.list': { path: string; parent: string | null; entries: FileEntry[]; truncated: boolean; file?: string };
  'session.list': SessionInfo[];
  'session.launch': SessionInfo;
  'processes.list': RunningProcess[];
  'session.attach': SessionInfo;
  'session.open': SessionInfo;
  'session.stop': SessionInfo;
  'session.signal': null;
  'session.saveAs': SessionInfo;
  'session.close': null;
  'session.setSwitchInterval': null;
  'session.log': LogLine[];
  'timeline.query': TimelineReply;
  'timeline.overview': OverviewReply;
  'stats.query': StatsReply;
  'blame.query': BlameReply;
  'functions.query': FunctionsReply;
  'flame.query': FlameReply;
  'functions.set': null;
  'details.query': IntervalDetails | null;
  'watches.query': WatchesReply;
  'watches.add': null;
  'watches.remove': null;
  'watches.rate': null;
  'watches.modules': WatchableModule[];
  'watches.names': WatchableNames;
  'terminal.write': null;
  'terminal.resize': null;
  'terminal.replay': { bytes: Uint8Array; truncated: boolean };
}

/** What the engine says unasked. */
export interface Push extends ExportPush {
  /** A session came, changed (at most 10 times a second each) or, with `gone`, went. */
  'session.changed': { session: SessionInfo; gone?: boolean };
  'terminal.data': { id: string; bytes: Uint8Array };
  'session.log': { id: string; line: LogLine };
  /** At most 10 times a second each. */
  'compare.changed': { compare: CompareInfo; gone?: boolean };
}
export type PushName = keyof Push;

/** An error the user can act on: what happened, why, what to do. Crosses the contract as data. */
export interface UserErrorData {
  message: string;
  remedy: string | null;
}

/** The engine as both shells see it. */
export interface Contract {
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallReply[N]>;
  /** Returns the way to unsubscribe. */
  subscribe(listener: <N extends PushName>(name: N, push: Push[N]) => void): () => void;
}
