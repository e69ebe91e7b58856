/** Names that a program, a file or a user chose, on every page and panel: text, never markup, never an address to go to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { oddFrames } from '../../src/shared/export/testing/oddNames.ts';
import { encodeControl } from '../../src/shared/protocol/control.ts';
import { FrameKind, FrameReader } from '../../src/shared/protocol/frames.ts';
import { fileHead, frameBlock } from '../../src/engine/sessionFile.ts';
import { openTab } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';

const MARKUP = `<img src=x onerror="document.title='owned'"><svg onload="document.title='owned'">`;
const NAMED: number[] = [
  FrameKind.thread,
  FrameKind.site,
  FrameKind.process,
  FrameKind.hello,
  FrameKind.session,
  FrameKind.log,
];
/** Fields of the protocol whose words are its own. */
const OWN = new Set([
  'engine',
  'kind',
  'level',
  'reason',
  'clock',
  'created',
  'start_ns',
  'born_ns',
  'ended_ns',
  'python',
  'platform',
  'implementation',
]);

function evil(value: unknown): unknown {
  if (typeof value === 'string') return `${MARKUP} javascript:alert(1) ${value}`;
  if (Array.isArray(value)) return value.map(evil);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, OWN.has(key) ? (each as unknown) : evil(each)]),
  );
}

/** A recording with markup wherever there is a name. */
function evilSession(): Buffer {
  const reader = new FrameReader();
  const log = encodeControl(FrameKind.log, { level: 'warn', text: 'said' });
  const frames = [...oddFrames(), log].map((bytes) => {
    const [frame] = reader.push(bytes);
    if (!NAMED.includes(frame.kind)) return bytes;
    const value = evil(JSON.parse(new TextDecoder().decode(frame.payload))) as never;
    return encodeControl(frame.kind as typeof FrameKind.thread, value, frame.stream);
  });
  // END is the last frame; what is noted comes before it.
  const [end] = frames.splice(-2, 1);
  return Buffer.concat([fileHead(), frameBlock(gzipSync(Buffer.concat([...frames, end])))]);
}

/** Nothing of a name has become an element, an address or a handler. */
async function expectText(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    title: document.title,
    made: document.querySelectorAll('img[src="x"], body script, [onerror], [onload], iframe, object, embed').length,
    led: [...document.querySelectorAll('[href], [src], [action]')].filter((one) =>
      /^\s*(javascript|data:text)/i.test(
        one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('action') ?? '',
      ),
    ).length,
  }));
  expect(found).toEqual({ title: expect.not.stringMatching(/^owned$/) as unknown, made: 0, led: 0 });
}

test('names are text on every page and panel', async ({ page, served }) => {
  const folder = join(served.home, 'sessions');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${MARKUP}.gilscope`);
  writeFileSync(path, evilSession());

  await page.getByTestId('page-library').click();
  await expect(page.getByTestId('library-rows')).toContainText('onerror');
  await expectText(page);

  await page.getByRole('button', { name: 'gilscope: start screen' }).click();
  await expect(page.getByTestId('recent-0')).toContainText('onerror');
  await expectText(page);
  await page.getByTestId('recent-0').locator('.recent__open').click();
  const tabs = page.locator('[data-testid^="tab-"]');
  await expect(tabs.first()).toBeVisible();
  await expect(page.locator('body')).toContainText('<img src=x');
  const panels = await tabs.evaluateAll((all) =>
    all.map((one) => one.getAttribute('data-testid')!.slice('tab-'.length)),
  );
  expect(panels).toEqual(expect.arrayContaining(['summary', 'threads', 'blame', 'functions', 'refcounts', 'log']));
  for (const tab of panels) {
    await openTab(page, tab);
    await expect(page.getByTestId(`panel-${tab}`)).toBeVisible();
    await expectText(page);
  }
});
