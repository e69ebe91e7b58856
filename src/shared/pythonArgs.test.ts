import { describe, expect, it } from 'vitest';
import { parsePythonArgs } from './pythonArgs.ts';

const program = (...args: string[]) => parsePythonArgs(args).program;

describe('parsePythonArgs', () => {
  it('finds the program behind options, as CPython does', () => {
    expect(program('a.py', '-I')).toEqual({ kind: 'script', path: 'a.py' });
    expect(program('-u', '-X', 'importtime', '-W', 'error', 'a.py')).toEqual({ kind: 'script', path: 'a.py' });
    expect(program('-Ximporttime', '-Werror', '-Bu', 'a.py')).toEqual({ kind: 'script', path: 'a.py' });
    expect(program('-BX', 'dev', 'a.py')).toEqual({ kind: 'script', path: 'a.py' });
    expect(program('-m', 'http.server', '-E')).toEqual({ kind: 'module', name: 'http.server' });
    expect(program('-mhttp.server')).toEqual({ kind: 'module', name: 'http.server' });
    expect(program('-um', 'pytest')).toEqual({ kind: 'module', name: 'pytest' });
    expect(program('-c', 'print(1)', '-S')).toEqual({ kind: 'command', text: 'print(1)' });
    expect(program('-Bcpass')).toEqual({ kind: 'command', text: 'pass' });
    expect(program('-')).toEqual({ kind: 'stdin' });
    expect(program()).toEqual({ kind: 'stdin' });
    expect(program('-i')).toEqual({ kind: 'stdin' });
    expect(program('--', '-odd.py')).toEqual({ kind: 'script', path: '-odd.py' });
    expect(program('--check-hash-based-pycs', 'always', 'a.py')).toEqual({ kind: 'script', path: 'a.py' });
    expect(program('-V', 'a.py')).toEqual({ kind: 'print' });
    expect(program('--version')).toEqual({ kind: 'print' });
  });

  it("keeps the program's own arguments apart", () => {
    expect(parsePythonArgs(['-B', 'a.py', '-x', '1']).rest).toEqual(['-x', '1']);
    expect(parsePythonArgs(['-c', 'pass', '-I']).rest).toEqual(['-I']);
  });

  it("keeps Python's own options apart, with their values", () => {
    const options = (...args: string[]) => parsePythonArgs(args).options;
    expect(options('-X', 'dev', '-u', 'a.py', '-B')).toEqual(['-X', 'dev', '-u']);
    expect(options('-Wd', '--check-hash-based-pycs', 'always', '-m', 'a', '-u')).toEqual([
      '-Wd',
      '--check-hash-based-pycs',
      'always',
    ]);
    expect(options('-um', 'pytest')).toEqual(['-u']);
    expect(options('-mpytest')).toEqual([]);
    expect(options('-BuX', 'dev', '--', '-a.py')).toEqual(['-BuX', 'dev', '--']);
  });

  it('sees isolation only among the options of Python, grouped or not', () => {
    const isolating = (...args: string[]) => parsePythonArgs(args).isolating;
    expect(isolating('-IB', 'a.py')).toEqual(['I']);
    expect(isolating('-BES', 'a.py')).toEqual(['E', 'S']);
    expect(isolating('-X', 'I', '-W', 'S', 'a.py')).toEqual([]);
    expect(isolating('-XI', 'a.py', '-S')).toEqual([]);
    expect(isolating('-c', '-S')).toEqual([]);
    expect(isolating('-s', '-P', 'a.py')).toEqual([]);
  });

  it('refuses what Python refuses', () => {
    expect(() => parsePythonArgs(['-z'])).toThrow(/no option -z/);
    expect(() => parsePythonArgs(['--nope'])).toThrow(/no option --nope/);
    expect(() => parsePythonArgs(['-c'])).toThrow(/-c wants a value/);
    expect(() => parsePythonArgs(['-X'])).toThrow(/-X wants a value/);
    expect(() => parsePythonArgs(['--check-hash-based-pycs'])).toThrow(/--check-hash-based-pycs wants a value/);
  });
});
