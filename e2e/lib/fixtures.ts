/**
 * `test` with a server of its own for each test, and `page` open on it; `recording` gives the path of a recording that all tests share.
 * Any error of the page itself fails the test.
 */
import { type Page, type TestInfo, expect, test as base } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingIn, type RecordingName } from './recordings.ts';
import { type Served, serve } from './serve.ts';

export { expect } from '@playwright/test';

export const test = base.extend<{ served: Served }, { recording: (name: RecordingName) => string }>({
  recording: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'gilscope-recordings-'));
      await use((name) => recordingIn(folder, name));
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  served: async ({}, use) => {
    const served = await serve();
    await use(served);
    await served.close();
  },
  page: async ({ page, served }, use, testInfo) => {
    const errors = listenForErrors(page);
    await page.goto(served.address);
    // A key pressed before there is a window to hear it is lost.
    await expect(page.getByTestId('start')).toBeVisible();
    await use(page);
    if (testInfo.status !== testInfo.expectedStatus) await attachLog(page, testInfo);
    expect(errors).toEqual([]);
  },
});

/** Exceptions of the page and what its content security policy refused. */
export function listenForErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text()))
      errors.push(message.text());
  });
  return errors;
}

/** What gilscope itself noted of the shown session, beside the picture of a failure. */
async function attachLog(page: Page, testInfo: TestInfo): Promise<void> {
  const tab = page.getByTestId('tab-log');
  if (!(await tab.isVisible())) return;
  await tab.click({ force: true });
  const body = await page.getByTestId('panel-log').innerText();
  await testInfo.attach('log of the session', { body, contentType: 'text/plain' });
  console.log(`log of the session:\n${body}`);
}
