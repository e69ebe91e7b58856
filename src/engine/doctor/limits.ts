/**
 * What bounds this process on this machine, as the kernel tells it: cores, control group, clock, open files. Read by readLimits, parsed and
 * judged by pure functions. Linux; elsewhere what is not told is null. Used by report.ts.
 */
import { availableParallelism, cpus } from 'node:os';
import { containerKind } from '../discovery/parse.ts';
import { readProc, readPssBytes, readThread, samplerHindrance } from '../procfs.ts';
import { limited, ok, type Check } from './check.ts';

export interface Limits {
  /** Of the machine, and those this process may run on. */
  cores: number;
  allowed: number;
  /** Cores' worth of CPU time the control group grants; null: no limit. */
  quota: number | null;
  /** Docker, kubernetes...; null outside a container. */
  container: string | null;
  /** The kernel's clock source; null where it is not told. */
  clock: string | null;
  /** Of core 0: "performance", "powersave"...; null where the kernel does not set frequencies (most virtual machines). */
  governor: string | null;
  /** Open files, soft and hard; Infinity: no limit; null where not told. */
  files: { soft: number; hard: number } | null;
}

/** "200000 100000" (cgroup v2, cpu.max: quota and period in microseconds) in cores; null: "max", or not understood. */
export function parseCpuMax(text: string | null): number | null {
  const match = /^(\d+) (\d+)\s*$/.exec(text ?? '');
  return match === null || Number(match[2]) === 0 ? null : Number(match[1]) / Number(match[2]);
}

/**
 * Where the quota of a process may be told, from /proc/self/cgroup (cgroups(7)): its group and all above it, each with the reader of its kind.
 * A container sees its own group as the root.
 */
export function quotaFiles(cgroup: string): { v1: boolean; folder: string }[] {
  return cgroup.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match === null) return [];
    const [, controllers, path] = match;
    const v1 = controllers.split(',').includes('cpu');
    if (!v1 && controllers !== '') return [];
    const roots = v1
      ? ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct']
      : ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
    const parts = path.split('/').filter(Boolean);
    const paths = Array.from({ length: parts.length + 1 }, (_, i) =>
      parts
        .slice(0, i)
        .map((part) => `/${part}`)
        .join(''),
    );
    return roots.flatMap((root) => paths.map((one) => ({ v1, folder: root + one })));
  });
}

function readQuota(cgroup: string): number | null {
  const found = quotaFiles(cgroup).flatMap(({ v1, folder }) => {
    const text = v1
      ? `${readProc(`${folder}/cpu.cfs_quota_us`)?.trim() ?? ''} ${readProc(`${folder}/cpu.cfs_period_us`)?.trim() ?? ''}`
      : readProc(`${folder}/cpu.max`);
    return parseCpuMax(text) ?? [];
  });
  return found.length === 0 ? null : Math.min(...found);
}

/** From /proc/self/limits (proc(5)). */
export function parseOpenFiles(text: string | null): Limits['files'] {
  const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text ?? '');
  if (match === null) return null;
  const [soft, hard] = [match[1], match[2]].map((one) => (one === 'unlimited' ? Infinity : Number(one)));
  return { soft, hard };
}

const SYS = '/sys/devices/system';

export function readLimits(): Limits {
  const cgroup = readProc('/proc/self/cgroup') ?? '';
  return {
    cores: cpus().length,
    allowed: availableParallelism(),
    quota: readQuota(cgroup),
    container:
      containerKind(cgroup) ??
      (readProc('/run/.containerenv') !== null ? 'podman' : readProc('/.dockerenv') !== null ? 'docker' : null),
    clock: readProc(`${SYS}/clocksource/clocksource0/current_clocksource`)?.trim() ?? null,
    governor: readProc(`${SYS}/cpu/cpu0/cpufreq/scaling_governor`)?.trim() ?? null,
    files: parseOpenFiles(readProc('/proc/self/limits')),
  };
}

const cores = (n: number): string => `${Number.isInteger(n) ? n : n.toFixed(1)} ${n === 1 ? 'core' : 'cores'}`;

export function checkCores({ cores: all, allowed, quota }: Limits): Check {
  const usable = Math.min(allowed, quota ?? Infinity);
  if (quota !== null && quota < allowed)
    return limited(
      `the control group grants ${cores(quota)} of ${all}`,
      'threads are stopped when it is used up, the one with the GIL too: such holds look long',
      { remedy: 'give the container more (docker run --cpus, or the pod’s limit), or record outside it' },
    );
  if (allowed < all)
    return limited(`this process may run on ${cores(allowed)} of ${all}`, 'programs that are started from here, too', {
      remedy: 'start gilscope without taskset, or let it have all of them',
      command: `taskset -cp 0-${all - 1} $$`,
    });
  if (usable < 2)
    return limited('there is one core', 'the recorder takes its time from the program it records', {
      remedy: 'record on a machine with two cores or more where figures matter',
    });
  return ok(`${cores(all)}, none withheld`);
}

/** Those that the vDSO reads without a system call: arch/x86/include/asm/vdso/clocksource.h and its likes. */
const FAST = ['tsc', 'kvm-clock', 'arch_sys_counter', 'hyperv_clocksource_tsc_page', 'xen'];

/** The least of several: what a busy machine adds is left out. */
function nsAReading(): number {
  const rounds = 1000;
  const times = Array.from({ length: 10 }, () => {
    const before = process.hrtime.bigint();
    for (let i = 0; i < rounds; i++) process.hrtime.bigint();
    return Number(process.hrtime.bigint() - before) / rounds;
  });
  return Math.round(Math.min(...times));
}

/** The recording rests on CLOCK_MONOTONIC being the same, and cheap, in Node and in the target. */
export function checkClock({ clock }: Limits): Check {
  if (clock !== null && !FAST.includes(clock))
    return limited(`the clock source is ${clock}`, 'reading it costs a system call: tracing costs the program more', {
      remedy: 'choose tsc where the machine has it',
      command: `echo tsc | sudo tee ${SYS}/clocksource/clocksource0/current_clocksource`,
    });
  return ok(`monotonic clock: ${clock === null ? '' : `${clock}, `}${nsAReading()} ns a reading`);
}

export function checkFrequency({ governor }: Limits): Check | null {
  if (governor === null) return null;
  if (['powersave', 'conservative', 'ondemand'].includes(governor))
    return limited(`the processor's governor is ${governor}`, 'times of short runs vary with its frequency', {
      remedy: 'for comparisons and measurements, ask for full speed',
      command: 'echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor',
    });
  return ok(`the processor's governor is ${governor}`);
}

/** A process that is recorded takes a socket; the recording, the library and the window some dozens. */
const FEW_FILES = 1024;

export function checkFiles({ files }: Limits): Check | null {
  if (files === null) return null;
  if (files.soft >= FEW_FILES) return ok(`${files.soft === Infinity ? 'any number of' : files.soft} open files`);
  const want = Math.max(FEW_FILES, Math.min(files.hard, 4096));
  return limited(
    `at most ${files.soft} open files`,
    `programs of more than about ${Math.max(0, files.soft - 64)} processes cannot be recorded whole`,
    { remedy: 'raise the limit before gilscope is started', command: `ulimit -n ${want}` },
  );
}

export function checkContainer({ container }: Limits, seccomp: number): Check {
  const where = container === null ? 'not in a container' : `in a container (${container})`;
  if (container === null) return ok(`${where}${seccomp === 2 ? ', under a seccomp filter' : ''}`);
  return limited(where, 'programs outside it are not seen; cores and memory outside it are shown as others’', {
    remedy: 'record inside it what runs inside it, and outside what runs outside',
  });
}

export function checkSampler(): Check {
  const hindrance = samplerHindrance();
  const remedy = { remedy: 'recordings work; for these figures, record where it is there' };
  if (hindrance !== null) return limited(hindrance, 'no cores, no CPU time of threads, no memory', remedy);
  if (readThread(process.pid, process.pid) === null)
    return limited('/proc does not show threads', 'no cores and no CPU time of threads', {
      remedy: 'mount /proc without hidepid',
      command: 'sudo mount -o remount,hidepid=0 /proc',
    });
  const notes: string[] = [];
  if (readProc('/proc/self/schedstat') === null) notes.push('CPU time of threads in steps of 10 ms (no schedstat)');
  if (readPssBytes(process.pid) === null) notes.push('no proportional memory (no smaps_rollup)');
  return ok(`cores, threads and memory can be sampled${notes.length === 0 ? '' : `; ${notes.join('; ')}`}`);
}
