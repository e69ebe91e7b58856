/** The local server on a small engine of the test's own, over real sockets. The real engine: test/integration/serve.test.ts. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Contract, Push, PushName } from '../shared/contract/calls.ts';
import { decodeMessage, encodeRequest, WS_PATH, WS_PROTOCOL } from '../shared/contract/messages.ts';
import { UserError } from '../engine/errors.ts';
import { startServer, type RunningServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'gilscope-server-'));
const page = join(folder, 'page');
mkdirSync(join(page, 'assets'), { recursive: true });
writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
writeFileSync(join(page, 'assets', 'a.js'), 'export {};');
writeFileSync(join(folder, 'secret.js'), 'secret');
symlinkSync(join(folder, 'secret.js'), join(page, 'link.js'));

type Listener = <N extends PushName>(name: N, push: Push[N]) => void;
const listeners = new Set<Listener>();
const engine: Contract = {
  call: (name) =>
    name === 'app.doctor'
      ? Promise.reject(new UserError('not-found', 'it is not there', 'look elsewhere'))
      : Promise.resolve([1, new Float64Array([1.5])] as never),
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

const running: RunningServer[] = [];
afterAll(async () => {
  await Promise.all(running.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

async function serve(): Promise<RunningServer> {
  const server = await startServer(engine, { page });
  running.push(server);
  return server;
}

async function connect({ port, token }: RunningServer): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${port}`;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${WS_PATH}`, [WS_PROTOCOL, token], { origin });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

const next = (socket: WebSocket): Promise<unknown> =>
  new Promise((done) => socket.once('message', (data: Buffer) => done(decodeMessage(new Uint8Array(data)))));

it('serves the page and its assets, and nothing a link leads to', async () => {
  const { port } = await serve();
  const at = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const index = await at('/');
  expect([index.status, await index.text()]).toEqual([200, '<!doctype html><title>page</title>']);
  expect(index.headers.get('cache-control')).toBe('no-store');
  expect((await at('/assets/a.js')).headers.get('cache-control')).toContain('immutable');
  expect((await at('/link.js')).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' })).status).toBe(405);
});

it('answers, and refuses in words', async () => {
  const socket = await connect(await serve());
  socket.send(encodeRequest({ id: 5, name: 'session.list', args: {} }));
  expect(await next(socket)).toEqual({ id: 5, ok: true, reply: [1, new Float64Array([1.5])] });
  socket.send(encodeRequest({ id: 6, name: 'app.doctor', args: {} }));
  const error = { message: 'it is not there', remedy: 'look elsewhere' };
  expect(await next(socket)).toEqual({ id: 6, ok: false, error });
  socket.terminate();
});

it('spares a slow window what is out of date, never the last word', async () => {
  const socket = await connect(await serve());
  const raw = (socket as unknown as { _socket: { pause(): void; resume(): void } })._socket;
  raw.pause();
  const rounds = 400;
  const filler = 'x'.repeat(100_000);
  for (let revision = 1; revision <= rounds; revision++) {
    const session = { id: 's', revision, title: filler } as Push['session.changed']['session'];
    for (const listener of listeners) listener('session.changed', { session });
    // Lets the server's side write what the kernel takes.
    if (revision % 20 === 0) await new Promise((done) => setImmediate(done));
  }
  const seen: number[] = [];
  const last = new Promise<void>((done) => {
    socket.on('message', (data: Buffer) => {
      const message = decodeMessage(new Uint8Array(data));
      if (!('push' in message) || !('session' in message.body)) return;
      seen.push(message.body.session.revision);
      if (message.body.session.revision === rounds) done();
    });
  });
  raw.resume();
  await last;
  expect(seen.length).toBeLessThan(rounds / 2);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  socket.terminate();
});

it('forgets a window that has gone', async () => {
  await expect.poll(() => listeners.size).toBe(0);
  const socket = await connect(await serve());
  await expect.poll(() => listeners.size).toBe(1);
  socket.terminate();
  await expect.poll(() => listeners.size).toBe(0);
});
