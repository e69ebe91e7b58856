/** The gallery: an example is recorded or compared with one click, with a strip that says what to look for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { chooseInterpreter, openTab } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';
import { ROOT } from '../lib/serve.ts';
import { lane } from '../lib/timeline.ts';

interface Listed {
  id: string;
  question: string;
  title: string;
  text: string;
  look: string;
  expect: string;
  minPython?: string;
}
const examples = JSON.parse(readFileSync(join(ROOT, 'examples', 'examples.json'), 'utf8')) as Listed[];
const find = (id: string): Listed => examples.find((example) => example.id === id)!;

const card = (page: Page, id: string) => page.getByRole('article', { name: find(id).title });
const strip = (page: Page) => page.getByTestId('look-for');

/** So that the page need not look for the best interpreter first. */
test.beforeEach(({ page }) => chooseInterpreter(page, PYTHON.path));

test('every example is there, under its question, with what it proves and what to look for', async ({ page }) => {
  for (const { id, question, text, look } of examples) {
    const group = page.getByRole('region', { name: question, exact: true });
    const one = group.getByRole('article', { name: find(id).title });
    await expect(one).toContainText(text);
    await expect(one).toContainText(look);
  }
  await expect(page.getByRole('article')).toHaveCount(examples.length);
});

test('a pair is compared with one click: two columns, and what to look for', async ({ page }) => {
  const { look, expect: expected } = find('starving');
  const slider = page.getByTestId('example-starving-slider');
  await expect(card(page, 'starving')).toContainText('0.5 ms');
  // From 0.1 to 100 ms: the middle of the scale is where the thousandth becomes two equal factors.
  await slider.fill('0.5');
  await expect(slider).toHaveAttribute('aria-valuetext', '3.2 ms');
  await slider.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', '100 ms');
  await slider.press('Home');
  await expect(slider).toHaveAttribute('aria-valuetext', '0.1 ms');
  await slider.fill('0.7');
  const chosen = (await slider.getAttribute('aria-valuetext'))!;
  await page.getByTestId('example-starving').click();

  const comparison = page.getByTestId('comparison');
  await expect(strip(page)).toContainText(`What to look for: ${look}`);
  await expect(comparison).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
  for (const name of ['5 ms', chosen]) await expect(comparison.getByText(name, { exact: true }).first()).toBeVisible();
  await expect(lane(page, 'answer')).toHaveCount(2);
  await expect(lane(page, 'compute')).toHaveCount(2);

  await page.getByTestId('look-for-more').click();
  await expect(strip(page)).toContainText(expected);
  await page.getByTestId('look-for-dismiss').click();
  await expect(strip(page)).toHaveCount(0);
});

test('a single example is recorded by keyboard, its object is watched, and its strip can be closed', async ({
  page,
}) => {
  const run = page.getByTestId('example-references');
  await expect(run).toBeEnabled();
  await run.focus();
  await page.keyboard.press('Enter');
  await expect(strip(page)).toContainText(find('references').look);
  await expect(page.getByTestId('tab-refcounts')).toHaveAttribute('aria-selected', 'true');
  const watch = page.getByTestId('watches');
  await expect(watch).toContainText('__main__:item');
  await openTab(page, 'terminal');
  await expect(page.locator('.xterm-rows')).toContainText(/two names .*gives.3/);
  await page.getByTestId('look-for-dismiss').click();
  await expect(strip(page)).toHaveCount(0);
  await openTab(page, 'refcounts');
  // Its second step: two names.
  await expect(watch).toContainText('counted');
  await expect(strip(page)).toHaveCount(0);
});

test('a program of one’s own has no strip', async ({ page }) => {
  await page.getByTestId('kind-code').click();
  await page.getByTestId('start-code').fill('print("mine")');
  await page.getByTestId('start-launch').click();
  await expect(page.getByTestId('tab-terminal')).toBeVisible();
  await openTab(page, 'terminal');
  await expect(page.locator('.xterm-rows')).toContainText('mine');
  await expect(strip(page)).toHaveCount(0);
});

test('what the chosen interpreter cannot show says so, and is not run', async ({ page }) => {
  const [needed, has] = [find('interpreters').minPython!, PYTHON.version].map((version) =>
    Number(version.split('.')[1]),
  );
  const run = page.getByTestId('example-interpreters');
  const note = page.getByTestId('example-interpreters-not');
  if (has < needed) {
    await expect(note).toHaveText(new RegExp(`^Needs Python 3\\.${needed} or later; Python ${PYTHON.version}`));
    await expect(run).toBeDisabled();
    await expect(page.getByTestId('example-countdown')).toBeEnabled();
  } else {
    await expect(run).toBeEnabled();
    await expect(note).toHaveCount(0);
  }
});
