/**
 * The Python processes of this machine: for `gilscope ps`, the Start view and the attach dialog. On Linux from /proc, elsewhere
 * from ps-list, which knows less.
 */
import { readFileSync, statSync } from 'node:fs';
import psList from 'ps-list';
import type { RunningProcess } from '../../shared/contract/types.ts';
import { readProc, readRssBytes } from '../procfs.ts';
import { readMachine, type Machine } from './machine.ts';
import { containerKind, parseCommandLine, parsePasswd, type Stat } from './parse.ts';
import { refusal, type Facts, type Refusal } from './refusal.ts';
import {
  allPids,
  fixedOf,
  interpreterOf,
  isAttached,
  keepOnly,
  link,
  readStat,
  readStatus,
  type Interpreter,
} from './scan.ts';

/** A process as the contract has it, `session` aside, which the engine knows, and what only this folder asks for. */
export interface PythonProcess extends Omit<RunningProcess, 'session'> {
  uid: number;
  /** The file that holds the interpreter: the program itself, libpython, or what a host has loaded. */
  interpreter: string;
  /** Its pid inside its own pid namespace, when that is another one. */
  innerPid: number | null;
  /** Since the last list, at first since the process began. */
  cpuPercent: number;
  refusal: Refusal | null;
}

/** For the windows and `gilscope ps`. `recording`: the id of the session that records a pid, or null. */
export async function listRunning(recording: (pid: number) => string | null): Promise<RunningProcess[]> {
  const found = await listPythonProcesses();
  return found.map((process) => ({ ...process, session: recording(process.pid) }));
}

export async function listPythonProcesses(machine: Machine = readMachine()): Promise<PythonProcess[]> {
  return machine.platform === 'linux' ? listLinux(machine) : listPortable(machine);
}

/** One process, Python or not; null when there is none. */
export function describeProcess(
  pid: number,
  machine: Machine = readMachine(),
): { facts: Facts; process: PythonProcess | null } | null {
  const stat = readStat(pid);
  if (stat === null) return null;
  const interpreter = interpreterOf(pid, stat);
  const facts = readFacts(pid, stat, interpreter, readUsers());
  return { facts, process: interpreter === null ? null : describe(pid, stat, interpreter, facts, machine, clock()) };
}

interface Clock {
  upS: number;
  bootMs: number;
}

const spent = new Map<number, { startS: number; cpuS: number; atS: number; percent: number }>();

function listLinux(machine: Machine): PythonProcess[] {
  const [pids, users, now] = [allPids(), readUsers(), clock()];
  keepOnly(pids);
  const found: PythonProcess[] = [];
  for (const pid of pids) {
    const stat = readStat(pid);
    // Kernel threads (children of 2) have no memory to look into.
    if (stat === null || pid === 2 || stat.ppid === 2) continue;
    const interpreter = interpreterOf(pid, stat);
    if (interpreter === null) continue;
    found.push(describe(pid, stat, interpreter, readFacts(pid, stat, interpreter, users), machine, now));
  }
  const alive = new Set(pids);
  for (const pid of spent.keys()) if (!alive.has(pid)) spent.delete(pid);
  return found;
}

function readFacts(pid: number, stat: Stat, interpreter: Interpreter | null, users: Map<number, string>): Facts {
  const status = readStatus(pid);
  const uid = status?.uids[0] ?? -1;
  const tracer = status !== null && status.tracerPid > 0 ? readStat(status.tracerPid)?.comm : undefined;
  return {
    pid,
    state: stat.state,
    python: interpreter?.code.python ?? null,
    code: interpreter?.code ?? null,
    status,
    ownerUid: ownerOf(pid),
    userName: users.get(uid) ?? (uid < 0 ? 'another user' : `user ${uid}`),
    tracer: tracer ?? null,
    attached: isAttached(pid),
    otherClock: inOtherTime(pid),
  };
}

/** False where it cannot be told: then its first words will show it (agents.ts). */
function inOtherTime(pid: number): boolean {
  const theirs = link(`/proc/${pid}/ns/time`);
  return theirs !== null && theirs !== link('/proc/self/ns/time');
}

function describe(
  pid: number,
  stat: Stat,
  interpreter: Interpreter,
  facts: Facts,
  machine: Machine,
  now: Clock,
): PythonProcess {
  const fixed = fixedOf(pid, stat);
  const why = refusal(machine, facts);
  const inner = facts.status?.nsPids ?? [];
  return {
    pid,
    ppid: stat.ppid,
    user: facts.userName,
    uid: facts.status?.uids[0] ?? -1,
    version: facts.python?.version ?? null,
    implementation: facts.python?.implementation ?? 'cpython',
    freeThreaded: facts.python?.freeThreaded ?? false,
    executable: fixed.executable,
    interpreter: interpreter.path,
    venv: fixed.venv,
    commandLine: fixed.commandLine.length > 0 ? fixed.commandLine : [stat.comm],
    cwd: link(`/proc/${pid}/cwd`),
    threads: stat.threads,
    cpuPercent: cpuPercent(pid, stat, now),
    rssBytes: readRssBytes(pid) ?? 0,
    container: containerOf(pid),
    innerPid: inner.length > 1 ? (inner.at(-1) ?? null) : null,
    started: new Date(now.bootMs + stat.startS * 1000).toISOString(),
    attachable: why === null,
    refusal: why,
  };
}

function cpuPercent(pid: number, stat: Stat, now: Clock): number {
  const before = spent.get(pid);
  const same = before !== undefined && before.startS === stat.startS;
  const [sinceS, cpuS] = same ? [before.atS, before.cpuS] : [stat.startS, 0];
  const over = now.upS - sinceS;
  // Ticks are 10 ms: over less than a fifth of a second they say nothing new.
  if (same && over < 0.2) return before.percent;
  const percent = over > 0 ? Math.max(0, ((stat.cpuS - cpuS) / over) * 100) : 0;
  spent.set(pid, { startS: stat.startS, cpuS: stat.cpuS, atS: now.upS, percent });
  return percent;
}

function clock(): Clock {
  const upS = Number((readProc('/proc/uptime') ?? '0').split(' ', 1)[0]);
  return { upS, bootMs: Date.now() - upS * 1000 };
}

function readUsers(): Map<number, string> {
  try {
    return parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  } catch {
    return new Map();
  }
}

function ownerOf(pid: number): number | null {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return null;
  }
}

function containerOf(pid: number): string | null {
  const kind = containerKind(readProc(`/proc/${pid}/cgroup`) ?? '');
  const inside = (['pid', 'mnt'] as const).some((space) => {
    const theirs = link(`/proc/${pid}/ns/${space}`);
    return theirs !== null && theirs !== link(`/proc/self/ns/${space}`);
  });
  // Inside one ourselves, its neighbours are no strangers.
  return inside ? (kind ?? 'container') : null;
}

async function listPortable(machine: Machine): Promise<PythonProcess[]> {
  const all = await psList();
  return all.flatMap((one) => {
    const match = /^(pypy|python)(\d(?:\.\d+)?)?(?:\.exe)?$/i.exec(one.name);
    if (match === null) return [];
    const version = match[2]?.includes('.') ? match[2] : null;
    const implementation = match[1].toLowerCase() === 'pypy' ? ('pypy' as const) : ('cpython' as const);
    const facts: Facts = {
      pid: one.pid,
      state: '?',
      python: { implementation, version, freeThreaded: false },
      code: null,
      status: null,
      ownerUid: null,
      userName: one.uid === undefined ? '' : `user ${one.uid}`,
      tracer: null,
      attached: false,
      otherClock: false,
    };
    const why = refusal(machine, facts);
    return [
      {
        pid: one.pid,
        ppid: one.ppid,
        user: facts.userName,
        uid: one.uid ?? -1,
        version,
        implementation,
        freeThreaded: false,
        executable: null,
        interpreter: one.name,
        venv: null,
        // ps prints one line: where one argument ends and the next begins is lost.
        commandLine: parseCommandLine(one.cmd ?? one.name),
        cwd: null,
        threads: 0,
        cpuPercent: one.cpu ?? 0,
        rssBytes: 0,
        container: null,
        innerPid: null,
        started: (one.startTime ?? new Date(0)).toISOString(),
        attachable: why === null,
        refusal: why,
      },
    ];
  });
}
