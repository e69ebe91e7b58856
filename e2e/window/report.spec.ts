/** `gilscope export --to html`, pdf and png: of a real recording, opened as a file in a browser without a network. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test, type Page } from '@playwright/test';
import type { Summary } from '../../src/shared/contract/types.ts';
import { formatS, group } from '../../src/shared/pageFormat.ts';
import { PYTHON } from '../lib/python.ts';
import { listenForErrors } from '../lib/fixtures.ts';

const GILSCOPE = join(import.meta.dirname, '..', '..', 'bin', 'gilscope');
const EVIL = '</script><img src=x onerror=document.title="owned">';
const PROGRAM = `import threading, time
def burn():
    x = 0
    for i in range(700_000): x += i
def poll():
    for _ in range(15): time.sleep(0.004)
threads = [threading.Thread(target=burn, name=name) for name in ('one', ${JSON.stringify(EVIL)})]
threads.append(threading.Thread(target=poll, name='خيط'))
for t in threads: t.start()
for t in threads: t.join()
`;

let folder = '';
/** @param chrome the browser that makes PDF and PNG */
const runWith = async (chrome: string | undefined, ...args: string[]) =>
  promisify(execFile)(process.execPath, [GILSCOPE, ...args], {
    ...{
      cwd: folder,
      timeout: 100_000,
      env: { ...process.env, GILSCOPE_HOME: join(folder, 'home'), CHROME_PATH: chrome },
    },
  });
const run = (...args: string[]) => runWith(process.env.CHROME_PATH, ...args);

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gilscope-report-'));
  await writeFile(join(folder, 'p.py'), PROGRAM);
  await run('record', '-o', 'r.gilscope', '--', PYTHON.path, 'p.py', EVIL);
  await run('export', 'r.gilscope', '--to', 'html', '-o', 'r.html');
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

/** Opens the report where nothing but the file itself can be had. Returns what went wrong, and what was asked for. */
async function open(page: Page): Promise<{ errors: string[]; asked: string[] }> {
  const errors = listenForErrors(page);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.context().setOffline(true);
  const address = pathToFileURL(join(folder, 'r.html')).href;
  await page.goto(address);
  await expect(page.locator('#timeline')).toHaveAttribute('data-end', /\d/);
  expect(asked).toEqual([address]);
  return { errors, asked };
}

const span = async (page: Page): Promise<number> => {
  const timeline = page.locator('#timeline');
  return Number(await timeline.getAttribute('data-end')) - Number(await timeline.getAttribute('data-start'));
};

/** Colours of the drawn lanes: none of them would be one colour. */
const colours = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

test('shows the figures of gilscope stats, as text, and asks for nothing', async ({ page }) => {
  const { errors, asked } = await open(page);
  const summary = JSON.parse((await run('stats', '--json', 'r.gilscope')).stdout) as Summary;
  const [{ threads, gils }] = summary.processes;
  expect(threads.length).toBeGreaterThanOrEqual(4);
  const rows = await page
    .locator('#threads tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  const expected = threads.map((one) => [one.name, formatS(one.held_s), formatS(one.wait_s), group(one.takes)]);
  const told = rows.map(([name, held, wait, , , takes]) => [name, held, wait, takes]);
  expect([...told].sort()).toEqual([...expected].sort());
  expect(told.map(([name]) => name)).toContain(EVIL);
  await expect(page.locator('#figure-switches .figure-value')).toHaveText(group(gils[0].switches));
  await expect(page.locator('#figure-wall .figure-value')).toHaveText(formatS(summary.wall_s));
  await expect(page.locator('p.verdict')).toHaveText(summary.verdict.text);
  // Names did nothing.
  await expect(page).toHaveTitle(/– gilscope$/);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
  expect(errors).toEqual([]);
  expect(asked).toHaveLength(1);
});

test('is moved by keyboard, wheel, drag and buttons', async ({ page }) => {
  const { errors } = await open(page);
  const whole = await span(page);
  const plot = page.locator('.plot');
  await plot.focus();
  await page.keyboard.press('+');
  await expect.poll(() => span(page)).toBeCloseTo(whole / 1.5, -1);
  const start = Number(await page.locator('#timeline').getAttribute('data-start'));
  await page.keyboard.press('ArrowRight');
  await expect
    .poll(async () => Number(await page.locator('#timeline').getAttribute('data-start')))
    .toBeGreaterThan(start);
  await page.keyboard.press('0');
  await expect.poll(() => span(page)).toBe(whole);
  const box = (await plot.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height - 12];
  await page.mouse.move(x, y);
  await expect(page.locator('#tip')).toBeVisible();
  await expect(page.locator('#tip')).toContainText('at ');
  await page.mouse.wheel(0, -300);
  await expect.poll(() => span(page)).toBeCloseTo(whole / 2, -1);
  const before = Number(await page.locator('#timeline').getAttribute('data-start'));
  await page.mouse.down();
  await page.mouse.move(x + 100, y, { steps: 4 });
  await page.mouse.up();
  await expect
    .poll(async () => Number(await page.locator('#timeline').getAttribute('data-start')))
    .toBeLessThan(before);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(() => span(page)).toBe(whole);
  expect(errors).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`is ${colorScheme} as the reader’s system, and can be turned`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const { errors } = await open(page);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [light, dark] = ['rgb(246, 247, 249)', 'rgb(14, 17, 22)'];
    expect(await ground()).toBe(colorScheme === 'dark' ? dark : light);
    expect(await colours(page)).toBeGreaterThan(5);
    await page.getByRole('button', { name: 'Light or dark' }).click();
    expect(await ground()).toBe(colorScheme === 'dark' ? light : dark);
    // Paper is white, and has the picture instead of what would be moved.
    await page.emulateMedia({ media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
    await expect(page.locator('.still')).toBeVisible();
    await expect(page.locator('#timeline')).toBeHidden();
    expect(errors).toEqual([]);
  });

test('fits small and large windows without a sideways scroll', async ({ page }) => {
  await open(page);
  for (const [width, height] of [
    [1280, 800],
    [1920, 1080],
    [420, 800],
  ]) {
    await page.setViewportSize({ width, height });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
      .toBeLessThanOrEqual(0);
  }
});

test('shows the lanes without scripts too', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(folder, 'r.html')).href);
  await expect(page.locator('.still svg')).toBeVisible();
  await expect(page.locator('#timeline')).toBeHidden();
  await context.close();
});

test('becomes a PDF and a PNG by the browser that is there, and says so where there is none', async ({ page }) => {
  const { executablePath } = test.info().project.use.launchOptions ?? {};
  await runWith(executablePath, 'export', 'r.gilscope', '--to', 'pdf', '-o', 'r.pdf');
  const pdf = (await readFile(join(folder, 'r.pdf'))).toString('latin1');
  expect(pdf.startsWith('%PDF-')).toBe(true);
  expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThanOrEqual(2);
  await runWith(executablePath, 'export', 'r.gilscope', '--to', 'png', '-o', 'r.png');
  const png = await readFile(join(folder, 'r.png'));
  await page.setContent(`<img src="data:image/png;base64,${png.toString('base64')}">`);
  const size = await page.locator('img').evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  // Twice as fine as the picture is large.
  expect(size[0]).toBe(2400);
  expect(size[1]).toBeGreaterThan(600);
  const nowhere = join(folder, 'none');
  const asked = runWith(nowhere, 'export', 'r.gilscope', '--to', 'pdf', '-o', 'none.pdf');
  const failed = await asked.catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining('CHROME_PATH names no program') });
  await expect(readFile(join(folder, 'none.pdf'))).rejects.toThrow('ENOENT');
});
