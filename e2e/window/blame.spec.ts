/** Who made whom wait, and where: the Blame panel and the card of one wait, on recordings. */
import type { Locator, Page } from '@playwright/test';
import { openRecording, openTab, record, sessionState, turns } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { drag, lane, pointIn, settled } from '../lib/timeline.ts';

async function look(page: Page, path: string): Promise<void> {
  await openRecording(page, path);
  await openTab(page, 'blame');
}

const cell = (page: Page, words: RegExp): Locator => page.getByRole('gridcell', { name: words });
const functions = (page: Page): Locator => page.getByTestId('blame-functions-row');
const places = (page: Page): Locator => page.getByTestId('blame-releases-row');
const marked = (page: Page): Locator => page.locator('.tl-label--thread[data-marked]');
const PART = String.raw`\d+(\.\d+)?\s%`;

test('a cell says who made whom wait; a click marks both lanes and asks for its functions', async ({
  page,
  recording,
}) => {
  await look(page, recording('turns'));
  const blamed = cell(
    page,
    new RegExp(String.raw`^count-0 made poller wait .*s in [\d,]+\swaits?, ${PART} of poller’s wait$`),
  );
  await blamed.hover();
  await expect(page.getByTestId('blame-tip')).toHaveText(/^count-0 made poller wait/);
  await expect(functions(page).first()).toContainText('count');
  await expect(functions(page).first()).toContainText('turns.py:');
  await expect(functions(page).first()).toContainText('2 threads');

  await blamed.click();
  await expect(page.getByTestId('blame-filter')).toContainText('poller waits because of count-0');
  await expect(blamed).toHaveAttribute('aria-selected', 'true');
  await expect(marked(page)).toHaveCount(2);
  for (const thread of ['count-0', 'poller']) await expect(lane(page, thread)).toHaveAttribute('data-marked');
  await expect(functions(page).first()).toContainText('of poller’s wait');
  await expect(functions(page).first()).toContainText('count-0');

  await page.getByTestId('blame-filter-clear').click();
  await expect(page.getByTestId('blame-filter')).toHaveCount(0);
  await expect(marked(page)).toHaveCount(0);
  await expect(functions(page).first()).toContainText('2 threads');
});

/** The figure in a column of the row of a function, as it is written. */
async function figure(rows: Locator, name: string, column: number): Promise<number> {
  const row = rows.filter({ has: rows.page().getByText(name, { exact: true }) }).first();
  return Number((await row.locator('td').nth(column).innerText()).replaceAll(',', ''));
}

test('places tell pre-emption from a sleep, and tables are sorted', async ({ page, recording }) => {
  await look(page, recording('turns'));
  await page.getByTestId('blame-side-places').click();
  await expect(places(page).first()).toContainText('count');
  expect(await figure(places(page), 'count', 2)).toBeGreaterThan(10);
  expect(await figure(places(page), 'poll', 3)).toBeGreaterThan(5);
  await page.getByTestId('blame-releases-sort-voluntary').click();
  await expect(page.getByRole('columnheader', { name: 'Voluntary' })).toHaveAttribute('aria-sort', 'descending');
  const voluntary = async () =>
    (await places(page).locator('td:nth-child(4)').allInnerTexts()).map((text) => Number(text.replaceAll(',', '')));
  await expect.poll(async () => (await voluntary())[0]).toBeGreaterThan(5);
  const sorted = await voluntary();
  expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
});

test('answers for the selected range', async ({ page, recording }) => {
  await look(page, recording('turns'));
  const matrix = page.getByTestId('blame-matrix');
  await expect(matrix).toContainText('poller');
  const whole = await matrix.innerText();
  await drag(page, await pointIn(page, 'count-0', 0.4), await pointIn(page, 'count-0', 0.6));
  await expect.poll(() => matrix.innerText()).not.toBe(whole);
  await page.getByTestId('range-clear').click();
  await expect.poll(() => matrix.innerText()).toBe(whole);
});

test('keeps up while a program is recorded', async ({ page, served }) => {
  const { args, end } = turns(served);
  await record(page, args);
  await openTab(page, 'blame');
  const poller = page.getByRole('rowheader', { name: /^poller waited/ });
  await expect(poller).toBeVisible();
  const first = await poller.innerText();
  await expect.poll(() => poller.innerText()).not.toBe(first);
  end();
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await expect(functions(page).first()).toContainText('count');
});

test('is walked and asked without a mouse', async ({ page, recording }) => {
  await look(page, recording('turns'));
  const matrix = page.getByTestId('blame-matrix');
  await matrix.locator('[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  await expect(matrix.locator('[role="rowheader"]').first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('blame-filter')).toContainText('waits');
  await expect(marked(page)).toHaveCount(1);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  const holder = matrix.locator('[role="columnheader"]').first();
  await expect(holder).toBeFocused();
  await expect(page.getByTestId('blame-tip')).toContainText('held the GIL');
  await page.keyboard.press('Enter');
  await expect(holder).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('blame-filter')).toHaveCount(0);
});

test('of many threads the others are one row, until they are asked for', async ({ page, recording }) => {
  await look(page, recording('crowd'));
  const others = page.getByRole('rowheader', { name: /other threads waited/ });
  await page.getByTestId('blame-matrix').locator('[tabindex="0"]').focus();
  for (const key of ['Home', 'PageDown', 'PageDown']) await page.keyboard.press(key);
  await expect(others).toBeFocused();
  const rows = Number(await page.getByTestId('blame-matrix').getAttribute('aria-rowcount'));
  expect(rows).toBe(14);
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => Number(await page.getByTestId('blame-matrix').getAttribute('aria-rowcount')))
    .toBeGreaterThan(rows);
  await expect(others).toHaveCount(0);
  await expect(page.getByTestId('blame-matrix').locator('[data-at="13 0"]')).toBeFocused();
  await page.getByTestId('blame-expand').click();
  await expect(page.getByTestId('blame-matrix')).toHaveAttribute('aria-rowcount', String(rows));
});

test('nobody waited: that is good news', async ({ page, recording }) => {
  await look(page, recording('alone'));
  await expect(page.getByTestId('blame-none')).toContainText('Nobody waited');
});

test('an estimate is called one, and says why there are no functions', async ({ page, recording }) => {
  await look(page, recording('estimated'));
  await expect(page.getByTestId('blame-estimated')).toHaveText('estimated');
  await expect(page.getByTestId('blame-note')).toContainText('functions');
  await expect(functions(page).first()).toContainText('not known');
});

test('the card of a wait names the functions behind it', async ({ page, recording }) => {
  await look(page, recording('turns'));
  await openTab(page, 'summary');
  await page.getByTestId('figure-worst').click();
  const card = page.getByTestId('details-card');
  await expect(card).toContainText('because of');
  await expect(card).toContainText(/count \(turns\.py:\d+\)/);
  const chain = page.getByTestId('details-chain');
  await expect(chain).toContainText(/held it .*(itself|got at once)/);
  const wait = await card.innerText();
  await chain.getByRole('button').first().click();
  await expect.poll(() => card.innerText()).not.toBe(wait);
  // Whoever of the threads it was on a busy machine.
  await expect(page.getByTestId('details-where')).toHaveText(/^let go in .+ \(turns\.py:\d+\)$/);
});

test('the strip of owners tells the hold under the mouse, and where it ended', async ({ page, recording }) => {
  await look(page, recording('turns'));
  await openTab(page, 'summary');
  await page.getByTestId('figure-worst').click();
  await page.keyboard.press('Escape');
  await settled(page);
  const label = (await page.locator('.tl-label').filter({ hasText: 'GIL 0' }).boundingBox())!;
  const tooltip = page.getByTestId('timeline-tooltip');
  const told: string[] = [];
  for (let at = 0.2; at < 0.8; at += 0.05) {
    const { x } = await pointIn(page, 'count-0', at);
    await page.mouse.move(x, label.y + label.height / 2);
    await expect(tooltip).toContainText(/holds the GIL \d|free|more holders/);
    told.push(await tooltip.innerText());
  }
  expect(told.join('\n')).toMatch(/count-[01]\s+holds the GIL \d.*s\s+let go in count \(turns\.py:\d+\)/);
});
