/** What a user does in the window, by the names the window gives its parts. Shared by all browser tests and by shots. */
import { type Locator, type Page, expect } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON } from './python.ts';
import { program, type Served } from './serve.ts';
import { settled } from './timeline.ts';

export { program } from './serve.ts';

/** `turns.py` that runs until `end()`; it counts in two threads however slow the machine is. */
export function turns(served: Served): { args: string[]; end: () => void } {
  const file = join(served.folder, 'end');
  return { args: [program('turns.py'), 'until', file], end: () => writeFileSync(file, '') };
}

/** Gives the interpreter by its path, as one does whose own is not in the list. */
export async function chooseInterpreter(page: Page, path: string): Promise<void> {
  await page.getByTestId('start-interpreter').click();
  await page.getByTestId('interpreter-path').fill(path);
  await page.getByTestId('interpreter-path').press('Enter');
}

/** Fills the launch form of the Start screen and presses the button; what follows is the caller's to await. */
export async function launchProgram(page: Page, [script, ...args]: string[], python = PYTHON.path): Promise<void> {
  await chooseInterpreter(page, python);
  await page.getByTestId('start-script').fill(script);
  await page.getByTestId('start-args').fill(args.join(' '));
  await page.getByTestId('start-launch').click();
}

/** Launches and waits until the session is shown and has captured switches. */
export async function record(page: Page, args: string[], python = PYTHON.path): Promise<void> {
  await launchProgram(page, args, python);
  await expect(page.getByTestId('coverage')).toHaveText(/[1-9][\d\s, ]* of/);
}

/** Opens a recording from the Start screen by its path, and waits until all of it is read and drawn. */
export async function openRecording(page: Page, path: string): Promise<void> {
  await page.getByTestId('open-file').click();
  await page.getByTestId('files-path').fill(path);
  await page.getByTestId('files-path').press('Enter');
  // How the program ended is the last that is read.
  await expect(sessionState(page)).toHaveAccessibleName('exit 0');
  await page.getByTestId('zoom-fit').click();
  await settled(page);
}

/** The two numbers of "97 of 97 switches". */
export async function coverage(page: Page): Promise<{ captured: number; counted: number }> {
  const text = (await page.getByTestId('coverage').textContent()) ?? '';
  const [captured, counted] = text.split(' of ').map((part) => Number(part.replace(/\D/g, '')));
  return { captured: captured ?? NaN, counted: counted ?? NaN };
}

export const openTab = (page: Page, panel: string): Promise<void> => page.getByTestId(`tab-${panel}`).click();

/** The state of the shown session as its chip tells it: "recording", "exit 0", "stopped · program runs on" ... */
export const sessionState = (page: Page): Locator => page.getByTestId('session-switcher').getByRole('img');
