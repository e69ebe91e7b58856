/**
 * Electron's entry: one instance, one engine, one window. Thin on purpose: what the window can do is the contract, the same
 * as over the local server. Started by `gilscope open` (src/cli) with the files to open after `--`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserWindow, app } from 'electron';
import { createEngine } from '../engine/contract.ts';
import { PAGE_FOLDER, dataFolder } from '../engine/paths.ts';
import { countRecording } from './badge.ts';
import { guardEverything } from './guards.ts';
import { sendCommand, serveContract } from './ipc.ts';
import { setMenu } from './menu.ts';
import { type Handover, filesOfArgv, parseHandover } from './openRequest.ts';
import { electronPrinter } from './printer.ts';
import { declareScheme, servePage } from './protocol.ts';
import { bringToFront, makeWindow } from './window.ts';

/** Longest that quitting waits for sessions to be written to the end; a file cut short opens all the same. */
const CLOSE_MS = 5000;

/** electron-vite's server while developing; never in a packaged application. */
const devServer = app.isPackaged ? null : (process.env.ELECTRON_RENDERER_URL ?? null);
const files = filesOfArgv(process.argv, app.isPackaged, process.cwd());
let window: BrowserWindow | null = null;

// Whoever reads our output may go away first (`gilscope | head`); that is no reason to die.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Opens files in the window there is, or remembers them for the one to come. */
function openFiles(paths: string[]): void {
  if (window === null) {
    files.push(...paths);
    return;
  }
  bringToFront(window);
  if (paths.length > 0) sendCommand(window, { kind: 'open-files', paths });
}

/** Sessions are written to their end and programs detached, not ended; then Electron quits. */
function closeAtQuit(close: () => Promise<void>): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_MS));
    void Promise.race([close().catch(() => undefined), limit]).finally(() => {
      closed = true;
      app.quit();
    });
  });
}

function showWindow(): void {
  window = makeWindow(devServer);
  window.on('closed', () => {
    window = null;
  });
}

function start(): void {
  guardEverything(devServer);
  servePage(PAGE_FOLDER);
  const engine = createEngine({ shell: 'electron', open: files, print: electronPrinter });
  closeAtQuit(() => engine.close());
  serveContract(engine, () => (window === null ? [] : [window]), devServer);
  engine.subscribe(countRecording((count) => app.setBadgeCount(count)));
  setMenu(
    (command) => window !== null && sendCommand(window, command),
    process.platform === 'darwin',
    devServer !== null,
  );
  showWindow();
  app.on('activate', () => {
    if (window === null) showWindow();
  });
}

function main(): void {
  app.setName('gilscope');
  app.setAppUserModelId('dev.gilscope');
  const home = join(dataFolder(), 'electron');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  app.setPath('userData', home);
  const handover: Handover = { files };
  if (!app.requestSingleInstanceLock(handover)) {
    app.quit();
    return;
  }
  app.enableSandbox();
  declareScheme();
  app.on('second-instance', (_event, _argv, _folder, data) => {
    openFiles(parseHandover(data).files);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openFiles([path]);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  void app.whenReady().then(start);
}

main();
