/** A call becomes the programs to compare: with real interpreters, on modules written for it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { CALL_MODES, MOST_VARIANTS, type CallSpec } from '../../shared/contract/compare.ts';
import { UserError } from '../errors.ts';
import { InterpreterProbe } from '../interpreterProbe.ts';
import { listInterpreters, ownPlaces } from '../interpreters.ts';
import { readCallFailure, readCallReport } from './callReport.ts';
import { checkCallName, expandCall } from './callVariants.ts';

const folder = mkdtempSync(join(tmpdir(), 'gilscope-call-'));
const probe = new InterpreterProbe(null);
afterAll(() => rmSync(folder, { recursive: true }));

const MODULE = `
import threading
def double(n): return 2 * n
def hold(n): return threading.Lock()
nameless = lambda n: n
`;

/** Of the machine: any, one whose interpreters have a GIL each, and one without. */
let newest = '';
let own: string | undefined;
let shared: string | undefined;

beforeAll(async () => {
  writeFileSync(join(folder, 'shop.py'), MODULE);
  writeFileSync(join(folder, 'lonely.py'), 'import readline\ndef double(n): return 2 * n\n');
  writeFileSync(join(folder, 'main_less.py'), 'def main(): print("work")\ndef double(n): return n\nmain()\n');
  const usable = (await listInterpreters(probe, ownPlaces())).filter(({ engine }) => engine !== null);
  const minor = (version: string | null): number => Number(version?.split('.')[1]);
  newest = usable[0].path;
  own = usable.find(({ version }) => minor(version) >= 12)?.path;
  shared = usable.find(({ version }) => minor(version) < 12)?.path;
}, 60_000);

const spec = (more: Partial<CallSpec>): CallSpec => ({
  call: 'shop:double',
  inputs: ['1', '2', '3'],
  workers: 2,
  modes: ['sequential', 'threads', 'processes'],
  pythons: [newest],
  cwd: folder,
  engine: 'auto',
  ...more,
});
const expand = (more: Partial<CallSpec>) => expandCall(spec(more), folder, probe);
const refused = async (more: Partial<CallSpec>): Promise<UserError> => {
  const error = await expand(more).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return error;
};

describe('what names a function', () => {
  it.each(['shop:double', 'a.b_2.c:D.e', 'größe:maß'])('%s', (call) => expect(() => checkCallName(call)).not.toThrow());

  test.each([
    ['shop', 'write module:function'],
    ['shop:', 'write module:function'],
    ['shop:a:b', 'write module:function'],
    ['shop:double()', 'write module:function'],
    ['shop.py:double', '--call shop:double'],
    ['src/shop.py:double', '--cwd src --call shop:double'],
    ['/shop.py:double', '--cwd / --call shop:double'],
    ['-c:x', 'write module:function'],
  ])('not %s', (call, remedy) => {
    const check = (): void => checkCallName(call);
    expect(check).toThrow(UserError);
    try {
      check();
    } catch (error) {
      expect((error as UserError).remedy).toContain(remedy);
    }
  });
});

it('makes a program for each mode, in the order asked for, which reports the same results', async () => {
  const { variants, notes } = await expand({ modes: ['threads', 'sequential', 'processes', 'threads'] });
  expect(notes).toEqual([]);
  expect(variants.map(({ name, mode }) => [name, mode])).toEqual([
    ['threads', 'threads'],
    ['sequential', 'sequential'],
    ['processes', 'processes'],
  ]);
  const reports = variants.map(({ launch, reportFile }) => {
    const { python, args, cwd } = launch(3);
    expect(spawnSync(python, args, { cwd, encoding: 'utf8', timeout: 60_000 }).stderr).toBe('');
    expect(existsSync(reportFile(2))).toBe(false);
    return readCallReport(reportFile(3));
  });
  expect(reports.map((report) => [report?.mode, report?.tasks, report?.results, report?.digest])).toEqual(
    variants.map(({ mode }) => [mode, 3, '[2, 4, 6]', reports[0]?.digest]),
  );
  expect(reports[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
}, 60_000);

it('gives long inputs in a file', async () => {
  const inputs = Array.from({ length: 2000 }, (_, i) => `"${i}"`);
  const { variants } = await expand({ inputs });
  const { python, args, cwd } = variants[0].launch(0);
  expect(args.every((arg) => arg.length <= 1000)).toBe(true);
  spawnSync(python, args, { cwd, timeout: 60_000 });
  expect(readCallReport(variants[0].reportFile(0))?.tasks).toBe(2000);
}, 60_000);

it('names variants by interpreter when there are several, and each interpreter once', async ({ skip }) => {
  if (own === undefined || shared === undefined) return skip('needs a CPython before 3.12 and one after');
  const { variants } = await expand({ pythons: [shared, own, shared], modes: ['threads', 'sequential'] });
  expect(variants.map(({ name }) => name)).toHaveLength(4);
  for (const { name, version, mode } of variants) {
    expect(version.startsWith(name.split(' ')[0])).toBe(true);
    expect(name.endsWith(` ${mode}`)).toBe(true);
  }
}, 60_000);

it('finds interpreters by version', async () => {
  const version = (await expand({})).variants[0].version;
  const { variants } = await expand({ pythons: [version.split('.').slice(0, 2).join('.')] });
  expect(variants[0].version.split('.').slice(0, 2)).toEqual(version.split('.').slice(0, 2));
  const error = await refused({ pythons: ['3.99'] });
  expect(error.code).toBe('not-found');
  expect(error.message).toContain('3.99');
  expect(error.remedy).toContain(version);
}, 60_000);

it('leaves out what an interpreter cannot do, and says so', async ({ skip }) => {
  if (own === undefined || shared === undefined) return skip('needs a CPython before 3.12 and one after');
  const { variants, notes } = await expand({ pythons: [shared, own], modes: [...CALL_MODES] });
  expect(variants.map(({ mode, python }) => `${python} ${mode}`)).toEqual([
    ...CALL_MODES.slice(0, 3).map((mode) => `${shared} ${mode}`),
    ...CALL_MODES.map((mode) => `${own} ${mode}`),
  ]);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/^interpreters left out for Python 3\.\d+\.\d+: .*GIL of their own/);
}, 60_000);

it('leaves out interpreters when the module cannot be imported in one', async ({ skip }) => {
  if (own === undefined) return skip('needs CPython 3.12 or later');
  const { variants, notes } = await expand({ pythons: [own], call: 'lonely:double', modes: [...CALL_MODES] });
  expect(variants.map(({ mode }) => mode)).toEqual(['sequential', 'threads', 'processes']);
  expect(notes.join()).toContain('readline does not support loading in subinterpreters');
}, 60_000);

it('leaves out processes for what cannot be pickled, and refuses when one way is left', async () => {
  const { variants, notes } = await expand({ call: 'shop:nameless' });
  expect(variants.map(({ mode }) => mode)).toEqual(['sequential', 'threads']);
  expect(notes.join()).toContain('processes left out');
  expect(notes.join()).toContain('cannot be pickled');
  const error = await refused({ call: 'shop:nameless', modes: ['threads', 'processes'] });
  expect(error.message).toMatch(/^only threads is left to compare; processes left out .*cannot be pickled/);
}, 60_000);

test.each<[string, Partial<CallSpec>, string, string]>([
  ['a module that is not there', { call: 'nowhere:double' }, 'there is no module nowhere', '--cwd'],
  ['a misspelt function', { call: 'shop:duble' }, 'no function duble', 'did you mean double?'],
  ['a module without a guard', { call: 'main_less:double' }, 'runs its main()', '__main__'],
  ['inputs that do not fit', { inputs: ['(1, 2)'] }, 'does not fit shop:double(n)', 'one input is one task'],
  ['a folder that is not there', { cwd: '/nowhere' }, '/nowhere does not exist', 'existing folder'],
  ['no interpreter', { pythons: ['/bin/ls'] }, 'is not a Python interpreter', 'CPython'],
  ['one mode alone', { modes: ['threads'] }, 'only threads is left', 'two modes'],
])(
  'refuses %s',
  async (_, more, message, remedy) => {
    const error = await refused(more);
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
  },
  60_000,
);

it('refuses more variants than can be compared', async () => {
  const pythons = ['one', 'two', 'three', 'four'].map((name) => join(folder, name));
  for (const link of pythons) symlinkSync(newest, link);
  const error = await refused({ pythons, modes: [...CALL_MODES] });
  expect(error.message).toContain(`16 variants are more than the ${MOST_VARIANTS}`);
}, 60_000);

describe('a report', () => {
  const file = join(folder, 'odd.json');
  const good = {
    ...{ mode: 'threads', workers: 2, tasks: 3, work_s: 1, start_up_s: 0, shut_down_s: 0, task_s: 2 },
    ...{ passed_bytes: null, digest: '', results: '[]' },
  };
  const read = (text: string) => {
    writeFileSync(file, text);
    return readCallReport(file);
  };

  it('is read, whatever else is in it', () => {
    expect(read(JSON.stringify({ ...good, start_method: 'fork' }))).toEqual(good);
  });

  it('is null when there is none, or none of a run that worked', () => {
    expect(readCallReport(join(folder, 'none.json'))).toBeNull();
    expect(readCallFailure(join(folder, 'none.json'))).toBeNull();
    expect(read('{"error": {"message": "m", "remedy": null, "input": 2}}')).toBeNull();
    expect(readCallFailure(file)).toEqual({ message: 'm', remedy: null });
    read(JSON.stringify(good));
    expect(readCallFailure(file)).toBeNull();
  });

  it.each(['', 'null', '[]', '{}', '{"mode": "threads"', JSON.stringify({ ...good, work_s: -1 })])(
    'is an error when it is something else: %s',
    (text) => expect(() => read(text)).toThrow(UserError),
  );
});
