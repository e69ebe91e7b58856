/** `gilscope open`, the default: Electron's window where it can be had, else the local server, said in one line. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { electronBinary, hasDisplay } from '../engine/doctor/electron.ts';
import { checkOpens } from '../engine/fileSession.ts';
import { APP_ROOT } from '../engine/paths.ts';
import type { ProgramEnd } from '../engine/program.ts';
import { serve } from './serve.ts';

export async function open(files: string[]): Promise<ProgramEnd> {
  const paths = files.map((file) => resolve(file));
  // A wrong name is told here, in the terminal it was typed into, not in a window.
  for (const path of paths) await checkOpens(path);
  const binary = electronBinary();
  if (binary !== null && hasDisplay()) return runElectron(binary, paths);
  const why = binary === null ? "Electron's binary is not installed" : 'there is no display';
  process.stderr.write(`${why}: this is the local server instead\n`);
  await serve({ open: paths, browser: true });
  return { exitCode: 0, signal: null };
}

function runElectron(binary: string, paths: string[]): Promise<ProgramEnd> {
  // Chromium's sandbox does not run as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(binary, [...asRoot, APP_ROOT, '--', ...paths], { stdio: 'inherit' });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (exitCode, signal) => done({ exitCode, signal }));
  });
}
