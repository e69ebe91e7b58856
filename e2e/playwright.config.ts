/**
 * Browser tests: the real window, the real engine, real interpreters. `window` goes through `gilscope serve` in Chromium;
 * `electron` is there only where Electron's binary and a display are (scripts/test.mjs tells when it is skipped).
 */
import { defineConfig } from '@playwright/test';
import { HOW_TO_GET, findChromium } from '../scripts/chromium.mjs';
import { findElectron } from '../scripts/electron.mjs';

const executablePath = process.env.CHROME_PATH ?? findChromium();
if (executablePath === null) throw new Error(`No Chromium. ${HOW_TO_GET}`);

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  forbidOnly: true,
  // Recordings share the machine's cores with the browser: one at a time, or the figures they wait for come late.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath, args: ['--disable-dev-shm-usage'] },
    // Recording a trace takes as much of the machine as the tests themselves: `npm run test:e2e -- --trace retain-on-failure FILE`.
    trace: 'off',
    screenshot: 'only-on-failure',
    // A recording is live: waiting for it to stand still would wait for ever.
    actionTimeout: 20_000,
    contextOptions: { reducedMotion: 'reduce' },
  },
  projects: [
    { name: 'window', testMatch: 'window/*.spec.ts' },
    ...(findElectron().path === undefined ? [] : [{ name: 'electron', testMatch: 'electron/*.spec.ts' }]),
  ],
});
