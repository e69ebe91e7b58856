/** Makes the window, sandboxed, and remembers where it was. Called by index.ts. */
import { join } from 'node:path';
import { BrowserWindow, app, nativeTheme, screen } from 'electron';
import { PAGE_URL } from './page.ts';
import * as windowState from './windowState.ts';

/** Shown until the page has painted: the design's background, so that nothing flashes. */
const BACKGROUND = { dark: '#0e1116', light: '#f6f7f9' };

export function makeWindow(devServer: string | null): BrowserWindow {
  const path = join(app.getPath('userData'), 'window.json');
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const state = windowState.load(path, areas);
  const window = new BrowserWindow({
    ...(state.bounds ?? { width: state.width, height: state.height }),
    minWidth: windowState.MIN_WIDTH,
    minHeight: windowState.MIN_HEIGHT,
    show: false,
    title: 'gilscope',
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      // The timeline follows the program; a covered window must not fall behind and then jump.
      backgroundThrottling: false,
    },
  });
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
  });
  window.on('close', () => {
    windowState.save(path, window.getNormalBounds(), window.isMaximized());
  });
  void window.loadURL(devServer ?? PAGE_URL);
  return window;
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
