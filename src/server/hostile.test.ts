/** The local server against whoever should not be there: other sites, other users of the machine, broken and malicious clients; over real sockets. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Contract } from '../shared/contract/calls.ts';
import { decodeMessage, encodeRequest, MAX_REQUEST_BYTES, WS_PATH, WS_PROTOCOL } from '../shared/contract/messages.ts';
import { encodePacket } from '../shared/contract/packet.ts';
import { startServer, type RunningServer, type ServerOptions } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'gilscope-hostile-'));
const page = join(folder, 'page');
mkdirSync(join(page, 'assets'), { recursive: true });
writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
writeFileSync(join(page, 'assets', 'a.js'), 'export {};');
writeFileSync(join(folder, 'secret.js'), 'secret');

/** Counts what reaches the engine: nothing, from whoever is refused. */
let calls = 0;
const engine: Contract = {
  call: () => {
    calls++;
    return Promise.resolve([] as never);
  },
  subscribe: () => () => undefined,
};

let server: RunningServer;
const notices: string[] = [];
const opened: { destroy(): void }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) one.destroy();
  await server.close();
  notices.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(more: ServerOptions = {}): Promise<void> {
  calls = 0;
  server = await startServer(engine, { page, tell: (text) => notices.push(text), ...more });
}

async function raw(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  opened.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const closed = (socket: Socket): Promise<unknown> => new Promise((done) => socket.once('close', done));

/** All that comes back for these bytes, until the server closes. */
async function said(bytes: string): Promise<string> {
  const socket = await raw();
  let text = '';
  socket.setEncoding('latin1').on('data', (data: string) => (text += data));
  socket.write(bytes, 'latin1');
  await closed(socket);
  return text;
}

const status = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
const own = () => `127.0.0.1:${server.port}`;
const request = (target: string, headers: string[] = [`Host: ${own()}`]): string =>
  [`GET ${target} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n');
const upgrade = (target: string, token: string, host = own()): string =>
  [
    ...[`GET ${target} HTTP/1.1`, `Host: ${host}`, `Origin: http://${own()}`, 'Connection: Upgrade'],
    ...['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='],
    ...[`Sec-WebSocket-Protocol: ${WS_PROTOCOL}, ${token}`, '', ''],
  ].join('\r\n');

async function openWindow(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${own()}${WS_PATH}`, [WS_PROTOCOL, server.token], { origin: `http://${own()}` });
  opened.push({ destroy: () => socket.terminate() });
  await once(socket, 'open');
  return socket;
}

async function ask(socket: WebSocket, message: unknown): Promise<unknown> {
  socket.send(encodePacket(message));
  const [data] = (await once(socket, 'message')) as [Buffer];
  return decodeMessage(new Uint8Array(data));
}

describe('requests', () => {
  it('for anything outside the page are answered 404, however the way out is written', async () => {
    await serve();
    const ways = [
      ...['/../secret.js', '/assets/../../secret.js', '/..%2fsecret.js', '/%2e%2e/secret.js', '/%2e%2e%2fsecret.js'],
      ...['/%252e%252e%252fsecret.js', '/..%5csecret.js', '/..\\secret.js', '/assets/..%c0%afsecret.js', '/%00/a.js'],
      ...['/assets/a.js%00.png', '/assets/a.js%0a', '/c:/secret.js', `/${folder}/secret.js`, '/file:///etc/passwd'],
      ...[
        '/assets',
        '/assets/',
        '/assets/a.js/',
        '/index.html/..',
        '/.git/config',
        '/%',
        '/%ff',
        '//secret.js',
        '//',
        '///',
      ],
      `/${'a'.repeat(5000)}.js`,
    ];
    for (const way of ways) {
      const text = await said(request(way));
      expect([way, status(text)]).not.toEqual([way, 0]);
      expect(text).not.toContain('secret\n');
      if (status(text) === 200) expect([way, text]).toEqual([way, expect.stringMatching(/<title>page|export \{\}/)]);
      else expect([way, status(text)]).toEqual([way, 404]);
    }
    expect(status(await said(request('/')))).toBe(200);
  });

  it('by another name, by two names or by none are refused (DNS rebinding)', async () => {
    await serve();
    for (const host of [
      'evil.test',
      `evil.test:${server.port}`,
      `${own()}.evil.test`,
      '127.0.0.1',
      `[::1]:${server.port}`,
    ])
      expect([host, status(await said(request('/', [`Host: ${host}`])))]).toEqual([host, 421]);
    expect([400, 421]).toContain(status(await said(request('/', []))));
    expect(status(await said(request('/', ['Host: evil.test', `Host: ${own()}`])))).not.toBe(200);
    expect(status(await said(request('http://evil.test/', [`Host: ${own()}`])))).toBe(200);
  });

  it('that are no HTTP end that connection alone', async () => {
    await serve({ requestMs: 100 });
    for (const bytes of [
      '\0\0\0\0',
      'GET',
      'GET /\r\n\r\n',
      'A'.repeat(1 << 20),
      '\x16\x03\x01\x02\x00\x01',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ])
      await said(bytes);
    await said(`GET / HTTP/1.1\r\nHost: ${own()}\r\nX: ${'y'.repeat(200_000)}\r\n\r\n`);
    expect(status(await said(request('/')))).toBe(200);
  });

  it('are answered with headers that keep page and answers to themselves, refusals too', async () => {
    await serve();
    for (const text of [
      await said(request('/')),
      await said(request('/nope')),
      await said(request('/', ['Host: evil.test'])),
      await said(request('/', [`Host: ${own()}`, 'Origin: http://evil.test'])),
    ]) {
      const head = text.slice(0, text.indexOf('\r\n\r\n'));
      const policy = /^Content-Security-Policy: (.*)$/m.exec(head)?.[1] ?? '';
      for (const part of [
        "default-src 'none'",
        "script-src 'self';",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
      ])
        expect(policy).toContain(part);
      expect(policy).not.toMatch(/script-src[^;]*unsafe|\*/);
      for (const line of [
        ...['X-Content-Type-Options: nosniff', 'X-Frame-Options: DENY', 'Referrer-Policy: no-referrer'],
        ...[
          'Cross-Origin-Resource-Policy: same-origin',
          'Cross-Origin-Opener-Policy: same-origin',
          'Cache-Control: no-store',
        ],
      ])
        expect(head).toContain(line);
      expect(head).not.toMatch(/access-control|set-cookie|x-powered-by|^server:/im);
      expect(text).not.toContain(server.token);
    }
  });
});

describe('upgrades', () => {
  it('are refused without the token, from another site, by another name, and elsewhere; nothing reaches the engine', async () => {
    await serve();
    const wrong = server.token.replace(/./g, '0');
    expect(status(await said(upgrade(WS_PATH, wrong)))).toBe(401);
    expect(status(await said(upgrade(WS_PATH, server.token, 'evil.test')))).toBe(421);
    expect(status(await said(upgrade(WS_PATH, server.token).replace(/Origin: .*/, 'Origin: http://evil.test')))).toBe(
      403,
    );
    expect(status(await said(upgrade(WS_PATH, server.token).replace(/Origin: .*\r\n/, '')))).toBe(403);
    expect(status(await said(upgrade(`/?token=${server.token}`, wrong)))).toBe(404);
    expect(calls).toBe(0);
  });

  it('to what is no address at all are refused, and the server lives on', async () => {
    await serve();
    for (const target of ['//', 'http://[', '/\\', 'ws://%', '*', 'http://'])
      expect([target, status(await said(upgrade(target, 'x')))]).not.toEqual([target, 101]);
    expect(status(await said(request('/')))).toBe(200);
  });
});

describe('messages', () => {
  it('that name an unknown call are answered, not hung up on: a newer window would come back for ever', async () => {
    await serve();
    const socket = await openWindow();
    for (const name of ['session.teleport', '', '__proto__', 'constructor', 'toString', 'x'.repeat(10_000)]) {
      const message = await ask(socket, { id: 4, name, args: {} });
      expect(message).toMatchObject({
        id: 4,
        ok: false,
        error: { message: expect.stringContaining('does not know') as string },
      });
      expect(JSON.stringify(message).length).toBeLessThan(400);
    }
    expect(calls).toBe(0);
    expect(await ask(socket, { id: 5, name: 'session.list', args: {} })).toMatchObject({ id: 5, ok: true });
  });

  it('that are no request end their own connection', async () => {
    await serve();
    const deep = Buffer.from(`{"id":1,"name":"session.list","args":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    const packed = (json: Buffer) => Buffer.concat([Buffer.from(Uint32Array.of(json.length).buffer), json]);
    const json = (text: string) => packed(Buffer.from(text));
    const nonsense: (Buffer | string)[] = [
      ...[
        'text',
        Buffer.alloc(0),
        Buffer.alloc(3),
        Buffer.from([255, 255, 255, 255, 1]),
        json('{'),
        json('null'),
        packed(deep),
      ],
      ...[json('{"id":-1,"name":"session.list"}'), json('{"id":1e400,"name":"session.list"}'), json('{"id":1}')],
      json('{"id":1,"name":"session.list","args":{"$a":["constructor",0,9]}}'),
      json('{"id":1,"name":"session.list","args":{"$a":["f64",-8,1e15]}}'),
      json('{"id":1,"name":"session.list","args":{"$a":null}}'),
      Buffer.alloc(MAX_REQUEST_BYTES + 1),
    ];
    const still = await openWindow();
    for (const bytes of nonsense) {
      const socket = await openWindow();
      socket.on('error', () => undefined);
      socket.send(bytes);
      const [code] = (await once(socket, 'close')) as [number];
      expect([1006, 1007, 1009]).toContain(code);
    }
    expect(calls).toBe(0);
    expect(await ask(still, { id: 5, name: 'session.list', args: {} })).toMatchObject({ id: 5, ok: true });
  });

  it('in floods end their own connection', async () => {
    await serve();
    const socket = await openWindow();
    for (let id = 0; id < 2000; id++) socket.send(encodeRequest({ id, name: 'session.list', args: {} }));
    const [code] = (await once(socket, 'close')) as [number];
    expect([1006, 1008]).toContain(code);
  });
});

describe('connections', () => {
  it('of a thousand strangers do not keep the true window out, and that is told', async () => {
    await serve();
    const before = await openWindow();
    const strangers = await Promise.all(Array.from({ length: 1000 }, raw));
    strangers.slice(0, 500).forEach((socket) => socket.write('GET / HTTP/1.1\r\nX-Slow: '));
    expect(await ask(before, { id: 1, name: 'session.list', args: {} })).toMatchObject({ id: 1, ok: true });
    expect(status(await said(request('/')))).toBe(200);
    const late = await openWindow();
    expect(await ask(late, { id: 2, name: 'session.list', args: {} })).toMatchObject({ id: 2, ok: true });
    expect(await ask(before, { id: 3, name: 'session.list', args: {} })).toMatchObject({ id: 3, ok: true });
    expect(notices).toEqual([expect.stringMatching(/more than 256 connections/)]);
    await expect.poll(() => strangers.filter((socket) => !socket.destroyed).length).toBeLessThanOrEqual(256);
  });

  it('that never finish their request are closed (slowloris), as are those that never begin one', async () => {
    await serve({ requestMs: 300 });
    const slow = await raw();
    const silent = await raw();
    const window = await openWindow();
    slow.write(`GET / HTTP/1.1\r\nHost: ${own()}\r\n`);
    // A byte now and then is no sign of life.
    const drip = setInterval(() => slow.write('X'), 20);
    slow.resume();
    silent.resume();
    await Promise.all([slow, silent].map(closed));
    clearInterval(drip);
    expect(await ask(window, { id: 1, name: 'session.list', args: {} })).toMatchObject({ id: 1, ok: true });
  });

  it('of windows are limited, and the one too many is told so', async () => {
    await serve({ windows: 3 });
    const windows = [await openWindow(), await openWindow(), await openWindow()];
    expect(status(await said(upgrade(WS_PATH, server.token)))).toBe(503);
    expect(notices).toEqual([expect.stringMatching(/3 windows/)]);
    windows[0].close();
    await once(windows[0], 'close');
    await openWindow();
  });

  it('without a token cannot make the server hold more than the page once', async () => {
    const big = join(page, 'assets', 'big.js');
    writeFileSync(big, Buffer.alloc(4 << 20, ' '));
    await serve();
    const before = process.memoryUsage().arrayBuffers;
    const readers = await Promise.all(Array.from({ length: 100 }, raw));
    for (const socket of readers) socket.pause().write(request('/assets/big.js'));
    expect(status(await said(request('/assets/a.js')))).toBe(200);
    await Promise.all(readers.map((socket) => once(socket, 'readable')));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20);
  });
});
