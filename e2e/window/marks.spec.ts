/** Regions and instants the program marks itself: on the time axis under their thread, and as a table. */
import { openRecording, openTab } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { lane } from '../lib/timeline.ts';

test('marks of a program lie under its threads and are summed up by name', async ({ page, recording }) => {
  await openRecording(page, recording('marks'));
  const rows = page.locator('.tl-label--marks');
  await expect(rows).toHaveCount(3);
  await expect(lane(page, 'worker a')).toBeVisible();

  // The first is the main thread's, marked from the start of the workers to their end.
  const row = (await rows.first().boundingBox())!;
  const plot = (await page.locator('[data-tl="ruler"]').boundingBox())!;
  const tip = page.getByTestId('timeline-tooltip');
  const pointAt = async (part: number) => {
    await page.mouse.move(plot.x + plot.width * part, row.y + row.height / 2);
    return (await tip.isVisible()) ? ((await tip.textContent()) ?? '') : '';
  };
  const tips = async () => [await pointAt(0.5), await pointAt(0.6), await pointAt(0.7)].join('\n');
  await expect.poll(tips).toMatch(/main waits.*in MainThread/);

  // A click makes every table answer for the region.
  const { x, width } = plot;
  await page.mouse.click(x + width * 0.6, row.y + row.height / 2);
  await expect(page.getByTestId('range-clear')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('range-clear')).toBeHidden();

  await openTab(page, 'summary');
  const marks = page.getByTestId('marks');
  const cells = (name: string) => marks.locator(`[data-name="${name}"] td`);
  await expect(cells('parse').first()).toHaveText('8');
  await expect(cells('tiny').first()).toHaveText('4,000');
  await expect(cells('parsed 0')).toHaveText(['2', '–', '–', '–', '–']);
  await expect(cells('wait for the disk').nth(4)).toHaveText(/ms · \d/);
});
