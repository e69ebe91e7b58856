/** Starts `bin/gilscope serve` as a user would, with a home of its own, and ends it. Used by the fixtures and by shots. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const GILSCOPE = join(ROOT, 'bin', 'gilscope');
/** The path of a program of e2e/programs. */
export const program = (name: string): string => join(ROOT, 'e2e', 'programs', name);
const START_MS = 20_000;
const END_MS = 8_000;

export interface Served {
  /** With the token: opens the window. */
  address: string;
  /** GILSCOPE_HOME. */
  home: string;
  /** A folder for the test's own files. */
  folder: string;
  /** What the server has said so far. */
  said: () => string;
  /** Ends the server, as Ctrl-C does. */
  stop: () => Promise<void>;
  /** Ends the server and removes its folders. */
  close: () => Promise<void>;
}

/** The address in what the server prints; rejects with what it said when it ends or is silent instead. */
function addressOf(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((found, failed) => {
    const fail = (why: string) => failed(new Error(`gilscope serve ${why}: ${said()}`));
    const limit = setTimeout(() => fail('printed no address'), START_MS);
    const look = () => {
      const address = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said());
      if (address === null) return;
      clearTimeout(limit);
      found(address[0]);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await gone;
  clearTimeout(limit);
}

/** @param shared GILSCOPE_HOME of another server that still runs; else it has one of its own. */
export async function serve(args: string[] = [], shared?: string): Promise<Served> {
  const scratch = mkdtempSync(join(tmpdir(), 'gilscope-e2e-'));
  const home = shared ?? join(scratch, 'home');
  const env = { ...process.env, GILSCOPE_HOME: home, BROWSER: 'none', NO_COLOR: '1' };
  const child = spawn(process.execPath, [GILSCOPE, 'serve', '--port', '0', ...args], {
    cwd: scratch,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  const stop = () => end(child);
  const close = async () => {
    await stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const address = await addressOf(child, () => output);
    return { address, home, folder: scratch, said: () => output, stop, close };
  } catch (error) {
    await close();
    throw error;
  }
}
