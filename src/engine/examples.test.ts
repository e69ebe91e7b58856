import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isComparison } from '../shared/examples.ts';
import { isWatch, parseWatch } from '../shared/watchExpression.ts';
import { listExamples } from './examples.ts';

const folder = mkdtempSync(join(tmpdir(), 'gilscope-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

const examples = listExamples();

test('every statement is shown by an example', () => {
  const shown = new Set(examples.map(({ statement }) => statement));
  for (const n of [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13]) expect(shown).toContain(`B${n}`);
  expect(new Set(examples.map(({ id }) => id)).size).toBe(examples.length);
});

test('examples of one question stand together', () => {
  const questions = examples.map(({ question }) => question);
  const begins = questions.filter((question, i) => question !== questions[i - 1]);
  expect(new Set(begins).size).toBe(begins.length);
});

test.each(examples.map((example) => [example.id, example] as const))('%s is whole', (_id, example) => {
  for (const watch of example.watches) expect(isWatch(parseWatch(watch))).toBe(true);
  // A comparison watches nothing and traces nothing: its runs would differ from what is compared.
  if (isComparison(example)) expect([example.watches, example.functions]).toEqual([[], false]);
  // Written for reading: a docstring that ends with how to run it.
  for (const { script } of example.variants) {
    const text = readFileSync(script, 'utf8');
    expect(text).toMatch(/^"""[\s\S]*?\n {4}python \w+\.py .*\(default: .*\)\n"""\n/);
  }
});

const whole = {
  id: 'one',
  statement: 'B1',
  question: 'q',
  title: 't',
  text: 't',
  look: 'l',
  expect: 'e',
  variants: [{ name: 'n', args: ['here.py', '5'] }],
};
const written = (value: unknown): string => {
  writeFileSync(join(folder, 'examples.json'), JSON.stringify(value));
  return folder;
};

test('a list that is wrong is thrown, a script that is missing leaves its example out', () => {
  expect(listExamples(join(folder, 'nowhere'))).toEqual([]);
  expect(listExamples(written([whole]))).toEqual([]);
  writeFileSync(join(folder, 'here.py'), '');
  expect(listExamples(written([whole]))).toMatchObject([
    {
      id: 'one',
      folder,
      variants: [{ name: 'n', script: join(folder, 'here.py'), args: ['5'] }],
      watches: [],
      repeat: 1,
    },
  ]);
  const slider = { label: 'l', variant: 0, arg: 0, low: 1, high: 2 };
  expect(listExamples(written([{ ...whole, slider }]))).toMatchObject([{ slider }]);
  expect(() => listExamples(written([{ ...whole, slider: { ...slider, arg: 1 } }]))).toThrow('slider');
  expect(() => listExamples(written([{ ...whole, statement: 'six' }]))).toThrow();
  expect(() => listExamples(written([{ ...whole, unknown: 1 }]))).toThrow();
});
