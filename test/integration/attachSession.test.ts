/** Attach as the windows and the command line do it: a session, its end, whoever causes it, and the program that goes on. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/contract.ts';
import { isAttached } from '../../src/engine/discovery/scan.ts';
import { UserError } from '../../src/engine/errors.ts';
import { childrenOf, readProc } from '../../src/engine/procfs.ts';
import type { RunningProcess, SessionInfo, Summary } from '../../src/shared/contract/types.ts';
import { within } from './attach/engine.ts';
import { sessionUntil } from './attach/recording.ts';
import { workloads } from './attach/targets.ts';
import { GILSCOPE, gilscope, home, newest, pythons, start, testEnv, untilOutput, work } from './helpers.ts';

let engine: Engine;
beforeAll(() => (engine = createEngine({ shell: 'server', dataFolder: join(work, 'engine') })));
afterAll(() => engine.close());
afterEach(async () => {
  for (const { id } of await engine.call('session.list', {})) await engine.call('session.close', { id });
});

const attach = (pid: number): Promise<SessionInfo> => engine.call('session.attach', { pid, engine: 'auto' });

const until = (id: string, is: (session: SessionInfo) => boolean, what: string): Promise<SessionInfo> =>
  sessionUntil(engine, id, is, what);

async function target(python: string, source: string) {
  const { child, done } = start(python, ['-S', '-c', source]);
  await untilOutput(child, /ready\n/);
  return { pid: child.pid!, child, end: async () => (child.stdin!.end(), await done), done };
}

const RIGHT = { status: 0, signal: null, stdout: expect.stringMatching(/result ok\n$/) as string, stderr: '' };
const WAIT = 'import sys; print("ready", flush=True); sys.stdin.read(); print("result ok", flush=True)';
const names = ({ threads }: SessionInfo): string[] => threads.filter(({ own }) => !own).map(({ name }) => name);

function whole({ gils, processes }: SessionInfo): void {
  for (const gil of gils) expect(gil.switches).toBe(gil.switchesCounted);
  expect(processes.map(({ dropped, lost }) => [dropped, lost])).toEqual(processes.map(() => [0, null]));
}

async function refused(pid: number): Promise<UserError> {
  const error: unknown = await attach(pid).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`no refusal but ${String(error)}`);
  return error;
}

/** Our thread gives itself its name: a moment after it is there. */
async function present(pid: number): Promise<void> {
  while (!isAttached(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function gone(pid: number): Promise<void> {
  while (isAttached(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each(pythons.map((one) => [one.version!, one.path] as const))('CPython %s', (version, python) => {
  it('busy threads: named, every switch captured, the result right after detaching', async () => {
    const { pid, end } = await target(python, workloads['busy threads']);
    const begun = await attach(pid);
    expect(begun).toMatchObject({
      kind: 'attach',
      alive: true,
      terminal: 'none',
      cwd: work,
      attached: { way: 'ptrace' },
    });
    expect(begun.command).toEqual([python, '-S', '-c', workloads['busy threads']]);
    const busy = ['busy-0', 'busy-1', 'busy-2'];
    const seen = await until(
      begun.id,
      (one) => (one.gils[0]?.switches ?? 0) > 20 && busy.every((name) => names(one).includes(name)),
      'switches of named threads',
    );
    expect(seen).toMatchObject({ state: 'recording', processes: [{ pid, python: version, engine: 'exact' }] });
    expect(names(seen)).toContain('MainThread');
    const stopped = await engine.call('session.stop', { id: begun.id });
    expect(stopped).toMatchObject({ state: 'stopped', alive: true });
    expect(stopped.processes[0].rssBytes).toBeGreaterThan(1 << 20);
    whole(stopped);
    expect(isAttached(pid)).toBe(false);
    expect(await end()).toMatchObject(RIGHT);
    await until(begun.id, ({ alive }) => !alive, 'end of the program');
  });

  it('all blocked', async () => {
    const { pid, end } = await target(python, workloads['all blocked']);
    const { id } = await attach(pid);
    await until(id, (one) => names(one).includes('blocked-2') && names(one).includes('MainThread'), 'names');
    whole(await engine.call('session.stop', { id }));
    expect(await end()).toMatchObject(RIGHT);
  });
});

describe('the end', () => {
  it('of the recording, twenty times on one program', async () => {
    const { pid, end } = await target(newest.path, workloads['starting and ending threads all the time']);
    for (let round = 0; round < 20; round++) {
      const { id } = await attach(pid);
      await until(id, ({ processes }) => processes[0].events > 0, 'events');
      whole(await engine.call('session.stop', { id }));
      await engine.call('session.close', { id });
    }
    expect(await end()).toMatchObject(RIGHT);
  });

  it('of gilscope, killed: the program is unharmed and can be attached to again', async () => {
    const { pid, end } = await target(newest.path, workloads['busy threads']);
    const path = join(work, 'killed.gilscope');
    const recorder = start(process.execPath, [GILSCOPE, 'attach', String(pid), '-o', path]);
    await untilOutput(recorder.child, /entered .* by ptrace; .* stood still for/, 'stderr');
    recorder.child.kill('SIGKILL');
    await recorder.done;
    const { id } = await attach(pid);
    await until(id, ({ gils }) => (gils[0]?.switches ?? 0) > 5, 'switches');
    whole(await engine.call('session.stop', { id }));
    expect(await end()).toMatchObject(RIGHT);
    const file = await engine.call('session.open', { path });
    const read = await until(file.id, ({ progress }) => progress === null, 'end of the file');
    expect(read).toMatchObject({ kind: 'attach', attached: null, processes: [{ pid }] });
    expect(read.damage).not.toBeNull();
  });

  it('of gilscope, killed: nothing of ours stays in the program', async () => {
    const source = `import sys, threading
before = type(threading._active), threading.Thread.name
print("ready", flush=True)
sys.stdin.read()
print("result", "ok" if before == (type(threading._active), threading.Thread.name) else threading._active, flush=True)`;
    const { pid, end } = await target(newest.path, source);
    const recorder = start(process.execPath, [GILSCOPE, 'attach', String(pid)]);
    await untilOutput(recorder.child, /entered/, 'stderr');
    await within(present(pid), 'name of the tracer');
    recorder.child.kill('SIGKILL');
    await recorder.done;
    await within(gone(pid), 'end of the tracer');
    expect(await end()).toMatchObject(RIGHT);
  });

  it('of the program, with the exit status it told', async () => {
    const source = 'import sys; print("ready", flush=True); sys.stdin.read(); sys.exit(7)';
    const { pid, end } = await target(newest.path, source);
    const { id } = await attach(pid);
    expect((await end()).status).toBe(7);
    const ended = await until(id, ({ state }) => state === 'ended', 'end of the session');
    expect(ended).toMatchObject({ alive: false, error: null, processes: [{ exitCode: 7, signal: null, lost: null }] });
    expect(ended.processes[0].endedNs).toBeGreaterThan(0);
  });

  it('of the program, killed: what is missing is said', async () => {
    const { pid, child, done } = await target(newest.path, workloads['busy threads']);
    const { id } = await attach(pid);
    await until(id, ({ processes }) => processes[0].events > 0, 'events');
    child.kill('SIGKILL');
    expect((await done).signal).toBe('SIGKILL');
    const { alive, processes } = await until(id, ({ state }) => state === 'ended', 'end of the session');
    expect([alive, processes[0].exitCode]).toEqual([false, null]);
    // Its parent may have been told first: then nobody else knows how it ended.
    expect([null, 'SIGKILL']).toContain(processes[0].signal);
    expect(processes[0].lost).toMatch(/^it (ended without a goodbye|was ended by SIGKILL)/);
  });

  it('of the program, by a signal from the window', async () => {
    const { pid, done } = await target(newest.path, WAIT);
    const { id } = await attach(pid);
    await engine.call('session.signal', { id, signal: 'SIGTERM' });
    expect((await done).signal).toBe('SIGTERM');
    await until(id, ({ state, alive }) => state === 'ended' && !alive, 'end of the session');
    await expect(engine.call('session.signal', { id, signal: 'SIGTERM' })).rejects.toThrow('ended already');
  });
});

describe('refusals', () => {
  it('name the session that records a process already', async () => {
    const { pid, end } = await target(newest.path, WAIT);
    const attempts = await Promise.allSettled([attach(pid), attach(pid)]);
    expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const session = (await engine.call('session.list', {}))[0];
    await until(session.id, ({ state }) => state === 'recording', 'HELLO');
    expect(await refused(pid)).toMatchObject({
      message: `gilscope records process ${pid} already in the session "${session.title}"`,
      remedy: 'stop that recording first',
    });
    const listed = (await engine.call('processes.list', {})).find((one) => one.pid === pid);
    expect(listed).toMatchObject({ session: session.id, attachable: false, refusal: { code: 'already_attached' } });
    await engine.call('session.stop', { id: session.id });
    expect((await end()).status).toBe(0);
  });

  it('leave no session and no file', async () => {
    const files = (): string[] => readdirSync(join(work, 'engine', 'sessions'));
    const before = files();
    expect(await refused(process.pid)).toMatchObject({ message: `process ${process.pid} is gilscope itself` });
    expect(await refused(process.ppid)).toMatchObject({ code: 'not-python' });
    expect(await refused(4_194_303)).toMatchObject({ code: 'not-found' });
    expect(await engine.call('session.list', {})).toEqual([]);
    expect(files()).toEqual(before);
  });

  it.each([
    ['a word', ['python3'], 'python3 is no process id'],
    ['nought', ['0'], '0 is no process id'],
    ['too large a number', ['99999999999'], '99999999999 is no process id'],
    ['nobody', ['4194303'], 'there is no process 4194303'],
    ['a program that is not Python', [String(process.pid)], `process ${process.pid} is not a Python program`],
    ['no duration', ['-d', 'soon', '1'], 'a duration is a number of seconds'],
    ['no time at all', ['-d', '0', '1'], 'a duration is a number of seconds'],
    ['no process', [], "missing required argument 'pid'"],
  ])('on the command line: %s', async (_name, args, message) => {
    const path = join(work, 'refused.gilscope');
    const ran = await gilscope(['attach', '-o', path, ...args]);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(path)).toBe(false);
  });
});

/** A target in which the agent never gets its turn: a C call that keeps the GIL. */
const HOLDS = `import ctypes
libc = ctypes.PyDLL(None)
print("ready", flush=True)
libc.pause()`;
const CRAMPED = `import resource, sys
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size, size))
print("ready", flush=True)
sys.stdin.read()`;

describe('a refusal that comes late', () => {
  const entering = (pid: number): boolean =>
    readdirSync(`/proc/${pid}/task`).some((tid) => readProc(`/proc/${pid}/task/${tid}/comm`) === 'gilscope-attach\n');

  it('because the program ends meanwhile leaves an older recording of that name as it was', async () => {
    const { path, old } = await olderRecording();
    const { pid, child, done } = await target(newest.path, HOLDS);
    const recorder = start(process.execPath, [GILSCOPE, 'attach', String(pid), '-o', path]);
    while (!entering(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await done;
    expect(await recorder.done).toMatchObject({ status: 2, stderr: `gilscope: process ${pid} ended\n` });
    expect(readFileSync(path).equals(old)).toBe(true);
  });

  it('because the tracer finds no room leaves it too, and the program unharmed', async () => {
    const { path, old } = await olderRecording();
    const { pid, end } = await target(newest.path, CRAMPED);
    const ran = await gilscope(['attach', String(pid), '-o', path]);
    expect(ran.status).toBe(2);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(readFileSync(path).equals(old)).toBe(true);
    expect((await end()).status).toBe(0);
  });

  it('an attach that succeeds replaces it', async () => {
    const { path, old } = await olderRecording();
    const { pid, end } = await target(newest.path, workloads['all blocked']);
    expect((await gilscope(['attach', String(pid), '-d', '0.2', '-q', '-o', path])).status).toBe(0);
    expect(readFileSync(path).equals(old)).toBe(false);
    expect((await gilscope(['stats', path])).stdout).toContain(`pid ${pid}`);
    expect(await end()).toMatchObject(RIGHT);
  });
});

async function olderRecording(): Promise<{ path: string; old: Buffer }> {
  const path = join(work, 'older.gilscope');
  expect((await gilscope(['record', '-q', '-o', path, '--', newest.path, '-c', 'sum(range(9))'])).status).toBe(0);
  return { path, old: readFileSync(path) };
}

describe('the command line', () => {
  it('records for a while, tells what it found, and leaves the program as it was', async () => {
    const { pid, end } = await target(newest.path, workloads['busy threads']);
    const json = join(work, 'attach.json');
    const ran = await gilscope(['attach', String(pid), '-d', '1', '--summary', json]);
    expect(ran).toMatchObject({ status: 0, stdout: '' });
    expect(ran.stderr).toMatch(/entered -c .* by ptrace; one of its threads stood still for [\d.]+ (µs|ms); recording/);
    expect(ran.stderr).toContain('(100 %)');
    const summary = JSON.parse(readFileSync(json, 'utf8')) as Summary;
    expect(summary).toMatchObject({ engine: 'exact', damage: null, processes: [{ pid, exit_code: null }] });
    expect(summary.wall_s).toBeGreaterThan(0.9);
    expect(summary.processes[0].gils[0].switches).toBe(summary.processes[0].gils[0].switches_counted);
    const path = /look at it: gilscope '(.*)'/.exec(ran.stderr)![1];
    expect(path.startsWith(join(home, 'sessions'))).toBe(true);
    expect(basename(path)).toContain('-c import os');
    expect(await end()).toMatchObject(RIGHT);
  });

  it('Ctrl-C detaches', async () => {
    const { pid, end } = await target(newest.path, workloads['busy threads']);
    const recorder = start(process.execPath, [GILSCOPE, 'attach', String(pid)]);
    await untilOutput(recorder.child, /until it ends, or Ctrl-C/, 'stderr');
    recorder.child.kill('SIGINT');
    const ran = await recorder.done;
    expect(ran).toMatchObject({ status: 0, signal: null });
    expect(ran.stderr).toContain('switches captured');
    expect(isAttached(pid)).toBe(false);
    expect(await end()).toMatchObject(RIGHT);
  });

  it('ends with the program', async () => {
    const { pid, child, end } = await target(newest.path, WAIT);
    const recorder = start(process.execPath, [GILSCOPE, 'attach', String(pid)]);
    const closed = new Promise((resolve) => child.once('close', resolve));
    await within(untilOutput(recorder.child, /entered/, 'stderr'), 'word of the attach');
    expect((await end()).status).toBe(0);
    await closed;
    expect(await recorder.done).toMatchObject({ status: 0, stdout: '' });
  });

  it('ps knows a program that runs', async () => {
    const { pid, end } = await target(newest.path, WAIT);
    const { stdout, status } = await gilscope(['ps', '--json']);
    const found = (JSON.parse(stdout) as RunningProcess[]).find((one) => one.pid === pid);
    expect([status, found?.version, found?.attachable]).toEqual([0, newest.version, true]);
    expect((await gilscope(['ps'])).stdout).toMatch(
      new RegExp(`^ *${pid} +\\S+ +${newest.version} .* yes +${newest.path}`, 'm'),
    );
    expect((await end()).status).toBe(0);
  });
});

const isolating = process.getuid?.() === 0 && spawnSync('unshare', ['-p', '--fork', 'true']).status === 0;
it.runIf(isolating)('a program in a pid namespace is known by our number, and sampled', async () => {
  const { child, done } = start('unshare', ['-p', '--fork', newest.path, '-c', WAIT], { env: testEnv() });
  await untilOutput(child, /ready\n/);
  const [pid] = childrenOf(child.pid!);
  const { id } = await attach(pid);
  const seen = await until(id, ({ processes }) => processes[0].rssBytes !== null, 'memory');
  expect(seen.processes).toMatchObject([{ pid, engine: 'exact' }]);
  await engine.call('session.stop', { id });
  child.stdin!.end();
  expect((await done).status).toBe(0);
});
