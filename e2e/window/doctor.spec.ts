/** The page that says what works on this machine. */
import { expect, test } from '../lib/fixtures.ts';

test('every finding, what it means and its command, opened from the help menu; looked at again on request', async ({
  page,
  context,
  served,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByTestId('help-menu').click();
  await page.getByTestId('menu-doctor').click();
  await expect(page.getByTestId('doctor-tally')).toContainText(' ok');
  await expect(page.getByTestId('doctor-page')).toHaveAttribute('data-status', 'ok');
  await expect(page.getByTestId('doctor-folder')).toContainText(served.home);
  await expect(page.getByTestId('doctor-python-row').first()).toContainText('libpython');
  // The server has no display: there is something to do about that, in words or as a command.
  for (const finding of await page.locator('.finding:not([data-status=ok])').all())
    await expect(finding).toContainText('→');
  const again = page.getByTestId('doctor-again');
  await expect(again).toBeEnabled();
  await again.click();
  await expect(page.getByTestId('doctor')).toHaveAttribute('aria-busy', 'false');
  const copy = page.getByTestId('doctor-copy').first();
  if ((await copy.count()) > 0) {
    const command = (await copy.getAttribute('aria-label'))!.replace(/^Copy: /, '');
    await copy.click();
    await expect(page.getByTestId('toast')).toContainText('Copied the command');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
  }
  await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  await expect(page.getByTestId('start')).toBeVisible();
});
