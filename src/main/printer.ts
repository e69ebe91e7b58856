/** A report as a PDF by Electron itself, so that no other browser is needed: a window nobody sees, in a session that keeps nothing and reaches nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BrowserWindow, session } from 'electron';
import { printPage, type PagePrinter } from '../engine/export/browser.ts';

/** Not persistent: of this name alone nothing is written to the disk. */
const PARTITION = 'gilscope-print';

/** Pictures are made by the browser that is there: a hidden window has no size of its own to be taken. */
export const electronPrinter: PagePrinter = async (page, signal) => {
  if (page.to !== 'pdf') return printPage(page, signal);
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'gilscope-print-'));
  const address = pathToFileURL(join(folder, `page${page.suffix}`)).href;
  const closed = session.fromPartition(PARTITION);
  const own = pathToFileURL(folder).href;
  closed.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !url.startsWith(own) }));
  const window = new BrowserWindow({
    show: false,
    webPreferences: { session: closed, sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  const end = () => window.destroy();
  signal?.addEventListener('abort', end);
  try {
    await writeFile(new URL(address), page.text, { mode: 0o600 });
    await window.loadURL(address);
    return await window.webContents.printToPDF({ printBackground: true, preferCSSPageSize: true });
  } finally {
    signal?.removeEventListener('abort', end);
    if (!window.isDestroyed()) window.destroy();
    await rm(folder, { recursive: true, force: true });
  }
};
