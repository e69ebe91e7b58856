/**
 * Makes a page a PDF or a PNG by the Chromium, Chrome or Edge that is on the machine: no window, a profile of its own that is thrown away, no network.
 * Used by exporter.ts.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { errorCode, UserError } from '../errors.ts';

const run = promisify(execFile);

const NAMES = [
  ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
  ...['microsoft-edge', 'microsoft-edge-stable', 'msedge'],
];
const ELSEWHERE: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:/Program Files/Google/Chrome/Application/chrome.exe',
    'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
  ],
};
const REMEDY = 'install Chromium or Chrome, or name one in CHROME_PATH; or export html and print it';
/** A large page on a busy machine takes some seconds. */
const LIMIT_MS = 120_000;

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Programs that may be a browser, the likeliest first. Throws UserError where CHROME_PATH names none, or there is none at all. */
export async function findBrowsers(): Promise<string[]> {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== '') {
    if (await isProgram(named)) return [named];
    throw new UserError('bad-argument', `CHROME_PATH names no program: ${named}`, REMEDY);
  }
  const ending = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name + ending)));
  const found: string[] = [];
  for (const path of [...places, ...(ELSEWHERE[process.platform] ?? [])]) if (await isProgram(path)) found.push(path);
  if (found.length === 0)
    throw new UserError('not-found', 'a PDF or PNG is made by a browser, and none was found', REMEDY);
  return found;
}

/** A page, and how large the picture of it is. */
export interface Page {
  /** HTML or SVG. */
  text: Uint8Array;
  suffix: '.html' | '.svg';
  to: 'pdf' | 'png';
}

/** Of an SVG of ours, CSS pixels. */
function sizeOf(svg: Uint8Array): string {
  const start = new TextDecoder().decode(svg.subarray(0, 1000));
  const [, width = '1200', height = '800'] = /<svg[^>]*? width="(\d+)" height="(\d+)"/.exec(start) ?? [];
  return `${width},${height}`;
}

function orders({ text, to }: Page, folder: string, out: string): string[] {
  return [
    ...['--headless', '--disable-gpu', '--no-first-run', '--no-default-browser-check', '--disable-extensions'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--metrics-recording-only'],
    // No name is found and no proxy is there: nothing leaves the machine.
    ...['--host-resolver-rules=MAP * ~NOTFOUND', '--proxy-server=127.0.0.1:9', '--hide-scrollbars'],
    `--user-data-dir=${join(folder, 'profile')}`,
    // Root has no sandbox in Chromium; the page is our own, and its policy lets nothing in.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...(to === 'pdf'
      ? ['--no-pdf-header-footer', `--print-to-pdf=${out}`]
      : ['--force-device-scale-factor=2', `--window-size=${sizeOf(text)}`, `--screenshot=${out}`]),
  ];
}

/** Throws UserError where it cannot be made; `signal` ends it. Electron's shell has one of its own (src/main/printer.ts). */
export type PagePrinter = (page: Page, signal?: AbortSignal) => Promise<Uint8Array>;

/** The page as a PDF or a PNG. Throws UserError where no browser makes one; `signal` ends it. */
export async function printPage(page: Page, signal?: AbortSignal): Promise<Uint8Array> {
  const found = await findBrowsers();
  const folder = await mkdtemp(join(tmpdir(), 'gilscope-print-'));
  try {
    const file = join(folder, `page${page.suffix}`);
    const out = join(folder, `page.${page.to}`);
    await writeFile(file, page.text, { mode: 0o600 });
    let why = '';
    // A name in PATH may be a stub that only says how to install the real one: then the next is asked.
    for (const program of found) {
      try {
        await run(program, [...orders(page, folder, out), pathToFileURL(file).href], {
          ...{ timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 16 << 20 },
          ...(signal !== undefined && { signal }),
        });
        return await readFile(out);
      } catch (error) {
        signal?.throwIfAborted();
        why = errorCode(error) === 'ENOENT' ? `${program} made no file` : `${program}: ${lastLine(error)}`;
      }
    }
    throw new UserError('refused', `the browser made no ${page.to.toUpperCase()}: ${why}`, REMEDY);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function lastLine(error: unknown): string {
  if (error instanceof Error && 'killed' in error && error.killed === true)
    return `not done after ${LIMIT_MS / 1000} s`;
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : '';
  return said === undefined || said === '' ? String(error).slice(0, 200) : said.slice(0, 200);
}
