import { describe, expect, test } from 'vitest';
import { compareSpec } from '../../../shared/contract/compare.ts';
import {
  emptyCompareForm,
  emptyProgram,
  formFromCompare,
  programNames,
  specFromCompareForm,
  type CompareForm,
  type ProgramRow,
} from './form.ts';

const CWD = '/home/ada';
const machine = { best: '/usr/bin/python3', pythonName: (path: string) => `Python at ${path}` };

function program(script: string, args: string, more: Partial<ProgramRow> = {}): ProgramRow {
  const row = emptyProgram(CWD);
  return { ...row, ...more, launch: { ...row.launch, program: { ...row.launch.program, script }, args } };
}

const programs = (...rows: ProgramRow[]): CompareForm => ({ ...emptyCompareForm(CWD, 4), programs: rows });
const call = (patch: Partial<CompareForm['call']>): CompareForm => {
  const form = emptyCompareForm(CWD, 4);
  return { ...form, kind: 'call', call: { ...form.call, call: 'primes:count', inputs: '10\n20', ...patch } };
};
const errorsOf = (form: CompareForm) => specFromCompareForm(form, machine).errors;

describe('programs', () => {
  test('become variants named after what they run', () => {
    const { spec } = specFromCompareForm(programs(program('/a/threads.py', '3'), program('/a/procs.py', '')), machine);
    expect(spec).toMatchObject({ kind: 'variants', repeat: 5, timeLimitS: null, checkOutput: true });
    expect(compareSpec.parse(spec)).toEqual(spec);
    expect(spec?.kind === 'variants' && spec.variants.map((v) => v.name)).toEqual(['threads.py 3', 'procs.py']);
    expect(spec?.kind === 'variants' && spec.variants[0].source).toMatchObject({
      kind: 'launch',
      spec: { python: '/usr/bin/python3', args: ['/a/threads.py', '3'], cwd: CWD },
    });
  });

  test('that run the same are told apart by their interpreters, then by number', () => {
    const rows = ['/p/3.8', '/p/3.13', '/p/3.13'].map((python) => {
      const row = program('/a/x.py', '');
      return { ...row, launch: { ...row.launch, python } };
    });
    expect(programNames(rows, (path) => `Python ${path.slice(3)}`)).toEqual([
      'x.py, Python 3.8',
      'x.py, Python 3.13',
      'x.py, Python 3.13 (2)',
    ]);
  });

  test('say what is wrong with which', () => {
    const errors = errorsOf(programs(program('/a/x.py', '"open'), program('', '')));
    expect(errors?.programs[0].args).toMatch(/double quote/);
    expect(errors?.programs[1].program).toMatch(/script/);
    const same = errorsOf(programs(program('/a', '', { name: 'one' }), program('/b', '', { name: 'one' })));
    expect(same?.programs.map((row) => row.name)).toEqual([undefined, 'Another program has this name.']);
  });

  test.each([
    [{ repeat: '0' }, 'repeat'],
    [{ repeat: '2.5' }, 'repeat'],
    [{ repeat: '' }, 'repeat'],
    [{ repeat: '101' }, 'repeat'],
    [{ timeLimit: '0' }, 'timeLimit'],
    [{ timeLimit: 'soon' }, 'timeLimit'],
  ] as const)('%j is refused', (patch, field) => {
    const form = { ...programs(program('/a', ''), program('/b', '')), ...patch };
    expect(errorsOf(form)?.[field]).toBeTypeOf('string');
  });

  test('come back as they were asked', () => {
    const form = {
      ...programs(program('/a/x.py', '1', { name: 'slow' }), program('/a/y.py', '2', { name: 'fast' })),
      repeat: '7',
      timeLimit: '1.5',
      checkOutput: false,
    };
    const { spec } = specFromCompareForm(form, machine);
    expect(specFromCompareForm(formFromCompare(spec!, '/elsewhere', 1), machine).spec).toEqual(spec);
  });
});

describe('one function', () => {
  test('is called with each line, in each way', () => {
    const { spec } = specFromCompareForm(call({ inputs: ' 10 \n\n"a b"\n' }), machine);
    expect(spec).toMatchObject({
      kind: 'call',
      call: {
        call: 'primes:count',
        inputs: ['10', '"a b"'],
        workers: 4,
        modes: ['sequential', 'threads', 'processes'],
        pythons: ['/usr/bin/python3'],
      },
    });
    expect(compareSpec.parse(spec)).toEqual(spec);
    expect(specFromCompareForm(formFromCompare(spec!, CWD, 1), machine).spec).toEqual(spec);
  });

  test.each([
    [{ call: 'primes' }, 'call', /colon/],
    [{ call: 'primes:' }, 'call', /colon/],
    [{ inputs: ' \n ' }, 'inputs', /input/],
    [{ workers: '0' }, 'workers', /1 to 256/],
    [{ modes: [] }, 'modes', /at least one way/],
    [{ modes: ['threads' as const] }, 'modes', /second/],
    [{ pythons: ['/1', '/2', '/3', '/4', '/5'] }, 'modes', /15 columns/],
    [{ cwd: 'here' }, 'cwd', /full path/],
  ] as const)('%j is refused', (patch, field, words) => {
    expect(errorsOf(call(patch as Partial<CompareForm['call']>))?.[field]).toMatch(words);
  });

  test('needs an interpreter', () => {
    const { errors } = specFromCompareForm(call({}), { ...machine, best: '' });
    expect(errors?.pythons).toMatch(/interpreter/);
  });
});

describe('recordings', () => {
  const recordings = (...titles: string[]): CompareForm => ({
    ...emptyCompareForm(CWD, 4),
    kind: 'recordings',
    recordings: titles.map((title, i) => ({ path: `/r/${i}.gilscope`, title })),
  });

  test('two or more, those of one name told apart', () => {
    const { spec } = specFromCompareForm(recordings('a.py', 'a.py', 'b.py'), machine);
    expect(spec?.kind === 'variants' && spec.variants.map((v) => v.name)).toEqual(['a.py', 'a.py (2)', 'b.py']);
    expect(spec).toMatchObject({ repeat: 1 });
  });

  test('one alone is none to compare', () => {
    expect(errorsOf(recordings('a.py'))?.recordings).toMatch(/two/);
    expect(errorsOf(recordings(...Array<string>(13).fill('x')))?.recordings).toMatch(/12/);
  });
});
