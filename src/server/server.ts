/**
 * The local server: the window as a page, and the contract over a WebSocket, for 127.0.0.1 alone. README.md has the rules.
 * Started by cli/serve.ts and cli/open.ts.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Contract } from '../shared/contract/calls.ts';
import { MAX_REQUEST_BYTES, WS_PATH, WS_PROTOCOL } from '../shared/contract/messages.ts';
import { errorCode, fileError, UserError } from '../engine/errors.ts';
import { PAGE_FOLDER } from '../engine/paths.ts';
import { hostAllowed, newToken, originAllowed, tokenAllowed } from './guard.ts';
import { refuse, servePage } from './servePage.ts';
import { seldom, Strangers } from './strangers.ts';
import { serveWindow } from './windows.ts';

const ADDRESS = '127.0.0.1';
const PING_MS = 30_000;

export interface RunningServer {
  port: number;
  token: string;
  /** What the user opens; the token is in the fragment, which browsers send nowhere. */
  url: string;
  close(): Promise<void>;
}

export interface ServerOptions {
  port?: number;
  page?: string;
  /** A request that is not there in full by then, from the first byte or the connection on, ends its connection. */
  requestMs?: number;
  /** Windows at once. */
  windows?: number;
  /** Hears that a limit has been reached: a sentence, at most one a minute. */
  tell?: (text: string) => void;
}

const REQUEST_MS = 10_000;
/** A connection on which nothing moves: an answer that nobody reads. Windows are exempt. */
const STILL_MS = 60_000;
const WINDOWS = 64;

/** Throws UserError when the port cannot be had. */
export async function startServer(engine: Contract, options: ServerOptions): Promise<RunningServer> {
  const token = newToken();
  const page = options.page ?? PAGE_FOLDER;
  const most = options.windows ?? WINDOWS;
  const requestMs = options.requestMs ?? REQUEST_MS;
  const tell = seldom(options.tell ?? (() => undefined));
  const limits = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.max(50, requestMs / 10),
  };
  let port = 0;
  const server = createServer(limits, (request, response) => {
    if (!hostAllowed(request.headers.host, port)) refuse(response, 421, 'wrong host', port);
    else if (!originAllowed(request.headers.origin, port, false)) refuse(response, 403, 'wrong origin', port);
    else void servePage(request, response, page, port);
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_REQUEST_BYTES,
    // The token was offered as a second subprotocol; it is not repeated in the answer.
    handleProtocols: () => WS_PROTOCOL,
    // Replies are mostly typed arrays on the loopback: packing them costs more than it saves.
    perMessageDeflate: false,
  });
  server.setTimeout(STILL_MS);
  const strangers = new Strangers(tell);
  server.on('connection', (socket) => strangers.add(socket));
  server.on('upgrade', (request, socket, head) => {
    const status = judgeUpgrade(request, port, token);
    if (status !== null) {
      refuseUpgrade(socket, status);
    } else if (sockets.clients.size >= most) {
      tell(`there are ${most} windows open already: close one to open another`);
      refuseUpgrade(socket, '503 Service Unavailable');
    } else {
      strangers.admit(socket);
      sockets.handleUpgrade(request, socket, head, (window) => serveWindow(window, engine));
    }
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  port = await listen(server, options.port ?? 0);
  const pings = setInterval(() => sockets.clients.forEach((window) => window.ping()), PING_MS);
  pings.unref();
  return {
    port,
    token,
    url: `http://${ADDRESS}:${port}/#token=${token}`,
    close: async () => {
      clearInterval(pings);
      for (const window of sockets.clients) window.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function judgeUpgrade(request: IncomingMessage, port: number, token: string): string | null {
  if (!hostAllowed(request.headers.host, port)) return '421 Misdirected Request';
  if (!originAllowed(request.headers.origin, port, true)) return '403 Forbidden';
  // The target of a request need not be an address at all.
  const [target, base] = [request.url ?? '/', 'http://x'];
  if (!URL.canParse(target, base) || new URL(target, base).pathname !== WS_PATH) return '404 Not Found';
  if (!tokenAllowed(request.headers['sec-websocket-protocol'], token)) return '401 Unauthorized';
  return null;
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  // The other end may leave its half open for ever.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, ADDRESS, resolve);
    });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EADDRINUSE')
      throw new UserError('port-in-use', `port ${port} is in use`, 'choose another with --port, or leave --port out');
    if (code === 'EACCES')
      throw new UserError(
        'port-in-use',
        `port ${port} is reserved for the system`,
        'choose one above 1023 with --port',
      );
    throw fileError(error, `cannot listen on ${ADDRESS}:${port}`);
  }
  return (server.address() as AddressInfo).port;
}
