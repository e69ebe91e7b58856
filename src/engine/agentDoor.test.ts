/** The door and its connections over a real Unix socket: who gets in, in what order things are heard, and how it ends. */
import { once } from 'node:events';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { encodeControl, parseControl } from '../shared/protocol/control.ts';
import { encodeFrame, FrameKind, FrameReader, type Frame } from '../shared/protocol/frames.ts';
import type { AgentConnection } from './agentConnection.ts';
import { AgentDoor } from './agentDoor.ts';
import { sweepDoors } from './doorSweep.ts';
import { OWN_NAME } from './owner.ts';

const HELLO = {
  protocol: 1 as const,
  pid: 7,
  python: '3.12.1',
  implementation: 'cpython',
  argv: [] as string[],
  start_ns: '1',
};
const hello = (token: string) => encodeControl(FrameKind.hello, { ...HELLO, token, engine: 'exact' });
const marked = (n: number, size = 4) => encodeFrame(FrameKind.events, new Uint8Array(size).fill(n));

interface Heard {
  door: AgentDoor;
  connections: AgentConnection[];
  frames: Frame[];
  ends: (string | null)[];
  refused: string[];
}

const opened: { door: AgentDoor; sockets: Socket[] }[] = [];
afterEach(() => {
  for (const { door, sockets } of opened.splice(0)) {
    door.close();
    for (const socket of sockets) socket.destroy();
  }
});

async function listen(onFrames: (frames: Frame[]) => void = () => undefined): Promise<Heard> {
  const heard: Omit<Heard, 'door'> = { connections: [], frames: [], ends: [], refused: [] };
  const door = await AgentDoor.open(
    ({ connection }) => {
      heard.connections.push(connection);
      connection.listen({
        frames: (frames) => {
          heard.frames.push(...frames);
          onFrames(frames);
        },
        closed: (why) => heard.ends.push(why),
      });
    },
    (why) => heard.refused.push(why),
  );
  opened.push({ door, sockets: [] });
  return { door, ...heard };
}

async function knock({ door }: Heard): Promise<Socket> {
  const socket = connect(door.path);
  socket.on('error', () => undefined);
  opened.at(-1)!.sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

it('is a socket in a folder nobody else can enter, and leaves nothing behind', async () => {
  const { door } = await listen();
  expect(statSync(dirname(door.path)).mode & 0o777).toBe(0o700);
  expect(door.token).toMatch(/^[0-9a-f]{48}$/);
  door.close();
  expect(existsSync(dirname(door.path))).toBe(false);
});

it('hears everything, in order, and then the end', async () => {
  const heard = await listen();
  const socket = await knock(heard);
  const count = 5000;
  socket.write(hello(heard.door.token));
  for (let i = 0; i < count; i++) socket.write(marked(i & 255, 500));
  socket.end();
  await expect.poll(() => heard.ends).toEqual([null]);
  expect(heard.frames.map(({ payload }) => payload[0])).toEqual(Array.from({ length: count }, (_, i) => i & 255));
});

it.each([
  ['a wrong token', (token: string) => hello(token.replace(/^./, (c) => (c === '0' ? '1' : '0'))), /token is wrong/],
  ['no hello', () => marked(1), /first message is no HELLO/],
  ['another protocol', () => encodeFrame(FrameKind.hello, Buffer.from('{"protocol": 9}')), /speaks protocol 9/],
  ['a frame of 2 MiB', () => Buffer.from([0, 0, 32, 0, 1, 0, 0, 0]), /announces 2097152 bytes/],
  ['nothing at all', () => null, /hung up without a word/],
])('refuses %s', async (_what, bytes, why) => {
  const heard = await listen();
  const socket = await knock(heard);
  const sent = bytes(heard.door.token);
  if (sent === null) socket.end();
  else socket.write(sent);
  if (sent !== null) await once(socket, 'close');
  await expect.poll(() => heard.refused).toEqual([expect.stringMatching(why)]);
  expect(heard.connections).toEqual([]);
});

it('hangs up in mid-stream on what is not the protocol, and keeps what came before', async () => {
  const heard = await listen();
  const socket = await knock(heard);
  socket.write(Buffer.concat([hello(heard.door.token), marked(1), marked(2)]));
  await expect.poll(() => heard.frames.length).toBe(2);
  socket.write(Buffer.alloc(64, 255));
  await once(socket, 'close');
  await expect.poll(() => heard.ends).toEqual([expect.stringMatching(/announces 4294967295 bytes/)]);
});

it('a listener that throws ends its connection with the reason', async () => {
  const heard = await listen(() => {
    throw new Error('no room');
  });
  const socket = await knock(heard);
  socket.write(Buffer.concat([hello(heard.door.token), marked(1)]));
  await once(socket, 'close');
  await expect.poll(() => heard.ends).toEqual([expect.stringMatching(/no room/)]);
});

it('carries commands and their replies; none is waited for longer than its time or its agent', async () => {
  const heard = await listen();
  const socket = await knock(heard);
  const reader = new FrameReader();
  const ids: number[] = [];
  socket.on('data', (chunk) => {
    for (const frame of reader.push(chunk)) {
      const command = parseControl(frame);
      if (command?.kind !== FrameKind.command) continue;
      ids.push(command.value.id);
      if (command.value.cmd === 'ping')
        socket.write(encodeControl(FrameKind.reply, { id: command.value.id, ok: true, value: 5 }));
    }
  });
  socket.write(hello(heard.door.token));
  await expect.poll(() => heard.connections.length).toBe(1);
  const [connection] = heard.connections;
  expect(await connection.command({ cmd: 'ping' })).toMatchObject({ ok: true, value: 5 });
  expect(await connection.command({ cmd: 'ignored' }, 30)).toBeNull();
  const unanswered = connection.command({ cmd: 'ignored' });
  await expect.poll(() => ids.length).toBe(3);
  socket.destroy();
  expect(await unanswered).toBeNull();
  expect(await connection.command({ cmd: 'ping' })).toBeNull();
  expect(new Set(ids).size).toBe(3);
});

it('waits ten seconds for a hello, and as long as it takes for anything after', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const [heard, other] = [await listen(), await listen()];
  const [greets, keepsQuiet] = [await knock(heard), await knock(other)];
  greets.write(hello(heard.door.token));
  while (heard.connections.length === 0) await new Promise((done) => setImmediate(done));
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  await once(keepsQuiet, 'close');
  await expect.poll(() => other.refused).toEqual(['it never said hello']);
  greets.write(marked(1));
  await expect.poll(() => heard.frames.length).toBe(1);
  expect(heard.ends).toEqual([]);
});

it('sweeps away what killed gilscopes left, and nothing else', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'gs-'));
  const at = (name: string) => join(temporary, name);
  for (const name of ['gilscope-dead01', 'gilscope-mine02', 'gilscope-live03']) mkdirSync(at(name));
  writeFileSync(join(at('gilscope-mine02'), 'notes.txt'), 'precious');
  // A process that ends without closing its socket, as one that is killed does.
  const dies = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const path = join(at('gilscope-dead01'), 'agent');
  expect(() => execFileSync(process.execPath, ['-e', dies, path])).toThrow();
  expect(existsSync(path)).toBe(true);
  // Copies for a program that did not see our files.
  writeFileSync(join(at('gilscope-dead01'), 'libgilscope.so'), '');
  mkdirSync(join(at('gilscope-dead01'), 'boot'));
  const visitors: unknown[] = [];
  const server = createServer((socket) => visitors.push(socket)).listen(join(at('gilscope-live03'), 'agent'));
  await once(server, 'listening');
  await sweepDoors([temporary]);
  expect(readdirSync(temporary).sort()).toEqual(['gilscope-live03', 'gilscope-mine02']);
  // Where /proc tells who lives, nobody is disturbed: a knock without a word is reported as a refusal.
  if (process.platform === 'linux') expect(visitors).toEqual([]);
  server.close();
  rmSync(temporary, { recursive: true });
});

it('sweeps away what a gilscope killed in the middle of an attach left, and leaves those that live their own', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'gs-'));
  const at = (name: string) => join(temporary, name);
  const gone = spawnSync('true').pid;
  const stage = (name: string, maker: string | null, files: readonly string[], old = false) => {
    mkdirSync(at(name));
    if (maker !== null) symlinkSync(maker, join(at(name), 'maker'));
    for (const file of files) writeFileSync(join(at(name), file), '');
    if (old) utimesSync(at(name), 0, 0);
  };
  stage('gilscope-dead04', `${gone}@1@${hostname()}`, ['attach.json', 'libgilscope.so', 'enter.py']);
  stage('gilscope-dead05', null, [], true);
  stage('gilscope-live06', OWN_NAME, ['attach.json', 'libgilscope.so']);
  stage('gilscope-far007', `${gone}@1@elsewhere`, ['attach.json']);
  stage('gilscope-new008', null, []);
  stage('gilscope-odd009', null, ['libgilscope.so'], true);
  await sweepDoors([temporary]);
  expect(readdirSync(temporary).sort()).toEqual([
    ...['gilscope-far007', 'gilscope-live06', 'gilscope-new008', 'gilscope-odd009'],
  ]);
  rmSync(temporary, { recursive: true });
});
