/** The Electron shell itself: what the page may do, and that the same window works through IPC. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ElectronApplication, type Page, _electron, expect, test as base } from '@playwright/test';
import { findElectron } from '../../scripts/electron.mjs';
import { launchProgram } from '../lib/app.ts';
import { ROOT } from '../lib/serve.ts';

const test = base.extend<{ shell: ElectronApplication; page: Page }>({
  shell: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'gilscope-electron-'));
    const asRoot = process.getuid?.() === 0;
    const shell = await _electron.launch({
      executablePath: findElectron().path!,
      // Chromium's sandbox cannot work as root.
      args: [...(asRoot ? ['--no-sandbox'] : []), ROOT],
      env: { ...(process.env as Record<string, string>), GILSCOPE_HOME: home },
    });
    await use(shell);
    await shell.close();
    rmSync(home, { recursive: true, force: true });
  },
  page: async ({ shell }, use) => use(await shell.firstWindow()),
});

test('the page has the bridge and nothing of Node', async ({ page }) => {
  await expect(page).toHaveTitle(/gilscope/);
  expect(page.url()).toMatch(/^app:\/\/gilscope\//);
  const seen = await page.evaluate(() => ({
    bridge: Object.keys(window.gilscope ?? {}).sort(),
    node: ['require', 'process', 'Buffer', 'module'].filter((name) => name in window),
  }));
  expect(seen).toEqual({ bridge: ['onCommand', 'onPush', 'send'], node: [] });
});

test('it can go nowhere, open nothing and call nobody', async ({ page, shell }) => {
  const tried = await page.evaluate(async () => {
    const reach = (address: string) =>
      fetch(address).then(
        () => 'reached',
        () => 'refused',
      );
    return {
      window: window.open('https://example.com/') === null,
      outside: await reach('https://example.com/'),
      traversal: await fetch('app://gilscope/..%2f..%2fpackage.json').then(
        (r) => r.status,
        () => 'refused',
      ),
    };
  });
  expect(tried).toEqual({ window: true, outside: 'refused', traversal: 'refused' });
  await page.evaluate(() => window.location.assign('https://example.com/'));
  await expect(page.getByTestId('page-timeline')).toBeVisible();
  expect(page.url()).toMatch(/^app:\/\/gilscope\//);
  const windows = await shell.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect(windows).toBe(1);
});

test('records a script through IPC', async ({ page }) => {
  await launchProgram(page, [join(ROOT, 'e2e/programs/turns.py'), '2']);
  await expect(page.getByTestId('coverage')).toContainText(/of/);
});
