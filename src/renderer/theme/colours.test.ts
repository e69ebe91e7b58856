import { describe, expect, test } from 'vitest';
import type { ThreadInfo } from '../../shared/contract/types.ts';
import { assignSlots, inkOn, threadColour } from '../../shared/draw/colours.ts';
import { resolveTheme } from './theme.ts';

const thread = (idx: number, more: Partial<ThreadInfo> = {}): ThreadInfo => ({
  idx,
  process: 0,
  tid: 100 + idx,
  name: `t${idx}`,
  main: false,
  own: false,
  markLevels: 0,
  callLevels: 0,
  bornNs: 0,
  endedNs: null,
  ...more,
});

describe('colour slots', () => {
  test('main is grey, own threads have none, others count up', () => {
    const threads = [thread(0, { main: true }), thread(1, { own: true }), thread(2), thread(3)];
    expect(assignSlots(threads, [])).toEqual([0, -1, 1, 2]);
  });
  test('the main thread of a child process has a colour: it does the work there', () => {
    expect(assignSlots([thread(0, { main: true }), thread(1, { main: true, process: 1 })], [])).toEqual([0, 1]);
  });
  test('given slots are kept whatever is learnt later', () => {
    const before = assignSlots([thread(0), thread(1)], []);
    const after = assignSlots([thread(0, { main: true }), thread(1, { own: true }), thread(2)], before);
    expect(after).toEqual([1, 2, 3]);
  });
  test('nothing new: the same array, so nothing renders', () => {
    const before = assignSlots([thread(0)], []);
    expect(assignSlots([thread(0, { name: 'renamed' })], before)).toBe(before);
  });
});

describe('threadColour', () => {
  test('the first 21 differ in each theme and repeat after that', () => {
    for (const theme of ['dark', 'light'] as const) {
      const colours = Array.from({ length: 21 }, (_, i) => threadColour(i + 1, theme));
      expect(new Set(colours).size).toBe(21);
      expect(threadColour(22, theme)).toBe(colours[0]);
      for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    }
  });
  test('the order is Okabe and Ito’s', () => {
    expect([1, 2].map((slot) => threadColour(slot, 'dark'))).toEqual(['#e69f00', '#56b4e9']);
  });
  test('ink reads on its colour', () => {
    expect(inkOn('#f0e442')).toBe('#10151b');
    expect(inkOn('#0072b2')).toBe('#ffffff');
  });
});

test('the system decides only when asked to', () => {
  expect(resolveTheme('system', true)).toBe('dark');
  expect(resolveTheme('system', false)).toBe('light');
  expect(resolveTheme('light', true)).toBe('light');
});
