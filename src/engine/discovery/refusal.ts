/**
 * Why a process cannot be entered, and what to do about it: one table for the list (before anything is tried) and for attach.ts
 * (after the helper was refused). Pure.
 */
import type { Machine } from './machine.ts';
import type { Status } from './parse.ts';
import { sameMachine, type CodeFile, type PythonFile } from './python.ts';

export type RefusalCode =
  | 'zombie'
  | 'stopped'
  | 'not_python'
  | 'not_cpython'
  | 'too_old'
  | 'platform'
  | 'not_built'
  | 'arch_mismatch'
  | 'static_no_dlopen'
  | 'shadow_stack'
  | 'other_user'
  | 'ptrace_scope'
  | 'missing_capability'
  | 'not_dumpable'
  | 'seccomp'
  | 'forbidden'
  | 'other_clock'
  | 'already_traced'
  | 'already_attached'
  | 'own_process';

export interface Refusal {
  code: RefusalCode;
  message: string;
  remedy: string | null;
}

/** What is known of one process. */
export interface Facts {
  pid: number;
  state: string;
  python: PythonFile | null;
  /** The file the interpreter is in; null when it could not be read. */
  code: CodeFile | null;
  status: Status | null;
  /** Owner of /proc/PID: root's when the process has made itself unreadable. */
  ownerUid: number | null;
  userName: string;
  /** Name of the tracing process, if there is one. */
  tracer: string | null;
  attached: boolean;
  /** It is in another time namespace: what it calls CLOCK_MONOTONIC is not ours. */
  otherClock: boolean;
}

const CAP_SYS_PTRACE = 1n << 19n;
/** Programs of other users, too, and whatever Yama says short of 3. */
export const mayTraceAll = ({ capEff }: Machine): boolean => (capEff & CAP_SYS_PTRACE) !== 0n;

export const OLDEST = [3, 8] as const;
/** The first version with a door of its own. */
const REMOTE_EXEC = [3, 14] as const;

export function atLeast(version: string | null, wanted: readonly [number, number]): boolean | null {
  const match = version === null ? null : /^(\d+)\.(\d+)/.exec(version);
  if (match === null) return null;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}

/** Whether the interpreter itself lets a script in (`sys.remote_exec`). */
export const hasOwnDoor = (python: PythonFile | null): boolean =>
  atLeast(python?.version ?? null, REMOTE_EXEC) === true;

/** Null when nothing is known that would prevent it. */
export function refusal(machine: Machine, facts: Facts): Refusal | null {
  return (
    refusedAsProcess(machine, facts) ??
    refusedAsPython(facts) ??
    refusedByBuild(machine, facts) ??
    refusedByRights(machine, facts) ??
    refusedNow(facts)
  );
}

function refusedAsProcess(machine: Machine, { pid, state }: Facts): Refusal | null {
  if (state === 'Z' || state === 'X')
    return { code: 'zombie', message: `process ${pid} has ended and only waits for its parent`, remedy: null };
  if (pid === machine.pid)
    return { code: 'own_process', message: `process ${pid} is gilscope itself`, remedy: 'name another process' };
  return null;
}

function refusedAsPython({ pid, python }: Facts): Refusal | null {
  if (python === null)
    return {
      code: 'not_python',
      message: `process ${pid} is not a Python program`,
      remedy: '`gilscope ps` lists the Python processes of this machine',
    };
  if (python.implementation !== 'cpython')
    return {
      code: 'not_cpython',
      message: `process ${pid} runs ${python.implementation === 'pypy' ? 'PyPy' : 'GraalPy'}`,
      remedy: 'gilscope traces CPython 3.8 or later: run the program with that',
    };
  if (atLeast(python.version, OLDEST) === false)
    return {
      code: 'too_old',
      message: `process ${pid} runs Python ${python.version}, which is too old`,
      remedy: 'run the program with CPython 3.8 or later',
    };
  return null;
}

function refusedByBuild(machine: Machine, facts: Facts): Refusal | null {
  const { pid, python, code } = facts;
  if (hasOwnDoor(python)) return null;
  if (machine.platform !== 'linux')
    return {
      code: 'platform',
      message: `a running Python before 3.14 can be entered on Linux only`,
      remedy: 'launch the program from gilscope instead',
    };
  if (!machine.built)
    return {
      code: 'not_built',
      message: 'the native helper that enters processes is not built',
      remedy: 'run `npm run build:native` (`gilscope doctor` says what is missing)',
    };
  if (code !== null && !sameMachine(code))
    return {
      code: 'arch_mismatch',
      message: `process ${pid} is a ${code.bits}-bit program for another kind of processor`,
      remedy: 'run the program with a Python built for this machine',
    };
  if (code !== null && !code.dynamic)
    return {
      code: 'static_no_dlopen',
      message: `process ${pid} is linked wholly statically and cannot load a library`,
      remedy: 'launch the program with a Python that is not',
    };
  if (facts.status?.shadowStack === true)
    return {
      code: 'shadow_stack',
      message: `process ${pid} runs with a hardware shadow stack, which no helper may get round`,
      remedy: 'start it with GLIBC_TUNABLES=glibc.cpu.hwcaps=-SHSTK, or launch it from gilscope',
    };
  return null;
}

/** Rights of ptrace(2), in the order in which the kernel asks for them. */
function refusedByRights(machine: Machine, facts: Facts): Refusal | null {
  const { pid, status } = facts;
  if (machine.ptraceScope === 3) return yama(pid, 3);
  if (mayTraceAll(machine)) return null;
  if (status !== null && status.uids.some((uid) => uid !== machine.uid))
    return {
      code: 'other_user',
      message: `process ${pid} belongs to ${facts.userName}`,
      remedy: `run gilscope as ${facts.userName}, or as root (sudo)`,
    };
  if (machine.ptraceScope === 2 || machine.ptraceScope === 1) return yama(pid, machine.ptraceScope);
  if (status !== null && (status.capPrm & ~machine.capPrm) !== 0n)
    return {
      code: 'missing_capability',
      message: `process ${pid} has capabilities that gilscope has not`,
      remedy: 'run gilscope as root (sudo), or give it CAP_SYS_PTRACE',
    };
  if (facts.ownerUid !== null && facts.ownerUid !== machine.uid)
    return {
      code: 'not_dumpable',
      message: `process ${pid} has been closed to other programs (a set-user-ID program, or prctl PR_SET_DUMPABLE)`,
      remedy: 'run gilscope as root (sudo)',
    };
  return null;
}

function yama(pid: number, scope: 1 | 2 | 3): Refusal {
  const message = `this system does not let one program look into another (kernel.yama.ptrace_scope is ${scope})`;
  const remedies = {
    1: 'run gilscope as root (sudo), or allow it: sudo sysctl kernel.yama.ptrace_scope=0',
    2: 'run gilscope as root (sudo), or allow it: sudo sysctl kernel.yama.ptrace_scope=0',
    3: `it cannot be changed until the machine is started anew; launch the program from gilscope instead of attaching to ${pid}`,
  };
  return { code: 'ptrace_scope', message, remedy: remedies[scope] };
}

function refusedNow({ pid, status, tracer, attached, otherClock, state }: Facts): Refusal | null {
  if (otherClock)
    return {
      code: 'other_clock',
      message: `process ${pid} lives by another clock (a time namespace): nothing it tells could be set beside what is measured here`,
      remedy: `run gilscope in there: nsenter -t ${pid} -T ...`,
    };
  if (attached)
    return {
      code: 'already_attached',
      message: `gilscope records process ${pid} already`,
      remedy: 'stop that recording first',
    };
  if (status !== null && status.tracerPid > 0)
    return {
      code: 'already_traced',
      message: `process ${pid} is being traced by ${tracer ?? 'another program'} (process ${status.tracerPid})`,
      remedy: 'end that debugger or tracer first',
    };
  if (state === 'T')
    return { code: 'stopped', message: `process ${pid} is stopped`, remedy: `let it go on first: kill -CONT ${pid}` };
  return null;
}

/** The kernel said no although nothing above explains it. */
export function unexplained(machine: Machine, pid: number): Refusal {
  if (machine.seccomp === 2)
    return {
      code: 'seccomp',
      message: `the seccomp filter gilscope runs under forbids entering process ${pid}`,
      remedy: 'start the container with --cap-add SYS_PTRACE, or gilscope outside it',
    };
  return {
    code: 'forbidden',
    message: `the system forbids entering process ${pid} (a security module such as AppArmor or SELinux, or another user namespace)`,
    remedy: 'run gilscope as root (sudo) on the same side of the container',
  };
}
