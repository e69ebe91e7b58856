/**
 * What no page may do, ours included: leave its address, open windows or frames, embed a webview, ask for a device or
 * permission. Called once by index.ts, before any window.
 */
import { app, session, type WebContents } from 'electron';
import { isOwnPage } from './page.ts';

/** Copying text out of a table or the terminal; all else (camera, notifications, reading the clipboard ...) is refused. */
const ALLOWED_PERMISSION = 'clipboard-sanitized-write';

function guardContents(contents: WebContents, devServer: string | null): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    // A reload of our own page is the one navigation there is (the renderer has no links out).
    if (!event.isMainFrame || !isOwnPage(event.url, devServer)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
  });
}

export function guardEverything(devServer: string | null): void {
  app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, devServer);
  });
  const pages = session.defaultSession;
  pages.setPermissionRequestHandler((contents, permission, grant) => {
    grant(permission === ALLOWED_PERMISSION && isOwnPage(contents.getURL(), devServer));
  });
  pages.setPermissionCheckHandler(
    (contents, permission) =>
      permission === ALLOWED_PERMISSION && contents !== null && isOwnPage(contents.getURL(), devServer),
  );
  pages.setDevicePermissionHandler(() => false);
  pages.on('will-download', (event, item) => {
    // A figure that our page itself made (`blob:`) may be saved, where the user says; nothing is fetched from anywhere.
    const made = /^blob:(.*)$/.exec(item.getURL())?.[1];
    if (made === undefined || !isOwnPage(made, devServer)) event.preventDefault();
  });
}
