import { expect, test } from 'vitest';
import { functionInfo } from '../timeline/testing/calls.ts';
import { functionColour } from './functionColours.ts';

const parts = (colour: string) => /^oklch\((\S+) (\S+) (\S+)\)$/.exec(colour)!.slice(1).map(Number);

test('a function has the same colour always; its file gives the hue', () => {
  const one = functionInfo(1, 'load', { qualname: 'Loader.load' });
  expect(functionColour({ ...one, idx: 77, process: 3 }, 'dark')).toBe(functionColour(one, 'dark'));
  const hues = ['a', 'b', 'c', 'd'].map((name) => parts(functionColour(functionInfo(1, name), 'light'))[2]);
  expect(new Set(hues).size).toBe(1);
  const files = Array.from({ length: 40 }, (_, i) => functionInfo(1, 'f', { file: `/w/module${i}.py` }));
  expect(new Set(files.map((fn) => parts(functionColour(fn, 'dark'))[2])).size).toBeGreaterThan(5);
});

test('dark in the dark theme and light in the light one, so that the text on it reads; never the red of waiting', () => {
  for (let i = 0; i < 200; i++) {
    const fn = functionInfo(i, `f${i}`, { file: `/w/${i}.py` });
    const [dark, , hue] = parts(functionColour(fn, 'dark'));
    expect(dark).toBeLessThan(0.5);
    expect(parts(functionColour(fn, 'light'))[0]).toBeGreaterThan(0.8);
    expect(hue).toBeGreaterThan(60);
    expect(hue).toBeLessThan(340);
  }
});
