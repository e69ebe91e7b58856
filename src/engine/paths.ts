/**
 * Where things are: the files gilscope came with (agent, native library, examples, page) and the one folder it keeps its
 * own data in. Used by the engine, the server and the command line.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The folder that holds package.json, python-agent and out: found upwards from this module, bundled or not. */
export const APP_ROOT: string = (() => {
  let at = import.meta.dirname;
  while (!existsSync(join(at, 'python-agent')) && dirname(at) !== at) at = dirname(at);
  return at;
})();

export const BOOT_FOLDER = join(APP_ROOT, 'python-agent', 'boot');
export const NATIVE_LIBRARY = join(APP_ROOT, 'python-agent', 'native', 'build', 'libgilscope.so');
export const NATIVE_INJECTOR = join(APP_ROOT, 'python-agent', 'native', 'build', 'gilscope-inject');
export const NATIVE_LEADER = join(APP_ROOT, 'python-agent', 'native', 'build', 'gilscope-leader');
export const AGENT_FOLDER = join(APP_ROOT, 'python-agent');
export const CALL_RUNNER = join(AGENT_FOLDER, 'ways', 'run_call.py');
export const EXAMPLES_FOLDER = join(APP_ROOT, 'examples');
export const PAGE_FOLDER = join(APP_ROOT, 'out', 'renderer');

export const VERSION: string = (() => {
  try {
    const value = JSON.parse(readFileSync(join(APP_ROOT, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof value.version === 'string' ? value.version : '0.0.0';
  } catch {
    return '0.0.0';
  }
})();

type Env = Record<string, string | undefined>;

/** Settings, recents, the cache of interpreters and, in `sessions`, every recording. `GILSCOPE_HOME` overrides. */
export function dataFolder(env: Env = process.env, platform = process.platform, home = homedir()): string {
  if (env.GILSCOPE_HOME) return resolve(env.GILSCOPE_HOME);
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'gilscope');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'gilscope');
  // The XDG specification: a relative path there is to be ignored.
  const xdg = env.XDG_DATA_HOME;
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.local', 'share'), 'gilscope');
}
