/** Whether processes (or interpreters) would win but for what they cost beside their work: starting, ending, passing data. */
import type { CallReport } from '../contract/compare.ts';
import { formatBytes, formatSeconds } from '../format.ts';
import { hasSeveralGils, ownVerdict, type Timed } from './measured.ts';
import { difference, enoughRuns, median } from './spread.ts';

/** Their work alone takes at most this part of the other's time: it would be a gain. */
const GAIN = 0.8;
/** Starting, ending and passing make up this part of what is no work; else the tasks are merely unequal. */
const BLAMED = 0.5;
/** Passing fewer bytes takes no time to speak of. */
const MUCH_DATA = 1_000_000;

export interface StartUp {
  processes: Timed;
  against: Timed;
  /** Seconds of their work side by side, and of what it costs beside. */
  workS: number;
  costS: number;
  evidence: string[];
}

const middle = (calls: CallReport[], of: (call: CallReport) => number): number => median(calls.map(of));

/** Tasks side by side, each worker as busy as the others. */
const sideBySide = ({ task_s, workers, tasks }: CallReport): number => task_s / Math.max(1, Math.min(workers, tasks));

function ofCalls(processes: Timed, against: Timed): StartUp | null {
  const { call, name } = processes;
  const workS = middle(call, sideBySide);
  const startS = middle(call, (one) => one.start_up_s);
  const endS = middle(call, (one) => one.shut_down_s);
  const wholeS = middle(call, (one) => one.work_s + one.shut_down_s);
  const bytes = middle(call, (one) => one.passed_bytes ?? 0);
  const restS = Math.max(0, wholeS - workS - startS - endS);
  const blamedS = startS + endS + (bytes >= MUCH_DATA ? restS : 0);
  const otherS = against.call.length > 0 ? middle(against.call, (one) => one.work_s) : against.wall_s.median;
  if (workS > GAIN * otherS || blamedS < BLAMED * (wholeS - workS)) return null;
  const evidence = [
    `${name}: its tasks take ${formatSeconds(workS)} side by side, those of ${against.name} ${formatSeconds(otherS)}.`,
    `Its workers began after ${formatSeconds(startS)} and took ${formatSeconds(endS)} to end; ${formatBytes(bytes)} were passed to them and back.`,
  ];
  return { processes, against, workS, costS: Math.max(0, wholeS - workS), evidence };
}

function ofPrograms(processes: Timed, against: Timed): StartUp | null {
  const { start_up_s: start, wall_s: wall, name } = processes;
  const own = ownVerdict(processes);
  if (start === null) return null;
  const costS = start.median;
  const workS = Math.max(0, wall.median - costS);
  const otherS = against.wall_s.median - (against.start_up === 'interpreter' ? (against.start_up_s?.median ?? 0) : 0);
  const says = own?.kind === 'start_up';
  if (workS > GAIN * otherS && !says) return null;
  const evidence = [
    `${name}: all of its processes were up after ${formatSeconds(costS)} of ${formatSeconds(wall.median)}; ${against.name} took ${formatSeconds(otherS)} from there.`,
    ...(says ? [`${name} by itself: ${own.text}`] : []),
  ];
  return { processes, against, workS, costS, evidence };
}

/** The first variant with processes that is not clearly faster than the fastest without, though its work is. */
export function startUpEats(timed: Timed[]): StartUp | null {
  const [against] = timed.filter((one) => !hasSeveralGils(one)).sort((a, b) => a.wall_s.median - b.wall_s.median);
  if (against === undefined) return null;
  for (const one of timed.filter(hasSeveralGils)) {
    const { ratio, clear } = difference(against.wall_s, one.wall_s);
    const enough = enoughRuns(against.wall_s.values.length, one.wall_s.values.length);
    if (!enough || (clear && ratio < 1)) continue;
    const found = one.call.length > 0 ? ofCalls(one, against) : ofPrograms(one, against);
    if (found !== null) return found;
  }
  return null;
}
