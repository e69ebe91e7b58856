/** Where interpreters are looked for, on a machine made of temporary folders; and what is said of them. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterpreterProbe } from './interpreterProbe.ts';
import { describe as describeOne, findCandidates, judge, resolveCommand } from './interpreters.ts';

const root = mkdtempSync(join(tmpdir(), 'gilscope-pythons-'));
const home = join(root, 'home');
const cwd = join(home, 'project', 'src');
afterAll(() => rmSync(root, { recursive: true }));

function executable(path: string, answer = ''): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${answer}\n`);
  chmodSync(path, 0o755);
  return path;
}

const real = join(root, 'bin', 'python3.12');
beforeAll(() => {
  executable(real);
  symlinkSync('python3.12', join(root, 'bin', 'python3'));
  executable(join(root, 'bin', 'python3-config'));
  executable(join(root, 'bin', 'pythonista'));
  mkdirSync(join(home, 'project', '.venv', 'bin'), { recursive: true });
  writeFileSync(join(home, 'project', '.venv', 'pyvenv.cfg'), '');
  symlinkSync(real, join(home, 'project', '.venv', 'bin', 'python'));
  executable(join(home, '.pyenv', 'versions', '3.9.1', 'bin', 'python3'));
  executable(join(home, '.pyenv', 'shims', 'python3'));
  executable(join(home, '.local', 'share', 'uv', 'python', 'cpython-3.13', 'bin', 'python3'));
  executable(join(home, 'miniconda3', 'envs', 'science', 'bin', 'python3'));
  mkdirSync(cwd, { recursive: true });
});

it('finds each interpreter once, and environments by their own name', () => {
  const env = { PATH: `${join(home, '.pyenv', 'shims')}:${join(root, 'bin')}:relative` };
  const found = findCandidates({ cwd, home, env }).filter(({ path }) => path.startsWith(root));
  expect(found.map(({ path, source }) => [path.slice(root.length + 1), source])).toEqual([
    ['home/project/.venv/bin/python', 'venv in ~/project'],
    ['bin/python3', 'PATH'],
    ['home/.pyenv/versions/3.9.1/bin/python3', 'pyenv'],
    ['home/.local/share/uv/python/cpython-3.13/bin/python3', 'uv'],
    ['home/miniconda3/envs/science/bin/python3', 'conda'],
  ]);
});

it('names the active environment first', () => {
  const active = join(home, 'project', '.venv');
  const [first] = findCandidates({ cwd: root, home, env: { VIRTUAL_ENV: active } });
  expect(first).toMatchObject({ path: join(active, 'bin', 'python'), source: 'active venv ~/project/.venv' });
});

it('resolves a command as a shell does', () => {
  expect(resolveCommand('python3', cwd, join(root, 'bin'))).toBe(join(root, 'bin', 'python3'));
  expect(resolveCommand('../.venv/bin/python', cwd, '')).toBe(join(home, 'project', '.venv', 'bin', 'python'));
  expect(() => resolveCommand('python3', cwd, undefined)).toThrow('no command python3 is on the PATH');
});

const facts = {
  version: '3.12.1',
  implementation: 'cpython',
  prefix: '',
  basePrefix: '',
  executable: '',
  gilEnabled: true,
};

describe('what an interpreter can do here', () => {
  it.each([
    [{}, null, 'exact', null],
    [{}, 'no library', 'estimated', 'no library'],
    [{ version: '3.8.0' }, null, 'exact', null],
    [{ version: '3.7.17' }, null, null, 'Python 3.7.17 is too old: 3.8 is the oldest supported'],
    [{ version: '2.7.18' }, null, null, 'Python 2.7.18 is too old: 3.8 is the oldest supported'],
    [{ version: '3.100.0' }, null, 'exact', null],
    [{ implementation: 'pypy' }, null, null, 'PyPy is not supported, only CPython is'],
    [
      { gilEnabled: false },
      null,
      'estimated',
      'a free-threaded build has no GIL to trace: cores and threads are shown',
    ],
  ])('%o with hindrance %s', (more, hindrance, engine, reason) => {
    expect(judge({ ...facts, ...more }, hindrance)).toEqual({ engine, reason });
  });
});

describe('the probe', () => {
  const answer = JSON.stringify({ ...facts, executable: '/x' });

  it('asks once, remembers by file, and asks again when the file has changed', async () => {
    const log = join(root, 'asked');
    const path = executable(join(root, 'probe', 'python3'), `echo x >> '${log}'; echo banner; echo '${answer}'`);
    const cache = join(root, 'cache.json');
    const first = await new InterpreterProbe(cache).probe(path);
    expect(first).toEqual({ ok: true, facts: { ...facts, executable: '/x' } });
    const again = new InterpreterProbe(cache);
    expect(await again.probe(path)).toEqual(first);
    executable(path, `echo '${answer.replace('3.12.1', '3.12.20')}'`);
    expect(await again.probe(path)).toMatchObject({ facts: { version: '3.12.20' } });
  });

  it('tells what is no Python, and what only says its version', async () => {
    const probe = new InterpreterProbe(null);
    const candidate = { path: executable(join(root, 'probe', 'other'), 'exit 3'), source: 'PATH', venv: false };
    const other = describeOne(candidate, await probe.probe(candidate.path), null);
    expect(other).toMatchObject({ version: null, engine: null, reason: 'it does not answer as Python does' });
    const old = executable(join(root, 'probe', 'old'), '[ "$1" = -V ] && echo "Python 2.7.18" >&2');
    expect(await probe.probe(old)).toMatchObject({ ok: true, facts: { version: '2.7.18' } });
    expect(await probe.probe(join(root, 'nothing'))).toEqual({ ok: false, why: 'there is no such file' });
  });
});
