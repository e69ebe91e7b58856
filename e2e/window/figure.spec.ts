/** The exported figure: of what a recording shows and of a comparison, as real files that a browser can read. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { openRecording, program } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';

/** Presses an entry of the export menu and waits for the file. */
async function exported(page: Page, entry: string): Promise<{ name: string; content: Buffer }> {
  await page.getByTestId('export-figure').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(`menu-${entry}`).click()]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

interface Looked {
  error: string | null;
  /** Texts, with how far over the right edge they reach in pixels: none should. */
  over: string[];
  texts: string[];
  references: string[];
  scripts: number;
  ground: string | null;
}

/** What the browser's XML parser and its layout make of the file. */
function look(page: Page, xml: string): Promise<Looked> {
  return page.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
    const error = parsed.querySelector('parsererror')?.textContent ?? null;
    const svg = document.importNode(parsed.documentElement, true) as unknown as SVGSVGElement;
    document.body.append(svg);
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')];
    const all = [...svg.querySelectorAll('*')];
    const result = {
      error,
      over: texts
        .filter(
          (text) => text.getBoundingClientRect().right > box.right || text.getBoundingClientRect().left < box.left,
        )
        .map((text) => text.textContent),
      texts: texts.map((text) => text.textContent),
      references: all
        .flatMap((one) => [...one.attributes].map((attribute) => attribute.value))
        .filter((value) => /https?:|url\((?!#)|file:/.test(value)),
      scripts: svg.querySelectorAll('script, foreignObject, image, a, style').length,
      ground: svg.querySelector(':scope > rect')?.getAttribute('fill') ?? null,
    };
    svg.remove();
    return result;
  }, xml);
}

/** Width, height and how many different colours a PNG has, read by the browser. */
function picture(page: Page, png: Buffer): Promise<{ width: number; height: number; colours: number }> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const colours = new Set<number>();
    for (let at = 0; at < data.length; at += 4) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    return { width: bitmap.width, height: bitmap.height, colours: colours.size };
  }, png.toString('base64'));
}

test('what a recording shows becomes a figure', async ({ page, context, recording }) => {
  await openRecording(page, recording('turns'));

  const svg = await exported(page, 'figure-svg');
  expect(svg.name).toMatch(/^gilscope-.*turns.*\.svg$/);
  const xml = svg.content.toString('utf8');
  const seen = await look(page, xml);
  expect(seen).toMatchObject({ error: null, over: [], references: [], scripts: 0, ground: '#ffffff' });
  expect(seen.texts).toContain('GIL');
  expect(seen.texts.join('\n')).toMatch(/exact \([\d,]+ of [\d,]+.switches captured\)/);
  expect(seen.texts.join('\n')).toContain('hold, ended voluntary');
  // Threads of the program contend: somebody waits, and holds are drawn.
  expect(xml.split('url(#gilscope-hatch)').length).toBeGreaterThan(2);

  const dark = await exported(page, 'figure-svg-dark');
  expect((await look(page, dark.content.toString('utf8'))).ground).toBe('#0e1116');

  const png = await exported(page, 'figure-png');
  expect(png.name).toMatch(/\.png$/);
  const { width, height, colours } = await picture(page, png.content);
  expect(width).toBe(2400);
  expect(height).toBe(2 * Number(/height="(\d+)"/.exec(xml)?.[1]));
  expect(colours).toBeGreaterThan(10);

  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByTestId('export-figure').click();
  await page.getByTestId('menu-figure-copy').click();
  await expect(page.getByTestId('toast')).toContainText(['Copied the figure']);
  const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => [...item.types]));
  expect(types).toContain('image/png');
});

test('a comparison becomes a figure, whatever its programs are called', async ({ page }) => {
  const names = ['<b>one</b> & "first"', 'two 🐍 שלום'];
  await page.getByTestId('page-compare').click();
  for (const [at, name] of names.entries()) {
    const card = page.getByTestId(`program-${at}`);
    await card.getByTestId('start-interpreter').click();
    await page.getByTestId('interpreter-path').fill(PYTHON.path);
    await page.getByTestId('interpreter-path').press('Enter');
    await card.getByTestId('start-script').fill(program('ways.py'));
    await card.getByTestId('program-args').fill('short');
    await card.getByTestId('program-name').fill(name);
  }
  await page.getByTestId('compare-repeat').fill('2');
  await page.getByTestId('compare-start').click();
  // While it runs there is nothing to export yet.
  await expect(page.getByTestId('export-figure')).toBeEnabled({ timeout: 90_000 });

  const { name, content } = await exported(page, 'figure-svg');
  expect(name).toMatch(/^gilscope-[^/\\<>"]*one.*\.svg$/);
  const xml = content.toString('utf8');
  const seen = await look(page, xml);
  expect(seen).toMatchObject({ error: null, over: [], references: [], scripts: 0, ground: '#ffffff' });
  for (const words of [...names, 'A', 'B', 'Wall-clock', 'GIL wait', 'least to most of the runs'])
    expect(seen.texts).toContain(words);
  expect(seen.texts.join('\n')).toMatch(/wall-clock .* in 2 runs/);
  // One axis: each label of the ruler stands in both at the same place.
  const labels = [...xml.matchAll(/<text x="([\d.]+)" y="12"[^>]*>([\d.]+ m?s)</g)].map((m) => `${m[2]} at ${m[1]}`);
  expect(labels.length).toBeGreaterThan(2);
  expect(labels.length).toBe(2 * new Set(labels).size);

  // The whole report: for everybody, and for a pull request.
  const html = await exported(page, 'page-html');
  expect(html.name).toMatch(/^gilscope-.*\.html$/);
  const told = await page.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, 'text/html');
    return {
      names: [...parsed.querySelectorAll('#variants tbody td:nth-child(2)')].map((cell) => cell.textContent),
      rows: parsed.querySelectorAll('#differences tbody tr').length,
      lanes: parsed.querySelectorAll('#lanes-section .picture').length,
      scripts: parsed.querySelectorAll('script').length,
      verdict: parsed.querySelector('p.verdict')?.textContent,
    };
  }, html.content.toString('utf8'));
  expect(told).toMatchObject({ names, lanes: 2, scripts: 0 });
  expect(told.rows).toBe(await page.getByTestId('compare-table').locator('tbody tr').count());
  const shown = await page.getByTestId('compare-verdict').getByRole('heading', { level: 2 }).textContent();
  expect(told.verdict?.replaceAll('\u00a0', ' ')).toBe(shown?.replaceAll('\u00a0', ' '));
  const markdown = await exported(page, 'page-md');
  expect(markdown.name).toMatch(/\.md$/);
  expect(markdown.content.toString('utf8')).toContain('&lt;b&gt;one&lt;/b&gt;');
});
