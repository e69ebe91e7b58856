/** Comparing: ways of doing one thing run in turns and put side by side, on axes that move together. */
import type { Locator, Page } from '@playwright/test';
import { difference } from '../../src/shared/compare/spread.ts';
import { TestWindow } from '../../test/integration/window.ts';
import { program, turns } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';
import { keep } from '../lib/recordings.ts';
import { ROOT } from '../lib/serve.ts';
import { length, type Span } from '../lib/timeline.ts';

const WAYS = program('ways.py');

const column = (page: Page, variant: number): Locator => page.getByTestId(`column-${variant}`);
const timelineOf = (page: Page, variant: number): Locator => column(page, variant).getByTestId('timeline');

async function attribute(timeline: Locator, name: string): Promise<number> {
  return Number(await timeline.getAttribute(name));
}

async function visible(page: Page, variant: number): Promise<Span> {
  const timeline = timelineOf(page, variant);
  return { start: await attribute(timeline, 'data-range-start'), end: await attribute(timeline, 'data-range-end') };
}

/** All columns have drawn what they are to show. */
async function settled(page: Page, columns = 2): Promise<void> {
  for (let i = 0; i < columns; i++) await expect(timelineOf(page, i)).toHaveAttribute('data-idle', 'true');
}

/** Fills the card of a program. */
async function fill(page: Page, at: number, [script, ...args]: string[]): Promise<void> {
  const card = page.getByTestId(`program-${at}`);
  await card.getByTestId('start-interpreter').click();
  await page.getByTestId('interpreter-path').fill(PYTHON.path);
  await page.getByTestId('interpreter-path').press('Enter');
  await card.getByTestId('start-script').fill(script);
  await card.getByTestId('program-args').fill(args.join(' '));
}

/** Opens the form and asks for these programs. */
async function compare(page: Page, programs: string[][], repeat: number): Promise<void> {
  await page.getByTestId('page-compare').click();
  for (const [i, command] of programs.entries()) await fill(page, i, command);
  await page.getByTestId('compare-repeat').fill(String(repeat));
  await page.getByTestId('compare-start').click();
}

const comparison = (page: Page): Locator => page.getByTestId('comparison');

test('two programs run in turns; their columns zoom, and point, together', async ({ page, served }) => {
  await compare(
    page,
    [
      [WAYS, 'short'],
      [WAYS, 'long'],
    ],
    2,
  );
  await expect(page.getByTestId('compare-verdict')).toHaveAttribute('data-kind', /^(too_few_runs|no_difference)$/);
  await expect(comparison(page)).toHaveAttribute('data-state', 'done');
  await expect(page.getByTestId('compare-progress')).toHaveCount(0);
  for (const i of [0, 1]) {
    await expect(column(page, i).getByText('count-0')).toBeVisible();
    await expect(column(page, i).getByTestId('column-run').locator('option')).toHaveCount(2);
  }

  await test.step('two columns fit a small screen', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const i of [0, 1]) {
      const box = await column(page, i).boundingBox();
      expect(box!.x).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width).toBeLessThanOrEqual(1280);
      expect(box!.width).toBeGreaterThan(550);
    }
  });

  await test.step('one scale, from the start of each program', async () => {
    await settled(page);
    const [a, b] = [await visible(page, 0), await visible(page, 1)];
    expect(length(a)).toBeCloseTo(length(b), 0);
    // Keys go to the column that has the focus, and move both.
    await timelineOf(page, 0).focus();
    for (const key of ['w', 'w', 'd']) await page.keyboard.press(key);
    await expect.poll(async () => length(await visible(page, 0))).toBeLessThan(length(a) * 0.5);
    await settled(page);
    const [zoomed, followed] = [await visible(page, 0), await visible(page, 1)];
    expect(length(followed)).toBeCloseTo(length(zoomed), 0);
    expect(followed.start - b.start).toBeCloseTo(zoomed.start - a.start, 0);
    expect(zoomed.start).toBeGreaterThan(a.start);
    await pointsTogether(page, a.start, b.start);
    // And the other way round.
    await timelineOf(page, 1).focus();
    await page.keyboard.press('0');
    await expect.poll(async () => length(await visible(page, 0))).toBeCloseTo(length(a), 0);
  });

  await test.step('or each run fills its column', async () => {
    await page.getByTestId('align-share').click();
    await settled(page);
    const [a, b] = [await visible(page, 0), await visible(page, 1)];
    await timelineOf(page, 0).focus();
    await page.keyboard.press('w');
    await expect.poll(async () => length(await visible(page, 0))).toBeLessThan(length(a));
    await settled(page);
    const [zoomed, followed] = [await visible(page, 0), await visible(page, 1)];
    expect(length(followed) / length(b)).toBeCloseTo(length(zoomed) / length(a), 6);
  });

  const window = await TestWindow.open(served.address);
  await tableIsTheReport(page, window);
  await test.step('another run is looked at', async () => {
    const shown = await column(page, 0).getByTestId('column-run').inputValue();
    await column(page, 0)
      .getByTestId('column-run')
      .selectOption({ index: shown === '0' ? 1 : 0 });
    await expect.poll(async () => (await window.call('session.list', {})).length).toBe(3);
    await settled(page);
    await expect(column(page, 0).getByText('count-0')).toBeVisible();
  });
  window.close();

  await test.step('after a reload it is there, and the form as it was left', async () => {
    await page.reload();
    await page.getByTestId('page-compare').click();
    await expect(comparison(page)).toHaveAttribute('data-state', 'done');
    await page.getByTestId('compare-new').click();
    await expect(page.getByTestId('program-1').getByTestId('start-script')).toHaveValue(WAYS);
    await expect(page.getByTestId('program-1').getByTestId('program-args')).toHaveValue('long');
    await expect(page.getByTestId('compare-repeat')).toHaveValue('2');
  });
});

/** The pointer over one column marks the same time since each program's start in the other. */
async function pointsTogether(page: Page, originA: number, originB: number): Promise<void> {
  const box = await timelineOf(page, 1).locator('[data-tl="ruler"]').boundingBox();
  if (box === null) throw new Error('the second column has no ruler in view');
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
  await expect(timelineOf(page, 1)).not.toHaveAttribute('data-cursor', '');
  await expect
    .poll(async () => {
      const at = await attribute(timelineOf(page, 1), 'data-cursor');
      return Math.abs((await attribute(timelineOf(page, 0), 'data-cursor')) - originA - (at - originB));
    })
    .toBeLessThan(1);
  await page.mouse.move(box.x + box.width * 0.4, 2);
  for (const i of [0, 1]) await expect(timelineOf(page, i)).toHaveAttribute('data-cursor', '');
}

async function tableIsTheReport(page: Page, window: TestWindow): Promise<void> {
  const [{ id }] = await window.call('compare.list', {});
  const { variants } = await window.call('compare.report', { id });
  const ratio = (row: string) => page.getByTestId(`row-${row}`).getByTestId('ratio');
  for (const figure of ['wall_s', 'cpu_s', 'gil_wait_s'] as const) {
    const stands = difference(variants[0][figure]!, variants[1][figure]!);
    expect(Number(await ratio(figure).getAttribute('data-ratio'))).toBeCloseTo(stands.ratio, 9);
    expect(await ratio(figure).getAttribute('data-clear')).toBe(String(stands.clear));
  }
  // Six times the work is more CPU, however busy the machine.
  expect(Number(await ratio('cpu_s').getAttribute('data-ratio'))).toBeGreaterThan(1);
  await expect(page.getByTestId('row-output')).toContainText('the same');
  await expect(page.getByRole('img', { name: /^Wall-clock: A .*s, B .*s$/ })).toBeVisible();
}

test('cancelled midway, what was measured stays; the run is told in its column', async ({ page, served }) => {
  const { args, end } = turns(served);
  await compare(page, [[WAYS, 'short'], args], 3);
  await expect(page.getByTestId('compare-done')).toHaveText('1 of 6 runs');
  // The second is on, live, and would be for minutes.
  await expect(page.getByTestId('compare-on')).toHaveText(/turns\.py until .*round 1 of 3/);
  await expect(page.getByTestId('compare-progress')).toContainText(/left/);
  await expect(column(page, 0)).toContainText('Waits for its turn');
  await expect(timelineOf(page, 1).getByText('poller')).toBeVisible();
  await page.getByTestId('compare-cancel').click();
  await expect(comparison(page)).toHaveAttribute('data-state', 'cancelled');
  end();
  await expect(column(page, 0).getByTestId('column-wall')).toHaveText(/\d\sm?s$/);
  await expect(timelineOf(page, 0).getByText('count-0')).toBeVisible();
  await expect(column(page, 1)).toContainText('None of its runs ended');
  await page.getByTestId('compare-close').click();
  await expect(page.getByTestId('compare-form')).toBeVisible();
  // Nothing of it stays open.
  const window = await TestWindow.open(served.address);
  await expect.poll(() => window.call('session.list', {})).toEqual([]);
  window.close();
});

test('bad input is told where it is; a run that fails, in its column', async ({ page }) => {
  await page.getByTestId('page-compare').click();
  await page.getByTestId('compare-repeat').fill('0');
  await page.getByTestId('compare-start').click();
  for (const i of [0, 1]) await expect(page.getByTestId(`program-${i}`)).toContainText('Choose a script');
  await expect(page.getByTestId('compare-form')).toContainText('a whole number from 1 to 100');

  await compare(page, [['/nowhere/at-all.py'], [WAYS, 'short']], 1);
  await expect(page.getByTestId('compare-error')).toContainText('/nowhere/at-all.py');

  await compare(
    page,
    [
      [WAYS, 'fail'],
      [WAYS, 'short'],
    ],
    1,
  );
  const failed = column(page, 0).getByTestId('column-failed');
  await expect(failed).toContainText('exit status 3');
  await expect(failed).toContainText('no such way');
  await expect(page.getByTestId('compare-verdict')).toHaveAttribute('data-kind', 'failed');
  await failed.getByTestId('column-terminal').click();
  await expect(page.getByTestId('terminal')).toContainText('no such way');
});

test('recordings of the library are compared', async ({ page, served, recording }) => {
  for (const way of ['short', 'long'] as const) keep(served, recording(way), way);
  await page.getByTestId('page-library').click();
  for (const way of ['short', 'long']) await page.getByRole('checkbox', { name: `Choose ways.py ${way}` }).check();
  await page.getByTestId('library-compare').click();
  await expect(page.getByTestId('compare-title')).toHaveText('ways.py short · ways.py long');
  await expect(comparison(page)).toHaveAttribute('data-state', 'done');
  await settled(page);
  await expect(page.getByTestId('row-wall_s').getByTestId('ratio')).toContainText('one run each');
  await column(page, 1).getByTestId('column-open').click();
  await expect(page.getByTestId('session-chip')).toContainText('ways.py');
  await expect(page.getByTestId('panel-summary')).toBeVisible();
});

test('one function is run in several ways', async ({ page }) => {
  await page.getByTestId('page-compare').click();
  await page.getByTestId('compare-kind-call').click();
  await page.getByTestId('call-function').fill('ways');
  await page.getByTestId('compare-start').click();
  await expect(page.getByTestId('compare-form')).toContainText('with a colon between');

  await page.getByTestId('call-function').fill('ways:count');
  await page.getByTestId('call-cwd').fill(`${ROOT}/e2e/programs`);
  await page.getByTestId('call-inputs').fill('200_000\n300_000\n');
  await page.getByTestId('call-workers').fill('2');
  await page.getByTestId('call-mode-processes').uncheck();
  await page.getByTestId('compare-repeat').fill('1');
  await page.getByTestId('compare-start').click();
  await expect(comparison(page)).toHaveAttribute('data-state', 'done');
  await expect(column(page, 0)).toContainText('sequential');
  await expect(column(page, 1)).toContainText('threads');
  await expect(page.getByTestId('row-output')).toContainText('the same');
  await expect(page.getByTestId('row-work_s')).toBeVisible();
});
