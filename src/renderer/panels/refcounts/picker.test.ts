import { expect, it } from 'vitest';
import { ownModulesFirst, ownNamesFirst } from './picker.ts';

it('lists the program before its libraries', () => {
  const module = (name: string, kind: 'main' | 'program' | 'library') => ({ name, names: 1, kind });
  const listed = ownModulesFirst([
    module('os', 'library'),
    module('b', 'program'),
    module('__main__', 'main'),
    module('a', 'program'),
  ]);
  expect(listed.map(({ name }) => name)).toEqual(['__main__', 'a', 'b', 'os']);
});

it('lists data before functions, and what fits the search', () => {
  const names = [
    { name: '__file__', type: 'str' },
    { name: 'main', type: 'function' },
    { name: 'cache', type: 'dict' },
    { name: 'config', type: 'Settings' },
  ];
  expect(ownNamesFirst(names, '').map(({ name }) => name)).toEqual(['cache', 'config', 'main', '__file__']);
  expect(ownNamesFirst(names, 'ca dict').map(({ name }) => name)).toEqual(['cache']);
  expect(ownNamesFirst(names, 'settings').map(({ name }) => name)).toEqual(['config']);
  expect(ownNamesFirst(names, 'nothing')).toEqual([]);
});
