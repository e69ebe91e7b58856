/**
 * gilscope and its peers: how each is found, how it runs a program, what it then says of the GIL. None is needed: what is not here is told.
 * Each is used as its own documentation says one does, with its usual rate.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { APP_ROOT } from '../../src/engine/paths.ts';
import { TRUTH, type ThreadClaim } from './truth.ts';

/** Whom a tool is asked to watch, and where its files go. */
export interface Run {
  python: string;
  /** Script and arguments. */
  program: string[];
  folder: string;
  /** Of this run's result: bench/programs/measured.py. */
  resultPath: string;
}

export interface Told {
  /** By the kernel's thread id. A part that is missing is one the tool does not tell. */
  threads: Map<number, ThreadClaim>;
  note?: string;
}

export interface Tool {
  id: string;
  title: string;
  /** The command that is looked for, or the module. */
  needs: { command?: string; module?: string; root?: boolean };
  command: (run: Run, found: string) => string[];
  /** What it says; null: it tells nothing of the GIL by thread. */
  read: ((run: Run, elapsedS: number) => Told) | null;
  /** What it tells and what not, for the reader. */
  tells: string;
  /** Its version; `found` as above. */
  version?: (found: string) => string | null;
}

/** The first that looks like a version in what a command answers. */
function versionOf(command: string, args: string[]): string | null {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  return /\d+\.\d+(?:\.\d+)*/.exec(stdout ?? '')?.[0] ?? null;
}
const ofCommand = (command: string): string | null => versionOf(command, ['--version']);
const ofModule =
  (module: string) =>
  (python: string): string | null =>
    versionOf(python, ['-c', 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))', module]);

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

interface Summary {
  processes: {
    engine: string | null;
    dropped: number;
    threads: { tid: number; held_s: number | null; wait_s: number | null }[];
  }[];
}

function gilscope(id: string, title: string, options: string[], tells: string): Tool {
  const summary = (run: Run): string => join(run.folder, `${id}.json`);
  return {
    id,
    title,
    tells,
    needs: {},
    command: (run) => [
      process.execPath,
      ...[join(APP_ROOT, 'bin', 'gilscope'), 'record', '-q', '-o', join(run.folder, `${id}.gilscope`)],
      ...['--summary', summary(run), ...options, '--', run.python, ...run.program],
    ],
    read: (run) => {
      const { processes } = json(summary(run)) as Summary;
      const threads = new Map<number, ThreadClaim>();
      for (const { threads: all } of processes)
        for (const { tid, held_s, wait_s } of all)
          threads.set(tid, { heldS: held_s ?? undefined, waitS: wait_s ?? undefined });
      const dropped = processes.reduce((sum, process) => sum + process.dropped, 0);
      return dropped === 0 ? { threads } : { threads, note: `${dropped} events dropped` };
    },
  };
}

/** One sample of py-spy's raw format: "thread (4242): name;frame;frame 57", or "thread (4242);frame 1" where the thread has no name. */
const RAW_LINE = /^thread \((\d+)\).* (\d+)$/;
const PY_SPY_HZ = 100;

function readRaw(path: string): Told {
  const threads = new Map<number, ThreadClaim>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const match = RAW_LINE.exec(line);
    if (match === null) continue;
    const tid = Number(match[1]);
    threads.set(tid, { heldS: (threads.get(tid)?.heldS ?? 0) + Number(match[2]) / PY_SPY_HZ });
  }
  return { threads };
}

const inside = (id: string, title: string, module: string, options: (run: Run) => string[], tells: string): Tool => ({
  id,
  title,
  tells,
  needs: { module },
  version: ofModule(module),
  command: (run) => [run.python, '-m', module, ...options(run), ...run.program],
  read: null,
});

export const TOOLS: readonly Tool[] = [
  gilscope('exact', 'gilscope exact', ['--engine', 'exact'], 'held and wait of each thread, every take and release'),
  gilscope(
    'functions',
    'gilscope exact, with functions',
    ['--engine', 'exact', '--functions'],
    'the same, and all of it by function',
  ),
  gilscope('estimated', 'gilscope estimated', ['--engine', 'estimated'], 'an estimate of held and wait of each thread'),
  {
    id: 'perf',
    title: 'perf, uprobes on take_gil and drop_gil',
    tells: 'held and wait of each thread, once somebody adds its events up; needs root and symbols',
    needs: { command: 'perf', root: true },
    version: ofCommand,
    command: (run) => [run.python, TRUTH, '--perf', join(run.folder, 'perf.data'), run.python, ...run.program],
    read: (run) => {
      const out = join(run.folder, 'perf.json');
      const args = [TRUTH, '--read', join(run.folder, 'perf.data'), run.resultPath, out];
      const read = spawnSync(run.python, args, { encoding: 'utf8' });
      if (read.status !== 0) throw new Error(`perf's file cannot be read: ${read.stderr}`);
      const { threads } = json(out) as { threads: Record<string, { held_s: number; wait_s: number }> };
      const claims = Object.entries(threads).map(([tid, { held_s, wait_s }]): [number, ThreadClaim] => [
        Number(tid),
        { heldS: held_s, waitS: wait_s },
      ]);
      return { threads: new Map(claims) };
    },
  },
  {
    id: 'py-spy',
    title: 'py-spy record --gil',
    tells: `who holds, ${PY_SPY_HZ} times a second; no waits`,
    needs: { command: 'py-spy' },
    version: ofCommand,
    command: (run, found) => [
      found,
      ...['record', '--gil', '--threads', '--format', 'raw', '--rate', String(PY_SPY_HZ)],
      ...['-o', join(run.folder, 'py-spy.txt'), '--', run.python, ...run.program],
    ],
    read: (run) => readRaw(join(run.folder, 'py-spy.txt')),
  },
  {
    id: 'austin',
    title: 'austin',
    tells: 'where each thread is and whether it sleeps; nothing of the GIL',
    needs: { command: 'austin' },
    version: ofCommand,
    command: (run, found) => [found, '-o', join(run.folder, 'austin.txt'), run.python, ...run.program],
    read: null,
  },
  inside(
    'cprofile',
    'cProfile',
    'cProfile',
    ({ folder }) => ['-o', join(folder, 'cprofile.out')],
    'functions of the main thread alone',
  ),
  inside(
    'yappi',
    'yappi',
    'yappi',
    ({ folder }) => ['-c', 'cpu', '-f', 'pstat', '-o', join(folder, 'yappi.out')],
    'functions and CPU time of each thread; nothing of the GIL',
  ),
  inside(
    'viztracer',
    'viztracer',
    'viztracer',
    ({ folder }) => ['--quiet', '-o', join(folder, 'viztracer.json'), '--'],
    'every call on an axis; nothing of the GIL',
  ),
  inside(
    'scalene',
    'scalene --cpu',
    'scalene',
    ({ folder }) => ['--cpu', '--json', '--outfile', join(folder, 'scalene.json'), '---'],
    'Python, native and system time of each line; nothing of the GIL by thread',
  ),
];

/** Where it is, or why it cannot be used here. `found` is its path; the interpreter's for a module. */
export function findTool(
  { needs }: Tool,
  python: string,
  truthHindrance: string | null,
): { found: string } | { why: string } {
  if (needs.root && truthHindrance !== null) return { why: truthHindrance };
  if (needs.command !== undefined) {
    // A tool of the interpreter's own environment first.
    for (const folder of [dirname(python), ...(process.env.PATH ?? '').split(delimiter)]) {
      const path = join(folder, needs.command);
      if (existsSync(path)) return { found: path };
    }
    return { why: `not found: no ${needs.command} on the PATH` };
  }
  if (needs.module !== undefined && !hasModule(python, needs.module))
    return { why: `not found: this Python has no module ${needs.module}` };
  return { found: python };
}

export function hasModule(python: string, module: string): boolean {
  const script = 'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)';
  return spawnSync(python, ['-c', script, module]).status === 0;
}
