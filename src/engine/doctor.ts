/**
 * What works on this machine, and what to do about the rest: for `gilscope doctor` and the Start view.
 * Each check is a function that answers one question; remedies name the commands of the distribution at hand.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import type { DoctorCheck, DoctorReport } from '../shared/contract/types.ts';
import { checkAttachHere } from './attachCheck.ts';
import { readMachine } from './discovery/machine.ts';
import type { InterpreterProbe } from './interpreterProbe.ts';
import { exactHindrance, isExecutable, listInterpreters, ownPlaces } from './interpreters.ts';
import { APP_ROOT, NATIVE_LIBRARY, PAGE_FOLDER, VERSION } from './paths.ts';
import { loadPty } from './program.ts';
import { readProc, readPssBytes, readThread, samplerHindrance } from './procfs.ts';

type Check = Omit<DoctorCheck, 'id' | 'title'>;

const ok = (text: string): Check => ({ status: 'ok', text, remedy: null });
const warn = (text: string, remedy: string): Check => ({ status: 'warn', text, remedy });
const fail = (text: string, remedy: string): Check => ({ status: 'fail', text, remedy });

export function onPath(names: readonly string[], path = process.env.PATH ?? ''): string | null {
  for (const name of names)
    for (const folder of path.split(delimiter)) {
      const full = join(folder, name);
      if (folder.startsWith('/') && isExecutable(full)) return full;
    }
  return null;
}

/** Package names by distribution, after /etc/os-release. */
export function installCommand(what: 'compiler' | 'browser' | 'python', osRelease = readOsRelease()): string {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) => match[1].split(' '));
  const table: [string[], string, Record<typeof what, string>][] = [
    [['debian', 'ubuntu'], 'sudo apt install', { compiler: 'build-essential', browser: 'chromium', python: 'python3' }],
    [['fedora', 'rhel', 'centos'], 'sudo dnf install', { compiler: 'gcc', browser: 'chromium', python: 'python3' }],
    [['arch'], 'sudo pacman -S', { compiler: 'base-devel', browser: 'chromium', python: 'python' }],
    [['alpine'], 'sudo apk add', { compiler: 'build-base', browser: 'chromium', python: 'python3' }],
    [['suse', 'opensuse'], 'sudo zypper install', { compiler: 'gcc', browser: 'chromium', python: 'python3' }],
  ];
  if (process.platform === 'darwin') return what === 'compiler' ? 'xcode-select --install' : `brew install ${what}`;
  const row = table.find(([names]) => names.some((name) => ids.includes(name)));
  const plain = {
    compiler: 'install a C compiler (gcc or clang)',
    browser: 'install Chromium',
    python: 'install Python 3',
  };
  return row === undefined ? plain[what] : `${row[1]} ${row[2][what]}`;
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

function checkNative(): Check {
  if (existsSync(NATIVE_LIBRARY)) return ok('the native tracer is built: recordings are exact');
  if (process.platform !== 'linux')
    return warn('no native tracer on this system yet: recordings are estimated', 'record on Linux for exact figures');
  const compiler = checkCompiler();
  const build = 'npm run build:native';
  const remedy = compiler.status === 'ok' ? build : `${installCommand('compiler')}, then ${build}`;
  return warn('the native tracer is not built: recordings are estimated', remedy);
}

function checkCompiler(): Check {
  const found = onPath([process.env.CC ?? 'cc', 'cc', 'gcc', 'clang']);
  return found === null
    ? warn('there is no C compiler: the native tracer cannot be built', installCommand('compiler'))
    : ok(`C compiler: ${found}`);
}

async function checkPty(): Promise<Check> {
  const { why } = await loadPty();
  if (why === null) return ok('node-pty works: programs started from the window get a real terminal');
  return warn(
    `${why}: programs started from the window get plain pipes`,
    `${installCommand('compiler')}, then npm rebuild node-pty`,
  );
}

/** The path of Electron's binary, or null: its package may be there without it. */
export function electronBinary(): string | null {
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH !== undefined) {
    const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH, 'electron');
    return isExecutable(path) ? path : null;
  }
  try {
    const require = createRequire(join(APP_ROOT, 'package.json'));
    // The package's main module answers a path, or throws when its download did not take place. Only read, never run:
    // requiring it may start a download.
    const folder = join(require.resolve('electron/package.json'), '..');
    const name = readFileSync(join(folder, 'path.txt'), 'utf8').trim();
    const path = join(folder, 'dist', name);
    return isExecutable(path) ? path : null;
  } catch {
    return null;
  }
}

export const hasDisplay = (env = process.env): boolean =>
  process.platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);

function checkWindow(): Check {
  const electron = electronBinary();
  if (electron !== null && hasDisplay()) return ok('Electron is there: `gilscope` opens a window');
  const why = electron === null ? "Electron's binary is not installed" : 'there is no display';
  const remedy = electron === null ? 'npx install-electron' : 'set DISPLAY, or use the address `gilscope serve` prints';
  return warn(`${why}: \`gilscope\` serves the same window to a browser`, remedy);
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'firefox'];

function checkBrowser(): Check {
  if (process.platform === 'darwin') return ok('a browser comes with the system');
  const found = onPath(BROWSERS);
  return found === null
    ? warn(
        'no browser was found here',
        `${installCommand('browser')}, or open the address from another machine over ssh -L`,
      )
    : ok(`browser: ${found}`);
}

function checkPage(): Check {
  return existsSync(join(PAGE_FOLDER, 'index.html'))
    ? ok('the window is built')
    : fail('the window is not built', 'npm run build');
}

function checkSampler(): Check {
  const hindrance = samplerHindrance();
  if (hindrance !== null) return warn(hindrance, 'recordings work, without these figures');
  if (readThread(process.pid, process.pid) === null)
    return warn('/proc does not show threads', 'mount /proc without hidepid');
  const notes: string[] = [];
  if (readProc('/proc/self/schedstat') === null) notes.push('CPU time of threads in steps of 10 ms (no schedstat)');
  if (readPssBytes(process.pid) === null) notes.push('no proportional memory (no smaps_rollup)');
  return ok(`cores, threads and memory can be sampled${notes.length === 0 ? '' : `; ${notes.join('; ')}`}`);
}

/** The recording rests on CLOCK_MONOTONIC being the same, and cheap, in Node and in the target. */
function checkClock(): Check {
  const source = readProc('/sys/devices/system/clocksource/clocksource0/current_clocksource')?.trim();
  const rounds = 10_000;
  const before = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) process.hrtime.bigint();
  const each = Math.round(Number(process.hrtime.bigint() - before) / rounds);
  const name = source === undefined ? '' : `${source}, `;
  if (
    source !== undefined &&
    !['tsc', 'kvm-clock', 'arch_sys_counter', 'hyperv_clocksource_tsc_page', 'xen'].includes(source)
  )
    return warn(
      `the clock source is ${source}: reading it costs a system call, so tracing costs more`,
      'choose tsc where the machine allows it',
    );
  return ok(`monotonic clock: ${name}${each} ns a reading`);
}

function checkFolder(folder: string): Check {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return ok(`recordings are kept in ${join(folder, 'sessions')}`);
  } catch {
    return fail(`${folder} cannot be written: recordings cannot be kept`, 'set GILSCOPE_HOME to a folder that can');
  }
}

function nodeVersion(): Check {
  return ok(
    `Node ${process.versions.node}${process.versions.electron === undefined ? '' : ` in Electron ${process.versions.electron}`}`,
  );
}

function run(file: string, args: string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 5000, encoding: 'utf8' }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}

async function checkNativeLoads(python: string | undefined): Promise<Check | null> {
  if (python === undefined || exactHindrance() !== null) return null;
  const loaded = await run(python, [
    '-I',
    '-c',
    `import ctypes, sys; ctypes.PyDLL(sys.argv[1]); print('ok')`,
    NATIVE_LIBRARY,
  ]);
  return loaded?.trim() === 'ok'
    ? ok(`the native tracer loads into ${python}`)
    : warn(`the native tracer does not load into ${python}`, 'npm run build:native');
}

export async function doctorReport(probe: InterpreterProbe, folder: string): Promise<DoctorReport> {
  const interpreters = await listInterpreters(probe, ownPlaces());
  const usable = interpreters.filter(({ engine }) => engine !== null);
  const checks: DoctorCheck[] = [];
  const add = (id: string, title: string, check: Check | null) => {
    if (check !== null) checks.push({ id, title, ...check });
  };
  add('node', 'Node', nodeVersion());
  add('native', 'Native tracer', checkNative());
  add('compiler', 'Compiler', checkCompiler());
  add(
    'native-loads',
    'Tracer in Python',
    await checkNativeLoads(usable.find(({ engine }) => engine === 'exact')?.path),
  );
  add(
    'python',
    'Python',
    usable.length > 0
      ? ok(`${usable.length} of ${interpreters.length} interpreters found can be recorded`)
      : fail('no CPython 3.8 or later was found', installCommand('python')),
  );
  add('attach', 'Attach', checkAttachHere(readMachine()));
  add('sampler', 'Sampler', checkSampler());
  add('clock', 'Clock', checkClock());
  add('terminal', 'Terminal', await checkPty());
  add('page', 'Window', checkPage());
  add('electron', 'Electron', checkWindow());
  add('browser', 'Browser', checkBrowser());
  add('folder', 'Folder', checkFolder(folder));
  return {
    gilscope: VERSION,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    checks,
    interpreters,
  };
}
