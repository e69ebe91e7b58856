import { beforeEach, describe, expect, test } from 'vitest';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { useSessions } from './sessions.ts';
import { useSettings } from './settings.ts';
import { roomAround, tidyRange, viewStore } from './view.ts';

const session = (id: string): SessionInfo => ({
  id,
  title: `${id}.py`,
  kind: 'launch',
  state: 'recording',
  error: null,
  alive: true,
  path: null,
  saved: false,
  damage: null,
  created: '2026-11-21T00:00:00Z',
  command: [],
  cwd: null,
  host: 'h',
  cores: 2,
  endNs: 0,
  revision: 0,
  eventsPerS: 0,
  processes: [],
  threads: [],
  gils: [],
  attached: null,
  terminal: 'pty',
  progress: null,
});

describe('sessions', () => {
  beforeEach(() => useSessions.getState().replaceAll([]));
  const ids = () => useSessions.getState().order;

  test('order is that of opening; an update keeps the place', () => {
    for (const id of ['a', 'b', 'a']) useSessions.getState().put(session(id));
    expect(ids()).toEqual(['a', 'b']);
  });
  test('removing the shown one shows its neighbour', () => {
    for (const id of ['a', 'b']) useSessions.getState().put(session(id));
    useSessions.getState().select('a');
    useSessions.getState().remove('a');
    expect(useSessions.getState().currentId).toBe('b');
    useSessions.getState().remove('b');
    expect(useSessions.getState().currentId).toBeNull();
  });
  test('after a reconnection what the engine forgot is gone', () => {
    for (const id of ['a', 'b']) useSessions.getState().put(session(id));
    useSessions.getState().replaceAll([session('b'), session('c')]);
    expect(ids()).toEqual(['b', 'c']);
  });
});

describe('view', () => {
  test('each session keeps its own until it is closed', () => {
    useSessions.getState().put(session('a'));
    viewStore('a').getState().setRange({ start: 5e6, end: 6e6 });
    expect(viewStore('a').getState()).toMatchObject({ range: { start: 5e6, end: 6e6 }, follow: false });
    expect(viewStore('b').getState().follow).toBe(true);
    useSessions.getState().remove('a');
    expect(viewStore('a').getState().range.start).toBe(0);
  });
  test('a new recording follows its live edge if the last one was left doing so', () => {
    useSettings.setState({ settings: { ...DEFAULT_SETTINGS, follow: false } });
    useSessions.getState().put(session('new'));
    useSessions.getState().put({ ...session('file'), state: 'file' });
    useSettings.setState({ settings: DEFAULT_SETTINGS });
    expect(viewStore('new').getState().follow).toBe(false);
    // A file is shown whole, which is what following means for it.
    expect(viewStore('file').getState().follow).toBe(true);
    viewStore('new').getState().setFollow(true);
    useSessions.getState().put(session('new'));
    expect(viewStore('new').getState().follow).toBe(true);
  });
  test('ranges are put in order and never empty', () => {
    expect(tidyRange({ start: 9000, end: 5000 })).toEqual({ start: 5000, end: 9000 });
    expect(tidyRange({ start: 500, end: 500 })).toEqual({ start: 450, end: 550 });
    expect(tidyRange({ start: Number.NaN, end: 1 }).end).toBeGreaterThan(0);
  });
  test('two lanes are marked for a cell of blame, one again for anything else', () => {
    const { markThread } = viewStore('m').getState();
    markThread(3, 5);
    expect(viewStore('m').getState()).toMatchObject({ thread: 3, culprit: 5 });
    markThread(4);
    expect(viewStore('m').getState()).toMatchObject({ thread: 4, culprit: null });
    markThread(3, 5);
    viewStore('m').getState().show({ start: 1, end: 2 }, 4);
    expect(viewStore('m').getState()).toMatchObject({ thread: 4, culprit: null });
  });
  test('showing an interval leaves room around it and pins its thread', () => {
    const { start, end } = roomAround({ start: 1000, end: 1001 });
    expect(end - start).toBe(50_000);
    viewStore('v').getState().show({ start: 1e6, end: 3e6 }, 4);
    expect(viewStore('v').getState()).toMatchObject({
      range: { start: -3e6, end: 7e6 },
      follow: false,
      thread: 4,
      pinned: { thread: 4, at: 2e6 },
    });
  });
});
