import { describe, expect, test } from 'vitest';
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { emptyForm, formFromSpec, specFromForm, type LaunchForm } from './launchForm.ts';

const base = { python: '/usr/bin/python3', cwd: '/w', env: {}, engine: 'auto' } as const;
const good: LaunchForm = {
  ...emptyForm('/w'),
  python: '/usr/bin/python3',
  program: { script: 'a.py', module: '', code: '' },
};

describe('a spec survives the form', () => {
  test.each<[string, string[]]>([
    ['script', ['a b.py', '--x', 'it’s $5', '']],
    ['module with options', ['-X', 'dev', '-u', '-W', 'error', '-m', 'http.server', '0']],
    ['code', ['-c', 'print(1)\nprint(2)', '-m']],
    ['a program whose own options look like ours', ['a.py', '-c', '-m', '-X']],
  ])('%s', (_name, args) => {
    const spec: LaunchSpec = { ...base, args, env: { A: '1', B: null } };
    expect(specFromForm(formFromSpec(spec))).toEqual({ spec, errors: null });
    const traced = { ...spec, functions: true, looksHz: 0 };
    expect(specFromForm(formFromSpec(traced))).toEqual({ spec: traced, errors: null });
  });
});

describe('a command line is read as Python reads it', () => {
  const parts = (...args: string[]) => {
    const { kind, program, options, args: rest } = formFromSpec({ ...base, args });
    return [kind, program[kind], options, rest];
  };
  test('options in one word with the program', () => {
    expect(parts('-um', 'pytest', '-x')).toEqual(['module', 'pytest', '-u', '-x']);
    expect(parts('-mpytest')).toEqual(['module', 'pytest', '', '']);
    expect(parts('-BuX', 'dev', 'a.py')).toEqual(['script', 'a.py', '-BuX dev', '']);
    expect(parts('-Bcpass', 'x')).toEqual(['code', 'pass', '-B', 'x']);
  });
  test('what Python would refuse is shown, and said', () => {
    expect(parts('--nope', 'a.py')).toEqual(['script', '', '--nope a.py', '']);
    const form = { ...good, options: '--nope' };
    expect(specFromForm(form).errors).toEqual({ options: 'Python has no option --nope.' });
  });
});

describe('what is wrong is said by its field', () => {
  const errorsOf = (patch: Partial<LaunchForm>) => specFromForm({ ...good, ...patch }).errors;
  test('the good form has none', () => expect(errorsOf({})).toBeNull());
  test('an empty form', () => {
    expect(Object.keys(specFromForm(emptyForm('')).errors ?? {}).sort()).toEqual(['cwd', 'program', 'python']);
  });
  test.each<[keyof NonNullable<ReturnType<typeof errorsOf>>, Partial<LaunchForm>]>([
    ['args', { args: '"open' }],
    ['options', { options: 'a.py' }],
    ['options', { options: '-X' }],
    ['options', { options: '-u -m' }],
    ['options', { options: '-u -m http.server' }],
    ['options', { options: '-um http.server' }],
    ['options', { options: '-u - x' }],
    ['cwd', { cwd: 'relative/path' }],
    ['env', { env: [{ name: '', value: 'x', remove: false }] }],
    ['env', { env: [{ name: 'A=B', value: 'x', remove: false }] }],
    [
      'env',
      {
        env: [
          { name: 'A', value: '1', remove: false },
          { name: 'A', value: '', remove: true },
        ],
      },
    ],
    ['program', { kind: 'module', program: { script: '', module: 'a b', code: '' } }],
    ['program', { program: { script: '-x.py', module: '', code: '' } }],
  ])('%s', (field, patch) => expect(Object.keys(errorsOf(patch) ?? {})).toEqual([field]));
  test('blank variable rows are left out', () => {
    expect(specFromForm({ ...good, env: [{ name: '', value: '', remove: false }] }).spec?.env).toEqual({});
  });
});
