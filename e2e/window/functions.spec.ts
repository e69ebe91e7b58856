/** The function trace: a real program's calls under its threads and as sums, searched, switched on and off while it runs, and refused. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { launchProgram, openRecording, openTab, program, record, sessionState } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';
import { lane, settled } from '../lib/timeline.ts';

/** As often as a window can be asked where a call is: below the row's top, level by level, over the width of the plot. */
const LEVEL_CSS = 15;
const TRIES_ACROSS = [0.3, 0.5, 0.7, 0.9];

/** The flame chart under a thread's lane. */
async function flameOf(page: Page, thread: string): Promise<Locator> {
  const key = (await lane(page, thread).getAttribute('data-row')) ?? '';
  return page.locator(`[data-row="${key.replace('thread', 'flame')}"]`);
}

/** Moves the mouse over a flame chart until the tooltip names a function; its text, or null when none of the calls there is it. */
async function pointAt(page: Page, flame: Locator, name: string): Promise<string | null> {
  await flame.scrollIntoViewIfNeeded();
  await settled(page);
  const row = (await flame.boundingBox())!;
  const plot = (await page.locator('[data-tl="ruler"]').boundingBox())!;
  const view = (await page.locator('[data-tl="scroll"]').boundingBox())!;
  const tip = page.getByTestId('timeline-tooltip');
  for (let y = row.y + 4 + LEVEL_CSS / 2; y < Math.min(row.y + row.height, view.y + view.height); y += LEVEL_CSS)
    for (const part of TRIES_ACROSS) {
      await page.mouse.move(plot.x + plot.width * part, y);
      if (!(await tip.isVisible())) continue;
      if ((await tip.locator('.tl-tip__title').textContent())?.includes(name) === true) return tip.textContent();
    }
  return null;
}

const row = (page: Page, name: string) =>
  page.getByRole('grid', { name: 'Functions' }).getByRole('row').filter({ hasText: name });

/** The figure under a heading in the row of a function. */
async function figure(page: Page, name: string, heading: string): Promise<string> {
  const headings = await page.getByRole('grid', { name: 'Functions' }).getByRole('columnheader').allTextContents();
  const index = headings.findIndex((text) => text.startsWith(heading));
  return (await row(page, name).getByRole('gridcell').nth(index).textContent()) ?? '';
}

test('calls lie under their threads, are counted, and can be searched', async ({ page }) => {
  await page.getByTestId('start-functions').check();
  await launchProgram(page, [program('calls.py')]);
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await openTab(page, 'functions');

  // All of them, however short: 4 times fib(15).
  await page.getByTestId('functions-search').fill('calls.py fib');
  await expect(page.getByTestId('functions-foot')).toContainText('1 function,');
  expect(await figure(page, 'fib', 'Calls')).toBe('7,892');
  expect(await figure(page, 'fib', 'Threads')).toBe('1');
  await page.getByTestId('functions-search').fill('calls.py');
  await expect(row(page, 'load_all')).toBeVisible();
  for (const name of [/load$|Loader\.load/, /parse/]) {
    const cells = page.getByRole('row').filter({ has: page.getByRole('gridcell', { name }) });
    await expect(cells.filter({ hasNotText: 'load_all' }).getByRole('gridcell').nth(2)).toHaveText('4');
  }
  await page.getByTestId('functions-search').fill('time.sleep');
  await expect(page.getByTestId('functions-foot')).toContainText('1 function, 4 calls');
  // It slept without the GIL.
  expect(await figure(page, 'sleep', 'Released')).toMatch(/^2\d\d\sms$/);
  expect(await figure(page, 'sleep', 'File')).toBe('written in C');
  await page.getByTestId('functions-search').fill('no such function');
  await expect(page.getByTestId('functions-empty')).toContainText('No function fits');
  await page.getByTestId('functions-search').fill('');

  await page.getByTestId('zoom-fit').click();
  await settled(page);
  const flame = await flameOf(page, 'loader');
  await expect.poll(() => pointAt(page, flame, 'load_all')).toMatch(/load_all.*calls\.py:\d+.*in loader/);
  await expect.poll(() => pointAt(page, flame, 'sleep')).toMatch(/time\.sleep.*written in C/);

  // A click makes every table answer for the call, and shows what its thread had of the GIL.
  expect(await pointAt(page, flame, 'load_all')).not.toBeNull();
  await page.mouse.down();
  await page.mouse.up();
  const card = page.getByTestId('call-card');
  await expect(card).toContainText('load_all');
  await expect(card.getByTestId('call-gil')).toContainText(/had released it\s*2\d\d/);
  await expect(page.getByTestId('range-clear')).toBeVisible();
  // To what it called, and back.
  await page.keyboard.press('ArrowDown');
  await expect(card).toContainText('depth4');
  await page.keyboard.press('ArrowUp');
  await expect(card).toContainText('depth3');
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('range-clear')).toBeHidden();

  // What is searched for is all that is left, in both.
  await page.getByTestId('calls-filter').click();
  await page.getByTestId('calls-search').fill('sleep');
  await expect(page.getByTestId('functions-search')).toHaveValue('sleep');
  await expect(flame).toContainText('only “sleep”');
  await page.keyboard.press('Escape');
  await expect.poll(() => pointAt(page, flame, 'sleep')).toContain('time.sleep');
  expect(await pointAt(page, flame, 'load_all')).toBeNull();
  await flame.getByRole('button', { name: 'Show all calls' }).click();
  await expect.poll(() => pointAt(page, flame, 'load_all')).not.toBeNull();

  // One folds, then all.
  await lane(page, 'loader').getByRole('button', { name: 'Fold' }).click();
  await expect(flame).toBeHidden();
  await page.getByTestId('calls-filter').click();
  await page.getByTestId('calls-fold').click();
  await expect(page.locator('.tl-label--flame')).toHaveCount(0);
  await page.getByTestId('calls-unfold').click();
  await expect(page.locator('.tl-label--flame').first()).toBeVisible();
});

test('a running program is traced from a press on, until the next', async ({ page, served }) => {
  const end = join(served.folder, 'end');
  await record(page, [program('calls.py'), 'until', end]);
  await openTab(page, 'functions');
  await expect(page.getByTestId('functions-off')).toContainText('not traced');
  await expect(page.locator('.tl-label--flame')).toHaveCount(0);
  await page.getByTestId('functions-switch').click();
  await expect(page.getByTestId('functions-switch')).toHaveText('Stop tracing');
  await expect(row(page, 'step')).toBeVisible();
  await expect(page.locator('.tl-label--flame').first()).toBeVisible();
  const calls = async () => Number((await figure(page, 'step', 'Calls')).replaceAll(',', ''));
  await expect.poll(calls).toBeGreaterThan(20);
  // Only what ran meanwhile: the loader had long ended.
  await expect(row(page, 'load_all')).toHaveCount(0);
  // Each step calls fib(5), which is 15 calls; a step may be under way.
  await page.getByTestId('functions-switch').click();
  await expect(page.getByTestId('functions-switch')).toHaveText('Trace functions');
  await expect
    .poll(async () => {
      const fib = Number((await figure(page, 'fib', 'Calls')).replaceAll(',', ''));
      return Math.abs(fib - 15 * (await calls()));
    })
    .toBeLessThanOrEqual(15);
  writeFileSync(end, '');
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await expect(page.getByTestId('functions-switch')).toBeHidden();
  await expect(row(page, 'step')).toBeVisible();
});

test('a program that profiles itself keeps its profiler', async ({ page, served }) => {
  const end = join(served.folder, 'end');
  await record(page, [program('calls.py'), 'own', 'until', end]);
  await openTab(page, 'functions');
  await page.getByTestId('functions-switch').click();
  // From 3.12 on there is room for both; before that the first has the right of way, and the window says so.
  if (Number(PYTHON.version.split('.')[1]) >= 12)
    await expect(page.getByTestId('functions-switch')).toHaveText('Stop tracing');
  else
    await expect(
      page
        .getByTestId('panel-functions')
        .getByText(/a profiler of its own/)
        .first(),
    ).toBeVisible();
  writeFileSync(end, '');
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await openTab(page, 'terminal');
  await expect(page.getByTestId('terminal')).toContainText('own profiler: kept');
});

test('a recording without calls says how to get them', async ({ page, recording }) => {
  await openRecording(page, recording('marks'));
  await openTab(page, 'functions');
  await expect(page.getByTestId('functions-off')).toContainText('--functions');
  await expect(page.getByTestId('functions-switch')).toHaveCount(0);
  await expect(page.getByTestId('calls-filter')).toHaveCount(0);
});

test('what is attached to is traced from the attach on, when that was ticked', async ({ page, served }) => {
  const end = join(served.folder, 'end');
  const child = spawn(PYTHON.path, [program('calls.py'), 'until', end], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  try {
    await page.getByTestId('attach-measurement').click();
    await page.getByTestId('attach-functions').check();
    await page.getByTestId('running-search').fill(String(child.pid));
    await page.getByTestId(`attach-${child.pid ?? ''}`).click();
    await openTab(page, 'functions');
    await expect(row(page, 'step')).toBeVisible();
    await expect(page.getByTestId('functions-switch')).toHaveText('Stop tracing');
    await page.getByTestId('stop').click();
    await expect(page.getByTestId('functions-switch')).toBeHidden();
    await expect(row(page, 'step')).toBeVisible();
  } finally {
    writeFileSync(end, '');
    expect(await exited).toEqual([0, null]);
  }
});

test('an estimate is called one', async ({ page, recording }) => {
  await openRecording(page, recording('estimatedCalls'));
  await openTab(page, 'functions');
  await expect(page.getByTestId('functions-estimated')).toHaveText('estimated');
  await page.getByTestId('functions-search').fill('calls.py fib');
  await expect(page.getByTestId('functions-foot')).toContainText('1 function,');
  expect(await figure(page, 'fib', 'Calls')).toBe('7,892');
});
