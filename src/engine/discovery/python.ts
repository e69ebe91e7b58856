/**
 * Is this file an interpreter, and which? By what it exports, never by its name alone: statically linked, embedded and frozen
 * interpreters are called anything. Used by scan.ts, which remembers the answer for each file.
 */
import { EM, readElf, type Source } from './elf.ts';

export interface PythonFile {
  implementation: 'cpython' | 'pypy' | 'graalpy';
  /** "3.12.1"; "3.9" when the patch level could not be told; null when nothing could. */
  version: string | null;
  /** A free-threaded build. */
  freeThreaded: boolean;
}

export interface CodeFile {
  python: PythonFile | null;
  machine: number;
  bits: 32 | 64;
  dynamic: boolean;
}

const RELEASE: Record<number, string> = { 0xa: 'a', 0xb: 'b', 0xc: 'rc' };
/** Versions are looked for in so much of a file at most: read-only data lies in its first half. */
const MAX_SCAN = 64 << 20;
const CHUNK = 1 << 20;

/** What a program or library is; null for a file that is no ELF. `path` helps where the file itself says too little. */
export function inspectCode(source: Source, path: string): CodeFile | null {
  const elf = readElf(source);
  if (elf === null) return null;
  const base = { machine: elf.machine, bits: elf.bits, dynamic: elf.dynamic };
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^libpypy[\d.]*-c\.so/.test(name) || elf.symbol('pypy_main_startup') !== null)
    return { ...base, python: { implementation: 'pypy', version: null, freeThreaded: false } };
  if (/^graalpy/.test(name))
    return { ...base, python: { implementation: 'graalpy', version: null, freeThreaded: false } };
  if (elf.symbol('PyEval_SaveThread') === null) {
    // A 32-bit file's symbols are not read: its name has to do, so that it can be refused for what it is.
    const named = elf.bits === 32 && /^(lib)?python\d/.test(name);
    return {
      ...base,
      python: named ? { implementation: 'cpython', version: versionIn(name), freeThreaded: false } : null,
    };
  }
  const freeThreaded = elf.symbol('_Py_DecRefShared') !== null;
  const at = elf.symbol('Py_Version');
  const version = at === null ? olderVersion(source, elf.soname ?? name) : hexVersion(source.read(at, 8));
  return { ...base, python: { implementation: 'cpython', version, freeThreaded } };
}

/** `Py_Version` (3.11 and later) is PY_VERSION_HEX. */
export function hexVersion(bytes: Buffer): string | null {
  if (bytes.length < 4) return null;
  const hex = bytes.readUInt32LE(0);
  const [major, minor, micro, level] = [hex >>> 24, (hex >>> 16) & 255, (hex >>> 8) & 255, (hex >>> 4) & 15];
  if (major !== 3) return null;
  const pre = RELEASE[level];
  return `${major}.${minor}.${micro}${pre === undefined ? '' : `${pre}${hex & 15}`}`;
}

/** "libpython3.9.so.1.0", "python3.9", ".../lib/python3.9/...": the version a name speaks of. */
export function versionIn(name: string): string | null {
  return /python(\d\.\d+)/.exec(name)?.[1] ?? null;
}

/**
 * Before 3.11: the text of PY_VERSION lies in the file, by itself, or (linkers share endings) as the end of a longer text such as
 * the path it was built for. When several ends disagree, only the minor version is sure.
 */
function olderVersion(source: Source, name: string): string | null {
  let general = versionIn(name);
  let carried = '';
  const ends = new Set<string>();
  for (let at = 0; at < MAX_SCAN; at += CHUNK) {
    const chunk = source.read(at, CHUNK);
    if (chunk.length === 0) break;
    const text = carried + chunk.toString('latin1');
    general ??= /\blib\/python(\d\.\d+)\b/.exec(text)?.[1] ?? null;
    for (const match of text.matchAll(/(^|[^\d.])([23]\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0/g)) {
      if (general === null || !match[2].startsWith(`${general}.`)) continue;
      if (match[1] === '\0') return match[2];
      ends.add(match[2]);
    }
    carried = text.slice(-64);
  }
  return ends.size === 1 ? [...ends][0] : general;
}

/** Whether a program for this machine can be entered by a helper built for this one. */
export function sameMachine(file: Pick<CodeFile, 'machine' | 'bits'>, arch: string = process.arch): boolean {
  const own = arch === 'x64' ? EM.x86_64 : arch === 'arm64' ? EM.aarch64 : -1;
  return file.bits === 64 && file.machine === own;
}
