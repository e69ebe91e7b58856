/**
 * Reads what /proc knows of one process, and remembers what cannot change: a file's answer by its device and inode, a process's
 * by its pid and start. So the first look at a machine costs some milliseconds, and every later one next to nothing.
 * Used by list.ts and attach.ts. Linux only.
 */
import { closeSync, fstatSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readProc } from '../procfs.ts';
import {
  environValue,
  isVenvConfig,
  parseCommandLine,
  parseMappedCode,
  parseProcessStat,
  parseStatus,
  type MappedFile,
  type Stat,
  type Status,
} from './parse.ts';
import { inspectCode, type CodeFile, versionIn } from './python.ts';

/** Name of the tracer's thread in a process that is being recorded (native/src/stream.c). */
export const OWN_THREAD = 'gilscope';
/** A host may load its interpreter later, a Python may exec another: what was found is believed this long. */
const BELIEF_MS = 5000;

export interface Interpreter {
  code: CodeFile;
  /** Where the interpreter is, as the process names it. */
  path: string;
}

/** What stays the same while a process lives and does not exec. */
interface Known {
  startS: number;
  comm: string;
  interpreter: Interpreter | null;
  at: number;
  fixed: Fixed | null;
}

/** Read once: what a program says of itself at its start. */
export interface Fixed {
  executable: string | null;
  commandLine: string[];
  venv: string | null;
}

const files = new Map<string, CodeFile | null>();
const processes = new Map<number, Known>();

export const readStat = (pid: number): Stat | null => parseProcessStat(readProc(`/proc/${pid}/stat`) ?? '');
export const readStatus = (pid: number): Status | null => parseStatus(readProc(`/proc/${pid}/status`) ?? '');

export function allPids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Forgets processes that have ended. */
export function keepOnly(pids: Iterable<number>): void {
  const alive = new Set(pids);
  for (const pid of processes.keys()) if (!alive.has(pid)) processes.delete(pid);
}

export function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** The interpreter inside a process; null when there is none, or when we may not look and its name does not tell. */
export function interpreterOf(pid: number, stat: Stat): Interpreter | null {
  return known(pid, stat).interpreter;
}

export function fixedOf(pid: number, stat: Stat): Fixed {
  const entry = known(pid, stat);
  entry.fixed ??= readFixed(pid);
  return entry.fixed;
}

function known(pid: number, stat: Stat): Known {
  const before = processes.get(pid);
  const now = performance.now();
  // exec keeps pid and start; a new name gives it away at once.
  const same = before !== undefined && before.startS === stat.startS && before.comm === stat.comm;
  if (same && now - before.at < BELIEF_MS) return before;
  const entry = { startS: stat.startS, comm: stat.comm, interpreter: findInterpreter(pid, stat), at: now, fixed: null };
  processes.set(pid, entry);
  return entry;
}

function findInterpreter(pid: number, stat: Stat): Interpreter | null {
  const maps = readProc(`/proc/${pid}/maps`);
  if (maps === null || maps === '') return guess(pid, stat);
  const mapped = parseMappedCode(maps);
  // Most interpreters say so in their name: looked at first, the search ends there.
  const likely = (file: MappedFile): number => (/python|pypy/i.test(file.path) ? 0 : 1);
  for (const file of mapped.sort((a, b) => likely(a) - likely(b))) {
    const code = inspect(pid, file);
    if (code?.python) return { code: withVersion(code, mapped), path: file.path };
  }
  return null;
}

/** An interpreter whose file keeps its version to itself: the extension modules it has loaded tell. */
function withVersion(code: CodeFile, mapped: MappedFile[]): CodeFile {
  if (code.python === null || code.python.version !== null) return code;
  for (const { path } of mapped) {
    const version = versionIn(path) ?? /\.cpython-(\d)(\d+)/.exec(path)?.slice(1).join('.') ?? null;
    if (version !== null) return { ...code, python: { ...code.python, version } };
  }
  return code;
}

/** Another user's process, into which we may not look: its name has to do. */
function guess(pid: number, stat: Stat): Interpreter | null {
  const [program = ''] = parseCommandLine(readProc(`/proc/${pid}/cmdline`) ?? '');
  const name = program.slice(program.lastIndexOf('/') + 1);
  const match = /^(pypy|python)(\d(?:\.\d+)?)?/.exec(name) ?? /^(pypy|python)(\d(?:\.\d+)?)?/.exec(stat.comm);
  if (match === null || program === '') return null;
  const version = match[2]?.includes('.') ? match[2] : null;
  const implementation = match[1] === 'pypy' ? 'pypy' : 'cpython';
  const python = { implementation, version, freeThreaded: name.endsWith('t') } as const;
  return { code: { python, machine: OWN_MACHINE, bits: 64, dynamic: true }, path: program };
}

const OWN_MACHINE = process.arch === 'arm64' ? 183 : 62;

function inspect(pid: number, file: MappedFile): CodeFile | null {
  const key = `${file.key} ${file.path}`;
  const before = files.get(key);
  if (before !== undefined) return before;
  const fd = openMapped(pid, file);
  if (fd === null) return null;
  try {
    const code = inspectCode({ read: (offset, length) => readAt(fd, offset, length) }, file.path);
    files.set(key, code);
    return code;
  } finally {
    closeSync(fd);
  }
}

/** The very file that is mapped, wherever its name leads from here: another mount namespace, replaced, deleted. */
function openMapped(pid: number, file: MappedFile): number | null {
  const inode = Number(file.key.split(' ')[1]);
  const places = [
    `/proc/${pid}/root${file.path}`,
    `/proc/${pid}/exe`,
    `/proc/${pid}/map_files/${file.start}-${file.end}`,
  ];
  for (const place of places) {
    let fd: number;
    try {
      // A path of another process may by now be a pipe or a device: look before opening.
      if (!statSync(place).isFile()) continue;
      fd = openSync(place, 'r');
    } catch {
      continue;
    }
    if (fstatSync(fd).ino === inode) return fd;
    closeSync(fd);
  }
  return null;
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
}

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

function readFixed(pid: number): Fixed {
  const environ = readProc(`/proc/${pid}/environ`);
  const commandLine = parseCommandLine(utf8(readProc(`/proc/${pid}/cmdline`) ?? ''));
  const executable = link(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, '') ?? null;
  const named = environ === null ? null : environValue(utf8(environ), 'VIRTUAL_ENV');
  return { executable, commandLine, venv: venvBeside(pid, commandLine[0] ?? '') ?? named };
}

/** A virtual environment's python is a link: what was run, not what it leads to, stands beside pyvenv.cfg. */
function venvBeside(pid: number, program: string): string | null {
  if (!program.startsWith('/')) return null;
  const folder = dirname(dirname(program));
  const config = readProc(join(`/proc/${pid}/root`, folder, 'pyvenv.cfg'));
  return config !== null && isVenvConfig(config) ? folder : null;
}

/** Whether the native tracer runs in it now. */
export function isAttached(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some(
      (tid) => readProc(`/proc/${pid}/task/${tid}/comm`) === `${OWN_THREAD}\n`,
    );
  } catch {
    return false;
  }
}
