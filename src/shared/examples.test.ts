import { expect, test } from 'vitest';
import { compareSpec } from './contract/compare.ts';
import type { Example } from './contract/types.ts';
import {
  atSlider,
  exampleCompare,
  exampleLaunch,
  exampleOf,
  showsOn,
  sliderDefault,
  withArguments,
} from './examples.ts';

const example = (id: string, variants: [name: string, ...args: string[]][], more: Partial<Example> = {}): Example => ({
  id,
  statement: null,
  question: 'q',
  title: id,
  text: 't',
  look: 'l',
  expect: 'e',
  folder: '/x',
  variants: variants.map(([name, script, ...args]) => ({ name, script, args })),
  watches: [],
  functions: false,
  repeat: 1,
  minPython: null,
  slider: null,
  ...more,
});
const PAIR = example('pair', [
  ['one', '/x/count.py', 'one'],
  ['two', '/x/count.py', 'two'],
]);
const THREE = example('three', [
  ['one', '/x/count.py', 'one'],
  ['two', '/x/count.py', 'two'],
  ['far', '/x/count.py', 'far'],
]);
const SLIDING = example(
  'sliding',
  [
    ['5 ms', '/x/starve.py', '5'],
    ['0.5 ms', '/x/starve.py', '0.5'],
  ],
  { slider: { label: 'Interval', variant: 1, arg: 0, low: 0.1, high: 100 } },
);
const WATCHED = example('watched', [['one', '/x/watch.py']], { watches: ['__main__:item'], functions: true });
const ALL = [THREE, PAIR, SLIDING, WATCHED];

test('a launch has what the example asks for, and nothing else', () => {
  expect(exampleLaunch(WATCHED, WATCHED.variants[0], '/py')).toEqual({
    python: '/py',
    args: ['/x/watch.py'],
    cwd: '/x',
    env: {},
    engine: 'auto',
    functions: true,
    watches: ['__main__:item'],
  });
  expect(exampleLaunch(PAIR, PAIR.variants[1], '/py')).not.toHaveProperty('watches');
});

test('several ways are a comparison that the contract takes', () => {
  const spec = exampleCompare({ ...PAIR, repeat: 3 }, '/py');
  expect(compareSpec.parse(spec)).toEqual(spec);
  expect(spec).toMatchObject({ repeat: 3, variants: [{ name: 'one' }, { name: 'two' }] });
});

test('the slider sets one argument of one variant, and its name', () => {
  expect(sliderDefault(SLIDING)).toBe(0.5);
  expect(sliderDefault(PAIR)).toBeNull();
  expect(atSlider(SLIDING, 20).variants).toEqual([
    SLIDING.variants[0],
    { name: '20 ms', script: '/x/starve.py', args: ['20'] },
  ]);
  expect(atSlider(SLIDING, 5).variants.map(({ name }) => name)).toEqual(['5 ms', '5 ms (2)']);
  expect(SLIDING.variants[1].args).toEqual(['0.5']);
  expect(atSlider(PAIR, 20)).toBe(PAIR);
});

test('a command is recognised with its size, with its slider moved, and in any company of its own', () => {
  const commands = (of: Example): string[][] => of.variants.map(({ script, args }) => ['/py', script, ...args]);
  for (const one of ALL) {
    expect(exampleOf(commands(one), ALL)).toBe(one);
    expect(exampleOf(commands(withArguments(one, ['100'])), ALL)).toBe(one);
  }
  expect(exampleOf(commands(atSlider(SLIDING, 20)), ALL)).toBe(SLIDING);
  // The first of two ways is not the slider's: with another interval it is another program.
  expect(exampleOf([['/py', '/x/starve.py', '7']], [{ ...SLIDING, slider: null }])).toBeNull();
  expect(exampleOf([['/py', '/y/watch.py']], ALL)).toBeNull();
  expect(
    exampleOf(
      [
        ['/py', '/x/watch.py'],
        ['/py', 'own.py'],
      ],
      ALL,
    ),
  ).toBeNull();
  expect(exampleOf([], ALL)).toBeNull();
});

test.each([
  ['3.11.7', false],
  ['3.12.0', true],
  ['3.13.1', true],
  [null, false],
])('what needs 3.12 shows on %s: %s', (version, shows) => {
  expect(showsOn({ ...PAIR, minPython: '3.12' }, version)).toBe(shows);
  expect(showsOn(PAIR, version)).toBe(true);
});
