/**
 * The figures of one variant from the summaries of its runs. Everything here can be reckoned again from `--json`.
 * Pure; used by src/engine/compare.
 */
import type { CallReport, CompareVariant, Spread } from '../contract/compare.ts';
import type { Engine, Summary, SummaryProcess } from '../contract/types.ts';
import { spreadOf } from './spread.ts';

/** What is known of a variant before it has run. */
export type VariantHead = Pick<CompareVariant, 'name' | 'command' | 'file' | 'mode'>;

/** A run that ended well. */
export interface MeasuredRun {
  /** Index into the runs of the comparison. */
  index: number;
  /** Of the machine. */
  host: string;
  summary: Summary;
  call: CallReport | null;
  /** Digest of what it printed, or of its results; null when that was not asked, or is not known. */
  output: string | null;
}

type Figure = (summary: Summary) => number | null;

/** Of all runs or of none: a spread over some of them would not be comparable. */
function spreadBy(summaries: readonly Summary[], figure: Figure): Spread | null {
  const values = summaries.map(figure);
  return values.every((value) => value !== null) ? spreadOf(values) : null;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const gilsOf = ({ processes }: Summary) => processes.flatMap(({ gils }) => gils);
const threadsOf = ({ processes }: Summary) => processes.flatMap(({ threads }) => threads);
/** Its agent was in it. */
const recorded = ({ processes }: Summary): (SummaryProcess & { began_s: number })[] =>
  processes.flatMap((one) => (one.began_s === null ? [] : [{ ...one, began_s: one.began_s }]));

/** Seconds from the program's start to its end; of a program that ran before or goes on, of its recording. */
export function wallOf({ processes, wall_s: length }: Summary): number {
  const [root] = processes;
  return root?.ended_s == null ? length : root.ended_s - root.born_s;
}

/** CPU seconds of all processes; null when the program itself was not sampled. */
export function cpuOf({ processes }: Summary): number | null {
  return processes.length === 0 || processes[0].cpu_s === null
    ? null
    : sum(processes.map(({ cpu_s: cpu }) => cpu ?? 0));
}

/** Cores in use on average. */
export function coresOf(summary: Summary): number | null {
  const [cpu, wall] = [cpuOf(summary), wallOf(summary)];
  return cpu === null || wall <= 0 ? null : cpu / wall;
}

/** Share of the time that GILs were known, all GILs together. */
export function gilShare(summary: Summary, part: 'held_s' | 'contended_s' | 'free_s'): number | null {
  const gils = gilsOf(summary);
  const known = sum(gils.map(({ held_s: held, free_s: free }) => held + free));
  return known > 0 ? sum(gils.map((gil) => gil[part])) / known : null;
}

function lockWait(summary: Summary): number | null {
  const waits = threadsOf(summary).map(({ lock_wait_s: wait }) => wait);
  return waits.every((wait) => wait !== null) ? sum(waits) : null;
}

/** Children whose Python started before one of them had ended: what a program has to wait for when it makes its workers. */
export function firstGeneration(summary: Summary): (SummaryProcess & { began_s: number })[] {
  const [root, ...children] = recorded(summary);
  if (root === undefined) return [];
  const end = Math.min(...children.map(({ ended_s: ended }) => ended ?? Infinity));
  return children.filter(({ born_s: born }) => born <= end);
}

/** As the contract says of `start_up`; seconds. */
export function startUpOf(summary: Summary): number | null {
  const [root] = summary.processes;
  if (root === undefined || root.began_s === null || root.born_s === 0) return null;
  const children = firstGeneration(summary);
  const own = root.began_s - root.born_s;
  if (children.length === 0) return own;
  const first = Math.min(...children.map(({ born_s: born }) => born));
  return own + Math.max(...children.map(({ began_s: began }) => began)) - first;
}

function startUp(runs: readonly MeasuredRun[]): Pick<CompareVariant, 'start_up' | 'start_up_s'> {
  if (runs.length === 0) return { start_up: null, start_up_s: null };
  const calls = runs.flatMap(({ call }) => call ?? []);
  if (calls.length === runs.length)
    return { start_up: 'call', start_up_s: spreadOf(calls.map(({ start_up_s: seconds }) => seconds)) };
  const summaries = runs.map(({ summary }) => summary);
  const seconds = spreadBy(summaries, startUpOf);
  if (seconds === null) return { start_up: null, start_up_s: null };
  const forks = summaries.some((one) => firstGeneration(one).length > 0);
  return { start_up: forks ? 'processes' : 'interpreter', start_up_s: seconds };
}

/** The run with the median wall-clock; of an even number the faster of the middle two. */
export function medianRun(runs: readonly MeasuredRun[]): number | null {
  if (runs.length === 0) return null;
  const sorted = [...runs].sort((a, b) => wallOf(a.summary) - wallOf(b.summary));
  return sorted[Math.floor((sorted.length - 1) / 2)].index;
}

const engineOf = (summaries: readonly Summary[]): Engine =>
  summaries.every(({ engine }) => engine === 'exact') ? 'exact' : 'estimated';

/** The same in all runs, or all there are. */
const oneOf = (values: readonly (string | null)[]): string | null =>
  [...new Set(values.filter((value) => value !== null))].join(', ') || null;

/** Figures are null without runs. */
export function variantOf(head: VariantHead, runs: readonly MeasuredRun[]): CompareVariant {
  const summaries = runs.map(({ summary }) => summary);
  const by = (figure: Figure): Spread | null => spreadBy(summaries, figure);
  const counted = (kind: 'preempted' | 'voluntary') => by((one) => sum(gilsOf(one).map((gil) => gil[kind])));
  const [preempted, voluntary] = [counted('preempted'), counted('voluntary')];
  const none = runs.length === 0;
  return {
    ...head,
    engine: none ? null : engineOf(summaries),
    python: oneOf(summaries.map(({ processes }) => processes[0]?.python ?? null)),
    host: oneOf(runs.map(({ host }) => host)),
    wall_s: by(wallOf),
    cpu_s: by(cpuOf),
    effective_cores: by(coresOf),
    processes: none ? null : Math.max(...summaries.map(({ processes }) => processes.length)),
    ...startUp(runs),
    gil_held_share: by((one) => gilShare(one, 'held_s')),
    gil_contended_share: by((one) => gilShare(one, 'contended_s')),
    gil_free_share: by((one) => gilShare(one, 'free_s')),
    gil_wait_s: by((one) => sum(threadsOf(one).map(({ wait_s: wait }) => wait))),
    wait_p95_s: by((one) => one.wait_p95_s),
    lock_wait_s: by(lockWait),
    switches: preempted === null || voluntary === null ? null : { preempted, voluntary },
    memory_bytes: none
      ? null
      : { rss: by((one) => one.memory.rss_max_bytes), pss: by((one) => one.memory.pss_max_bytes) },
    call: runs.flatMap(({ call }) => call ?? []),
    outputs: [...new Set(runs.flatMap(({ output }) => output ?? []))],
    shown: medianRun(runs),
  };
}
