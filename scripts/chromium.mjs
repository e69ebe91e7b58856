/**
 * Finds a Chromium for the browser tests, or installs one by the means this machine has. Used by scripts/test.mjs, by
 * e2e/playwright.config.ts and by scripts/shots.mjs. `node scripts/chromium.mjs` prints the path, installing if need be.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const WINDOWS = ['C:/Program Files/Google/Chrome/Application/chrome.exe'];
const INSTALL_MS = 8 * 60_000;

export const HOW_TO_GET =
  'Install Chromium (Debian: apt-get install chromium), or run `npx playwright install chromium`, or set CHROME_PATH.';

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A name in PATH may be a stub that only says how to install the real one (Ubuntu's snap), so it must answer. */
function answers(path) {
  return isExecutable(path) && spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** Path of a Chromium that runs, or null. CHROME_PATH first, then what is installed, then Playwright's own. */
export function findChromium() {
  const named = process.env.CHROME_PATH;
  if (named) return isExecutable(named) ? named : null;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...installed, ...(process.platform === 'darwin' ? MAC : [])].find(answers);
  if (found) return found;
  // On Windows --version opens a window, so being there must do.
  const elsewhere = [...(process.platform === 'win32' ? WINDOWS : []), chromium.executablePath()];
  return elsewhere.find((path) => existsSync(path)) ?? null;
}

const hasCommand = (name) => spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;

function isUbuntu() {
  try {
    return /^ID(_LIKE)?=.*ubuntu/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function waysToInstall() {
  const isRoot = process.getuid?.() === 0;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const playwright = (...more) => ({ command: ['npx', 'playwright', 'install', ...more, 'chromium'] });
  if (!isRoot || !hasCommand('apt-get')) return [[playwright()]];
  const apt = [
    { command: ['apt-get', 'update', '-q'], env, mayFail: true },
    { command: ['apt-get', 'install', '-q', '-y', '--no-install-recommends', 'chromium'], env },
  ];
  // Ubuntu's package `chromium` is a stub for snap.
  return isUbuntu() ? [[playwright('--with-deps')], apt] : [apt, [playwright('--with-deps')]];
}

/** Path of a Chromium, installed now if need be; throws with what to do when there is no way. */
export function ensureChromium(log = console.log) {
  const there = findChromium();
  if (there) return there;
  if (process.env.CHROME_PATH) throw new Error(`CHROME_PATH names no program: ${process.env.CHROME_PATH}`);
  for (const steps of waysToInstall()) {
    for (const { command, env, mayFail } of steps) {
      log(`no Chromium found; running: ${command.join(' ')}`);
      const [program, ...args] = command;
      const options = { stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_MS, env: { ...process.env, ...env } };
      const run = spawnSync(program, args, { ...options, encoding: 'utf8', shell: process.platform === 'win32' });
      if (run.status === 0 || mayFail) continue;
      log(`${run.stdout ?? ''}${run.stderr ?? ''}`.split('\n').slice(-15).join('\n'));
      break;
    }
    const found = findChromium();
    if (found) return found;
  }
  throw new Error(`No Chromium, and none could be installed. ${HOW_TO_GET}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(ensureChromium());
