/**
 * About twenty times a second: what each core, each thread and the memory of the profiled processes do, from /proc. Takes at
 * most a twentieth of a core: when a round is dear (hundreds of threads), rounds become rarer. Linux only; elsewhere sessions
 * have no such samples and say so. One for each live session (liveSession.ts).
 */
import { cpus } from 'node:os';
import { encodeSample, type SampleProcess, type SampleThread } from '../shared/protocol/sample.ts';
import {
  parseCoreTimes,
  readProc,
  readProcessCpuS,
  readPssBytes,
  readRssBytes,
  readThread,
  threadIds,
  threadNumbers,
} from './procfs.ts';

const PERIOD_MS = 50;
const LONGEST_PERIOD_MS = 2000;
/** Share of a core a round may cost. */
const BUDGET = 0.05;
const ARRIVAL_BUDGET = 0.3;
/** The kernel walks all pages for it: not more often than this, and as much rarer as it takes more than a fiftieth of our time. */
const PSS_EVERY_MS = 100;
const PSS_BUDGET = 0.02;
/** PSS is not read again in a session when one reading took longer than this: huge address spaces. */
const PSS_DEAR_MS = 200;
/** Rounds a thread may stay nameless before its kernel name is given: Python's own name comes first if there is one. */
const NAME_AFTER_ROUNDS = 4;

export interface Sampled {
  stream: number;
  pid: number;
  /** It has no agent: memory and CPU time, no threads. */
  outside?: boolean;
}

export interface SamplerSink {
  /** Payload of a SAMPLE frame. */
  sample(payload: Uint8Array): void;
  /** A thread that Python does not know has this name for the kernel. */
  threadName(stream: number, tid: number, name: string): void;
}

/** Cores of the machine, as /proc/stat numbers them. */
export const coreCount = (): number => parseCoreTimes(readProc('/proc/stat') ?? '').length || cpus().length;

export class Sampler {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private lastPss = -Infinity;
  private lastRound = -Infinity;
  private lastCost = 0;
  private tickCost = 0;
  private pssCost = 0;
  private pssDear = false;
  private readonly nameless = new Map<string, number>();
  private readonly named = new Set<string>();
  /** Of processes in a pid namespace of their own: "pid:tid" -> the number their agents use. Only of the latest round. */
  private innerTids = new Map<string, number>();
  private innerTidsBefore = new Map<string, number>();
  /** pid -> whether it has one. */
  private readonly apart = new Map<number, boolean>();

  constructor(
    private readonly processes: () => readonly Sampled[],
    private readonly sink: SamplerSink,
  ) {}

  start(): void {
    if (this.timer === null && !this.stopped) this.tick();
  }

  /** The agent has named this thread. */
  nameKnown(stream: number, tid: number): void {
    this.named.add(`${stream}:${tid}`);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.stopped = true;
  }

  private tick(): void {
    const before = performance.now();
    const usual = this.tickCost;
    this.round();
    this.tickCost = performance.now() - before;
    // One dear round may only have waited for its core; two in a row are dear.
    const cost = Math.min(this.tickCost, usual);
    const period = Math.min(LONGEST_PERIOD_MS, Math.max(PERIOD_MS, cost / BUDGET));
    this.timer = setTimeout(() => this.tick(), period - Math.min(cost, period - 1));
  }

  /** A process has come, and may be gone before the next round; but rounds must not take all our time. */
  soon(): void {
    if (performance.now() - this.lastRound >= this.lastCost / ARRIVAL_BUDGET) this.round();
  }

  /** One round now, besides the regular ones: at the start and at the end of a process. */
  round(): void {
    if (this.stopped) return;
    const before = performance.now();
    const ns = process.hrtime.bigint();
    const pssPeriod = Math.max(PSS_EVERY_MS, this.pssCost / PSS_BUDGET);
    const withPss = !this.pssDear && performance.now() - this.lastPss >= pssPeriod;
    if (withPss) this.pssCost = 0;
    const cores = parseCoreTimes(readProc('/proc/stat') ?? '');
    this.innerTidsBefore = this.innerTids;
    this.innerTids = new Map();
    const processes = this.processes().flatMap((process) => this.readProcess(process, withPss) ?? []);
    if (withPss) this.lastPss = performance.now();
    this.sink.sample(encodeSample({ ns, cores, processes }));
    this.lastRound = performance.now();
    this.lastCost = this.lastRound - before;
  }

  private readProcess({ stream, pid, outside = false }: Sampled, withPss: boolean): SampleProcess | null {
    const cpuS = readProcessCpuS(pid);
    const rssBytes = readRssBytes(pid);
    if (cpuS === null || rssBytes === null) return null;
    const threads: SampleThread[] = [];
    let sum = 0;
    for (const tid of outside ? [] : threadIds(pid)) {
      const thread = readThread(pid, tid);
      if (thread === null) continue;
      const inner = this.isApart(pid) ? this.innerTidOf(pid, tid) : tid;
      threads.push({ ...thread, tid: inner });
      sum += thread.cpuS;
      this.giveName(stream, inner, thread.comm);
    }
    const pssBytes = withPss ? this.readPss(pid) : NaN;
    // The process's own figure has ticks of 10 ms but knows threads that have ended; the threads' is fine: the larger is nearer.
    return { stream, rssBytes, pssBytes, cpuS: Math.max(cpuS, sum), threads };
  }

  private isApart(pid: number): boolean {
    let apart = this.apart.get(pid);
    if (apart === undefined) this.apart.set(pid, (apart = threadNumbers(pid, pid).length > 1));
    return apart;
  }

  private innerTidOf(pid: number, tid: number): number {
    const key = `${pid}:${tid}`;
    const inner = this.innerTidsBefore.get(key) ?? threadNumbers(pid, tid).at(-1)!;
    this.innerTids.set(key, inner);
    return inner;
  }

  private readPss(pid: number): number {
    // By our CPU time: on a busy machine a reading may wait for its core far longer than it takes.
    const before = process.cpuUsage();
    const pss = readPssBytes(pid);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    this.pssCost += took;
    if (took > PSS_DEAR_MS) this.pssDear = true;
    return pss ?? NaN;
  }

  private giveName(stream: number, tid: number, comm: string): void {
    const key = `${stream}:${tid}`;
    if (this.named.has(key)) return;
    const rounds = (this.nameless.get(key) ?? 0) + 1;
    this.nameless.set(key, rounds);
    if (rounds < NAME_AFTER_ROUNDS) return;
    this.nameless.delete(key);
    this.named.add(key);
    this.sink.threadName(stream, tid, comm);
  }
}
