/** Whether gilscope's own parts are there: what was built, what npm installed, and the browsers that show and print. Used by report.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowsers } from '../export/browser.ts';
import { NATIVE_LIBRARY, PAGE_FOLDER } from '../paths.ts';
import { loadPty } from '../program.ts';
import { impossible, install, limited, ok, onPath, type Check } from './check.ts';
import { electronBinary, hasDisplay } from './electron.ts';

const BUILD = 'npm run build:native';

export function checkNode(): Check {
  const { node, electron } = process.versions;
  return ok(`Node ${node}${electron === undefined ? '' : ` in Electron ${electron}`}`);
}

export function checkNative(): Check {
  if (existsSync(NATIVE_LIBRARY)) return ok('the native tracer is built: recordings are exact');
  const means = 'recordings are estimated';
  if (process.platform !== 'linux')
    return limited('there is no native tracer for this system yet', means, { remedy: 'record on Linux' });
  const missing = compiler() === null ? install('compiler') : null;
  const remedy = missing === null ? 'build it' : `${missing.remedy}, then build it`;
  return limited('the native tracer is not built', means, {
    remedy,
    command: [missing?.command, BUILD].filter(Boolean).join(' && '),
  });
}

const compiler = (): string | null => onPath([process.env.CC ?? 'cc', 'cc', 'gcc', 'clang']);

export function checkCompiler(): Check {
  const path = compiler();
  return path === null
    ? limited('there is no C compiler', 'the native tracer cannot be built anew', install('compiler'))
    : ok(`C compiler: ${path}`);
}

export async function checkPty(): Promise<Check> {
  const { why } = await loadPty();
  if (why === null) return ok('node-pty works: programs started from the window get a real terminal');
  const need = compiler() === null ? install('compiler') : null;
  return limited(why, 'programs started from the window get plain pipes: no colours, no line editing', {
    remedy: need === null ? 'build node-pty' : `${need.remedy}, then build node-pty`,
    command: [need?.command, 'npm rebuild node-pty'].filter(Boolean).join(' && '),
  });
}

export function checkWindow(): Check {
  const means = '`gilscope` serves the same window to a browser instead';
  if (electronBinary() === null)
    return limited("Electron's binary is not installed", means, {
      remedy: 'install it',
      command: 'npx install-electron',
    });
  if (!hasDisplay())
    return limited('there is no display', means, {
      remedy: 'open the address that it prints; from another machine, over ssh -L',
      command: 'node bin/gilscope serve',
    });
  return ok('Electron is there: `gilscope` opens a window');
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'firefox'];

export function checkBrowser(): Check {
  if (process.platform === 'darwin') return ok('a browser comes with the system');
  const path = onPath(BROWSERS);
  if (path !== null) return ok(`browser: ${path}`);
  const { remedy, command } = install('browser');
  return limited('no browser was found here', 'the window cannot be shown on this machine without Electron', {
    remedy: `${remedy}, or open the address from another machine over ssh -L`,
    command,
  });
}

/** What `export --to pdf` and png would use. */
export async function checkPrinter(): Promise<Check> {
  try {
    return ok(`PDF and PNG are made by ${(await findBrowsers())[0]}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { remedy, command } = install('browser');
    return limited(why, 'exports to PDF and PNG are refused; html, svg and all others work', {
      remedy: `${remedy} or Chrome, or name one in CHROME_PATH`,
      command,
    });
  }
}

export function checkPage(): Check {
  return existsSync(join(PAGE_FOLDER, 'index.html'))
    ? ok('the window is built')
    : impossible('the window is not built', 'nothing can be shown; record, stats and export work', {
        remedy: 'build it',
        command: 'npm run build:app',
      });
}
