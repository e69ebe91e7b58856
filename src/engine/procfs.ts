/**
 * What /proc says of cores, processes and threads, parsed; Linux only. Used by sampler.ts many times a second, so files are
 * read into one buffer, synchronously: they come from memory and cost microseconds.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { SampleThread } from '../shared/protocol/sample.ts';

/** USER_HZ: 100 on every architecture Linux has had for twenty years. */
const TICKS_PER_S = 100;
let buffer = Buffer.allocUnsafe(64 << 10);

/** Null when the file is not there (any more) or may not be read. */
export function readProc(path: string): string | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    let length = 0;
    for (;;) {
      const read = readSync(fd, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0) return buffer.toString('latin1', 0, length);
      if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    }
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

/** Busy seconds of each core since boot: user, nice, system, irq, softirq, steal (guest time is part of user). */
export function parseCoreTimes(stat: string): number[] {
  const cores: number[] = [];
  for (const line of stat.split('\n')) {
    const match = /^cpu(\d+) (.*)$/.exec(line);
    if (match === null) continue;
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = match[2].split(' ').map(Number);
    cores[Number(match[1])] = (user + nice + system + irq + softirq + steal) / TICKS_PER_S;
  }
  // An offline core leaves a hole.
  return Array.from(cores, (busy) => busy ?? 0);
}

export interface TaskStat {
  comm: string;
  state: string;
  cpuS: number;
  core: number;
}

/** /proc/PID/stat or one of its tasks; the name may itself contain parentheses and blanks. */
export function parseStat(stat: string): TaskStat | null {
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  // Fields from the third on: state is field 3, utime 14, stime 15, processor 39.
  const fields = stat.slice(close + 2).split(' ');
  const field = (n: number) => Number(fields[n - 3]);
  const core = field(39);
  return {
    comm: stat.slice(open + 1, close),
    state: fields[0] ?? '?',
    cpuS: (field(14) + field(15)) / TICKS_PER_S,
    core: Number.isInteger(core) ? core : -1,
  };
}

/** The first figure of schedstat: ns on a CPU, far finer than stat's ticks. Null when the kernel keeps none. */
export function parseSchedstat(schedstat: string | null): number | null {
  if (schedstat === null) return null;
  const ns = Number(schedstat.split(' ', 1)[0]);
  return Number.isFinite(ns) && ns > 0 ? ns / 1e9 : null;
}

export function threadIds(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** By which number a thread goes in each pid namespace it is in: first what we call it, last what its own agent does. */
export function threadNumbers(pid: number, tid: number): number[] {
  const status = readProc(`/proc/${pid}/task/${tid}/status`) ?? '';
  const numbers = /^NSpid:\s*(.*)$/m.exec(status)?.[1].trim().split(/\s+/);
  return numbers?.map(Number) ?? [tid];
}

export function readThread(pid: number, tid: number): (SampleThread & { comm: string }) | null {
  const folder = `/proc/${pid}/task/${tid}`;
  const text = readProc(`${folder}/stat`);
  const stat = text === null ? null : parseStat(text);
  if (stat === null) return null;
  const cpuS = parseSchedstat(readProc(`${folder}/schedstat`)) ?? stat.cpuS;
  return { tid, core: stat.core, onCpu: stat.state === 'R', cpuS, comm: stat.comm };
}

/** Bytes of a page, from the auxiliary vector of this very process (AT_PAGESZ is 6): 4 KiB, on some ARM kernels 16 or 64. */
const PAGE = ((): number => {
  try {
    const words = new BigUint64Array(new Uint8Array(readFileSync('/proc/self/auxv')).buffer);
    for (let i = 0; i + 1 < words.length; i += 2) if (words[i] === 6n) return Number(words[i + 1]);
  } catch {
    // not Linux
  }
  return 4096;
})();

export function readRssBytes(pid: number): number | null {
  const pages = readProc(`/proc/${pid}/statm`)?.split(' ')[1];
  // A zombie reads 0: that is the end of the process, not a figure of its memory.
  return pages === undefined || Number(pages) === 0 ? null : Number(pages) * PAGE;
}

/** Proportional set size: shared pages divided among those who share them. Costs a walk of the page tables. */
export function readPssBytes(pid: number): number | null {
  const kb = /^Pss:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return kb === undefined ? null : Number(kb) * 1024;
}

/** CPU seconds of the whole process, threads that have ended included. */
export function readProcessCpuS(pid: number): number | null {
  const text = readProc(`/proc/${pid}/stat`);
  return text === null ? null : (parseStat(text)?.cpuS ?? null);
}

/** Why there is nothing to sample here; null when there is. */
export const samplerHindrance = (): string | null => {
  if (process.platform !== 'linux') return 'cores, CPU time and memory are sampled on Linux only so far';
  return readProc('/proc/stat') === null ? '/proc is not readable here' : null;
};

/** Seconds since boot; 0 where nobody counts them. */
export const upS = (): number => Number((readProc('/proc/uptime') ?? '0').split(' ', 1)[0]);

/** When a process was started (a fork, too), in seconds since boot, to 10 ms. */
export function startedS(pid: number): number | null {
  const text = readProc(`/proc/${pid}/stat`);
  const ticks = Number(text?.slice(text.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? NaN);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_S : null;
}

/** Children of a process, by whichever of its threads started them. Empty where the kernel does not list them. */
export function childrenOf(pid: number): number[] {
  return threadIds(pid).flatMap((tid) => {
    const text = readProc(`/proc/${pid}/task/${tid}/children`)?.trim() ?? '';
    return text === '' ? [] : text.split(/\s+/).map(Number);
  });
}

/** Null bytes between the arguments. Empty for what has ended and for kernel threads. */
export function commandLine(pid: number): string[] {
  const text = readProc(`/proc/${pid}/cmdline`) ?? '';
  const parts = Buffer.from(text, 'latin1').toString('utf8').split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

/** A zombie still has its status, as wait() will give it, for those who may trace it. */
export function lifeOf(pid: number): 'alive' | 'gone' | { status: number } {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === null) return 'gone';
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] !== 'Z' && fields[0] !== 'X') return 'alive';
  const status = Number(fields[52 - 3]);
  return Number.isInteger(status) ? { status } : 'gone';
}
