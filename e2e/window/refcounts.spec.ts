/** Reference counts of a real program's objects: added by typing and by picking, drawn, removed, and there again in the file. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { launchProgram, openTab, program, sessionState } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';
import { GILSCOPE } from '../lib/serve.ts';

async function watch(page: Page, expression: string): Promise<void> {
  await page.getByTestId('watch-expression').fill(expression);
  await page.getByTestId('watch-add').click();
}

/** The figure under a heading, in the row of an expression. */
async function cell(page: Page, expression: string, heading: string): Promise<string> {
  const headings = await page.getByTestId('watches').locator('th').allTextContents();
  const row = page.getByTestId('watches').locator('tbody tr').filter({ hasText: expression });
  return (await row.locator('td').nth(headings.indexOf(heading)).textContent()) ?? '';
}

/** The curve's own path. */
const curve = (page: Page) => page.getByTestId('refcounts-chart').locator('path.recharts-line-curve').first();

test('the counts of a running program', async ({ page, served }) => {
  const end = join(served.folder, 'end');
  await launchProgram(page, [program('keeps.py'), end]);
  await openTab(page, 'refcounts');
  await expect(page.getByTestId('refcounts-empty')).toContainText('Nothing is watched yet');

  await watch(page, 'cache["key"]');
  await expect(page.getByTestId('watch-problem')).toContainText('it names no module');
  const list = '__main__:cache["key"][0]';
  await watch(page, list);
  await expect(page.getByTestId('watch-problem')).toBeHidden();
  // In the list of the cache, and up to forty times in `kept`.
  await expect.poll(() => cell(page, list, 'Max')).toBe('41');
  await expect.poll(() => cell(page, list, 'Min')).toBe('1');
  expect(await cell(page, list, 'Type')).toBe('list');
  await expect(curve(page)).toHaveAttribute('d', /^M.*[HL].*/);

  await watch(page, '__main__:settings.computed');
  await expect.poll(() => cell(page, 'computed', 'State')).toContain('refused');
  await watch(page, '__main__:later');
  await expect.poll(() => cell(page, 'later', 'State')).toContain('not there yet');

  await page.getByTestId('watch-pick').click();
  await page.getByTestId('picker-search').fill('steady');
  await page.getByTestId('picker-names').getByRole('option', { name: 'steady' }).click();
  await expect(page.getByTestId('watch-picker')).toContainText('Watching __main__:steady');
  await page.getByTestId('picker-done').click();
  await expect.poll(() => cell(page, '__main__:steady', 'Now')).toBe('1');

  const later = page.getByTestId('watches').locator('tbody tr').filter({ hasText: '__main__:later' });
  await later.getByRole('button', { name: 'Stop watching' }).click();
  await expect(later).toHaveCount(0);

  // One alone.
  await page.getByRole('button', { name: '__main__:steady' }).first().click();
  await expect(page.getByTestId('refcounts-chart').locator('path.recharts-line-curve')).toHaveCount(1);

  writeFileSync(end, '');
  await expect(sessionState(page)).toHaveAttribute('aria-label', /exit 0/);
  await expect(page.getByTestId('watch-expression')).toBeHidden();
  expect(await cell(page, list, 'Max')).toBe('41');
});

test('a recording opened from its file: the same figures, and nothing to add', async ({ page, served }) => {
  const file = join(served.folder, 'watched.gilscope');
  const code = 'import time; item = []; kept = [item] * 6; time.sleep(1)';
  const watched = ['--watch', '__main__:item', '--watch', '__main__:nothing'];
  execFileSync(process.execPath, [GILSCOPE, 'record', '-q', '-o', file, ...watched, '--', PYTHON.path, '-c', code]);
  await page.getByTestId('open-file').click();
  await page.getByTestId('files-path').fill(file);
  await page.getByTestId('files-path').press('Enter');
  await openTab(page, 'refcounts');
  await expect.poll(() => cell(page, '__main__:item', 'Max')).toBe('7');
  await expect(curve(page)).toHaveAttribute('d', /^M/);
  await expect(page.getByTestId('watches')).toContainText('there is no "nothing"');
  await expect(page.getByTestId('watch-expression')).toBeHidden();
});
