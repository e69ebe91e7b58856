/** The Terminal panel is the program's own terminal: what one types reaches it, what it says is shown. */
import { openTab, program, launchProgram, sessionState } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';

test('a program asks, is answered, and ends', async ({ page }) => {
  await launchProgram(page, [program('echo.py')]);
  await openTab(page, 'terminal');
  const terminal = page.locator('.xterm');
  const screen = page.locator('.xterm-rows');
  await expect(screen).toContainText('tell me');
  await terminal.click();
  await page.keyboard.type('bonjour\n');
  await expect(screen).toContainText('you said BONJOUR');
  await page.keyboard.type('quit\n');
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
});

test('Ctrl+C in it interrupts the program', async ({ page }) => {
  await launchProgram(page, [program('echo.py')]);
  await openTab(page, 'terminal');
  await expect(page.locator('.xterm-rows')).toContainText('tell me');
  await page.locator('.xterm').click();
  await page.keyboard.press('Control+c');
  await expect(page.locator('.xterm-rows')).toContainText('KeyboardInterrupt');
});

test('output that came before the panel was opened is there', async ({ page }) => {
  await launchProgram(page, [program('turns.py'), '1']);
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await openTab(page, 'terminal');
  await expect(page.locator('.xterm-rows')).toContainText('ready');
  await expect(page.locator('.xterm-rows')).toContainText('done');
});
