/** What the timeline shows, read from the attributes it gives itself and from its pixels. */
import { type Locator, type Page, expect } from '@playwright/test';

export const timeline = (page: Page): Locator => page.locator('[data-testid="timeline"][data-idle]');

/** The label of a thread's lane, by the thread's name. */
export const lane = (page: Page, thread: string): Locator =>
  page.locator('.tl-label--thread').filter({ hasText: thread });

export interface Span {
  start: number;
  end: number;
}

/** The visible window in session nanoseconds. */
export async function visible(page: Page): Promise<Span> {
  const read = async (name: string) => Number(await timeline(page).getAttribute(name));
  return { start: await read('data-range-start'), end: await read('data-range-end') };
}

export const length = ({ start, end }: Span): number => end - start;

/** Nothing left to fetch or draw. Of a session that no longer records. */
export const settled = (page: Page): Promise<void> => expect(timeline(page)).toHaveAttribute('data-idle', 'true');

/** A point in a thread's lane: `at` from 0 (left edge of the plot) to 1. */
export async function pointIn(page: Page, thread: string, at: number): Promise<{ x: number; y: number }> {
  const label = await lane(page, thread).boundingBox();
  const plot = await page.locator('[data-tl="ruler"]').boundingBox();
  if (label === null || plot === null) throw new Error(`there is no lane of ${thread} in view`);
  return { x: plot.x + plot.width * at, y: label.y + label.height / 2 };
}

/** Drags with the mouse as a hand does, in a few moves. */
export async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
}

/** How many pixels along the middle of a thread's lane differ from the canvas's background. */
export async function ink(page: Page, thread: string): Promise<number> {
  const { y } = await pointIn(page, thread, 0);
  return page.getByTestId('timeline-canvas').evaluate((element, clientY) => {
    const canvas = element as HTMLCanvasElement;
    const box = canvas.getBoundingClientRect();
    const row = Math.round(((clientY - box.top) * canvas.height) / box.height);
    const { data } = canvas.getContext('2d')!.getImageData(0, row, canvas.width, 1);
    const last = data.length - 4;
    let different = 0;
    for (let at = 0; at <= last; at += 4)
      if ([0, 1, 2].some((channel) => Math.abs(data[at + channel] - data[last + channel]) > 24)) different++;
    return different;
  }, y);
}

/** The 4.1 of "1.00 s of 4.10 s": how long the recording is. */
export async function recordedSeconds(page: Page): Promise<number> {
  const text = (await page.getByTestId('visible-span').textContent()) ?? '';
  const [, figure, unit] = /of ([\d.]+)\s(\S+)$/.exec(text) ?? [];
  return Number(figure) * ({ s: 1, ms: 1e-3 }[unit] ?? NaN);
}
