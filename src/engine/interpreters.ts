/**
 * The Python interpreters of this machine, for the picker of the Start view, for `doctor`, and to judge the one a launch
 * names: what each can do here (exact, estimated, or not at all) and why.
 */
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import type { Interpreter } from '../shared/contract/types.ts';
import { UserError } from './errors.ts';
import type { InterpreterProbe, Probe, PythonFacts } from './interpreterProbe.ts';
import { NATIVE_LIBRARY } from './paths.ts';

const OLDEST = [3, 8] as const;
const PYTHON_NAME = /^(?:python(?:3(?:\.\d{1,2})?t?)?|pypy3?(?:\.\d+)?)$/;

export interface Candidate {
  path: string;
  source: string;
  /** A virtual environment's interpreter is its own even if it links to another. */
  venv: boolean;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const pythonsIn = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => PYTHON_NAME.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter(isExecutable);

const tilde = (path: string, home: string): string =>
  path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;

/** One interpreter of each environment folder below `folder`. */
function environments(folder: string, source: string, inner = 'bin'): Candidate[] {
  return namesIn(folder).flatMap((name) => {
    const path = ['python3', 'python', 'pypy3'].map((file) => join(folder, name, inner, file)).find(isExecutable);
    return path === undefined ? [] : [{ path, source, venv: existsSync(join(folder, name, 'pyvenv.cfg')) }];
  });
}

function projectVenvs(cwd: string, home: string): Candidate[] {
  const found: Candidate[] = [];
  for (let at = resolve(cwd); ; at = dirname(at)) {
    for (const name of ['.venv', 'venv', 'env']) {
      const path = join(at, name, 'bin', 'python');
      if (existsSync(join(at, name, 'pyvenv.cfg')) && isExecutable(path))
        found.push({ path, source: `venv in ${tilde(at, home)}`, venv: true });
    }
    if (dirname(at) === at) return found;
  }
}

export interface Places {
  cwd: string;
  home: string;
  env: Record<string, string | undefined>;
}

/** Every interpreter there might be, best first; the same file under several names comes once. */
export function findCandidates(places: Places): Candidate[] {
  const { cwd, home, env } = places;
  const found: Candidate[] = [];
  if (env.VIRTUAL_ENV) {
    const path = join(env.VIRTUAL_ENV, 'bin', 'python');
    if (isExecutable(path)) found.push({ path, source: `active venv ${tilde(env.VIRTUAL_ENV, home)}`, venv: true });
  }
  if (env.CONDA_PREFIX) {
    const path = join(env.CONDA_PREFIX, 'bin', 'python');
    if (isExecutable(path)) found.push({ path, source: 'active conda environment', venv: true });
  }
  found.push(...projectVenvs(cwd, home));
  const pyenv = env.PYENV_ROOT ?? join(home, '.pyenv');
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    // A shim of pyenv is a shell script that starts one of the interpreters listed below.
    if (!folder.startsWith('/') || folder.startsWith(join(pyenv, 'shims'))) continue;
    found.push(...pythonsIn(folder).map((path) => ({ path, source: 'PATH', venv: false })));
  }
  for (const folder of ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'])
    found.push(...pythonsIn(folder).map((path) => ({ path, source: 'system', venv: false })));
  found.push(...environments(join(pyenv, 'versions'), 'pyenv'));
  found.push(...environments(env.UV_PYTHON_INSTALL_DIR ?? join(home, '.local', 'share', 'uv', 'python'), 'uv'));
  for (const conda of ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge'].map((name) => join(home, name))) {
    found.push(...pythonsIn(join(conda, 'bin')).map((path) => ({ path, source: 'conda', venv: false })));
    found.push(...environments(join(conda, 'envs'), 'conda'));
  }
  return unique(found);
}

function unique(candidates: Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ path, venv }) => {
    let key = path;
    try {
      if (venv) key = join(realpathSync(dirname(path)), basename(path));
      else key = realpathSync(path);
    } catch {
      return false;
    }
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const parts = (version: string): number[] => version.split('.').map(Number);

export function tooOld(version: string): boolean {
  const [major = 0, minor = 0] = parts(version);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

const NAMES: Record<string, string> = { pypy: 'PyPy', cpython: 'CPython', graalpy: 'GraalPy', jython: 'Jython' };
export const implementationName = (name: string): string => NAMES[name] ?? name;

/** Why the native tracer cannot run here whatever the interpreter; null when it can. */
export function exactHindrance(library = NATIVE_LIBRARY): string | null {
  if (process.platform !== 'linux') return 'the exact engine runs on Linux only so far';
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return `the exact engine does not know ${process.arch} processors`;
  if (!existsSync(library)) return 'the native tracer is not built: see `gilscope doctor`';
  return null;
}

/** What an interpreter can do here. */
export function judge(facts: PythonFacts, hindrance: string | null): Pick<Interpreter, 'engine' | 'reason'> {
  if (facts.implementation !== 'cpython')
    return { engine: null, reason: `${implementationName(facts.implementation)} is not supported, only CPython is` };
  if (tooOld(facts.version))
    return { engine: null, reason: `Python ${facts.version} is too old: 3.8 is the oldest supported` };
  if (!facts.gilEnabled)
    return { engine: 'estimated', reason: 'a free-threaded build has no GIL to trace: cores and threads are shown' };
  return hindrance === null ? { engine: 'exact', reason: null } : { engine: 'estimated', reason: hindrance };
}

export function describe(candidate: Candidate, probe: Probe, hindrance: string | null): Interpreter {
  const { path, source } = candidate;
  if (!probe.ok)
    return {
      path,
      version: null,
      implementation: 'unknown',
      source,
      gilEnabled: null,
      engine: null,
      reason: probe.why,
    };
  const { version, implementation, gilEnabled } = probe.facts;
  return { path, version, implementation, source, gilEnabled, ...judge(probe.facts, hindrance) };
}

/** Usable ones first, new before old, otherwise in the order found. */
function byUse(a: Interpreter, b: Interpreter): number {
  return Number(a.engine === null) - Number(b.engine === null);
}

export async function listInterpreters(
  probe: InterpreterProbe,
  places: Places,
  refresh = false,
): Promise<Interpreter[]> {
  const candidates = findCandidates(places);
  const hindrance = exactHindrance();
  const found: Interpreter[] = [];
  // Two at a time: starting a dozen interpreters at once would be felt on a small machine.
  const lanes = [0, 1].map(async (lane) => {
    for (let i = lane; i < candidates.length; i += 2) {
      const candidate = candidates[i];
      found[i] = describe(candidate, await probe.probe(candidate.path, refresh), hindrance);
    }
  });
  await Promise.all(lanes);
  return found.sort(byUse);
}

export const ownPlaces = (): Places => ({ cwd: process.cwd(), home: homedir(), env: process.env });

/** The file a command names, as a shell would find it. Throws when there is none or it cannot be run. */
export function resolveCommand(command: string, cwd: string, path: string | undefined): string {
  if (command.includes('/')) {
    const full = resolve(cwd, command);
    if (!existsSync(full))
      throw new UserError('not-found', `there is no file ${full}`, 'check the path of the interpreter');
    if (!isExecutable(full))
      throw new UserError('not-python', `${full} is not executable`, 'name a Python interpreter, then its arguments');
    return full;
  }
  for (const folder of (path ?? '').split(delimiter)) {
    const full = resolve(cwd, folder === '' ? '.' : folder, command);
    if (isExecutable(full)) return full;
  }
  const remedy = command.endsWith('.py')
    ? `put the interpreter before the script: python3 ${command}`
    : 'name a Python interpreter that is installed, or its full path';
  throw new UserError('not-found', `no command ${command} is on the PATH`, remedy);
}
