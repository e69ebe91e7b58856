/**
 * What the window knows of a session: the replies and pushes of the contract.
 * Made by the engine (src/engine, src/shared/model), read by src/renderer.
 * Times are session nanoseconds (`Ns`, 0 = start of the session) in doubles: exact for 104 days.
 */
import type { Engine, GilIdx, Ns, ProcIdx, ThreadIdx } from './basics.ts';
import type { ChainWait, Culprit, Place } from './blame.ts';
import type { SummaryFunctions } from './functions.ts';
import type { MarkLane, SummaryMarks } from './marks.ts';
import type { SummaryWatch } from './watches.ts';

export type * from './basics.ts';
export type * from './machine.ts';

export type SessionState =
  | 'starting' // launched, no HELLO yet
  | 'recording'
  | 'stopped' // detached by the user; the program may go on
  | 'ended' // the program ended
  | 'failed' // never became a recording; `error` says why
  | 'file'; // opened from a file

export interface ProcessInfo {
  idx: ProcIdx;
  pid: number;
  ppid: number | null;
  name: string;
  python: string | null;
  executable: string | null;
  argv: string[];
  engine: Engine | null;
  /** Why this process is not exact; null when it is. */
  engineReason: string | null;
  /** Holds say in which function they ended; null while that is not known. */
  sites: boolean | null;
  sitesReason: string | null;
  switchIntervalS: number | null;
  gilEnabled: boolean | null;
  bornNs: Ns;
  endedNs: Ns | null;
  exitCode: number | null;
  signal: string | null;
  /** The connection broke without a goodbye: what is known of the cause. */
  lost: string | null;
  events: number;
  dropped: number;
  rssBytes: number | null;
  pssBytes: number | null;
}

export interface ThreadInfo {
  idx: ThreadIdx;
  process: ProcIdx;
  tid: number;
  name: string;
  main: boolean;
  /** gilscope's own thread: left out of lanes and figures. */
  own: boolean;
  /** Levels of regions that its marks need, at most MARK_LEVELS; 0: it has none. */
  markLevels: number;
  /** Levels of calls that its function trace needs, at most FLAME_LEVELS (functions.ts); 0: none were traced. */
  callLevels: number;
  bornNs: Ns;
  endedNs: Ns | null;
}

/** A place in a program where a thread let go of the GIL; or a function as a whole. */
export interface SiteInfo {
  idx: number;
  process: ProcIdx;
  /** Empty when it was never described. */
  name: string;
  qualname: string | null;
  file: string;
  firstLine: number;
  /** The very line, where the interpreter tells it. */
  line: number | null;
  /** Written in C. */
  builtin: boolean;
}

export interface GilInfo {
  idx: GilIdx;
  process: ProcIdx;
  /** The id within its process; 0 is the main interpreter's. */
  id: number;
  /** Known from here on, until then: what its shares are of. Null: as long as its process. */
  bornNs: Ns;
  endedNs: Ns | null;
  switches: number;
  /** The interpreter's own count; null while unknown (estimated engine). */
  switchesCounted: number | null;
  /** Those of `switches` that were captured when that count was read, about once a second: complete when the two are equal. */
  switchesChecked: number | null;
}

export interface SessionInfo {
  id: string;
  title: string;
  kind: 'launch' | 'attach';
  state: SessionState;
  error: string | null;
  /** True while the profiled program lives. */
  alive: boolean;
  /** Where the session is recorded, or the file that was opened. */
  path: string | null;
  /** True once the user saved it under a name of their own. */
  saved: boolean;
  /** A file cut short or damaged: what was lost, and where. */
  damage: string | null;
  /** It was exported as a part of a recording, and opened from that: which part. */
  part?: string;
  /** Wall-clock time of the start, ISO 8601. */
  created: string;
  command: string[];
  cwd: string | null;
  host: string;
  cores: number;
  /** Everything up to here is merged and can be queried. */
  endNs: Ns;
  /** Grows with every change of what a query would answer. */
  revision: number;
  eventsPerS: number;
  processes: ProcessInfo[];
  threads: ThreadInfo[];
  gils: GilInfo[];
  terminal: 'pty' | 'pipe' | 'none';
  /** An attach: which way in, and for how long one thread of the target stood still; null for a launch or a file. */
  attached: { way: 'ptrace' | 'remote_exec'; stoppedUs: number | null; totalUs: number | null } | null;
  /** While a file is read: 0..1. */
  progress: number | null;
}

/** State of a thread over an interval. */
export const ThreadState = {
  none: 0,
  hold: 1,
  wait: 2,
  running: 3, // released, uses CPU (native code without the GIL)
  blocked: 4, // released, uses none
  unknown: 5, // events were dropped here
} as const;
export type ThreadState = (typeof ThreadState)[keyof typeof ThreadState];

/** How a hold ended; for a wait whether it asked for a drop. Bit set in `flags`. */
export const IntervalFlag = {
  preempted: 1,
  voluntary: 2,
  requested: 4, // a REQUEST fell into this wait, or into this hold by another
  open: 8, // has not ended yet (live edge) or its end is unknown
  estimated: 16,
  /** Released: whether it ran or blocked is sampled, not measured. */
  sampled: 32,
  /** Released: most of it was a wait for a lock (threading.Lock, Condition, Queue, join ...). */
  lock: 64,
} as const;

/**
 * One lane in one of two forms.
 * `raw`: few enough intervals, each of them, sorted by start, possibly reaching out of the window on both sides.
 * `bins`: for each of `px` equal bins of the window the exact fraction of time in each state, and how many intervals start in it
 * (so that one hold of a microsecond is still a visible tick).
 */
export type ThreadLane =
  | {
      form: 'raw';
      thread: ThreadIdx;
      start: Float64Array;
      end: Float64Array;
      state: Uint8Array;
      flags: Uint8Array;
      core: Int16Array; // core at the take, -1 unknown
    }
  | {
      form: 'bins';
      thread: ThreadIdx;
      hold: Float32Array;
      wait: Float32Array;
      running: Float32Array;
      blocked: Float32Array;
      unknown: Float32Array;
      takes: Uint32Array; // holds that start in the bin
      waits: Uint32Array;
    };

/** Ownership strip of one GIL: who holds it. */
export type GilStrip =
  | {
      form: 'raw';
      gil: GilIdx;
      start: Float64Array;
      end: Float64Array;
      thread: Int32Array;
      flags: Uint8Array;
    }
  | {
      form: 'bins';
      gil: GilIdx;
      /** The thread that held it longest in the bin, -1: free all along. */
      owner: Int32Array;
      /** Fraction of the bin in which anybody held it. */
      held: Float32Array;
      /** Fraction in which at least one thread waited. */
      contended: Float32Array;
    };

/** Sampled utilization of one core; columns of `times.length` points. */
export interface CoreSeries {
  core: number;
  /** Fractions 0..1 of the interval that ends at times[i]. */
  target: Float32Array;
  others: Float32Array;
}

export interface CounterSeries {
  times: Float64Array;
  /** One value for each time; NaN where not known. */
  values: Float32Array;
}

export interface TimelineReply {
  session: string;
  revision: number;
  start: Ns;
  end: Ns;
  px: number;
  endNs: Ns;
  threads: ThreadLane[];
  /** Of those threads that have marks. */
  marks: MarkLane[];
  markNames: string[];
  gils: GilStrip[];
  /** At most 500 points, binned when the window holds more samples. A value speaks for the time since the point before; the first point only says since when. */
  cores: { times: Float64Array; series: CoreSeries[] };
  /** At most 500 points each. */
  counters: {
    switchesPerS: CounterSeries;
    waiters: CounterSeries;
    rssBytes: CounterSeries;
  };
}

/** The overview strip of a whole session: all GILs of it, `px` bins. */
export interface OverviewReply {
  revision: number;
  endNs: Ns;
  owner: Int32Array;
  held: Float32Array;
  contended: Float32Array;
}

/** `--summary` and `stats --json`; product.md. Stable: add fields, do not rename. */
export interface Summary {
  schema: 1;
  wall_s: number;
  engine: Engine;
  /** Seconds from the start of the session; the whole session when no range was asked. */
  range: { from_s: number; until_s: number; whole: boolean };
  processes: SummaryProcess[];
  /** Largest sum over all processes at one time, of the whole session. PSS counts a page that several share once. */
  memory: { rss_max_bytes: number | null; pss_max_bytes: number | null };
  /** Over all waits of all threads; null without waits. */
  wait_p95_s: number | null;
  cores: { core: number; busy_s: number; target_s: number }[];
  verdict: Verdict;
  /** Who made whom wait most, and in which function; only where it was asked for (`--summary`, `stats`). */
  blame?: SummaryBlame[];
  /** Watched objects and their reference counts. */
  watches?: SummaryWatch[];
  /** What the program marked itself, by name. */
  marks: SummaryMarks;
  /** The file was cut short or damaged. */
  damage: string | null;
  /** It was opened from an export of a part of a recording: which part. */
  part?: string;
}
export interface SummaryBlame {
  pid: number;
  /** Names of threads. */
  waiter: string;
  holder: string;
  /** gilscope's own thread held. */
  own: boolean;
  /** Its name; null when it is not known, as are file and line then. */
  function: string | null;
  file: string | null;
  line: number | null;
  wait_s: number;
  waits: number;
  /** Of all that the waiter waited. */
  share: number;
}
export interface SummaryProcess {
  pid: number;
  ppid: number | null;
  name: string;
  python: string | null;
  argv: string[];
  exit_code: number | null;
  signal: string | null;
  engine: Engine | null;
  switch_interval_s: number | null;
  gil_enabled: boolean | null;
  events: number;
  dropped: number;
  cpu_s: number | null;
  /** Seconds from the start of the session: when it was started (0: before), from when on it is recorded, its interpreter being up (null: it is not recorded), its end. */
  born_s: number;
  began_s: number | null;
  ended_s: number | null;
  /** Why the end of its recording is missing, or all of it; null: it said goodbye. */
  lost: string | null;
  rss_max_bytes: number | null;
  pss_max_bytes: number | null;
  gils: SummaryGil[];
  threads: SummaryThread[];
  /** Where its calls were traced, or should have been. */
  functions?: SummaryFunctions;
}
export interface SummaryGil {
  id: number;
  held_s: number;
  free_s: number;
  /** Time in which at least one thread waited. */
  contended_s: number;
  switches: number;
  switches_counted: number | null;
  /** Those of `switches` captured when the interpreter's count was last read: equal to `switches` in a recording that ended in order. */
  switches_checked: number | null;
  preempted: number;
  voluntary: number;
}
export interface SummaryThread {
  tid: number;
  name: string;
  held_s: number;
  wait_s: number;
  cpu_s: number | null;
  takes: number;
  waits: number;
  preempted: number;
  voluntary: number;
  /** Released, waiting for a lock, a condition, a queue: apart from GIL waits. */
  lock_wait_s: number | null;
  hold_max_s: number | null;
  wait_p50_s: number | null;
  wait_p95_s: number | null;
  wait_p99_s: number | null;
  wait_max_s: number | null;
}
export interface Verdict {
  kind:
    | 'too_short'
    | 'no_gil'
    | 'single_thread'
    | 'io_starved' // B6: I/O threads starve behind CPU-bound ones
    | 'cpu_bound' // B2: threads take turns, one core's worth of Python
    | 'io_bound' // B7: threads are fine here
    | 'native_parallel' // work runs with the GIL released
    | 'multi_process'
    | 'start_up' // processes spend longer on starting than on work
    | 'lock_contention' // threads wait for a lock of the program's, not for the GIL
    | 'too_many_threads' // most of them only wait for the GIL
    | 'mixed';
  /** One plain sentence. */
  text: string;
  /** The figures it rests on, as sentences. */
  evidence: string[];
  /** What to do about it, if anything; predictions are labelled as such. */
  advice: string | null;
  /** What it cannot know, as sentences. */
  limits: string[];
  /** Seconds the range is predicted to take with the work in processes, start-up and passing of data not counted; null: nothing is predicted. */
  predicted_s: number | null;
}

/** Log-spaced histogram: bucket i is [edges[i], edges[i+1]) in ns. */
export interface Histogram {
  edges: number[];
  holds: number[];
  /** Those of `holds` that ended pre-empted. */
  holdsPreempted: number[];
  waits: number[];
}

export interface StatsReply {
  revision: number;
  summary: Summary;
  histogram: Histogram;
  /** For each thread (ThreadIdx) of the session; same order as summary.processes[].threads flattened is NOT promised. */
  threads: {
    thread: ThreadIdx;
    holdS: number;
    waitS: number;
    runningS: number;
    blockedS: number;
    /** Of the released time: intervals that were mostly waits for a lock, a condition, a queue. Null: the engine cannot tell. */
    lockS: number | null;
    cpuS: number | null;
    takes: number;
    waits: number;
    preempted: number;
    voluntary: number;
    holdMaxS: number | null;
    waitP50S: number | null;
    waitP95S: number | null;
    waitP99S: number | null;
    waitMaxS: number | null;
  }[];
  gils: { gil: GilIdx; heldS: number; freeS: number; contendedS: number; switches: number }[];
  /** Average number of cores in use by the session's processes. */
  coresInUse: number | null;
  /** Average number of GILs held at once: cores' worth of Python. */
  pythonCores: number;
  worstWait: { thread: ThreadIdx; startNs: Ns; endNs: Ns } | null;
}

/** One interval, told in full: tooltip and details card. */
export interface IntervalDetails {
  thread: ThreadIdx;
  state: ThreadState;
  flags: number;
  start: Ns;
  end: Ns;
  gil: GilIdx | null;
  core: number | null;
  /** For a wait: who held that GIL meanwhile, longest first; exact overlaps. */
  holders: { thread: ThreadIdx; ns: number }[];
  /** For a wait: part of it in which the GIL was free or unknown. */
  unheldNs: number;
  /** For a hold: who waited meanwhile, longest first. */
  waiters: { thread: ThreadIdx; ns: number }[];
  /** Who held this GIL before and after this hold. */
  before: { thread: ThreadIdx; start: Ns; end: Ns } | null;
  after: { thread: ThreadIdx; start: Ns; end: Ns } | null;
  /** Neighbours on the same thread, for the arrow keys. */
  previous: { state: ThreadState; start: Ns; end: Ns } | null;
  next: { state: ThreadState; start: Ns; end: Ns } | null;
  /** Released: fraction of it on CPU; null when not measured. */
  cpuFraction: number | null;
  /** Of a hold where it ended, of what follows where the thread had let go before; null when not known. */
  place: Place | null;
  /** For a hold: functions it was seen to run when looked at from outside, sampled; the most seen first. */
  inside: { place: Place; looks: number }[];
  /** For a wait: `holders` by function too, longest first; and the chain behind it. */
  culprits: Culprit[];
  chain: ChainWait | null;
}
