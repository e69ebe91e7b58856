/** `gilscope serve`, and what `gilscope open` falls back to: the local server until Ctrl-C. */
import { createEngine } from '../engine/contract.ts';
import { dataFolder } from '../engine/paths.ts';
import { startServer, type RunningServer } from '../server/server.ts';
import { openBrowser } from './browser.ts';

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
  const server = await startServer(engine, {
    ...(options.port === undefined ? {} : { port: options.port }),
    tell: (text) => process.stderr.write(`gilscope: ${text}\n`),
  });
  const stopped = untilSignal();
  announce(server, options);
  const forget = options.browser === true ? openBrowser(server.url, dataFolder()) : null;
  await stopped;
  forget?.();
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
