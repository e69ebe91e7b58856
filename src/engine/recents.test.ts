/** The list of recordings with several gilscopes at once, and through crashes: real processes on a real folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { encodeControl } from '../shared/protocol/control.ts';
import { FrameKind } from '../shared/protocol/frames.ts';
import { isBusy } from './busyFile.ts';
import { UserError } from './errors.ts';
import { locked } from './fileLock.ts';
import { Library } from './library.ts';
import type { Described } from './recentEntry.ts';
import { Recents } from './recents.ts';
import { Recorder } from './recorder.ts';

const built = mkdtempSync(join(tmpdir(), 'gilscope-recents-'));
let folder: string;
const children: ChildProcess[] = [];
const fail = (error: UserError): void => {
  throw error;
};

/** Another gilscope: adds entries, or records until it is killed. It says a line when it has begun and when it is done. */
const OTHER = `
import { Library } from ${JSON.stringify(join(import.meta.dirname, 'library.ts'))};
import { Recents } from ${JSON.stringify(join(import.meta.dirname, 'recents.ts'))};
import { Recorder } from ${JSON.stringify(join(import.meta.dirname, 'recorder.ts'))};
import { locked } from ${JSON.stringify(join(import.meta.dirname, 'fileLock.ts'))};
const [folder, what, arg] = process.argv.slice(2);
const say = (line) => process.stdout.write(line + '\\n');
if (what === 'add') {
  const recents = new Recents(folder, new Library(folder));
  say('ready');
  process.stdin.once('data', () => {
    for (let i = 0; i < 50; i++) recents.note({ ...JSON.parse(arg), path: '/' + process.pid + '/' + i + '.gilscope' });
    say('done');
    process.exit();
  });
} else if (what === 'record') {
  await Recorder.create(arg, false, () => undefined);
  say('ready');
  setInterval(() => undefined, 1000);
} else if (what === 'delete') {
  await new Recents(folder, new Library(folder)).delete(arg);
  say('ready');
  setInterval(() => undefined, 1000);
} else if (what === 'lock') {
  locked(arg, () => {
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  });
}
`;

beforeAll(async () => {
  const entry = join(built, 'other.ts');
  writeFileSync(entry, OTHER);
  await build({
    configFile: false,
    logLevel: 'silent',
    root: built,
    build: {
      ssr: entry,
      outDir: join(built, 'out'),
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'other.mjs' } },
    },
    ssr: { noExternal: true },
  });
});
afterAll(() => rmSync(built, { recursive: true }));
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gilscope-recents-'))));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function other(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(built, 'out', 'other.mjs'), folder, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}
const said = (child: ChildProcess): Promise<unknown> => once(child.stdout!, 'data');
async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const entry = (path: string): Described => ({
  ...{ path, created: '2026-01-01T00:00:00Z', title: basename(path), wallS: 1, engine: 'exact', python: '3.12.1' },
  ...{ verdict: 'fine', command: ['python3', 'a.py'], threads: 2, held: 0.9, contended: 0.5, spec: null },
});
const make = () => new Recents(folder, new Library(folder));
const paths = async (recents = make()) => (await recents.list()).map(({ path }) => path);

/** A whole recording of a program of this name, in the library. */
async function recorded(script: string): Promise<string> {
  const path = new Library(folder).newPath(script);
  const recorder = await Recorder.create(path, false, fail);
  recorder.add(
    encodeControl(FrameKind.session, {
      ...{ format: 1, gilscope: 'test', created: '2026-01-02T03:04:05.000Z', start_ns: '1000', host: 'test' },
      ...{ platform: 'linux', cores: 2, kind: 'launch', command: ['python', script], clock: 'CLOCK_MONOTONIC' },
    }),
  );
  await recorder.close();
  return path;
}

it('two gilscopes that add fifty recordings each at the same time lose none', async () => {
  const both = [0, 1].map(() => other('add', JSON.stringify(entry('/'))));
  await Promise.all(both.map(said));
  const ends = both.map((child) => once(child, 'exit'));
  for (const child of both) child.stdin!.write('go\n');
  await Promise.all(ends);
  const expected = both.flatMap(({ pid }) => Array.from({ length: 50 }, (_, i) => `/${pid}/${i}.gilscope`));
  expect((await paths()).sort()).toEqual(expected.sort());
  expect(readdirSync(folder)).toEqual(['recents.json']);
});

it('the lock of a gilscope that was killed holds nobody up, nor does that of one whose number another has now', async () => {
  const file = join(folder, 'x.json');
  await once(other('lock', file), 'exit');
  expect(readdirSync(folder)).toEqual(['x.json.lock']);
  expect(locked(file, () => 'in')).toBe('in');
  symlinkSync(`${process.pid}@0@${hostname()}`, `${file}.lock`);
  expect(locked(file, () => 'in')).toBe('in');
  expect(readdirSync(folder)).toEqual([]);
});

it('what another gilscope records is neither deleted nor forgotten, until it ends, however it does', async () => {
  const path = new Library(folder).newPath('other.py');
  const child = other('record', path);
  await said(child);
  const recents = make();
  expect((await recents.list())[0]).toMatchObject({ path, recording: true });
  await expect(recents.delete(path)).rejects.toThrow(/is being recorded/);
  expect(() => recents.forget(path)).toThrow(UserError);
  expect(existsSync(path)).toBe(true);
  await killed(child);
  expect((await recents.list())[0]).toMatchObject({ path, recording: false });
  recents.tidy();
  expect(readdirSync(dirname(path))).toEqual([basename(path)]);
  await recents.delete(path);
  expect(existsSync(path)).toBe(false);
});

it('a recording of its own is busy until it is closed, also where it was moved to', async () => {
  const [first, second] = [join(folder, 'a.gilscope'), join(folder, 'b.gilscope')];
  const recorder = await Recorder.create(first, false, fail);
  expect(isBusy(first)).toBe(true);
  await recorder.moveTo(second, false);
  expect([isBusy(first), isBusy(second)]).toEqual([false, true]);
  await recorder.close();
  expect(isBusy(second)).toBe(false);
  expect(readdirSync(folder)).toEqual(['b.gilscope']);
});

it('a deletion is taken back with all that was said of the recording', async () => {
  const path = await recorded('a.py');
  const bytes = readFileSync(path);
  const recents = make();
  await recents.edit(path, { name: 'Before', tags: ['slow'] });
  const { id } = await recents.delete(path);
  expect(await paths()).toEqual([]);
  expect(existsSync(path)).toBe(false);
  recents.restore(id);
  expect((await make().list())[0]).toMatchObject({ path, name: 'Before', tags: ['slow'], exists: true });
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect(readdirSync(dirname(path))).toEqual([basename(path)]);
  expect(() => recents.restore(id)).toThrow(/for good/);
});

it('a deletion that cannot be noted leaves the recording where it was', async () => {
  const path = await recorded('a.py');
  const recents = make();
  await recents.edit(path, { name: 'Mine' });
  // A folder is where the next file was to be renamed to.
  mkdirSync(join(folder, 'forgotten.json', 'full'), { recursive: true });
  await expect(recents.delete(path)).rejects.toThrow(`cannot delete ${path}`);
  recents.tidy();
  expect(existsSync(path)).toBe(true);
  expect((await make().list())[0]).toMatchObject({ path, name: 'Mine', exists: true });
});

it('what is in the trash of a gilscope that was killed is removed at the next start; of one that lives it stays', async () => {
  const path = await recorded('a.py');
  const child = other('delete', path);
  await said(child);
  const trash = join(dirname(path), '.trash');
  make().tidy();
  expect(readdirSync(trash)).toHaveLength(1);
  await killed(child);
  make().tidy();
  expect(existsSync(trash)).toBe(false);
  expect(await paths()).toEqual([]);
});

it('killed between the note of a deletion and the deletion, the recording is still there', async () => {
  const path = await recorded('a.py');
  const owner = `999999999@1@${hostname()}`;
  writeFileSync(
    join(folder, 'trash.json'),
    JSON.stringify([{ id: 'x', path, deletedMs: Date.now(), owner, entry: {} }]),
  );
  make().tidy();
  expect(await paths()).toEqual([path]);
  expect(existsSync(path)).toBe(true);
});

it('a damaged list is put aside and made anew from the heads of the files', async () => {
  const path = await recorded('found.py');
  writeFileSync(join(folder, 'recents.json'), '[{"path": "/a.gil');
  const recents = make();
  const [found] = await recents.list();
  expect(found).toMatchObject({ path, title: 'found.py', created: '2026-01-02T03:04:05.000Z', exists: true });
  expect(readFileSync(recents.setAside!, 'utf8')).toBe('[{"path": "/a.gil');
  await recents.edit(path, { note: 'kept' });
  expect((await make().list())[0]).toMatchObject({ path, note: 'kept', command: ['python', 'found.py'] });
});

it('new recordings of a session keep what the user said of it', async () => {
  const recents = make();
  recents.note(entry('/a.gilscope'));
  await recents.edit('/a.gilscope', { name: 'Mine' });
  recents.note({ ...entry('/a.gilscope'), verdict: 'other' });
  recents.note(entry('/b.gilscope'));
  recents.carry('/a.gilscope', '/b.gilscope');
  expect((await recents.list()).map(({ name, verdict }) => [name, verdict])).toEqual([
    ['Mine', 'fine'],
    ['Mine', 'other'],
  ]);
  expect(recents.kept().sort()).toEqual(['/a.gilscope', '/b.gilscope']);
  await expect(recents.edit('/c.gilscope', { name: 'x' })).rejects.toThrow(/not in the library/);
});

it('records into the folder that was chosen, and while it is not there into its own, and says so', async () => {
  const library = new Library(folder);
  const before = await recorded('before.py');
  const chosen = join(folder, 'mine');
  expect(() => library.choose(chosen)).toThrow(/no such file or folder/);
  writeFileSync(join(folder, 'file'), '');
  expect(() => library.choose(join(folder, 'file'))).toThrow(UserError);
  mkdirSync(chosen);
  library.choose(chosen);
  const after = await recorded('after.py');
  expect(dirname(after)).toBe(chosen);
  expect((await paths()).sort()).toEqual([before, after].sort());
  rmSync(chosen, { recursive: true });
  expect(library.place()).toMatchObject({ folder: dirname(before), chosen });
  expect(library.place().problem).toContain('no such file or folder');
  expect(dirname(await recorded('again.py'))).toBe(dirname(before));
  expect(existsSync(chosen)).toBe(false);
  library.choose(null);
  expect(library.place().problem).toBeNull();
});
