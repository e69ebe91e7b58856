// Finds the CPython interpreters (3.8 and later) of this machine for the tests: GILSCOPE_TEST_PYTHON, PATH, pyenv, /usr/bin and
// /usr/local/bin. One for each version and build. Used by scripts/test-agent.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const PROBE = `import sys, sysconfig
print(sys.implementation.name, '%d.%d.%d' % sys.version_info[:3], int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))), sys.base_prefix, sep='\\n')`;
const NAME = /^python3?(\.\d+)?t?$/;

function namesIn(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function candidates() {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const pyenv = existsSync(versions) ? readdirSync(versions).map((name) => join(versions, name, 'bin', 'python')) : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin'];
  return [process.env.GILSCOPE_TEST_PYTHON, ...folders.filter(Boolean).flatMap(namesIn), ...pyenv];
}

/** [{ path, version }], oldest first. */
export function findPythons() {
  const found = new Map();
  for (const path of new Set(candidates())) {
    if (!path || !existsSync(path)) continue;
    // A wrapper that chooses a version (pyenv's shims) may fail; it is then no interpreter.
    const answer = spawnSync(path, ['-I', '-c', PROBE], { encoding: 'utf8', timeout: 20_000 });
    if (answer.status !== 0) continue;
    const [name, version, freeThreaded, prefix] = answer.stdout.trim().split('\n');
    const [major, minor] = version.split('.').map(Number);
    if (name !== 'cpython' || major !== 3 || minor < 8) continue;
    const key = `${version} ${freeThreaded} ${prefix}`;
    if (!found.has(key)) found.set(key, { path, version: freeThreaded === '1' ? `${version}t` : version });
  }
  return [...found.values()].sort((a, b) => a.version.localeCompare(b.version, undefined, { numeric: true }));
}
