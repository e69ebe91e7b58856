/** What cannot work is said where the user is, with what to do, and nothing is left behind. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchProgram, program } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';

test('a script that is not there', async ({ page }) => {
  await launchProgram(page, ['/nowhere/at/all.py']);
  const error = page.getByTestId('launch-error');
  await expect(error).toContainText('/nowhere/at/all.py');
  await expect(error).not.toContainText(/\bat .*\.(js|ts):\d+/);
  await expect(page.getByTestId('start-script')).toHaveValue('/nowhere/at/all.py');
});

test('an interpreter that is not one', async ({ page, served }) => {
  const fake = join(served.folder, 'python');
  writeFileSync(fake, '#!/bin/sh\necho hello\n', { mode: 0o755 });
  await launchProgram(page, [program('turns.py'), '1'], fake);
  await expect(page.getByTestId('launch-error')).toContainText(fake);
  await expect(page.getByTestId('start')).toBeVisible();
});

test('an empty form', async ({ page }) => {
  await page.getByTestId('start-launch').click();
  await expect(page.getByTestId('start-script')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('.field__error')).not.toHaveCount(0);
});

test('a file that is no session', async ({ page, served }) => {
  const path = join(served.folder, 'notes.gilscope');
  writeFileSync(path, 'these are only notes\n'.repeat(100));
  await page.getByTestId('open-file').click();
  await page.getByTestId('files-path').fill(path);
  await page.getByTestId('files-path').press('Enter');
  await expect(page.getByTestId('toast')).toContainText('notes.gilscope');
  await expect(page.getByTestId('start')).toBeVisible();
});

test('a server that has gone, and a page with a wrong key', async ({ page, served, browser }) => {
  const stranger = await browser.newPage();
  await stranger.goto(served.address.replace(/token=.{8}/, 'token=deadbeef'));
  await expect(stranger.getByTestId('connection-banner')).toContainText('does not accept this page');
  await stranger.close();
  await expect(page.getByTestId('connection-banner')).toHaveCount(0);
  await served.stop();
  await expect(page.getByTestId('connection-banner')).toContainText('has stopped');
});
