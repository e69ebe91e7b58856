/**
 * Processes that cost more to start than they work. A worker is ready when its last import is over (a fork imports nothing: with its first
 * hold); from then on what it holds, and what it runs without the GIL, is its work.
 */
import { ThreadState, type SiteInfo } from '../../contract/types.ts';
import { formatSeconds } from '../../format.ts';
import { baseName } from '../../pageFormat.ts';
import { parsePythonArgs } from '../../pythonArgs.ts';
import { toSeconds } from '../../units.ts';
import { sumsBetween } from '../spans.ts';
import { stateOf, Sum } from '../states.ts';
import type { Store } from '../store.ts';
import type { ProcessTrack, Track } from '../track.ts';
import { nameList, type SessionContext, type Finding } from './context.ts';

/** Imports are looked for in so many first intervals of a process. */
const FIRST_ROWS = 5000;
/** Of the workers' lives, start and work make up this part; else they mostly wait for something, and neither matters. */
const BUSY = 0.5;
/** Processes that multiprocessing keeps for itself. */
const HELPERS = new Set(['resource_tracker', 'forkserver']);

interface Worker {
  name: string;
  bornNs: number;
  endNs: number;
  /** Seconds until it was ready, and of work after that. */
  startS: number;
  workS: number;
}

/** Files that may be the process's own program: their module is at work, not imported. Without folders. */
function programOf(argv: readonly string[]): string[] {
  try {
    const { program } = parsePythonArgs(argv.slice(1));
    if (program.kind === 'script') return [baseName(program.path)];
    return program.kind === 'module' ? [`${program.name.split('.').pop()}.py`, '__main__.py'] : ['<string>', '<stdin>'];
  } catch {
    return [];
  }
}

const imports = ({ name, file }: SiteInfo, program: readonly string[]): boolean =>
  file.startsWith('<frozen importlib') || (name === '<module>' && !program.includes(baseName(file)));

/** When the thread's last import was over; without any, when it first held the GIL. */
function readyNs(store: Store, { rows, sites }: Track, program: readonly string[]): number {
  let ready = NaN;
  for (let i = 0; i < Math.min(rows.length, FIRST_ROWS); i++) {
    const held = stateOf(rows.meta(i)) === ThreadState.hold;
    if (!held) continue;
    if (Number.isNaN(ready)) ready = rows.start(i);
    if (imports(store.sites.infos[sites.get(i)], program)) ready = rows.end(i);
  }
  return ready;
}

function workerOf({ store, figures: { range } }: SessionContext, process: ProcessTrack): Worker | null {
  const { info } = process;
  const tracks = process.tracks.filter((track) => !track.info.own);
  const main = tracks.find((track) => track.info.main) ?? tracks[0];
  // Its own last word: how late its end is told depends on who waits for it.
  const endNs = Math.min(info.endedNs ?? process.endNs, process.endNs, range.end);
  if (main === undefined || info.bornNs < range.start || HELPERS.has(info.name)) return null;
  const ready = readyNs(store, main, programOf(info.argv));
  if (!(ready < endNs)) return null;
  const workNs = tracks.reduce((sum, { rows }) => {
    const sums = sumsBetween(rows, ready, endNs);
    return sum + sums[Sum.hold] + sums[Sum.running];
  }, 0);
  const { name, pid, bornNs } = info;
  return {
    ...{ name: name || `process ${pid}`, bornNs, endNs },
    startS: toSeconds(Math.max(0, ready - bornNs)),
    workS: toSeconds(workNs),
  };
}

export function startUp(context: SessionContext): Finding | null {
  const { processes } = context.store;
  const pids = new Set(processes.map(({ info }) => info.pid));
  const workers = processes
    .filter(({ info }) => info.ppid !== null && pids.has(info.ppid))
    .flatMap((process) => workerOf(context, process) ?? []);
  if (workers.length < 2) return null;
  const sum = (of: (worker: Worker) => number): number => workers.reduce((all, worker) => all + of(worker), 0);
  const startS = sum((w) => w.startS);
  const workS = sum((w) => w.workS);
  const lifeS = sum((w) => toSeconds(w.endNs - w.bornNs));
  const bornNs = Math.min(...workers.map((w) => w.bornNs));
  const phaseS = toSeconds(Math.max(...workers.map((w) => w.endNs)) - bornNs);
  if (startS <= workS || phaseS <= workS || startS + workS < BUSY * lifeS) return null;
  return {
    kind: 'start_up',
    text: `Starting processes costs more than they gain: ${nameList(workers, 'processes')} needed ${formatSeconds(startS)} in all until they could begin, and then worked for ${formatSeconds(workS)}.`,
    evidence: [
      `From the start of the first to the end of the last ${formatSeconds(phaseS)} passed: one process that was there already would have done their ${formatSeconds(workS)} of work sooner.`,
      ...workers
        .slice(0, 4)
        .map((w) => `${w.name} was ready after ${formatSeconds(w.startS)} and worked for ${formatSeconds(w.workS)}.`),
    ],
    advice:
      'Give each process more to do (larger pieces, chunksize), keep a pool of them instead of starting new ones, or do so little work without them.',
    limits: [
      'Being recorded makes a process start later than it would by itself.',
      'Ready is when its last import was over; what a fork costs the process that forks is in that one’s own time.',
    ],
  };
}
