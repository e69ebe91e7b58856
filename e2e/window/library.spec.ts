/** The Library: recordings get names, tags and notes, are found by them, deleted and brought back, and go where the user wants them. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { launchProgram, openRecording, program, record, sessionState, turns } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { keep } from '../lib/recordings.ts';
import { type Served, serve } from '../lib/serve.ts';

const library = (page: Page) => page.getByTestId('page-library').click();
const row = (page: Page, n = 0) => page.getByTestId(`recent-${n}`);
const files = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.gilscope'));

/** One recording of each, in the order given. */
async function recorded(page: Page, ...args: string[][]): Promise<void> {
  for (const one of args) {
    await launchProgram(page, one);
    await expect(sessionState(page)).toHaveAccessibleName('exit 0');
    await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  }
}

async function say(page: Page, n: number, name: string, tags: string[], note = ''): Promise<void> {
  await row(page, n).locator('.recent__open').focus();
  await page.keyboard.press('F2');
  const dialog = page.getByTestId('words');
  await expect(dialog.getByTestId('words-name')).toBeFocused();
  await page.keyboard.type(name);
  for (const tag of tags) {
    await dialog.getByTestId('words-tag').fill(tag);
    await page.keyboard.press('Enter');
  }
  await dialog.getByTestId('words-note').fill(note);
  await dialog.getByTestId('words-save').click();
  await expect(dialog).toBeHidden();
}

test('a recording is named, tagged and noted with F2, and found by each of them, also after a restart of the page', async ({
  page,
  served,
  recording,
}) => {
  keep(served, recording('turns'), 'turns');
  // Its figures are in the list once it has been read.
  await openRecording(page, keep(served, recording('fewTurns'), 'few'));
  await library(page);
  await expect(row(page)).toContainText('turns.py wakes 10');
  await expect(row(page)).toContainText('%');
  await say(page, 0, 'After the fix', ['fast', 'ticket 7'], 'with a pool of "eight" <b>threads</b>');
  await expect(row(page)).toContainText('After the fix');
  await page.reload();
  await library(page);
  await expect(row(page, 1)).toBeVisible();
  for (const words of ['after FIX', 'ticket', 'eight <b>', 'fast turns.py']) {
    await page.getByTestId('library-search').fill(words);
    await expect(row(page, 1)).toBeHidden();
    await expect(row(page)).toContainText('After the fix');
  }
  await expect(row(page).locator('.tag')).toHaveText(['fast', 'ticket 7']);
  await page.getByTestId('library-search').fill('slow');
  await expect(page.getByTestId('library')).toContainText('No recording matches');
  // A tag is taken off, and an empty name gives the title back.
  await page.getByTestId('library-search').fill('fix');
  await row(page).locator('.recent__open').focus();
  await page.keyboard.press('F2');
  await page.getByTestId('words-name').fill('');
  await page.getByRole('button', { name: 'Take off the tag fast' }).click();
  await page.getByTestId('words-save').click();
  await page.getByTestId('library-search').fill('ticket');
  await expect(row(page)).toContainText('turns.py wakes 10');
  await expect(row(page).locator('.tag')).toHaveText(['ticket 7']);
});

test('deleted with a key, a recording comes back with Undo; without, its file goes', async ({
  page,
  served,
  recording,
}) => {
  keep(served, recording('fewTurns'), 'few');
  keep(served, recording('turns'), 'turns');
  const sessions = join(served.home, 'sessions');
  await library(page);
  await say(page, 0, 'Mine', ['kept']);
  await row(page).locator('.recent__open').focus();
  await page.keyboard.press('Delete');
  const toast = page.getByTestId('toast').filter({ hasText: 'Deleted Mine' });
  await expect(toast).toBeVisible();
  await expect(row(page, 1)).toBeHidden();
  expect(files(sessions)).toHaveLength(1);
  await toast.getByTestId('toast-action').click();
  await expect(row(page)).toContainText('Mine');
  await expect(row(page).locator('.tag')).toHaveText(['kept']);
  expect(files(sessions)).toHaveLength(2);
  expect(existsSync(join(sessions, '.trash'))).toBe(false);

  await page.getByRole('button', { name: 'More on Mine' }).click();
  await page.getByTestId('menu-delete').click();
  await expect(row(page, 1)).toBeHidden();
  expect(readdirSync(join(sessions, '.trash'))).toHaveLength(1);
  // The engine empties it by itself, some time after Undo is gone.
  await expect(toast).toBeHidden({ timeout: 20_000 });
  await expect.poll(() => existsSync(join(sessions, '.trash')), { timeout: 20_000 }).toBe(false);
  expect(files(sessions)).toHaveLength(1);
});

test('new recordings go to the folder that was chosen; when it is gone, to gilscope’s own, and it says so', async ({
  page,
  served,
}) => {
  const mine = join(served.folder, 'my recordings');
  mkdirSync(mine);
  await recorded(page, [program('turns.py'), '0.2']);
  await library(page);
  const folder = page.getByTestId('library-folder');
  await page.getByTestId('library-folder-change').click();
  await page.getByTestId('files-path').fill(mine);
  await page.getByTestId('files-path').press('Enter');
  await expect(page.getByTestId('files-list').or(page.getByText('This folder is empty'))).toBeVisible();
  await page.getByTestId('files-pick').click();
  await expect(folder).toContainText(mine);
  await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  await recorded(page, [program('turns.py'), '0.3']);
  expect(files(mine)).toHaveLength(1);
  await library(page);
  await expect(row(page)).toContainText('turns.py 0.3');
  await expect(row(page, 1)).toContainText('turns.py 0.2');

  rmSync(mine, { recursive: true });
  await page.reload();
  await library(page);
  await expect(page.getByTestId('library')).toContainText('no such file or folder');
  await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  await recorded(page, [program('turns.py'), '0.2']);
  expect(files(join(served.home, 'sessions'))).toHaveLength(2);
  expect(existsSync(mine)).toBe(false);
  await library(page);
  await page.getByTestId('library-folder-own').click();
  await expect(page.getByTestId('library')).not.toContainText('no such file or folder');
});

test('a second gilscope on the same home shows what the first one records, and lets nobody delete it', async ({
  page,
  served,
  context,
}) => {
  const { args, end } = turns(served);
  await record(page, args);
  const second: Served = await serve([], served.home);
  try {
    const other = await context.newPage();
    await other.goto(second.address);
    await library(other);
    await expect(row(other)).toContainText('Being recorded');
    await row(other).locator('.recent__open').focus();
    await other.keyboard.press('Delete');
    await row(other)
      .getByRole('button', { name: /^More on/ })
      .click();
    await expect(other.getByTestId('menu-words')).toBeVisible();
    await expect(other.getByTestId('menu-delete')).toBeHidden();
    await expect(other.getByTestId('menu-forget')).toBeHidden();
    await other.keyboard.press('Escape');
    expect(files(join(served.home, 'sessions'))).toHaveLength(1);
    end();
    await expect(sessionState(page)).toHaveAccessibleName('exit 0');
    await other.reload();
    await library(other);
    await expect(row(other)).not.toContainText('Being recorded');
    await say(other, 0, 'Of the other', []);
    await library(page);
    await expect(row(page)).toContainText('Of the other');
  } finally {
    await second.close();
  }
});
