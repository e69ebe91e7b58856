import { expect, test } from 'vitest';
import type { Interpreter } from './contract/types.ts';
import {
  bestInterpreter,
  chosenInterpreter,
  compareVersions,
  interpreterName,
  sortInterpreters,
} from './interpreters.ts';

const python = (
  version: string | null,
  engine: Interpreter['engine'],
  gilEnabled: boolean | null = true,
): Interpreter => ({
  path: `/p/${version ?? 'broken'}`,
  version,
  implementation: 'cpython',
  source: 'PATH',
  gilEnabled,
  engine,
  reason: null,
});

test('versions compare as numbers, newest first', () => {
  expect(['3.9.2', null, '3.13.1', '3.12.10', '3.12.9'].sort(compareVersions)).toEqual([
    '3.13.1',
    '3.12.10',
    '3.12.9',
    '3.9.2',
    null,
  ]);
});

test('exact before estimated before unusable', () => {
  const list = [
    python('2.7.18', null),
    python('3.14.0', 'estimated'),
    python('3.8.1', 'exact'),
    python('3.12.1', 'exact'),
  ];
  expect(sortInterpreters(list).map((i) => i.version)).toEqual(['3.12.1', '3.8.1', '3.14.0', '2.7.18']);
});

test('the best has a GIL and is exact; else estimated; else none', () => {
  expect(bestInterpreter([python('3.13.1', 'exact', false), python('3.12.1', 'exact')])?.version).toBe('3.12.1');
  expect(bestInterpreter([python('2.7.18', null), python('3.12.1', 'estimated')])?.version).toBe('3.12.1');
  expect(bestInterpreter([python('2.7.18', null)])).toBeNull();
});

test('examples run with the interpreter of the form, unless it cannot be used', () => {
  const [chosen, newest, old] = [python('3.9.1', 'exact'), python('3.12.1', 'exact'), python('2.7.18', null)];
  expect(chosenInterpreter([newest, chosen, old], chosen.path)).toBe(chosen);
  for (const path of [undefined, '', '/elsewhere/python', old.path])
    expect(chosenInterpreter([newest, chosen, old], path)).toBe(newest);
});

test('names', () => {
  expect(interpreterName(python('3.12.1', 'exact'))).toBe('Python 3.12.1');
  expect(interpreterName(python('3.13.1', 'exact', false))).toBe('Python 3.13.1 free-threaded');
  expect(interpreterName({ ...python('3.9.1', null), implementation: 'PyPy' })).toBe('PyPy 3.9.1');
  expect(interpreterName(python(null, null))).toBe('broken');
});
