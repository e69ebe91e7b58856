/** The words: the sheet by key and menu, its search and links, and the heads and figures that explain themselves, without a mouse too. */
import type { Locator, Page } from '@playwright/test';
import { openRecording, openTab } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';

const sheet = (page: Page): Locator => page.getByTestId('help');
const article = (page: Page): Locator => page.getByTestId('help-article');

test('F1 opens all words; they can be searched and followed', async ({ page }) => {
  await expect(page.getByTestId('start')).toBeVisible();
  await page.keyboard.press('F1');
  await expect(sheet(page)).toBeVisible();
  await expect(page.getByTestId('help-search')).toBeFocused();

  await page.keyboard.type('preempted');
  await expect(article(page)).toHaveAttribute('data-word', 'pre-empted');
  await expect(article(page).getByRole('img')).toHaveAccessibleName(/square end/);
  await expect(page.locator('.help__item')).toHaveCount(1);

  await page.getByTestId('help-see-voluntary').click();
  await expect(article(page).getByRole('heading', { level: 1 })).toHaveText('Voluntary');
  await page.getByTestId('help-search').fill('no such word at all');
  await expect(sheet(page)).toContainText('No word fits');

  // The list is walked by arrows, and Enter picks.
  await page.getByTestId('help-search').fill('');
  await page.getByTestId('help-search').press('ArrowDown');
  await expect(page.getByTestId('help-word-gil')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(article(page)).toHaveAttribute('data-word', 'threads-or-processes');

  await page.keyboard.press('Escape');
  await expect(sheet(page)).toBeHidden();
});

test('the menu leads to what the GIL is, and gives the focus back', async ({ page }) => {
  await page.getByTestId('help-menu').click();
  await page.getByTestId('menu-gil').click();
  await expect(article(page)).toContainText('One lock alone cannot deadlock with itself');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('help-menu')).toBeFocused();
});

test('the head of a column explains itself to the keyboard, and still sorts', async ({ page, recording }) => {
  await openRecording(page, recording('turns'));
  await openTab(page, 'threads');
  const head = page.getByTestId('threads-sort-wait_s');
  await page.getByTestId('threads-sort-held_share').focus();
  await page.keyboard.press('Tab');
  await expect(head).toBeFocused();
  const tip = page.getByTestId('help-tip');
  await expect(tip).toContainText('asked for the GIL and not got it');
  await expect(tip.getByRole('img')).toHaveAccessibleName(/red hatching/);

  await page.keyboard.press('F1');
  await expect(article(page)).toHaveAttribute('data-word', 'wait');
  await page.keyboard.press('Escape');
  await expect(sheet(page)).toBeHidden();
  await expect(head).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader').filter({ has: head })).toHaveAttribute('aria-sort', 'descending');
});

test('figures, pill and legend lead to their words', async ({ page, recording }) => {
  await openRecording(page, recording('turns'));
  const opens = async (term: Locator, word: string) => {
    await term.click();
    await expect(article(page)).toHaveAttribute('data-word', word);
    await page.keyboard.press('Escape');
    await expect(sheet(page)).toBeHidden();
  };
  await openTab(page, 'summary');
  await opens(page.getByTestId('figure-contended').locator('[data-word]'), 'contended');
  await expect(page.getByTestId('figure-contended').locator('[data-word]')).toBeFocused();
  await opens(page.getByTestId('figure-cores').locator('[data-word]'), 'effective-cores');
  await opens(page.getByTestId('histogram').locator('[data-word="pre-empted"]'), 'pre-empted');
  await opens(page.getByTestId('engine-badge'), 'coverage');
  await openTab(page, 'blame');
  await opens(page.getByRole('heading', { name: 'Who made whom wait' }).getByRole('button'), 'blame');

  await page.getByTestId('legend').click();
  await opens(page.locator('.tl-legend [data-word="running"]'), 'running');
  await expect(page.getByTestId('legend')).toBeFocused();

  // Pointing is enough for the short text.
  await openTab(page, 'threads');
  await page.getByTestId('threads-sort-voluntary').hover();
  await expect(page.getByTestId('help-tip')).toContainText('blocking call');
});

test('drawings follow the theme', async ({ page }) => {
  const ink = () =>
    page
      .locator('.help__figure text')
      .first()
      .evaluate((text) => getComputedStyle(text).fill);
  await page.keyboard.press('F1');
  await page.getByTestId('help-word-wait').click();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await ink();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(ink).not.toBe(dark);
});
