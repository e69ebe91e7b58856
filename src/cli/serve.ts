/** `gilscope serve`, and what `gilscope open` falls back to: the local server until Ctrl-C. */
import { spawn } from 'node:child_process';
import { createEngine } from '../engine/contract.ts';
import { hasDisplay, onPath } from '../engine/doctor.ts';
import { startServer, type RunningServer } from '../server/server.ts';

export interface ServeOptions {
  port?: number;
  json?: boolean;
  /** Files to open at start. */
  open?: string[];
  browser?: boolean;
}

/** Resolves when the server has been closed by a signal. */
export async function serve(options: ServeOptions): Promise<void> {
  const engine = createEngine({ shell: 'server', open: options.open ?? [] });
  const server = await startServer(engine, options.port === undefined ? {} : { port: options.port });
  const stopped = untilSignal();
  announce(server, options);
  if (options.browser === true) openBrowser(server.url);
  await stopped;
  // Recordings first: their last frames are written, programs that run go on.
  await engine.close();
  await server.close();
}

/** The address alone on standard output, for people and scripts; the rest beside it. */
function announce(server: RunningServer, options: ServeOptions): void {
  const { url, port, token } = server;
  process.stdout.write(options.json === true ? `${JSON.stringify({ url, port, token })}\n` : `${url}\n`);
  if (options.json !== true) process.stderr.write('Open this address in a browser. Ctrl-C ends the server.\n');
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve());
  });
}

/** Tried, never waited for: without a browser the address is on the screen anyway. */
function openBrowser(url: string): void {
  const opener = process.platform === 'darwin' ? 'open' : onPath(['xdg-open']);
  if (!hasDisplay() || opener === null) return;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
