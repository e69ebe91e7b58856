/** `gilscope compare --html`: of real programs, opened as a file in a browser without a network. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test, type Page } from '@playwright/test';
import { figureRows, medianText, rangeText, ratioText } from '../../src/shared/compare/differences.ts';
import type { CompareReport } from '../../src/shared/contract/compare.ts';
import { quoteArg } from '../../src/shared/shell.ts';
import { listenForErrors } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';

const GILSCOPE = join(import.meta.dirname, '..', '..', 'bin', 'gilscope');
const EVIL = '<img src=x onerror=document.title="owned">';
const PROGRAM = `import sys, threading
def burn():
    x = 0
    for i in range(400_000): x += i
threads = [threading.Thread(target=burn, name=name) for name in ('one', ${JSON.stringify(EVIL)})]
for t in threads: t.start()
for t in threads: t.join()
sys.exit(3 if sys.argv[1] == 'fails' else 0)
`;

let folder = '';
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [GILSCOPE, ...args], {
    ...{ cwd: folder, timeout: 100_000, env: { ...process.env, GILSCOPE_HOME: join(folder, 'home') } },
  });
const command = (...args: string[]) => [PYTHON.path, 'p.py', ...args].map(quoteArg).join(' ');
let report: CompareReport;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gilscope-compare-report-'));
  await writeFile(join(folder, 'p.py'), PROGRAM);
  const names = `${EVIL},two 🐍 שלום`;
  const ways = ['--names', names, '--repeat', '2', '-q', command('a', EVIL), command('b')];
  await run('compare', '--html', 'c.html', '--md', 'c.md', '--json', 'c.json', ...ways);
  report = JSON.parse(await readFile(join(folder, 'c.json'), 'utf8')) as CompareReport;
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

/** Opens the page where nothing but the file itself can be had. Returns what went wrong. */
async function open(page: Page): Promise<string[]> {
  const errors = listenForErrors(page);
  page.on('console', (message) => errors.push(message.text()));
  page.on('request', (request) => errors.push(...(request.url().endsWith('/c.html') ? [] : [request.url()])));
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(join(folder, 'c.html')).href);
  return errors;
}

test('has the figures of --json, names as text, and asks for nothing', async ({ page }) => {
  const errors = await open(page);
  const { variants, verdict } = report;
  const rows = figureRows(variants);
  expect(rows.length).toBeGreaterThan(8);
  const cells = await page
    .locator('#differences tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  expect(cells.map(([label]) => label)).toEqual(rows.map(({ figure }) => figure.label));
  for (const [r, row] of rows.entries())
    for (const [i, cell] of row.cells.entries()) {
      const told = cells[r][i + 1] ?? '';
      expect(told.startsWith(medianText(row, cell))).toBe(true);
      expect(told).toContain(rangeText(row, cell) ?? '');
      if (cell.difference !== null) expect(told).toContain(ratioText(cell.difference));
    }
  await expect(page.locator('p.verdict')).toHaveText(verdict.text);
  const told = page.locator('#variants tbody tr');
  await expect(told).toHaveCount(2);
  await expect(told.nth(0)).toContainText(EVIL);
  await expect(told.nth(0).locator('code')).toContainText(`p.py a '${EVIL}'`);
  await expect(told.nth(1)).toContainText('two 🐍 שלום');
  // Lanes of both runs, and among them a thread whose name is markup.
  const lanes = page.locator('#lanes-section .of-light svg');
  expect(await lanes.locator('text').allTextContents()).toEqual(
    expect.arrayContaining(['A', 'B', 'one', expect.stringMatching(/^<img src=x/)]),
  );
  expect(await page.locator('img, script, [onerror]').count()).toBe(0);
  await expect(page).toHaveTitle(/– gilscope$/);
  expect(errors).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`is ${colorScheme} as the reader’s system, and can be turned without a script`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const errors = await open(page);
    const other = colorScheme === 'dark' ? 'light' : 'dark';
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const shows = { light: 'rgb(246, 247, 249)', dark: 'rgb(14, 17, 22)' };
    const picture = (theme: string) => page.locator(`#lanes-section .of-${theme}`);
    expect(await ground()).toBe(shows[colorScheme]);
    await expect(picture(colorScheme)).toBeVisible();
    await expect(picture(other)).toBeHidden();
    await page.getByLabel('Light or dark').press('Space');
    expect(await ground()).toBe(shows[other]);
    await expect(picture(other)).toBeVisible();
    await expect(picture(colorScheme)).toBeHidden();
    // Paper is white whatever was chosen.
    await page.emulateMedia({ media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
    await expect(picture('light')).toBeVisible();
    await expect(picture('dark')).toBeHidden();
    expect(errors).toEqual([]);
  });

test('fits small and large windows without a sideways scroll', async ({ page }) => {
  await open(page);
  for (const width of [1920, 1280, 420]) {
    await page.setViewportSize({ width, height: 800 });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
      .toBeLessThanOrEqual(0);
  }
});

test('as Markdown has the same figures', async () => {
  const text = await readFile(join(folder, 'c.md'), 'utf8');
  const [row] = figureRows(report.variants);
  expect(text).toContain(`| Wall-clock | ${medianText(row, row.cells[0])} (`);
  expect(text).toContain('&lt;img src=x');
  expect(text).not.toContain('<img');
});

test('replaces nothing unasked, and says so before anything runs', async () => {
  const before = await readFile(join(folder, 'c.html'));
  const refused = await run('compare', '--html', 'c.html', command('a'), command('b')).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--force') });
  expect(await readFile(join(folder, 'c.html'))).toEqual(before);
  // With a variant that fails the rest is told, and why.
  const ways = ['--repeat', '1', '-q', command('a'), command('b'), command('fails')];
  const failed = await run('compare', '--force', '--html', 'c.html', ...ways).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 1 });
  const page = await readFile(join(folder, 'c.html'), 'utf8');
  expect(page).toContain('failed: ');
  expect(page).toContain('None of its runs ended well');
});
