/** A recording is a file: found again after a restart, saved under a name, and read as far as it goes when it is damaged. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { coverage, launchProgram, openRecording, openTab, program, record, sessionState, turns } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { keep } from '../lib/recordings.ts';
import { GILSCOPE } from '../lib/serve.ts';
import { lane, settled, timeline } from '../lib/timeline.ts';

async function save(page: Page, path: string): Promise<void> {
  await page.getByTestId('save-as').click();
  const slash = path.lastIndexOf('/');
  await page.getByTestId('files-path').fill(path.slice(0, slash));
  await page.getByTestId('files-path').press('Enter');
  await page.getByTestId('files-name').fill(path.slice(slash + 1));
  await page.getByTestId('files-pick').click();
  await expect(page.getByTestId('toast')).toContainText(path);
}

async function openPath(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  await page.getByTestId('open-file').click();
  await page.getByTestId('files-path').fill(path);
  await page.getByTestId('files-path').press('Enter');
}

test('is reopened from the recent ones', async ({ page }) => {
  await launchProgram(page, [program('turns.py'), '0.5']);
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  const live = await coverage(page);
  await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  const recent = page.getByTestId('recent-0');
  await expect(recent).toContainText('turns.py');
  await recent.locator('.recent__open').click();
  await expect(lane(page, 'count-0')).toBeVisible();
  expect(await coverage(page)).toEqual(live);
  await page.getByTestId('page-library').click();
  await expect(page.getByTestId('library-rows')).toContainText('turns.py');
});

test('is saved under a name and opened by it', async ({ page, served, recording }) => {
  const path = join(served.folder, 'kept.gilscope');
  await openRecording(page, recording('turns'));
  await save(page, path);
  expect(statSync(path).size).toBeGreaterThan(1000);
  const live = await coverage(page);
  await openPath(page, path);
  await expect(timeline(page)).toBeVisible();
  await settled(page);
  expect(await coverage(page)).toEqual(live);
});

for (const format of ['perfetto', 'chrome'] as const)
  test(`exported as ${format}, it opens with the same figures; a part of it says that it is one`, async ({
    page,
    served,
    recording,
  }) => {
    const [whole, part] = ['whole', 'part'].map((name) => join(served.folder, `${name}.${format}`));
    const write = (path: string, ...more: string[]) =>
      execFileSync(process.execPath, [GILSCOPE, 'export', recording('turns'), '--to', format, '-o', path, ...more]);
    write(whole);
    write(part, '--from', '0.01', '--until', '0.05');
    const figures = async () => {
      await openTab(page, 'summary');
      await expect(page.getByTestId('verdict')).toBeVisible();
      return [await coverage(page), await page.locator('[data-testid^="figure-"]').allInnerTexts()];
    };
    await openRecording(page, recording('turns'));
    const wanted = await figures();
    await page.getByRole('button', { name: 'gilscope: start screen' }).click();
    await openRecording(page, whole);
    await expect(lane(page, 'count-0')).toBeVisible();
    await expect(page.getByTestId('part-banner')).toBeHidden();
    expect(await figures()).toEqual(wanted);
    await openPath(page, part);
    await expect(page.getByTestId('part-banner')).toContainText('a part of a recording');
  });

test('cut short, it opens up to the damage and says so', async ({ page, served, recording }) => {
  const bytes = readFileSync(recording('turns'));
  const cut = join(served.folder, 'cut.gilscope');
  writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  await openPath(page, cut);
  await expect(page.getByTestId('damage-banner')).toBeVisible();
  await expect(lane(page, 'MainThread')).toBeVisible();
});

test('while it is recorded the lists call it by its name and say so', async ({ page, served }) => {
  const { args, end } = turns(served);
  await record(page, args);
  await page.getByTestId('page-library').click();
  const row = page.getByTestId('recent-0');
  await expect(row).toContainText('Being recorded');
  await expect(row.locator('.recent__title')).toContainText(/^turns\.py/);
  end();
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await expect(row).not.toContainText('Being recorded');
});

test('taken off the list it stays off, though its file stays in the library', async ({ page, served, recording }) => {
  keep(served, recording('turns'), 'turns');
  await page.getByTestId('page-library').click();
  await page.getByRole('button', { name: 'More on turns.py' }).click();
  await page.getByTestId('menu-forget').click();
  await expect(page.getByTestId('library')).toContainText('Nothing recorded yet');
  await page.reload();
  await page.getByTestId('page-library').click();
  await expect(page.getByTestId('library')).toContainText('Nothing recorded yet');
  expect(readdirSync(join(served.home, 'sessions'))).toHaveLength(1);
});
