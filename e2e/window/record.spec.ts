/** The main job: launch one's own script, watch its threads take turns, change its switch interval, stop, end it. */
import type { Page } from '@playwright/test';
import { coverage, launchProgram, openTab, record, sessionState, turns } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { ink, lane, recordedSeconds, timeline, visible } from '../lib/timeline.ts';

async function pid(page: Page): Promise<number> {
  const text = await page.getByTestId('session-switcher').textContent();
  return Number(/pid (\d+)/.exec(text ?? '')?.[1]);
}

function isAlive(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
}

test('lanes fill while a script runs, and every switch is captured', async ({ page, served }) => {
  const { args, end } = turns(served);
  await launchProgram(page, args);
  for (const thread of ['MainThread', 'count-0', 'count-1', 'poller']) await expect(lane(page, thread)).toBeVisible();
  await expect(sessionState(page)).toHaveAccessibleName('recording');
  await expect.poll(() => ink(page, 'count-0')).toBeGreaterThan(50);
  // The live edge is followed: the window moves on by itself.
  const before = await visible(page);
  await expect.poll(async () => (await visible(page)).end).toBeGreaterThan(before.end + 5e8);
  await expect(lane(page, 'count-0')).toContainText(/holds .*s · waits .*s/);
  await expect(page.getByTestId('engine-badge')).toContainText('exact');

  end();
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await expect(page.getByTestId('stop')).toHaveCount(0);
  const { captured, counted } = await coverage(page);
  expect(captured).toBeGreaterThan(50);
  expect(captured).toBe(counted);
  await expect(page.getByTestId('dropped')).toHaveText(/^0/);
});

test('an example runs with one click', async ({ page }) => {
  await page.locator('[data-testid^="example-"]').first().click();
  await expect(timeline(page)).toBeVisible();
  await expect(page.getByTestId('coverage')).toHaveText(/of/);
});

test('stopping the recording leaves the program alone', async ({ page, served }) => {
  const { args, end } = turns(served);
  await record(page, args);
  await page.getByTestId('stop').click();
  await expect(sessionState(page)).toHaveAccessibleName('stopped · program runs on');
  expect(isAlive(await pid(page))).toBe(true);
  const recorded = await recordedSeconds(page);
  const { captured, counted } = await coverage(page);
  expect(captured).toBe(counted);
  // The program runs on for more than two seconds; its terminal is still there, the recording does not grow.
  await openTab(page, 'terminal');
  const screen = page.locator('.xterm-rows');
  await expect(screen).toContainText('tick');
  const ticks = async () =>
    Math.max(...[...(await screen.innerText()).matchAll(/tick\s(\d+)/g)].map((m) => Number(m[1])));
  const now = await ticks();
  await expect.poll(ticks).toBeGreaterThan(now + 4);
  expect(await recordedSeconds(page)).toBeLessThan(recorded + 1);
  end();
  await expect(screen).toContainText('done');
});

test('the switch interval is changed while the program runs', async ({ page, served }) => {
  const { args, end } = turns(served);
  await record(page, args);
  const interval = page.getByTestId('switch-interval');
  await expect(interval).toHaveText(/\b5(\.0+)?\sms/);
  await interval.click();
  await page.getByTestId('switch-interval-ms').fill('40');
  await page.getByTestId('switch-interval-ms').press('Enter');
  await expect(interval).toHaveText(/\b40(\.0+)?\sms/);
  end();
});

test('the program is ended from the header', async ({ page, served }) => {
  await record(page, turns(served).args);
  const target = await pid(page);
  await page.getByTestId('end-program').click();
  await page.getByTestId('menu-sigterm').click();
  await expect(sessionState(page)).toHaveAccessibleName('SIGTERM');
  await expect.poll(() => isAlive(target)).toBe(false);
});

test('closing the window and the server leaves the program alone', async ({ page, served }) => {
  const { args, end } = turns(served);
  await record(page, args);
  const target = await pid(page);
  await page.goto('about:blank');
  await served.stop();
  expect(isAlive(target)).toBe(true);
  end();
  await expect.poll(() => isAlive(target)).toBe(false);
});

test('two windows see the same session', async ({ page, served, context }) => {
  await record(page, turns(served).args);
  const second = await context.newPage();
  await second.goto(served.address);
  await expect(lane(second, 'count-1')).toBeVisible();
  await expect(sessionState(second)).toHaveAccessibleName('recording');
  await second.getByTestId('stop').click();
  await expect(sessionState(page)).toHaveAccessibleName('stopped · program runs on');
  await page.getByTestId('end-program').click();
  await page.getByTestId('menu-sigkill').click();
  await expect(page.getByTestId('end-program')).toHaveCount(0);
  await expect(second.getByTestId('end-program')).toHaveCount(0);
});
