/**
 * Opens the window's address in the user's browser. Its token must not be an argument of a program: every user of a machine sees those.
 * So a browser is given a page of ours, which only this user can read, and which leads to the address. Used by serve.ts.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onPath } from '../engine/doctor/check.ts';
import { hasDisplay } from '../engine/doctor/electron.ts';

/** Tried, never waited for: without a browser the address is on the screen anyway. The answer removes the page again; the end of gilscope does too. */
export function openBrowser(url: string, folder: string): () => void {
  const opener = onPath([process.platform === 'darwin' ? 'open' : 'xdg-open']);
  if (!hasDisplay() || opener === null) return () => undefined;
  const page = join(folder, `open-${process.pid}.html`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(page, { force: true });
    writeFileSync(page, leadingTo(url), { mode: 0o600, flag: 'wx' });
  } catch {
    return () => undefined;
  }
  const remove = () => rmSync(page, { force: true });
  process.once('exit', remove);
  const child = spawn(opener, [pathToFileURL(page).href], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  return remove;
}

/** `url` is our own: digits and hexadecimal, nothing to escape. */
function leadingTo(url: string): string {
  const to = `<meta http-equiv="refresh" content="0; url=${url}">`;
  return `<!doctype html><meta charset="utf-8"><title>gilscope</title>${to}<a href="${url}">gilscope</a>\n`;
}
