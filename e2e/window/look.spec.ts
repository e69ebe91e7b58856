/** Themes, names of controls, and doing it all from the keyboard. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { launchProgram, program, record, turns } from '../lib/app.ts';
import { PYTHON } from '../lib/python.ts';
import { expect, test } from '../lib/fixtures.ts';

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const DARK = 'rgb(14, 17, 22)';
const LIGHT = 'rgb(246, 247, 249)';

test('follows the system, and remembers a choice of theme', async ({ page, served }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => background(page)).toBe(DARK);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => background(page)).toBe(LIGHT);
  await page.getByTestId('theme').click();
  await page.getByTestId('menu-theme-dark').click();
  await expect.poll(() => background(page)).toBe(DARK);
  const settings = join(served.home, 'settings.json');
  await expect.poll(() => existsSync(settings) && readFileSync(settings, 'utf8')).toContain('dark');
  await page.reload();
  await expect(page.getByTestId('start')).toBeVisible();
  await expect.poll(() => background(page)).toBe(DARK);
});

/** Controls without a name that a screen reader could say, and pictures without a text. */
function nameless(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const labelled = (e: Element) =>
      (e.getAttribute('aria-labelledby') ?? '').split(' ').some((id) => document.getElementById(id)?.textContent) ||
      (e instanceof HTMLInputElement && [...(e.labels ?? [])].some((label) => label.textContent !== ''));
    const named = (e: Element) =>
      [e.getAttribute('aria-label'), e.getAttribute('title'), e.textContent].some((name) => name?.trim()) ||
      labelled(e);
    const selector =
      'button, a[href], input, select, textarea, [role=button], [role=tab], [role=img], img, canvas, svg[tabindex]';
    return [...document.querySelectorAll(selector)]
      .filter((e) => e.getClientRects().length > 0 && e.closest('[aria-hidden=true], .xterm') === null)
      .filter((e) => !named(e))
      .map((e) => e.outerHTML.slice(0, 200));
  });
}

test('every control has a name, on each page', async ({ page }) => {
  await expect(page.getByTestId('start-launch')).toBeVisible();
  expect(await nameless(page)).toEqual([]);
  await page.getByTestId('help-menu').click();
  await page.getByTestId('menu-shortcuts').click();
  expect(await nameless(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await record(page, [program('turns.py'), '1']);
  for (const panel of ['summary', 'threads', 'blame', 'terminal', 'log']) {
    await page.getByTestId(`tab-${panel}`).click();
    expect(await nameless(page), panel).toEqual([]);
  }
  await page.getByTestId('page-library').click();
  await expect(page.getByTestId('library')).toBeVisible();
  expect(await nameless(page)).toEqual([]);
});

test('launches and stops without a mouse', async ({ page, served }) => {
  await page.getByTestId('start-script').waitFor();
  /** Tab until the control is reached, as one without a mouse does. */
  const tabTo = async (testId: string) => {
    const passed = [];
    for (let presses = 0; presses < 60; presses++) {
      const at = await page.evaluate(() => {
        const { activeElement: e } = document;
        return e?.getAttribute('data-testid') ?? e?.getAttribute('aria-label') ?? e?.className ?? '';
      });
      if (at === testId) return;
      passed.push(at);
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${testId}, only ${passed.join(', ')}`);
  };
  await tabTo('start-interpreter');
  await page.keyboard.press('Enter');
  await tabTo('interpreter-path');
  await page.keyboard.type(PYTHON.path);
  await page.keyboard.press('Enter');
  await tabTo('start-script');
  await page.keyboard.type(program('turns.py'));
  await tabTo('start-args');
  const { args, end } = turns(served);
  await page.keyboard.type(args.slice(1).join(' '));
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('coverage')).toHaveText(/of/);
  await tabTo('stop');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('stop')).toHaveCount(0);
  end();
});

test('stays usable in a small window', async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 560 });
  await launchProgram(page, [program('turns.py'), '1']);
  await expect(page.getByTestId('coverage')).toHaveText(/of/);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
