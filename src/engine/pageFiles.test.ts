import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicy, pageFile } from './pageFiles.ts';

const scratch = mkdtempSync(join(tmpdir(), 'gilscope-page-'));
const folder = join(scratch, 'renderer');
const SECRET = 'not for the page';

beforeAll(() => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'assets', 'a b-x1.js'), 'run()');
  writeFileSync(join(folder, '.hidden.js'), SECRET);
  writeFileSync(join(scratch, 'secret.json'), SECRET);
  writeFileSync(join(folder, 'plain'), SECRET);
  symlinkSync(join(scratch, 'secret.json'), join(folder, 'link.json'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe('pageFile', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-store'],
    ['app://gilscope/index.html', 'text/html; charset=utf-8', 'no-store'],
    ['/assets/a%20b-x1.js?v=1', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ])('%s is a file of the page', async (url, type, cache) => {
    expect(await pageFile(folder, url)).toMatchObject({ type, cache });
  });

  it.each([
    '/..%2fsecret.json',
    '/assets/..%2f..%2fsecret.json',
    '/a/..%5c..%5csecret.json',
    '/.hidden.js',
    '/link.json',
    '/plain',
    '/assets',
    '/a%00.js',
    '/C:/boot.js',
    '/%E0%A4%A.js',
    '/absent.js',
  ])('%s is refused', async (url) => {
    expect(await pageFile(folder, url)).toBeNull();
  });

  it('never tells what lies outside, whatever the path', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2f',
      '%5c',
      '/',
      'secret.json',
      'assets',
      '\\',
      ':',
      '%00',
      'renderer',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const file = await pageFile(folder, `/${parts.join('')}`);
        expect(file?.bytes.toString() ?? '').not.toContain(SECRET);
      }),
    );
  });
});

it('lets the page run its own scripts and call only what it is told', () => {
  const policy = new Map(
    contentSecurityPolicy([])
      .split('; ')
      .map((rule) => [rule.split(' ')[0], rule]),
  );
  expect(policy.get('default-src')).toBe("default-src 'none'");
  expect(policy.get('script-src')).toBe("script-src 'self'");
  expect(policy.get('connect-src')).toBe("connect-src 'none'");
  expect(contentSecurityPolicy(["'self'", 'ws://127.0.0.1:1'])).toContain("connect-src 'self' ws://127.0.0.1:1;");
});
