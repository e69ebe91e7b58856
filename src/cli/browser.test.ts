import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { openBrowser } from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'gilscope-browser-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it.runIf(process.platform !== 'win32')('the token reaches the browser, and the arguments of no program', async () => {
  const [seen, copy, home] = ['seen', 'copy', 'home'].map((name) => join(folder, name));
  const opener = `#!/bin/sh\necho "$@" > ${seen}\ncp "\${1#file://}" ${copy}.part && mv ${copy}.part ${copy}\n`;
  for (const name of ['xdg-open', 'open']) writeFileSync(join(folder, name), opener, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  vi.stubEnv('DISPLAY', ':0');
  const url = 'http://127.0.0.1:4000/#token=cafe0123';

  const forget = openBrowser(url, home);
  const [page] = readdirSync(home);
  expect(statSync(join(home, page)).mode & 0o777).toBe(0o600);
  expect(statSync(home).mode & 0o777).toBe(0o700);
  await expect.poll(() => existsSync(copy), { timeout: 20_000 }).toBe(true);
  expect(readFileSync(seen, 'utf8')).toBe(`file://${join(home, page)}\n`);
  expect(readFileSync(copy, 'utf8')).toContain(`url=${url}"`);

  forget();
  expect(readdirSync(home)).toEqual([]);
});
