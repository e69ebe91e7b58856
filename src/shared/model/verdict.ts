/**
 * What a recording means for its user: one sentence, the figures it rests on, and advice. Every figure in it was measured in the range;
 * what is only to be expected is called "predicted". Called by summary.ts; traits.ts says what kind of thread is which.
 */
import type { Engine, Verdict } from '../contract/types.ts';
import { formatCount, formatPercent, formatSeconds, three } from '../format.ts';
import { toSeconds } from '../units.ts';
import type { Figures } from './figures.ts';
import type { Store } from './store.ts';
import { traitsOf, waitedBehind, type ThreadTraits, type Traits } from './traits.ts';

/** Shorter than this, a handful of switch intervals and sampler rounds: chance decides. */
const SHORTEST_S = 0.1;
/** Fewer waits than this are an incident, not a pattern. */
const STARVED_WAITS = 5;
/** A wait shorter than this on average is wake-up time of the system, not starving. */
const STARVED_MEAN_S = 0.0005;
/** Most of the waiting must be behind CPU-bound holders to blame them. */
const STARVED_BEHIND = 0.5;
/** Below, threads hardly meet at the GIL. */
const CONTENDED_LOW = 0.1;
/** From here on they meet most of the time. */
const CONTENDED_HIGH = 0.5;
/** One thread has (nearly) all of the held time. */
const SOLE_HOLDER = 0.95;
/** At least so many cores' worth of work beside the holder, to speak of parallel work. */
const NATIVE_CORES = 0.4;
/** Python runs on clearly more than one core: several interpreters do. */
const SEVERAL_PYTHONS = 1.2;
/** Held for less than this part: there is no Python work to speak of. */
const IDLE = 0.05;
/** Free for at least this part: input and output set the pace. */
const FREE_HIGH = 0.5;
/** Holders that had a core for less than this part of their holds were kept from it by other programs. */
const HAD_A_CORE = 0.7;
/** A wait of so many intervals for each CPU-bound thread is the interval's doing; a longer one is the machine's. */
const INTERVALS_EACH = 1.5;
/** A short interval to compare with, when advice names one. */
const SHORT_INTERVAL_S = 0.001;

interface Context {
  store: Store;
  figures: Figures;
  traits: Traits;
  lengthS: number;
}

type Finding = Omit<Verdict, 'kind'> & { kind: Verdict['kind'] };

const list = (names: string[]): string =>
  names.length <= 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;

/** At most three names; the rest is a number. Threads of one name are told as so many. */
function nameList(threads: ThreadTraits[]): string {
  const counts = new Map<string, number>();
  for (const { name } of threads) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shown = [...counts].slice(0, 3);
  const names = shown.map(([name, count]) => (count === 1 ? name : `${count} threads named ${name}`));
  const more = threads.length - shown.reduce((sum, [, count]) => sum + count, 0);
  return list(more > 0 ? [...names, `${more} more`] : names);
}

const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, part / whole) : 0);

function noGil({ store, figures }: Context): Finding | null {
  const free = store.processInfos.some((info) => info.gilEnabled === false);
  if (!free || figures.gils.some((gil) => gil.heldS > 0)) return null;
  const cores = figures.coresInUse;
  return {
    kind: 'no_gil',
    text: 'This interpreter runs without a GIL: its threads do not wait for one another to run Python.',
    evidence: cores === null ? [] : [`On average ${three(cores)} cores were in use.`],
    advice: null,
  };
}

function tooShort({ lengthS, traits }: Context): Finding | null {
  if (lengthS >= SHORTEST_S && traits.threads.some((thread) => thread.activeS > 0)) return null;
  const why = lengthS < SHORTEST_S ? `only ${formatSeconds(lengthS)} long` : 'without any use of the GIL';
  return {
    kind: 'too_short',
    text: `This is ${why}: too little to judge.`,
    evidence: [],
    advice: lengthS < SHORTEST_S ? 'Record for longer, or choose a longer range.' : null,
  };
}

function starvedAdvice(context: Context, starved: ThreadTraits, behind: number, blamed: ThreadTraits[]): string {
  const holders = nameList(blamed);
  const interval = context.store.processInfos[starved.process].switchIntervalS;
  const meanS = starved.waitS / starved.waits;
  const move =
    `Move the work of ${holders} into another process (multiprocessing, ProcessPoolExecutor): ` +
    `predicted to spare ${starved.name} the ${formatPercent(behind)} of its waiting that is behind it.`;
  if (interval === null || interval <= SHORT_INTERVAL_S) return move;
  const shorten = `${move} Or shorten the switch interval (now ${formatSeconds(interval)}) with sys.setswitchinterval(${SHORT_INTERVAL_S})`;
  // Waits scale with the interval only while it is the interval that ends them.
  const scales = meanS >= interval / 4 && meanS <= INTERVALS_EACH * interval * blamed.length;
  if (!scales) return `${shorten}, for more switches.`;
  const predicted = (meanS * SHORT_INTERVAL_S) / interval;
  return `${shorten}: predicted wait about ${formatSeconds(predicted)} each time, for more switches.`;
}

/** Where a hold's time went to other programs, waits are longer than Python makes them; who reads the figures must know. */
function machineEvidence(holders: ThreadTraits[]): string[] {
  const sampled = holders.filter((t) => t.cpuS !== null);
  const heldS = sampled.reduce((sum, t) => sum + t.holdS, 0);
  const cpuS = sampled.reduce((sum, t) => sum + t.cpuS!, 0);
  if (heldS < SHORTEST_S || cpuS >= HAD_A_CORE * heldS) return [];
  const part = formatPercent(cpuS / heldS);
  return [
    `${nameList(sampled)} had a core for at most ${part} of the time they held the GIL: other programs kept the machine busy, and all waits are longer for it.`,
  ];
}

function ioStarved(context: Context): Finding | null {
  const candidates = context.traits.threads
    .filter((t) => t.kind === 'io' && t.waits >= STARVED_WAITS && t.waitS / t.waits >= STARVED_MEAN_S)
    .sort((a, b) => b.waitS - a.waitS);
  const hogs = context.traits.threads.filter((t) => t.kind === 'cpu');
  const [starved, ...others] = candidates;
  if (starved === undefined || hogs.length === 0) return null;
  const behind = waitedBehind(context.store, starved.idx, context.figures.range);
  const blamed = hogs.filter((t) => (behind.byThread.get(t.idx) ?? 0) > 0);
  const blamedNs = blamed.reduce((sum, t) => sum + behind.byThread.get(t.idx)!, 0);
  const fraction = share(blamedNs, behind.totalNs);
  if (fraction < STARVED_BEHIND) return null;
  const meanS = starved.waitS / starved.waits;
  const holders = nameList(blamed);
  const holding = blamed.length === 1 ? 'was' : 'were';
  return {
    kind: 'io_starved',
    text: `${starved.name} starves behind ${holders}: it holds the GIL only ${formatSeconds(starved.meanHoldS)} at a time, but waits ${formatSeconds(meanS)} for it.`,
    evidence: [
      `${starved.name} asked for the GIL ${formatCount(starved.waits)} times and waited ${formatSeconds(meanS)} each time on average` +
        (starved.waitP95S === null ? '.' : ` (95 % of waits within ${formatSeconds(starved.waitP95S)}).`),
      `In ${formatPercent(fraction)} of that time ${holders} ${holding} holding it.`,
      ...intervalEvidence(context, starved.process),
      ...machineEvidence(blamed),
      ...(others.length > 0 ? [`${nameList(others)} ${others.length === 1 ? 'waits' : 'wait'} in the same way.`] : []),
    ],
    advice: starvedAdvice(context, starved, fraction, blamed),
  };
}

function intervalEvidence({ store }: Context, process: number): string[] {
  const interval = store.processInfos[process].switchIntervalS;
  return interval === null ? [] : [`The switch interval is ${formatSeconds(interval)}.`];
}

function multiProcess({ store, figures }: Context): Finding | null {
  const held = store.processes
    .map((process) => ({
      name: process.info.name || `process ${process.info.pid}`,
      heldS: process.gils.reduce((sum, gil) => sum + figures.gils[gil.info.idx].heldS, 0),
    }))
    .filter((process) => process.heldS > 0);
  if (held.length < 2 || figures.pythonCores < SEVERAL_PYTHONS) return null;
  return {
    kind: 'multi_process',
    text: `${held.length} processes ran Python at the same time, ${three(figures.pythonCores)} of them on average.`,
    evidence: held.slice(0, 4).map((p) => `${p.name} held its own GIL for ${formatSeconds(p.heldS)}.`),
    advice: null,
  };
}

function nativeParallel({ traits, figures, lengthS }: Context): Finding | null {
  const workers = traits.threads.filter((t) => t.runningS > 0).sort((a, b) => b.runningS - a.runningS);
  const runningS = workers.reduce((sum, t) => sum + t.runningS, 0);
  if (runningS / lengthS < NATIVE_CORES) return null;
  const held = figures.pythonCores;
  const major = workers.filter((t) => t.runningS >= runningS * 0.1);
  return {
    kind: 'native_parallel',
    text: `Native code runs beside Python: ${nameList(major)} ${major.length === 1 ? 'works' : 'work'} with the GIL released.`,
    evidence: [
      `With the GIL released, threads used ${three(runningS / lengthS)} cores on average; the GIL was held ${formatPercent(share(held, 1))} of the time.`,
      ...contendedEvidence(traits),
    ],
    advice:
      traits.contended < CONTENDED_LOW
        ? null
        : 'Larger pieces of work for each native call would leave less waiting for the GIL.',
  };
}

const contendedEvidence = (traits: Traits): string[] => [
  `At least one thread waited for the GIL in ${formatPercent(traits.contended)} of the time.`,
];

function cpuAdvice({ store }: Context, workers: ThreadTraits[]): string {
  const cores = store.head?.cores ?? 0;
  const total = workers.reduce((sum, t) => sum + t.holdS, 0);
  const largest = Math.max(...workers.map((t) => t.holdS));
  const plain = 'Processes (multiprocessing, ProcessPoolExecutor) have a GIL each and can use several cores.';
  if (cores < 2) return plain;
  // No sooner than the longest piece, nor than all cores full.
  const predicted = Math.max(largest, total / cores);
  return `${plain} Predicted: the ${formatSeconds(total)} of Python work of these threads would take about ${formatSeconds(predicted)} on ${cores} cores, start-up and passing of data not counted.`;
}

function cpuBound(context: Context): Finding | null {
  const { traits } = context;
  const workers = traits.threads.filter((t) => t.kind === 'cpu').sort((a, b) => b.holdS - a.holdS);
  if (workers.length < 2 || traits.contended < CONTENDED_HIGH) return null;
  const total = workers.reduce((sum, t) => sum + t.holdS, 0);
  return {
    kind: 'cpu_bound',
    text: `${nameList(workers)} take turns: together they run ${three(share(total, context.lengthS))} cores' worth of Python, because only one at a time can hold the GIL.`,
    evidence: [
      ...workers
        .slice(0, 4)
        .map(
          (t) => `${t.name} held the GIL for ${formatSeconds(t.holdS)} and waited ${formatSeconds(t.waitS)} for it.`,
        ),
      ...contendedEvidence(traits),
      ...intervalEvidence(context, workers[0].process),
      ...machineEvidence(workers),
    ],
    advice: cpuAdvice(context, workers),
  };
}

/** How long a process's GIL is known: what shares of it are of. */
const gilLifeS = ({ store, figures }: Context, process: number): number =>
  Math.max(
    0,
    ...figures.gils.filter(({ gil }) => store.gils[gil].info.process === process).map((gil) => gil.heldS + gil.freeS),
  );

function singleThread(context: Context): Finding | null {
  const { traits, figures } = context;
  const byHold = [...traits.threads].sort((a, b) => b.holdS - a.holdS);
  const [sole] = byHold;
  const held = traits.heldS;
  if (sole === undefined || share(sole.holdS, held) < SOLE_HOLDER || traits.contended >= CONTENDED_LOW) return null;
  const busy = share(sole.holdS, gilLifeS(context, sole.process));
  if (busy < IDLE) return null;
  return {
    kind: 'single_thread',
    text: `${sole.name} does the Python work alone; the GIL is in nobody's way.`,
    evidence: [
      `It held the GIL for ${formatSeconds(sole.holdS)}, ${formatPercent(busy)} of the time.`,
      ...contendedEvidence(traits),
      ...(figures.coresInUse === null ? [] : [`On average ${three(figures.coresInUse)} cores were in use.`]),
    ],
    advice:
      busy < FREE_HIGH
        ? null
        : 'More threads would not make this faster: they would share the one GIL. Processes have a GIL each.',
  };
}

function ioBound({ traits }: Context): Finding | null {
  if (traits.free < FREE_HIGH || traits.contended >= CONTENDED_LOW) return null;
  const blocked = traits.threads.filter((t) => t.kind === 'io' || t.blockedS > t.holdS);
  return {
    kind: 'io_bound',
    text: `Threads are fine here: ${blocked.length > 0 ? nameList(blocked) : 'they'} mostly wait outside the GIL, which is free ${formatPercent(traits.free)} of the time.`,
    evidence: [`The GIL was held for ${formatSeconds(traits.heldS)} in all.`, ...contendedEvidence(traits)],
    advice: null,
  };
}

function mixed({ traits }: Context): Finding {
  const most = [...traits.threads].sort((a, b) => b.holdS - a.holdS).slice(0, 3);
  return {
    kind: 'mixed',
    text: `No single pattern: the GIL is held ${formatPercent(1 - traits.free)} of the time and contended ${formatPercent(traits.contended)} of the time.`,
    evidence: most
      .filter((t) => t.holdS > 0)
      .map((t) => `${t.name} held the GIL for ${formatSeconds(t.holdS)} and waited ${formatSeconds(t.waitS)} for it.`),
    advice: null,
  };
}

type Finder = (context: Context) => Finding | null;

/** The first that applies: from what spoils the others, over what hurts most, to what is merely so. */
const FINDERS: Finder[] = [noGil, tooShort, ioStarved, multiProcess, nativeParallel, cpuBound, singleThread, ioBound];
/** Those about the session as a whole; the others are about threads that share a GIL. */
const OF_SESSION = new Set<Finder>([noGil, tooShort, multiProcess]);

/** With several processes, the one whose threads held and waited most; null when there is only one to speak of. */
function focusOf({ store, traits }: Context): number | null {
  const active = new Map<number, number>();
  for (const t of traits.threads) active.set(t.process, (active.get(t.process) ?? 0) + t.activeS);
  const some = [...active].filter(([, seconds]) => seconds > 0).sort((a, b) => b[1] - a[1]);
  return store.processInfos.length < 2 || some.length < 2 ? null : some[0][0];
}

export function verdictOf(store: Store, figures: Figures, engine: Engine): Verdict {
  const lengthS = toSeconds(figures.range.end - figures.range.start);
  const whole = { store, figures, traits: traitsOf(store, figures), lengthS };
  const focus = focusOf(whole);
  const one = focus === null ? whole : { ...whole, traits: traitsOf(store, figures, focus) };
  let found: Finding | null = null;
  for (const find of FINDERS) {
    const ofSession = OF_SESSION.has(find);
    found = find(ofSession ? whole : one);
    if (found && focus !== null && !ofSession)
      found = { ...found, text: `In ${store.processInfos[focus].name}: ${found.text}` };
    if (found) break;
  }
  found ??= mixed(one);
  if (engine === 'exact') return found;
  return { ...found, text: `Estimated: ${found.text}` };
}
