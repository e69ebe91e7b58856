/**
 * The words gilscope uses, each explained once: what the tips of heads and figures (Term.tsx) and the help sheet show stands here.
 * Their drawings: scenes.ts. Plain text. Pure.
 */
export const GROUPS = [
  'Background',
  'What a thread does',
  'When the holder changes',
  'Who waits for whom',
  'How it is measured',
  'What it costs',
] as const;
export type Group = (typeof GROUPS)[number];

/** In the order of the sheet. */
export const WORD_IDS = [
  'gil',
  'threads-or-processes',
  'hold',
  'wait',
  'released',
  'running',
  'blocked',
  'lock-wait',
  'switch',
  'pre-empted',
  'voluntary',
  'switch-interval',
  'contended',
  'free',
  'blame',
  'site',
  'look',
  'session',
  'engine',
  'coverage',
  'effective-cores',
  'start-up',
  'memory',
  'refcount',
] as const;
export type WordId = (typeof WORD_IDS)[number];

export interface Word {
  readonly title: string;
  readonly group: Group;
  /** One or two sentences: all that a tip says. */
  readonly short: string;
  /** Further paragraphs of the sheet. */
  readonly more: readonly string[];
  /** How it is measured, and how sure that is. */
  readonly measured: string;
  readonly related: readonly WordId[];
  /** Other words one might search for. */
  readonly also: string;
}

export const WORDS: Readonly<Record<WordId, Word>> = {
  gil: {
    title: 'What the GIL is',
    group: 'Background',
    short:
      'The global interpreter lock is one mutex on the whole interpreter. Only the thread that holds it executes Python bytecode, so threads of one interpreter take turns.',
    more: [
      'Why one lock, and not one for every object? Each object’s reference count changes all the time, so nearly every step of a program would take and release locks: slower for everyone, also for programs with one thread. And threads that take several locks in different orders can block each other for ever, a deadlock. One lock alone cannot deadlock with itself.',
      'The price is that Python code does not run in parallel on threads. Native code can: it may release the GIL while it computes, reads or sleeps. Since 3.12 interpreters inside one process can have a GIL each, and free-threaded builds (3.13 on) have none.',
    ],
    measured:
      'One strip for each GIL shows who holds it. No two holds of one GIL ever overlap: that is the lock itself, and the tests of gilscope hold it to that.',
    related: ['hold', 'wait', 'switch', 'threads-or-processes'],
    also: 'global interpreter lock mutex deadlock free-threaded',
  },
  'threads-or-processes': {
    title: 'Threads or processes?',
    group: 'Background',
    short:
      'For Python code that computes: processes, each with an interpreter and a GIL of its own. For programs that mostly wait for network, disk or sleep: threads, or asyncio.',
    more: [
      'A blocking call releases the GIL, so waiting overlaps well on threads. Computing does not: two threads that count take as long as one after the other. Threads are right for computing too when the work is done by native code that releases the GIL; the lanes then show it dashed.',
      'Processes cost something: the time until they begin, memory for each, and whatever is passed between them must be pickled. Short work may end sooner without them. Compare both on your own code: the verdict is worked out from what was measured.',
    ],
    measured:
      'Compare runs both ways several times, in turn. A winner is named only when the spread of the runs does not cover the difference.',
    related: ['effective-cores', 'start-up', 'memory', 'contended'],
    also: 'multiprocessing asyncio parallel concurrency compare pool',
  },
  hold: {
    title: 'Hold',
    group: 'What a thread does',
    short: 'An interval in which a thread owns the GIL: it executes Python. Solid, in the thread’s colour.',
    more: ['However short it is, a hold is at least a visible tick.'],
    measured:
      'Exact: from the moment the interpreter gives the lock to the thread until it takes it back, each one noted as it happens. Estimated: worked out from calls and CPU clocks; short ones are missed.',
    related: ['wait', 'released', 'pre-empted', 'voluntary', 'engine'],
    also: 'held holder take own',
  },
  wait: {
    title: 'Wait',
    group: 'What a thread does',
    short:
      'An interval in which a thread has asked for the GIL and not got it. It could work, but may not. Red hatching over a base line.',
    more: [
      'p50, p95 and p99 say how long waits are: 50, 95 or 99 of 100 were shorter. A p95 near the switch interval is the mark of a thread that starves behind one that computes.',
    ],
    measured:
      'Exact: from the first time the thread waits for the lock until it has it. A GIL that was free is taken without a wait. Waits for other locks are told apart.',
    related: ['hold', 'blame', 'switch-interval', 'lock-wait', 'contended'],
    also: 'waiting asked p50 p95 p99 starve starvation latency',
  },
  released: {
    title: 'Released',
    group: 'What a thread does',
    short:
      'The thread is alive, but neither holds the GIL nor asks for it. Running if it uses CPU there (native code), else blocked.',
    more: [],
    measured: 'What is left between holds and waits; how it divides into running and blocked is told by CPU time.',
    related: ['running', 'blocked', 'hold'],
    also: 'without the GIL',
  },
  running: {
    title: 'Released, running',
    group: 'What a thread does',
    short:
      'The thread uses CPU without the GIL: native code that let go of it, as compression, hashing or NumPy do. Dashed and translucent. This runs in parallel.',
    more: [],
    measured:
      'By the CPU time the thread used meanwhile: measured by the thread itself where it can, else worked out from samples of the system’s clocks, and then marked as sampled.',
    related: ['released', 'blocked', 'effective-cores'],
    also: 'native code parallel numpy zlib',
  },
  blocked: {
    title: 'Released, blocked',
    group: 'What a thread does',
    short:
      'The thread uses no CPU and does not want the GIL: it sleeps, or waits for input, output or a lock. A thin line.',
    more: ['This costs nobody anything: while all threads are blocked, the GIL is free.'],
    measured: 'Released time in which the thread used hardly any CPU; see running.',
    related: ['released', 'running', 'lock-wait', 'voluntary', 'free'],
    also: 'sleep I/O io idle',
  },
  'lock-wait': {
    title: 'Lock wait',
    group: 'What a thread does',
    short:
      'Blocked because of a lock of the program’s own: threading.Lock, a condition, a queue, a join. Dots on the thin line. Not a wait for the GIL.',
    more: [
      'Many of them mean that threads wait for each other, which neither processes nor another switch interval would mend.',
    ],
    measured:
      'Exact: each begins where the interpreter waits for a semaphore with the GIL released. The estimated engine cannot tell them from other blocking.',
    related: ['blocked', 'wait'],
    also: 'threading.Lock condition queue join mutex semaphore',
  },
  switch: {
    title: 'Switch',
    group: 'When the holder changes',
    short:
      'A change of holder: another thread takes the GIL than the one that had it last. It is pre-empted or voluntary, by how the hold before it ended.',
    more: ['A thread that lets go and takes the GIL again itself is no switch.'],
    measured:
      'Exact: every take is noted, in true order. The interpreter counts switches too, and the two are compared.',
    related: ['pre-empted', 'voluntary', 'switch-interval', 'coverage'],
    also: 'change of holder context switch',
  },
  'pre-empted': {
    title: 'Pre-empted',
    group: 'When the holder changes',
    short:
      'The hold ended because another thread had waited for the switch interval and asked the holder to drop the GIL. The thread asks for it again at once. Square end.',
    more: ['Hatched in the histogram of holds, where they stand near the switch interval.'],
    measured: 'Exact: a drop was requested, and the thread asked again at once after it let go.',
    related: ['voluntary', 'switch', 'switch-interval', 'hold'],
    also: 'preempted preemption drop request forced',
  },
  voluntary: {
    title: 'Voluntary',
    group: 'When the holder changes',
    short: 'The hold ended because the thread went into a blocking call: sleep, input and output, a lock. Rounded end.',
    more: [],
    measured: 'Exact: the thread let go of the GIL and did not ask for it again at once.',
    related: ['pre-empted', 'switch', 'blocked', 'site'],
    also: 'blocking call let go',
  },
  'switch-interval': {
    title: 'Switch interval',
    group: 'When the holder changes',
    short:
      'How long a thread waits before it asks the holder to drop the GIL: 5 ms unless the program sets it. So long a holder keeps the GIL when others want it.',
    more: [
      'Shorter, and a thread that wakes from input or output gets on sooner; but there are more switches. The header changes it live, as sys.setswitchinterval() does.',
      'If nobody else wants the GIL, the holder simply goes on.',
    ],
    measured: 'Read from the interpreter itself: sys.getswitchinterval().',
    related: ['pre-empted', 'wait', 'switch'],
    also: 'setswitchinterval getswitchinterval 5 ms',
  },
  contended: {
    title: 'Contended',
    group: 'Who waits for whom',
    short:
      'The part of the time in which at least one thread waited for the GIL. High: threads are in each other’s way.',
    more: ['Two threads that only compute contend nearly all the time; threads that mostly block hardly ever.'],
    measured:
      'Worked out from holds and waits, to the nanosecond: time with somebody waiting, of the time this GIL is known.',
    related: ['free', 'wait', 'blame', 'threads-or-processes'],
    also: 'contention share',
  },
  free: {
    title: 'Free',
    group: 'Who waits for whom',
    short:
      'The part of the time in which nobody holds the GIL: a gap in its strip. All threads are blocked, or run without it.',
    more: [],
    measured: 'What is left of the time this GIL is known when all holds are taken away.',
    related: ['contended', 'hold', 'blocked', 'running'],
    also: 'held idle gap ownership strip share',
  },
  blame: {
    title: 'Blame',
    group: 'Who waits for whom',
    short: 'A wait is blamed on whoever held that GIL meanwhile, and on the function in which it held.',
    more: [
      'The cells of a waiting thread add up to its wait. What is left is nobody’s: the GIL was free and the thread had no core yet, or the holder is not known.',
    ],
    measured: 'By overlap in time and nothing else, to the nanosecond.',
    related: ['wait', 'hold', 'site', 'look'],
    also: 'because of caused holders waiters who',
  },
  site: {
    title: 'Site',
    group: 'Who waits for whom',
    short: 'The function and line in which a thread let go of the GIL. A hold is told by the site where it ended.',
    more: [
      'So a function that computes for 4 ms and then returns to one that sleeps is told under the one that sleeps; what else ran inside long holds is told by looks.',
    ],
    measured:
      'Exact: read by the thread in its own frame, in the moment it lets go. The estimated engine does not see it.',
    related: ['look', 'hold', 'blame'],
    also: 'place function line where let go',
  },
  look: {
    title: 'Look',
    group: 'Who waits for whom',
    short:
      'A glance from outside at the function that a thread runs during a hold of more than 10 ms. Always labelled sampled.',
    more: [],
    measured: 'Sampled, 50 times a second unless set otherwise: it says what was seen, not how long it ran.',
    related: ['site', 'blame', 'engine'],
    also: 'sampled sampling inside',
  },
  session: {
    title: 'Session',
    group: 'How it is measured',
    short: 'Everything recorded from one start to one stop: a program and the processes it started, all on one clock.',
    more: [
      'The recording is the session as it came, so opening it shows what was shown live. It holds no variables and no source code.',
    ],
    measured: 'Times are of the system’s monotonic clock (CLOCK_MONOTONIC), which all processes share, in nanoseconds.',
    related: ['engine', 'coverage'],
    also: 'recording file process tree clock',
  },
  engine: {
    title: 'Exact or estimated',
    group: 'How it is measured',
    short:
      'Exact: the native tracer notes every take, wait and release of the GIL. Estimated: a portable agent works them out from calls and CPU clocks, and misses short ones.',
    more: [
      'Estimated holds are drawn with fine lines across and their figures start with ~. Where a process is not exact, the header says why. Exact and estimated sessions can be compared by wall-clock time and CPU only.',
    ],
    measured: 'The tracer proves itself: see coverage. An estimate does not, and is labelled everywhere.',
    related: ['coverage', 'look', 'session'],
    also: 'engine of measurement native tracer agent setprofile',
  },
  coverage: {
    title: 'Coverage',
    group: 'How it is measured',
    short:
      'Switches that gilscope captured, of those that the interpreter itself counted. When the two are equal, nothing is missing.',
    more: [
      'When gilscope cannot keep up it drops events rather than make the program wait, and counts what it dropped; lanes say “unknown” there.',
    ],
    measured:
      'The interpreter keeps the count for itself. It is read about once a second, and compared with what was captured until then.',
    related: ['engine', 'switch', 'session'],
    also: 'captured counted dropped complete completeness',
  },
  'effective-cores': {
    title: 'Effective cores',
    group: 'What it costs',
    short:
      'CPU time over wall-clock time: how many cores’ worth of work was done. About 1 for threads that compute in Python.',
    more: [
      'Cores held by Python: the average number of GILs held at once. One GIL can never be more than one core of Python.',
    ],
    measured: 'CPU time of all threads of the program and its children, as the system counts it; exact to its clock.',
    related: ['running', 'contended', 'threads-or-processes'],
    also: 'cores in use utilization cpu parallelism',
  },
  'start-up': {
    title: 'Start-up',
    group: 'What it costs',
    short:
      'Time until the last worker could begin: starting processes or interpreters costs more than starting threads.',
    more: [
      'For short work the start may cost more than the other cores gain. Forked workers begin sooner than spawned ones, which import everything anew.',
    ],
    measured:
      'For a function run several ways it is measured in the workers. For programs it is the time until their interpreter was up, and from the start of the first child until the interpreter of the last was; what the program did between is not in it.',
    related: ['threads-or-processes', 'memory', 'effective-cores'],
    also: 'fork spawn startup overhead',
  },
  memory: {
    title: 'Memory: PSS and RSS',
    group: 'What it costs',
    short:
      'RSS counts every page a process has in memory. PSS divides a page by how many share it, so the PSS of a tree of processes adds up without counting twice.',
    more: [
      'After a fork most pages are shared until they are written to, and Python writes reference counts. So RSS alone makes forked workers look dearer than they are.',
    ],
    measured:
      'Read from the system (/proc) while the program runs; PSS ten times a second, less often or not at all where reading it takes long.',
    related: ['start-up', 'refcount', 'threads-or-processes'],
    also: 'pss rss resident proportional shared pages peak',
  },
  refcount: {
    title: 'Reference count',
    group: 'What it costs',
    short: 'How many references an object has. At zero its memory is released; a count that only grows is a leak.',
    more: [
      'sys.getrefcount(x) says one more, for its own argument: a list bound to two names gives 3. From 3.12 on some objects are kept for ever (None, small numbers) and are not counted: immortal.',
    ],
    measured:
      'Sampled, 100 times a second unless set otherwise; references of gilscope’s own are taken off. What happens between two samples is not seen.',
    related: ['gil', 'memory'],
    also: 'refcount getrefcount leak garbage immortal watch',
  },
};

/** Words of the sheet that have all these words in them, title first. */
export function searchWords(search: string): readonly WordId[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string) => wanted.every((word) => text.toLowerCase().includes(word));
  const rank = (id: WordId): number => {
    const { title, also, short, more, measured } = WORDS[id];
    if (has(title)) return 0;
    if (has(`${title} ${also}`)) return 1;
    return has([title, also, short, ...more, measured].join(' ')) ? 2 : 3;
  };
  const ranks = new Map(WORD_IDS.map((id) => [id, rank(id)]));
  return WORD_IDS.filter((id) => ranks.get(id)! < 3).sort((a, b) => ranks.get(a)! - ranks.get(b)!);
}
