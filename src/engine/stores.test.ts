/** Settings, recents and the library on a real folder: what is broken in them costs nothing, what is old is removed. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../shared/settings.ts';
import { UserError } from './errors.ts';
import { KEEP_FILES, Library } from './library.ts';
import { dataFolder } from './paths.ts';
import type { Described } from './recentEntry.ts';
import { Recents } from './recents.ts';
import { SettingsStore } from './settings.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gilscope-stores-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('dataFolder', () => {
  it('follows the system, and GILSCOPE_HOME before it', () => {
    expect(dataFolder({}, 'linux', '/home/u')).toBe('/home/u/.local/share/gilscope');
    expect(dataFolder({ XDG_DATA_HOME: '/data' }, 'linux', '/home/u')).toBe('/data/gilscope');
    expect(dataFolder({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/u')).toBe('/home/u/.local/share/gilscope');
    expect(dataFolder({}, 'darwin', '/Users/u')).toBe('/Users/u/Library/Application Support/gilscope');
    expect(dataFolder({ GILSCOPE_HOME: '/g', XDG_DATA_HOME: '/data' }, 'linux', '/home/u')).toBe('/g');
  });
});

describe('settings', () => {
  it('are the defaults until set, and last', () => {
    const store = new SettingsStore(folder);
    expect(store.get()).toEqual(DEFAULT_SETTINGS);
    expect(store.set({ theme: 'dark', panelHeight: 300 })).toEqual({
      ...DEFAULT_SETTINGS,
      theme: 'dark',
      panelHeight: 300,
    });
    expect(new SettingsStore(folder).get().theme).toBe('dark');
    expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  it('one bad value, or an unknown one, does not cost the others', () => {
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ theme: 'pink', follow: false, panelHeight: -1, future: 1 }));
    expect(new SettingsStore(folder).get()).toEqual({ ...DEFAULT_SETTINGS, follow: false });
    writeFileSync(file, '{ "theme": "da');
    expect(new SettingsStore(folder).get()).toEqual(DEFAULT_SETTINGS);
  });

  it('that cannot be kept are told', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new SettingsStore(join(folder, 'file')).set({ follow: false })).toThrow(UserError);
  });
});

describe('library', () => {
  it('gives each recording a name of its own that any file system takes', () => {
    const library = new Library(folder);
    const names = ['a/b\\c:"\n\x1b[31m', 'ünï.py --x', '..', ''].map((title) => basename(library.newPath(title)));
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d [\p{L}\p{N}._ -]+\.gilscope$/u);
    expect(names[1]).toContain('ünï.py --x');
  });

  it('removes the oldest beyond its bounds, but none that is in use or fresh', () => {
    const library = new Library(folder);
    const sessions = join(folder, 'sessions');
    mkdirSync(sessions);
    const at = (i: number) => join(sessions, `${String(i).padStart(3, '0')}.gilscope`);
    for (let i = 0; i < KEEP_FILES + 5; i++) {
      writeFileSync(at(i), 'x');
      utimesSync(at(i), 1000 + i, 1000 + i);
    }
    writeFileSync(join(sessions, 'notes.txt'), 'mine');
    const removed = library.prune(new Set([at(1)]));
    expect(removed.map((path) => basename(path)).sort()).toEqual(
      ['000', '002', '003', '004'].map((n) => `${n}.gilscope`),
    );
    expect(readdirSync(sessions)).toContain('notes.txt');
    expect(library.prune(new Set(), 1000 * 1000)).toEqual([]);
  });
});

describe('recents', () => {
  const entry = (path: string, created: string): Described => ({
    ...{ path, created, title: basename(path), wallS: 1, engine: 'exact', python: '3.12.1', verdict: 'fine' },
    ...{ command: ['python3', 'a.py'], threads: 2, held: 0.9, contended: 0.5 },
    spec: { python: '/usr/bin/python3', args: ['a.py'], cwd: '/', env: { A: null }, engine: 'auto', functions: true },
  });

  it('remembers, newest first, one entry for a file', async () => {
    const recents = new Recents(folder, new Library(folder));
    recents.note(entry('/a.gilscope', '2026-01-01T00:00:00Z'));
    recents.note(entry('/b.gilscope', '2026-01-03T00:00:00Z'));
    recents.note({ ...entry('/a.gilscope', '2026-01-02T00:00:00Z'), verdict: 'other' });
    const list = await new Recents(folder, new Library(folder)).list();
    expect(list.map(({ path, verdict, exists }) => [path, verdict, exists])).toEqual([
      ['/b.gilscope', 'fine', false],
      ['/a.gilscope', 'other', false],
    ]);
    expect(recents.specOf('/b.gilscope')).toMatchObject({ env: { A: null }, functions: true });
  });

  it('finds recordings that nobody noted, and survives a broken list', async () => {
    const library = new Library(folder);
    const path = library.newPath('crashed.py');
    writeFileSync(path, 'x');
    writeFileSync(join(folder, 'recents.json'), JSON.stringify([{ path: 5 }, entry('/a.gilscope', '2020')]));
    const recents = new Recents(folder, library);
    expect((await recents.list()).map((one) => one.path)).toEqual([path, '/a.gilscope']);
    writeFileSync(join(folder, 'recents.json'), 'nonsense');
    expect((await recents.list()).map((one) => one.path)).toEqual([path]);
  });

  it('forgets, and deletes sessions only', async () => {
    const recents = new Recents(folder, new Library(folder));
    const [session, other] = [join(folder, 's.gilscope'), join(folder, 'precious.txt')];
    for (const path of [session, other]) {
      writeFileSync(path, 'x');
      recents.note(entry(path, '2026'));
    }
    await recents.delete(session);
    await expect(recents.delete(other)).rejects.toThrow(UserError);
    recents.forget(other);
    expect(await recents.list()).toEqual([]);
    expect([existsSync(session), existsSync(other)]).toEqual([false, true]);
  });

  it('what was forgotten stays so though its file is there, also for the next gilscope, until it is opened again', async () => {
    const library = new Library(folder);
    const path = library.newPath('kept.py');
    writeFileSync(path, 'x');
    const recents = new Recents(folder, library);
    recents.note(entry(path, '2026'));
    recents.forget(path);
    expect(existsSync(path)).toBe(true);
    expect(await recents.list()).toEqual([]);
    expect(await new Recents(folder, library).list()).toEqual([]);
    // A session that is open all the while notes it at its end.
    recents.note(entry(path, '2026'));
    expect(await new Recents(folder, library).list()).toEqual([]);
    recents.recall(path);
    recents.note(entry(path, '2026'));
    expect((await new Recents(folder, library).list()).map((one) => one.path)).toEqual([path]);
  });

  it('what was deleted does not come back when its session ends', async () => {
    const library = new Library(folder);
    const path = library.newPath('deleted.py');
    writeFileSync(path, 'x');
    const recents = new Recents(folder, library);
    await recents.delete(path);
    recents.note(entry(path, '2026'));
    expect(await recents.list()).toEqual([]);
  });
});
