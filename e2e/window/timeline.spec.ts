/** Looking closer: zoom, pan, range, tooltip, details, by mouse and by keyboard, on one recording. */
import { openRecording, openTab } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { drag, lane, length, pointIn, settled, timeline, visible } from '../lib/timeline.ts';

test.beforeEach(({ page, recording }) => openRecording(page, recording('turns')));

test('zooms and pans by wheel, drag and keys', async ({ page }) => {
  const all = await visible(page);
  await timeline(page).focus();
  await page.keyboard.press('w');
  await expect.poll(async () => length(await visible(page))).toBeLessThan(length(all) * 0.7);
  await settled(page);
  const zoomed = await visible(page);

  await page.keyboard.press('d');
  await expect.poll(async () => (await visible(page)).start).toBeGreaterThan(zoomed.start);
  await settled(page);
  expect(length(await visible(page))).toBeCloseTo(length(zoomed), -2);

  const at = await pointIn(page, 'count-0', 0.5);
  await page.mouse.move(at.x, at.y);
  const before = await visible(page);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  await expect.poll(async () => length(await visible(page))).toBeLessThan(length(before) * 0.8);
  await settled(page);

  const { start } = await visible(page);
  const ruler = (await page.locator('[data-tl="ruler"]').boundingBox())!;
  const y = ruler.y + ruler.height / 2;
  await drag(page, { x: ruler.x + 300, y }, { x: ruler.x + 500, y });
  await expect.poll(async () => (await visible(page)).start).toBeLessThan(start);

  await timeline(page).focus();
  await page.keyboard.press('0');
  await expect.poll(async () => length(await visible(page))).toBeGreaterThanOrEqual(length(all) * 0.99);
});

test('a range makes every table answer for it', async ({ page }) => {
  await openTab(page, 'threads');
  const table = page.getByTestId('panel-threads');
  await expect(table).toContainText('count-0');
  const whole = await table.innerText();
  await drag(page, await pointIn(page, 'count-0', 0.4), await pointIn(page, 'count-0', 0.6));
  await expect.poll(() => table.innerText()).not.toBe(whole);
  const part = await table.innerText();
  await expect(page.getByTestId('range')).toContainText('selected');
  await timeline(page).focus();
  await page.keyboard.press('Escape');
  await expect.poll(() => table.innerText()).toBe(whole);
  expect(part).not.toBe(whole);
});

test('the tooltip names the thread and the card tells who came before', async ({ page }) => {
  // Close enough that single intervals are wide.
  await timeline(page).focus();
  for (let presses = 0; presses < 7; presses++) {
    await page.keyboard.press('w');
    await settled(page);
  }
  const at = await pointIn(page, 'count-0', 0.5);
  await page.mouse.move(at.x, at.y);
  const tooltip = page.getByTestId('timeline-tooltip');
  await expect(tooltip).toContainText('count-0');
  await expect(tooltip).toContainText(/hold|held|wait/i);
  await page.mouse.click(at.x, at.y);
  const card = page.getByTestId('details-card');
  await expect(card).toContainText('count-0');
  await expect(card).toContainText(/\d\s(ns|µs|ms)/);
  const first = await card.innerText();
  await timeline(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => card.innerText()).not.toBe(first);
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
});

test('lanes are walked by keyboard', async ({ page }) => {
  await timeline(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.tl-label--thread[data-marked]')).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('details-card')).toBeVisible();
  await expect(lane(page, 'count-0')).toBeVisible();
});
