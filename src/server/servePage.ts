/** Serves the built window over http. Used by server.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageFile, safetyHeaders } from '../engine/pageFiles.ts';

/** The socket is named in full because `'self'` does not cover ws: in every browser. */
const connect = (port: number): string[] => ["'self'", `ws://127.0.0.1:${port}`, `ws://localhost:${port}`];

export function refuse(response: ServerResponse, status: number, text: string, port: number, allow?: string): void {
  response.writeHead(status, {
    ...safetyHeaders(connect(port)),
    ...(allow === undefined ? {} : { Allow: allow }),
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(`${text}\n`);
}

export async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  port: number,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'only GET', port, 'GET, HEAD');
    return;
  }
  const file = await pageFile(folder, request.url ?? '/');
  if (file === null) {
    refuse(response, 404, request.url === '/' ? 'the window is not built: npm run build' : 'not found', port);
    return;
  }
  const { bytes, type, cache } = file;
  const headers = { 'Content-Type': type, 'Content-Length': bytes.length, 'Cache-Control': cache };
  response.writeHead(200, { ...safetyHeaders(connect(port)), ...headers });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
