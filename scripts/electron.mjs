/** Whether Electron's window can be tested here. Used by scripts/test.mjs and e2e/playwright.config.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));

/** `{ path }` of the binary, or `{ reason }` why not. Requiring the `electron` package instead would download it. */
export function findElectron() {
  const pathFile = join(folder, 'path.txt');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron';
  const path = join(override ?? join(folder, 'dist'), name);
  if (!existsSync(path)) return { reason: "Electron's binary is not here (`npx install-electron` fetches it)" };
  const needsDisplay = process.platform === 'linux';
  if (needsDisplay && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { reason: 'there is no display (run the tests under `xvfb-run -a`)' };
  return { path };
}
