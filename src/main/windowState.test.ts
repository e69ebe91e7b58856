import { describe, expect, it } from 'vitest';
import { load, restore } from './windowState.ts';

const SCREEN = { x: 0, y: 0, width: 1920, height: 1080 };
const text = (over: object) => JSON.stringify({ x: 10, y: 20, width: 1000, height: 700, maximized: false, ...over });

describe('window state', () => {
  it('comes back where it was', () => {
    expect(restore(text({ maximized: true }), [SCREEN])).toEqual({
      bounds: { x: 10, y: 20, width: 1000, height: 700 },
      width: 1000,
      height: 700,
      maximized: true,
    });
  });

  it('is placed afresh, at its size, when its display has gone', () => {
    expect(restore(text({ x: 2500 }), [SCREEN])).toMatchObject({ bounds: null, width: 1000 });
    expect(restore(text({ y: -300 }), [SCREEN])).toMatchObject({ bounds: null });
    expect(restore(text({ x: 2500 }), [SCREEN, { ...SCREEN, x: 1920 }])).toMatchObject({ bounds: { x: 2500 } });
  });

  it('never opens too small to use', () => {
    expect(restore(text({ width: 1, height: -5 }), [SCREEN])).toMatchObject({ width: 720, height: 480 });
  });

  it('does without, when the file is absent or nonsense', () => {
    for (const nonsense of ['', '{', '[]', '{"x":1e99}', text({ x: 'a' })])
      expect(restore(nonsense, [SCREEN])).toEqual({ bounds: null, width: 1440, height: 900, maximized: false });
    expect(load('/nonexistent/window.json', [SCREEN])).toMatchObject({ width: 1440 });
  });
});
