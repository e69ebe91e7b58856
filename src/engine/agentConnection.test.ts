import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { encodeControl } from '../shared/protocol/control.ts';
import { FrameKind } from '../shared/protocol/frames.ts';
import { AgentConnection } from './agentConnection.ts';

const TOKEN = 'ab'.repeat(16);
const HELLO = encodeControl(FrameKind.hello, {
  protocol: 1,
  token: TOKEN,
  pid: 4242,
  ppid: 1,
  python: '3.12.1',
  implementation: 'cpython',
  executable: '/usr/bin/python3',
  argv: ['x.py'],
  engine: 'exact',
  switch_interval_s: 0.005,
  gil_enabled: true,
  start_ns: '1000',
  main_tid: 4242,
  agent: '0.1.0',
});

let folder: string;
let server: Server;
let agent: Socket;
let opened: AgentConnection | null;
/** What became of the connection: `hello`, or why it ended. */
let told: string[];

beforeEach(async () => {
  // Only the time limits are ours to move; the sockets are real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = mkdtempSync(join(tmpdir(), 'gilscope-agent-'));
  told = [];
  opened = null;
  server = createServer((socket) => {
    const greet = (connection: AgentConnection) => {
      told.push('hello');
      opened = connection;
      connection.listen({
        frames: (frames) => told.push(...frames.map(({ payload }) => `${payload.length} bytes`)),
        closed: (why) => told.push(why ?? 'closed'),
      });
    };
    new AgentConnection(socket, TOKEN, greet, (why) => told.push(why));
  });
  await new Promise<void>((done) => server.listen(join(folder, 's'), done));
  agent = connect(join(folder, 's'));
  await new Promise<void>((done) => server.once('connection', () => done()));
});
afterEach(() => {
  vi.useRealTimers();
  agent.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

it('hangs up on a stranger that says nothing', async () => {
  vi.advanceTimersByTime(60_000);
  await vi.waitFor(() => expect(told).toEqual(['it never said hello']));
});

it('keeps one that has said hello, however long it is silent', async () => {
  agent.write(HELLO);
  await vi.waitFor(() => expect(told).toEqual(['hello']));
  vi.advanceTimersByTime(3_600_000);
  agent.end();
  await vi.waitFor(() => expect(told).toEqual(['hello', 'closed']));
});

it('reads to the end what was sent by one that is gone when it is given a command', async () => {
  agent.write(HELLO);
  await vi.waitFor(() => expect(opened).not.toBeNull());
  // Its last words lie in the socket, and nobody is at the other end any more.
  const words = encodeControl(FrameKind.log, { level: 'info', text: 'x'.repeat(60_000) });
  agent.write(words);
  agent.destroy();
  const reply = opened!.command({ cmd: 'ping' });
  await expect(reply).resolves.toBeNull();
  await vi.waitFor(() => expect(told).toEqual(['hello', `${words.length - 8} bytes`, 'closed']));
});
