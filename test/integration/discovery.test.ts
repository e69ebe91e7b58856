/** Process discovery on processes that really run: interpreters under any name, strangers, and every reason not to enter. */
import { execFileSync, spawnSync, type SpawnOptions } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachProcess } from '../../src/engine/discovery/attach.ts';
import { listPythonProcesses, type PythonProcess } from '../../src/engine/discovery/list.ts';
import { readStat } from '../../src/engine/discovery/scan.ts';
import { UserError } from '../../src/engine/errors.ts';
import { NATIVE_INJECTOR, NATIVE_LIBRARY } from '../../src/engine/paths.ts';
import { TestEngine, within } from './attach/engine.ts';
import { file, newest, pythons, start, testEnv, tooOld, untilOutput, work } from './helpers.ts';

const isRoot = process.getuid?.() === 0;
const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const WAIT = 'import sys; print("ready", flush=True); sys.stdin.read()';
const options = { socketPath: '/nowhere', token: 't', engine: 'auto' as const };

let engine: TestEngine;
beforeAll(async () => (engine = await TestEngine.open()));
afterAll(() => engine.close());

async function run(command: string, args: string[], more: SpawnOptions = {}) {
  const { child, done } = start(command, args, more);
  await untilOutput(child, /ready\n/);
  return { pid: child.pid!, child, done, end: async () => (child.stdin!.end(), await done) };
}

async function listed(pid: number): Promise<PythonProcess> {
  const found = (await listPythonProcesses()).find((one) => one.pid === pid);
  if (found === undefined) throw new Error(`process ${pid} is not in the list`);
  return found;
}

async function refused(pid: number): Promise<UserError> {
  const error: unknown = await attachProcess(pid, options).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`no refusal but ${String(error)}`);
  return error;
}

const until = async (test: () => boolean): Promise<void> => {
  const turn = async (): Promise<void> => {
    while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await within(turn(), 'change of state');
};

describe('the list', () => {
  it.each(pythons.map((one) => [one.version!, one.path] as const))('knows CPython %s', async (version, python) => {
    const target = await run(python, ['-c', WAIT, 'an argument', 'é']);
    expect(await listed(target.pid)).toMatchObject({
      ppid: process.pid,
      version,
      implementation: 'cpython',
      freeThreaded: false,
      cwd: work,
      threads: 1,
      commandLine: [python, '-c', WAIT, 'an argument', 'é'],
      container: null,
      attachable: true,
      refusal: null,
    });
    expect((await listed(target.pid)).rssBytes).toBeGreaterThan(1 << 20);
    await target.end();
    expect((await listPythonProcesses()).some(({ pid }) => pid === target.pid)).toBe(false);
  });

  it('finds the virtual environment, by its config and by its variable', async () => {
    const venv = join(work, 'my venv');
    execFileSync(newest.path, ['-m', 'venv', '--without-pip', venv]);
    const inside = await run(join(venv, 'bin', 'python'), ['-c', WAIT]);
    expect((await listed(inside.pid)).venv).toBe(venv);
    await inside.end();
    const named = await run(newest.path, ['-c', WAIT], { env: testEnv({ VIRTUAL_ENV: '/some/where' }) });
    expect((await listed(named.pid)).venv).toBe('/some/where');
    await named.end();
  });

  it('measures CPU between two looks', async () => {
    const target = await run(newest.path, [
      '-c',
      'import sys, threading\ndef f():\n  while 1: pass\nthreading.Thread(target=f, daemon=True).start()\nprint("ready", flush=True)\nsys.stdin.read()',
    ]);
    await listed(target.pid);
    const before = readStat(target.pid)!.cpuS;
    await until(() => readStat(target.pid)!.cpuS > before + 0.3);
    const { cpuPercent, threads } = await listed(target.pid);
    expect(cpuPercent).toBeGreaterThan(1);
    expect(threads).toBe(2);
    await target.end();
  });

  it('recognises an interpreter that has another name', async () => {
    const disguised = join(work, 'backup-daemon');
    const real = execFileSync(newest.path, ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], {
      encoding: 'utf8',
    }).trim();
    const prefix = execFileSync(newest.path, ['-c', 'import sys; print(sys.base_prefix)'], { encoding: 'utf8' }).trim();
    copyFileSync(real, disguised);
    const library = join(prefix, 'lib');
    const env = testEnv({ PYTHONHOME: prefix, LD_LIBRARY_PATH: library });
    const target = await run(disguised, ['-c', WAIT], { env });
    expect(await listed(target.pid)).toMatchObject({
      version: newest.version,
      executable: disguised,
      attachable: true,
    });
    await target.end();
  });

  it('recognises an interpreter that a host has loaded as a plug-in, and enters it', async ({ skip }) => {
    const shared = pythons.map((one) => sharedLibrary(one.path)).find((path) => path !== null);
    if (shared == null || !has('cc')) return skip('needs a CPython built as a shared library, and a compiler');
    const plugin = join(work, 'engine.so');
    copyFileSync(shared.library, plugin);
    const host = join(work, 'webserver');
    execFileSync('cc', ['-o', host, file('host.c', HOST), '-ldl']);
    const target = await run(host, [plugin, WAIT], { env: testEnv({ PYTHONHOME: shared.prefix }) });
    expect(await listed(target.pid)).toMatchObject({ interpreter: plugin, executable: host, version: shared.version });
    const { attached, recording } = await engine.attach(target.pid);
    expect(attached.python).toBe(shared.version);
    await recording.stop();
    expect((await target.end()).status).toBe(0);
  });

  it('is quick at the second look', async () => {
    await listPythonProcesses();
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const began = performance.now();
      await listPythonProcesses();
      times.push(performance.now() - began);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  });
});

describe('refusals', () => {
  it('no such process', async () => {
    expect(await refused(4_194_303)).toMatchObject({ code: 'not-found', message: 'there is no process 4194303' });
  });

  it('not Python', async () => {
    const target = await run('sh', ['-c', 'echo ready; read x']);
    expect(await refused(target.pid)).toMatchObject({ code: 'not-python' });
    await target.end();
  });

  it('too old', async ({ skip }) => {
    const old = tooOld.find(({ version, implementation }) => version !== null && implementation === 'cpython');
    if (old === undefined) return skip('no old Python on this machine');
    const target = await run(old.path, ['-c', 'import sys; print("ready"); sys.stdout.flush(); sys.stdin.read()']);
    expect(await refused(target.pid)).toMatchObject({ code: 'too-old' });
    expect((await listed(target.pid)).refusal?.code).toBe('too_old');
    expect((await target.end()).status).toBe(0);
  });

  it('a zombie', async () => {
    const source =
      'import os, sys\npid = os.fork() or os._exit(0)\nprint("child", pid, flush=True)\nprint("ready", flush=True)\nsys.stdin.read()';
    const { child, done } = start(newest.path, ['-c', source]);
    const pid = Number((await untilOutput(child, /child (\d+)/))[1]);
    await until(() => readStat(pid)?.state === 'Z');
    expect(await refused(pid)).toMatchObject({ code: 'not-alive' });
    child.stdin!.end();
    await done;
  });

  it('a stopped process, which stays stopped and goes on unharmed', async () => {
    const target = await run(newest.path, ['-c', WAIT]);
    process.kill(target.pid, 'SIGSTOP');
    await until(() => readStat(target.pid)?.state === 'T');
    expect((await refused(target.pid)).remedy).toContain(`kill -CONT ${target.pid}`);
    // The helper by itself says so too.
    expect(helper(target.pid)).toMatchObject({ ok: false, code: 'stopped' });
    expect(readStat(target.pid)?.state).toBe('T');
    process.kill(target.pid, 'SIGCONT');
    expect((await target.end()).status).toBe(0);
  });

  it.runIf(has('strace'))('a traced process, with the name of the tracer', async () => {
    const target = await run(newest.path, ['-c', WAIT]);
    const tracer = start('strace', ['-o', '/dev/null', '-p', String(target.pid)]);
    await untilOutput(tracer.child, /attached/, 'stderr');
    expect((await refused(target.pid)).message).toContain('is being traced by strace');
    expect(helper(target.pid)).toMatchObject({ ok: false, code: 'already_traced' });
    tracer.child.kill('SIGINT');
    await tracer.done;
    expect((await target.end()).status).toBe(0);
  });

  it('a process that gilscope records already, until it stops', async () => {
    const target = await run(newest.path, ['-c', WAIT]);
    const { recording } = await engine.attach(target.pid);
    expect((await listed(target.pid)).refusal?.code).toBe('already_attached');
    expect(await refused(target.pid)).toMatchObject({ code: 'refused', remedy: 'stop that recording first' });
    await recording.stop();
    const again = await engine.attach(target.pid);
    await again.recording.stop();
    expect((await target.end()).status).toBe(0);
  });

  it.runIf(isRoot && has('setpriv'))('another user’s process, from the kernel’s own mouth', async () => {
    const target = await run(newest.path, ['-c', WAIT]);
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
    const helperCopy = join('/tmp', `gilscope-test-inject-${process.pid}`);
    copyFileSync(NATIVE_INJECTOR, helperCopy);
    const { stdout } = spawnSync('setpriv', [...nobody, helperCopy, String(target.pid), '/lib', '/none'], {
      encoding: 'utf8',
    });
    execFileSync('rm', [helperCopy]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, code: 'permission' });
    expect((await target.end()).status).toBe(0);
  });

  it('a 64-bit program that is linked statically, and a library nobody sees', async ({ skip }) => {
    if (!has('cc')) return skip('needs a compiler');
    const program = join(work, 'static');
    const source = file('static.c', '#include <stdio.h>\nint main(void) { puts("ready"); fflush(stdout); getchar(); }');
    execFileSync('cc', ['-static', '-o', program, source]);
    const target = await run(program, []);
    expect(helper(target.pid)).toMatchObject({ ok: false, code: 'not_python' });
    await target.end();
    const python = await run(newest.path, ['-c', WAIT]);
    expect(helper(python.pid, '/no/such/library.so')).toMatchObject({ ok: false, code: 'library_not_visible' });
    expect(helper(python.pid, '/etc/passwd')).toMatchObject({ ok: false, code: 'dlopen_failed' });
    expect((await python.end()).status).toBe(0);
  });
});

describe.runIf(isRoot)('strangers', () => {
  const systemPython = ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => existsSync(path));

  it.runIf(systemPython !== undefined && has('setpriv'))('another user’s process, from root', async () => {
    const args = ['--reuid=65534', '--regid=65534', '--clear-groups', systemPython!, '-c', WAIT];
    const target = await run('setpriv', args, { cwd: '/' });
    expect(await listed(target.pid)).toMatchObject({ uid: 65534, attachable: true });
    const { attached, recording } = await engine.attach(target.pid);
    expect(attached.engine).toBe('exact');
    await recording.stop();
    attached.release();
    expect((await target.end()).status).toBe(0);
    expect(leftovers()).toEqual([]);
  });

  it.runIf(has('unshare'))('a container that sees neither our files nor our /tmp', async () => {
    // In this order: our files may lie in /tmp themselves.
    const hide = `mount -t tmpfs none '${join(NATIVE_LIBRARY, '../../../..')}' && mount -t tmpfs none /tmp && exec "$@"`;
    const args = ['-m', '-p', '--fork', 'sh', '-c', hide, 'sh', newest.path, '-c', WAIT];
    const target = await run('unshare', args, { cwd: '/' });
    const pid = Number(execFileSync('ps', ['-o', 'pid=', '--ppid', String(target.pid)], { encoding: 'utf8' }));
    const before = await listed(pid);
    expect(before).toMatchObject({ container: 'container', innerPid: 1, attachable: true, version: newest.version });
    for (let round = 0; round < 2; round++) {
      const { attached, recording } = await engine.attach(pid, {}, 1);
      expect(attached).toMatchObject({ way: 'ptrace', engine: 'exact' });
      await recording.stop();
      attached.release();
      expect(readdirSync(`/proc/${pid}/root/tmp`)).toEqual([]);
    }
    expect((await target.end()).status).toBe(0);
  });
});

/** The helper by itself, with a library it will not get to load. */
function helper(pid: number, library = NATIVE_LIBRARY): unknown {
  const { stdout } = spawnSync(NATIVE_INJECTOR, [String(pid), library, '/nowhere.json'], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

/** Folders of ours in /tmp that are neither a door's nor this test's. */
function leftovers(): string[] {
  return readdirSync('/tmp').filter((name) => {
    if (!name.startsWith('gilscope-') || name === basename(work)) return false;
    return existsSync(join('/tmp', name, 'attach.json')) || existsSync(join('/tmp', name, 'report'));
  });
}

function sharedLibrary(python: string): { library: string; prefix: string; version: string } | null {
  const ask =
    'import sys, sysconfig as s, os; print(os.path.join(s.get_config_var("LIBDIR"), s.get_config_var("INSTSONAME") or "-"), sys.base_prefix, sys.version.split()[0], sep="\\n")';
  const [library = '', prefix = '', version = ''] = execFileSync(python, ['-c', ask], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return library.includes('.so') && existsSync(library) ? { library, prefix, version } : null;
}

const HOST = `#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    void *python = argc > 2 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
    if (!python) return 1;
    ((void (*)(int))dlsym(python, "Py_InitializeEx"))(0);
    int code = ((int (*)(const char *))dlsym(python, "PyRun_SimpleString"))(argv[2]);
    return ((int (*)(void))dlsym(python, "Py_FinalizeEx"))() || code;
}
`;
