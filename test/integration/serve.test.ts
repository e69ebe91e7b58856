/** `gilscope serve` as a window sees it: who is let in, and the whole contract on real programs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { WS_PATH } from '../../src/shared/contract/messages.ts';
import type { LaunchSpec, SessionInfo } from '../../src/shared/contract/types.ts';
import { file, GILSCOPE, home, newest, start, untilOutput, work } from './helpers.ts';
import { Refusal, TestWindow } from './window.ts';

let url: string;
let host: string;
let token: string;
let window: TestWindow;
let server: ReturnType<typeof start>;

beforeAll(async () => {
  server = start(process.execPath, [GILSCOPE, 'serve'], { timeout: 110_000 });
  [url] = await untilOutput(server.child, /^http:\S+/);
  host = new URL(url).host;
  token = new URL(url).hash.replace('#token=', '');
  window = await TestWindow.open(url);
});
afterAll(async () => {
  window.close();
  server.child.kill('SIGTERM');
  expect((await server.done).status).toBe(0);
});

/** The status with which an upgrade is answered; 101 is "come in". */
function knock(protocols: string[], headers: Record<string, string>, path = WS_PATH): Promise<number> {
  const socket = new WebSocket(`ws://${host}${path}`, protocols, { headers });
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', () => undefined);
  });
}

function fetchRaw(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    }).once('error', reject);
  });
}

describe('who is let in', () => {
  const origin = () => `http://${host}`;

  it('a window with the token, from this page', async () => {
    expect(await knock(['gilscope', token], { Origin: origin() })).toBe(101);
  });

  it('nobody without the token, or with another', async () => {
    expect(await knock(['gilscope'], { Origin: origin() })).toBe(401);
    expect(await knock(['gilscope', token.replace(/./g, '0')], { Origin: origin() })).toBe(401);
    expect(await knock([token], { Origin: origin() })).toBe(401);
    expect(await knock([], { Origin: origin() })).toBe(401);
  });

  it('no page of another origin, even with the token', async () => {
    expect(await knock(['gilscope', token], { Origin: 'http://evil.test' })).toBe(403);
    expect(await knock(['gilscope', token], { Origin: 'null' })).toBe(403);
    expect(await knock(['gilscope', token], {})).toBe(403);
  });

  it('nobody who calls us by another name (DNS rebinding)', async () => {
    expect(await knock(['gilscope', token], { Origin: origin(), Host: 'evil.test' })).toBe(421);
    expect((await fetchRaw('/', { Host: 'evil.test' })).status).toBe(421);
    expect((await fetchRaw('/', { Origin: 'http://evil.test' })).status).toBe(403);
  });

  it('no other path', async () => {
    expect(await knock(['gilscope', token], { Origin: origin() }, '/elsewhere')).toBe(404);
  });

  it('no file outside the page, and headers that keep the page to itself', async () => {
    for (const path of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '//etc/passwd',
      '/%00',
      '/nope',
    ])
      expect((await fetchRaw(path, {})).status).toBe(404);
    const { headers } = await fetchRaw('/', {});
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('hangs up on what is no request', async () => {
    for (const nonsense of [Buffer.from('hello'), Buffer.alloc(3), Buffer.alloc(9 << 20)]) {
      const socket = new WebSocket(`ws://${host}${WS_PATH}`, ['gilscope', token], { origin: origin() });
      const closed = new Promise<number>((done) => socket.once('close', done));
      socket.once('open', () => socket.send(nonsense));
      socket.on('error', () => undefined);
      expect([1006, 1007, 1009]).toContain(await closed);
    }
  });
});

const spec = (script: string, more: Partial<LaunchSpec> = {}): LaunchSpec => ({
  python: newest.path,
  args: [script],
  cwd: work,
  env: {},
  engine: 'auto',
  ...more,
});

describe('the contract', () => {
  it('arguments are parsed, errors are sentences', async () => {
    await expect(window.call('session.stop', { id: 'nope' })).rejects.toThrow('this session is not open any more');
    await expect(window.call('stats.query', {} as never)).rejects.toThrow(/stats.query was asked wrongly/);
    const refused = await window.call('session.launch', spec('nope.py')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ message: `there is no script ${work}/nope.py`, remedy: 'check its path' });
    await expect(window.call('session.open', { path: file('x.txt', 'x') })).rejects.toThrow(
      /is not a gilscope session/,
    );
    await expect(window.call('session.launch', spec('x', { cwd: join(work, 'none') }))).rejects.toThrow(
      /working folder/,
    );
  });

  it('says what it is and finds interpreters', async () => {
    const info = await window.call('app.info', {});
    expect(info).toMatchObject({ shell: 'server', platform: process.platform, open: [] });
    const list = await window.call('interpreters.list', {});
    expect(list.map(({ path }) => path)).toContain(newest.path);
  });

  it('settings last, and bad ones are refused', async () => {
    await window.call('settings.set', { theme: 'dark', lastFolder: work });
    expect(await window.call('settings.get', {})).toMatchObject({ theme: 'dark', lastFolder: work, follow: true });
    await expect(window.call('settings.set', { theme: 'pink' as never })).rejects.toThrow(/asked wrongly/);
  });

  it('lists folders first, filtered', async () => {
    file('a.gilscope', '');
    file('b.txt', '');
    const { entries, parent } = await window.call('files.list', { path: work, suffix: '.gilscope' });
    expect(parent).toBe(join(work, '..'));
    const kinds = entries.map(({ kind }) => kind);
    expect(kinds).toEqual([...kinds].sort((a, b) => (a === b ? 0 : a === 'folder' ? -1 : 1)));
    expect(entries.filter(({ kind }) => kind === 'file').every(({ name }) => name.endsWith('.gilscope'))).toBe(true);
  });

  it('a program in a terminal: typed into, seen live, stopped, ended, saved and opened again', async () => {
    const script = file(
      'talks.py',
      `
import os, sys, threading, time
print("tty", sys.stdin.isatty(), os.environ.get("COLOUR"), "GILSCOPE_TOKEN" in os.environ)
def work():
    end = time.time() + 60
    while time.time() < end and not done: time.sleep(0.002)
done = False
threads = [threading.Thread(target=work, name=f"worker {i}") for i in range(2)]
for thread in threads: thread.start()
print("size", os.get_terminal_size().columns, input("what? "))
input()
done = True
for thread in threads: thread.join()
sys.exit(4)
`,
    );
    const launched = await window.call('session.launch', spec(script, { env: { COLOUR: 'red' } }));
    const { id } = launched;
    expect(launched).toMatchObject({ title: 'talks.py', kind: 'launch', alive: true, saved: false, terminal: 'pty' });
    await window.call('terminal.resize', { id, cols: 77, rows: 20 });
    await window.untilTerminal(id, /tty True red False[\s\S]*what\? /);
    const live = await window.until(id, (session) => session.state === 'recording' && session.endNs > 3e8);
    expect(live.processes[0]).toMatchObject({ engine: newest.engine, python: newest.version });
    await window.until(id, (session) => session.threads.some(({ name }) => name === 'worker 1'));
    expect((await window.until(id, (session) => session.eventsPerS > 100)).eventsPerS).toBeLessThan(1e5);

    // Asked while it records.
    const timeline = await window.call('timeline.query', { id, start: 0, end: 3e8, px: 300 });
    expect(timeline.threads.length).toBeGreaterThanOrEqual(3);
    expect(timeline.cores.times).toBeInstanceOf(Float64Array);
    expect((await window.call('timeline.overview', { id, px: 50 })).held).toHaveLength(50);
    const stats = await window.call('stats.query', { id, start: 0, end: 3e8 });
    expect(stats.summary.range.whole).toBe(false);

    // Told to the interpreter while it runs.
    await window.call('session.setSwitchInterval', { id, process: 0, seconds: 0.01 });
    await window.until(id, ({ processes }) => processes[0].switchIntervalS === 0.01);

    await window.call('terminal.write', { id, data: 'this\r' });
    await window.untilTerminal(id, /size 77 this/);

    const stopped = await window.call('session.stop', { id });
    expect(stopped).toMatchObject({ state: 'stopped', alive: true });
    await window.call('terminal.write', { id, data: '\r' });
    const ended = await window.until(id, (session) => !session.alive && session.processes[0].exitCode !== null);
    expect(ended.processes[0]).toMatchObject({ exitCode: 4, signal: null, lost: null });

    const target = join(work, 'saved by hand.gilscope');
    const saved = await window.call('session.saveAs', { id, path: target });
    expect(saved).toMatchObject({ path: target, saved: true });
    expect(existsSync(launched.path!)).toBe(false);
    await expect(window.call('session.saveAs', { id, path: file('taken', 'x') })).rejects.toThrow(/exists already/);
    expect(readFileSync(join(work, 'taken'), 'utf8')).toBe('x');
    const before = await window.call('stats.query', { id });
    await window.call('session.close', { id });
    expect((await window.call('session.list', {})).map((session) => session.id)).not.toContain(id);

    const opened = await window.call('session.open', { path: target });
    await window.until(opened.id, (session) => session.progress === null);
    const after = await window.call('stats.query', { id: opened.id });
    expect(after.summary.damage).toBeNull();
    expect(after.summary.processes[0].threads).toEqual(before.summary.processes[0].threads);
    expect(after.summary.processes[0].gils).toEqual(before.summary.processes[0].gils);
    const replay = await window.call('terminal.replay', { id: opened.id });
    expect(new TextDecoder().decode(replay.bytes)).toContain('size 77 this');
    await expect(window.call('terminal.write', { id: opened.id, data: 'x' })).rejects.toThrow(/comes from a file/);

    const recents = await window.call('recents.list', {});
    expect(recents[0]).toMatchObject({ path: target, title: 'talks.py', exists: true, bytes: statSync(target).size });
    expect(recents[0].spec).toMatchObject({ args: [script], env: { COLOUR: 'red' } });
    await window.call('session.close', { id: opened.id });
    await window.call('recents.delete', { path: target });
    expect(existsSync(target)).toBe(false);
  });

  it('a program is ended by a signal from the window', async () => {
    const script = file('endless.py', 'import time\nprint("ready")\nwhile True: time.sleep(0.01)\n');
    const { id } = await window.call('session.launch', spec(script));
    await window.untilTerminal(id, /ready/);
    await window.call('session.signal', { id, signal: 'SIGTERM' });
    const ended = await window.until(id, (session) => session.state === 'ended');
    expect(ended.processes[0]).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    await expect(window.call('session.signal', { id, signal: 'SIGTERM' })).rejects.toThrow(/has ended already/);
    const { wall_s } = (await window.call('stats.query', { id })).summary;
    expect(wall_s).toBeGreaterThan(0);
    await window.call('session.close', { id });
  });

  it('closing a session leaves its program running', async () => {
    const proof = join(work, 'still.txt');
    const go = join(work, 'go');
    const script = file(
      'still.py',
      `import os, time
print("ready", flush=True)
while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)
print("printed to a terminal nobody looks at", flush=True)
open(${JSON.stringify(proof)}, "w").write("went on")
`,
    );
    const { id } = await window.call('session.launch', spec(script));
    await window.untilTerminal(id, /ready/);
    const { pid } = (await window.until(id, ({ state }) => state === 'recording')).processes[0];
    await window.call('session.close', { id });
    file('go', '');
    await expect.poll(() => existsSync(proof) && readFileSync(proof, 'utf8'), { timeout: 10_000 }).toBe('went on');
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false);
  });

  it('a program that never becomes a recording says why', async () => {
    const { id } = await window.call('session.launch', spec('--version'));
    const failed = await window.until(id, ({ state }) => state === 'failed');
    expect(failed.error).toMatch(/^nothing was recorded: .*Python only printed something and ended/);
    expect(failed.path).toBeNull();
    const { bytes } = await window.call('terminal.replay', { id });
    expect(new TextDecoder().decode(bytes)).toContain(`Python ${newest.version}`);
    await window.call('session.close', { id });
  });

  it('two windows hear of the same session', async () => {
    const other = await TestWindow.open(url);
    const script = file('short.py', 'print("hi")\n');
    const { id } = await window.call('session.launch', spec(script));
    const [a, b] = await Promise.all([window, other].map((one) => one.until(id, ({ state }) => state === 'ended')));
    expect(a.path).toBe(b.path);
    const gone = new Promise<SessionInfo>((done) =>
      other.on(({ push, body }) => {
        if (push === 'session.changed' && 'gone' in body && body.gone === true) done(body.session);
      }),
    );
    await window.call('session.close', { id });
    expect((await gone).id).toBe(id);
    other.close();
  });

  it('the doctor looks at everything', async () => {
    const { checks, interpreters } = await window.call('app.doctor', {});
    expect(interpreters.length).toBeGreaterThan(0);
    const ids = checks.map(({ id }) => id);
    for (const id of ['native', 'python', 'sampler', 'clock', 'terminal', 'electron', 'browser', 'folder'])
      expect(ids).toContain(id);
    for (const { status, remedy } of checks) expect(remedy === null).toBe(status === 'ok');
    expect(checks.find(({ id }) => id === 'folder')!.text).toContain(home);
  });
});

it.each(['SIGINT', 'SIGKILL'] as const)(
  'a server ended by %s leaves a program in its terminal running',
  async (signal) => {
    const second = start(process.execPath, [GILSCOPE, 'serve']);
    const [address] = await untilOutput(second.child, /^http:\S+/);
    const other = await TestWindow.open(address);
    const [go, proof] = [join(work, `go-${signal}`), join(work, `proof-${signal}`)];
    const script = file(
      `outlives-${signal}.py`,
      `import os, sys, time
print("ready", flush=True)
while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.01)
for i in range(5000): print("more than a terminal holds in its buffer", flush=True)
open(${JSON.stringify(proof)}, "w").write(f"went on {sys.stdout.isatty()}")
`,
    );
    const { id, path } = await other.call('session.launch', spec(script));
    await other.untilTerminal(id, /ready/);
    const { pid } = (await other.until(id, ({ endNs }) => endNs > 1e8)).processes[0];
    second.child.kill(signal);
    await second.done;
    file(`go-${signal}`, '');
    await expect.poll(() => existsSync(proof) && readFileSync(proof, 'utf8'), { timeout: 20_000 }).toBe('went on True');
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false);
    const { done } = start(process.execPath, [GILSCOPE, 'stats', '--json', path!]);
    const { damage } = JSON.parse((await done).stdout) as { damage: string | null };
    if (signal === 'SIGINT') expect(damage).toBeNull();
    else expect(damage).toMatch(/no end mark/);
  },
);

it('another server on the same port is told so', async () => {
  const { done } = start(process.execPath, [GILSCOPE, 'serve', '--port', new URL(url).port]);
  const { status, stderr } = await done;
  expect([status, stderr]).toEqual([
    2,
    `gilscope: port ${new URL(url).port} is in use; choose another with --port, or leave --port out\n`,
  ]);
});
