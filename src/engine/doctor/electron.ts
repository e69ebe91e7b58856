/** Whether a window of Electron's can be opened here. Used by the doctor, `gilscope open` and `gilscope serve`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isExecutable } from '../interpreters.ts';
import { APP_ROOT } from '../paths.ts';

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
