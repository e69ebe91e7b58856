/** Records examples/pipeline.py through the window and takes its pictures in both themes, into docs/images. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { chooseInterpreter, launchProgram, openTab, sessionState } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';
import { ROOT } from '../lib/serve.ts';
import { lane, settled, timeline } from '../lib/timeline.ts';

const FOLDER = join(ROOT, 'docs', 'images');
/** A clone of the repository carries them for ever. */
const MOST_BYTES = 250_000;

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await page.screenshot({ path, animations: 'disabled' });
  expect(statSync(path).size, `${name}.png is too large`).toBeLessThan(MOST_BYTES);
}

/** The timeline at a place where single turns can be told apart. */
async function closer(page: Page, presses: number): Promise<void> {
  await page.getByTestId('zoom-fit').click();
  await settled(page);
  await timeline(page).focus();
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('w');
    await settled(page);
  }
}

test('pictures', async ({ page }) => {
  mkdirSync(FOLDER, { recursive: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await launchProgram(page, [join(ROOT, 'examples', 'pipeline.py')]);
  await expect(sessionState(page)).toHaveAccessibleName('exit 0', { timeout: 90_000 });
  await expect(page.getByTestId('engine-badge')).toContainText('exact');
  await openTab(page, 'summary');
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await closer(page, 5);
    await page.mouse.move(0, 0);
    await shoot(page, `timeline-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByTestId('figure-worst').click();
  await expect(page.getByTestId('details-card')).toBeVisible();
  await settled(page);
  await openTab(page, 'threads');
  await shoot(page, 'details-dark');
  await timeline(page).focus();
  await page.keyboard.press('Escape');
  await openTab(page, 'blame');
  await page.getByTestId('zoom-fit').click();
  await settled(page);
  await page
    .getByRole('gridcell', { name: / made .* wait / })
    .first()
    .click();
  await page.mouse.move(0, 0);
  await expect(page.getByTestId('blame-filter')).toBeVisible();
  await shoot(page, 'blame-dark');
  await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.getByTestId('recent-0')).toBeVisible();
  // Somebody's own script; the paths of this machine are nobody's business.
  await page.getByTestId('start-script').fill('/home/you/project/crawler.py');
  await page.getByTestId('start-args').fill('--workers 4');
  await page.getByTestId('start-cwd').fill('/home/you/project');
  await shoot(page, 'start-light');
});

test('the function trace', async ({ page }) => {
  mkdirSync(FOLDER, { recursive: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByTestId('start-functions').check();
  await launchProgram(page, [join(ROOT, 'examples', 'pipeline.py')]);
  await expect(sessionState(page)).toHaveAccessibleName('exit 0', { timeout: 90_000 });
  await openTab(page, 'functions');
  await closer(page, 5);
  await lane(page, 'compress').evaluate((label) => label.scrollIntoView({ block: 'start' }));
  await page.locator('[data-tl="scroll"]').evaluate((rows, pinned) => rows.scrollBy(0, -pinned), 150);
  await settled(page);
  // A call of zlib.compress near the middle, with what its thread had of the GIL meanwhile.
  await lane(page, 'compress').click();
  await timeline(page).focus();
  await page.keyboard.press('c');
  for (let depth = 0; depth < 4; depth++) await page.keyboard.press('ArrowDown');
  const place = page.getByTestId('call-place');
  while (!((await place.textContent()) ?? '').startsWith('zlib.compress')) await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('call-gil')).toContainText('%');
  await settled(page);
  await page.mouse.move(0, 0);
  await shoot(page, 'functions-dark');
});

/** Calls that block, one after another against eight threads, from the gallery: clear on a busy machine too. */
test('a comparison', async ({ page }) => {
  mkdirSync(FOLDER, { recursive: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 1280, height: 960 });
  await chooseInterpreter(page, PYTHON.path);
  await page.getByTestId('example-waiting').click();
  const comparison = page.getByTestId('comparison');
  await expect(comparison).toHaveAttribute('data-state', 'done', { timeout: 180_000 });
  for (const i of [0, 1])
    await expect(page.getByTestId(`column-${i}`).getByTestId('timeline')).toHaveAttribute('data-idle', 'true');
  await page.mouse.move(0, 0);
  await shoot(page, 'compare-dark');
});
