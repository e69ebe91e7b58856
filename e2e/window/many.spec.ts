/** Much at once: two hundred threads, a hundred short-lived children. What matters stays in sight and can be found. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { launchProgram, openTab, program, sessionState } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { lane, settled, timeline } from '../lib/timeline.ts';

const scroll = (page: Page) => page.locator('[data-tl="scroll"]');
const top = async (page: Page, row: string): Promise<number> =>
  (await page.locator(`[data-row="${row}"]`).boundingBox())!.y;

/** What the lanes canvas shows in the middle of a row, as one text. */
async function pixels(page: Page, row: string): Promise<string> {
  const box = (await page.locator(`[data-row="${row}"]`).boundingBox())!;
  return page.getByTestId('timeline-canvas').evaluate(
    (element, y) => {
      const canvas = element as HTMLCanvasElement;
      const { top: above, height } = canvas.getBoundingClientRect();
      const line = Math.round(((y - above) * canvas.height) / height);
      return canvas.getContext('2d')!.getImageData(0, line, canvas.width, 1).data.join();
    },
    box.y + box.height / 2,
  );
}

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]) {
  test(`the cores and the GIL stay over two hundred lanes at ${viewport.width}`, async ({ page, served }) => {
    await page.setViewportSize(viewport);
    const end = join(served.folder, 'end');
    await launchProgram(page, [program('threads.py'), '200', end]);
    await expect(page.getByTestId('coverage')).toHaveText(/[1-9][\d\s, ]* of/);
    await openTab(page, 'threads');
    await expect(page.getByTestId('panel-threads')).toContainText('worker-');
    writeFileSync(end, '');
    await expect(sessionState(page)).toHaveAccessibleName('exit 0');
    await page.getByTestId('zoom-fit').click();
    await settled(page);
    const [core, gil] = [await top(page, 'core0').catch(() => top(page, 'cores')), await top(page, 'gil0')];
    const strip = await pixels(page, 'gil0');
    expect(new Set(strip.split(',')).size).toBeGreaterThan(3);

    await scroll(page).evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
    await settled(page);
    expect(await top(page, 'gil0')).toBe(gil);
    expect(await top(page, 'core0').catch(() => top(page, 'cores'))).toBe(core);
    expect(await pixels(page, 'gil0')).toBe(strip);
    await expect(page.locator('[data-row="thread0"]')).toHaveCount(0);
    // The strip answers where it stands, not the lane that is scrolled under it.
    const box = (await page.locator('[data-row="gil0"]').boundingBox())!;
    await page.mouse.move(box.x + box.width + 300, box.y + box.height / 2);
    await expect(page.getByTestId('timeline-tooltip')).toContainText(/GIL|holders/);

    // Walking up by keyboard never ends under the pinned rows.
    await timeline(page).focus();
    await page.keyboard.press('ArrowDown');
    await settled(page);
    const first = (await lane(page, 'MainThread').boundingBox())!;
    expect(first.y).toBeGreaterThanOrEqual(box.y + box.height - 1);
  });
}

test('a hundred short-lived children: found, left out, shown alone', async ({ page, served }) => {
  const end = join(served.folder, 'end');
  await launchProgram(page, [program('forks.py'), '100', end]);
  await openTab(page, 'terminal');
  await expect(page.getByTestId('process-search')).toHaveAttribute('placeholder', /^Search 101\sprocesses$/);
  await expect(page.getByTestId('hide-ended')).toHaveAttribute('title', 'Leave out the 100 that have ended');

  await page.getByTestId('hide-ended').click();
  await expect(page.locator('.tl-label--process')).toHaveCount(1);
  await expect(page.locator('.tl-label--hidden')).toContainText(/100\sprocesses hidden/);
  await page.getByTestId('hide-ended').click();
  await expect(page.locator('.tl-label--hidden')).toHaveCount(0);
  writeFileSync(end, '');
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');

  // What follows the end of the recording moves the view once more.
  await settled(page);
  const search = page.getByTestId('process-search');
  const last = page.locator('.tl-label--process').nth(1).locator('.num').first();
  const pid = (await last.textContent())!;
  // On the timeline the letters would zoom and pan.
  const span = await timeline(page).getAttribute('data-range-start');
  await search.pressSequentially('wasd-nowhere');
  await expect(search).toHaveValue('wasd-nowhere');
  expect(await timeline(page).getAttribute('data-range-start')).toBe(span);
  await expect(page.locator('.tl-label--process')).toHaveCount(0);
  await search.fill(`forks.py ${pid}`);
  await expect(page.locator('.tl-label--process')).toHaveCount(1);
  await expect(page.locator('.tl-label--process')).toHaveAttribute('data-ended', '');
  await page.locator('.tl-label--process').hover();
  await page.getByRole('button', { name: 'Solo' }).click();
  await expect(page.locator('.tl-label--thread')).toHaveCount(1);
  await search.fill('');
  await expect(page.locator('.tl-label--process')).toHaveCount(1);
  await page.getByTestId('show-all').click();
  await expect(page.locator('.tl-label--hidden')).toHaveCount(0);

  // Only what can be seen is on the page, and the search stays there.
  await scroll(page).evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await settled(page);
  expect(await page.locator('.tl-label').count()).toBeLessThan(60);
  await expect(search).toBeInViewport();
});
