/**
 * A comparison: several ways of doing one thing, each recorded one or more times, side by side. What is asked (`CompareSpec`, in
 * compareSpec.ts), how far it is (`CompareInfo`), and what came out (`CompareVariant`, `CompareReport`: `gilscope compare --json`
 * prints it; add fields, do not rename).
 * Made by src/engine/compare, reckoned by src/shared/compare, shown by src/renderer/compare and src/cli/compare.ts.
 */
import { z } from 'zod';
import { id } from './arguments.ts';
import { compareSpec, MOST_VARIANTS, type CallMode, type CompareSpec } from './compareSpec.ts';
import type { Engine, Summary, Verdict } from './types.ts';

export * from './compareSpec.ts';

/** What `gilscope compare --html` and `--md` write. */
export const COMPARE_PAGES = ['html', 'md'] as const;
export type ComparePageFormat = (typeof COMPARE_PAGES)[number];

/** Arguments of the calls; part of `callArgs`. */
export const compareArgs = {
  'compare.list': z.object({}).strict(),
  'compare.start': compareSpec,
  /** Ends the run that is on; what was measured stays. */
  'compare.cancel': z.object({ id }),
  /** Forgets it, and closes the sessions it had opened. Recordings stay in the library. */
  'compare.close': z.object({ id }),
  /** The report, with the summary of every run. */
  'compare.report': z.object({ id }),
  /** The report as the text of a file. `runs`: by variant, which of its runs is shown; left out: the one with the median wall-clock. */
  'compare.page': z
    .object({
      id,
      format: z.enum(COMPARE_PAGES),
      runs: z.array(z.number().int().min(0).nullable()).max(MOST_VARIANTS).optional(),
    })
    .strict(),
} as const;

/** Answers of the calls; part of `CallReply`. */
export interface CompareReplies {
  'compare.list': CompareInfo[];
  'compare.start': CompareInfo;
  'compare.cancel': CompareInfo;
  'compare.close': null;
  'compare.report': CompareReport;
  'compare.page': string;
}

/** A figure over the runs of a variant that ended well; `values` in the order of the rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  values: number[];
}

/** What `--call` measured inside the program, of one run; seconds. */
export interface CallReport {
  mode: CallMode;
  workers: number;
  tasks: number;
  /** From the first submission to the last result. */
  work_s: number;
  /** From asking for workers until the last of them that did anything began its first task. */
  start_up_s: number;
  /** From the last result until all workers were gone. */
  shut_down_s: number;
  /** Sum of the tasks' own lengths, in the workers: what one after another would have taken, were it not for the company. */
  task_s: number;
  /** Bytes of pickled inputs and results that crossed to other processes or interpreters; null where nothing is pickled. */
  passed_bytes: number | null;
  /** Of the results, in the order of the inputs: equal results have equal digests. */
  digest: string;
  /** The results, shortened, for people. */
  results: string;
}

export type RunState = 'queued' | 'running' | 'ended' | 'failed' | 'cancelled';

export interface CompareRun {
  variant: number;
  round: number;
  state: RunState;
  /** Why it failed: exit status, signal, time limit. */
  error: string | null;
  /** The last lines a run that failed had printed. */
  said: string[];
  /** Its recording; null until there is one. */
  path: string | null;
  /** Its session while that is open: live, or the one a variant shows (`shown`). */
  session: string | null;
  wall_s: number | null;
}

/** One way of doing it, over all its runs. Figures are null until a run has ended well, or where they are not known. */
export interface CompareVariant {
  name: string;
  command: string[];
  /** The file it was read from; null when it was run. */
  file: string | null;
  /** Exact only if every run is. */
  engine: Engine | null;
  python: string | null;
  /** Of the machine it ran on. */
  host: string | null;
  mode: CallMode | null;
  /** The program's own life: from its start to its end. Of a recording that was attached, the recording's length. */
  wall_s: Spread | null;
  cpu_s: Spread | null;
  /** CPU seconds of the whole tree over wall-clock. */
  effective_cores: Spread | null;
  /** Processes that take part; the largest of the runs. */
  processes: number | null;
  /** Until the last of the workers could begin: as `start_up` says it was measured. */
  start_up_s: Spread | null;
  /**
   * `call`: as CallReport says. `interpreter`: from the program's start until its interpreter was up. `processes`: that, and from the start of its first
   * Python child until the interpreter of the last of the first generation was up, which are those that started before one of them ended. What the
   * program did between the two, and what a child did before its first task, is not in it.
   */
  start_up: 'call' | 'processes' | 'interpreter' | null;
  /** Of wall-clock, of the main process's GILs and its children's together: time held by somebody over time of GILs known. */
  gil_held_share: Spread | null;
  gil_contended_share: Spread | null;
  gil_free_share: Spread | null;
  /** All threads of all processes. */
  gil_wait_s: Spread | null;
  /** Over all waits of all threads. */
  wait_p95_s: Spread | null;
  lock_wait_s: Spread | null;
  switches: { preempted: Spread; voluntary: Spread } | null;
  /** Largest sum over the tree at one time. PSS counts a shared page once, RSS in each process. */
  memory_bytes: { rss: Spread | null; pss: Spread | null } | null;
  /** Of the runs that ended well. */
  call: CallReport[];
  /** SHA-256 of what the runs printed (or of the results of `--call`), when asked; one entry for each different one. */
  outputs: string[];
  /** The run to look at: the one with the median wall-clock. Index into `runs` of the comparison. */
  shown: number | null;
}

/** How a figure of a variant stands to the first variant's. */
export interface Difference {
  /** Median over median; below 1: less than the first. */
  ratio: number;
  /** Least and most that the runs allow: min over max, max over min. */
  low: number;
  high: number;
  /** The ranges of the runs do not touch, and there are enough runs to say so. */
  clear: boolean;
}

export type CompareVerdictKind =
  | 'faster' // one variant is; text says why
  | 'no_difference' // the spread covers it
  | 'too_few_runs' // they differ, but how far runs differ by themselves is not known
  | 'start_up' // processes would win but for their start
  | 'different_output' // they do not do the same
  | 'failed' // too little ended well
  | 'mixed_engines'; // exact beside estimated: only wall-clock and CPU can be compared

export interface CompareVerdict extends Omit<Verdict, 'kind' | 'predicted_s'> {
  kind: CompareVerdictKind;
  /** Index of the fastest; null when none is named. A `faster` names none where several are, and the spread covers what is between them. */
  winner: number | null;
}

export interface CompareInfo {
  id: string;
  title: string;
  /** ISO 8601. */
  created: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  error: string | null;
  spec: CompareSpec;
  variants: CompareVariant[];
  runs: CompareRun[];
  /** Of runs; `leftS` is estimated from the runs so far. */
  progress: { done: number; total: number; leftS: number | null };
  /** What whoever reads the figures should know, as sentences: what was left out, what is not alike. */
  notes: string[];
  /** Null while it runs. */
  verdict: CompareVerdict | null;
}

/** `gilscope compare --json`. */
export interface CompareReport {
  schema: 1;
  created: string;
  repeat: number;
  /** Runs that ended well. */
  variants: (CompareVariant & { runs: Summary[] })[];
  /** Runs that did not. */
  failed: { variant: string; round: number; error: string }[];
  notes: string[];
  verdict: CompareVerdict;
}
