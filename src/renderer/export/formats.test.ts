import { describe, expect, test } from 'vitest';
import type { ExportFormatInfo } from '../../shared/contract/exports.ts';
import { describeFormat, FORMATS } from '../../shared/export/formats.ts';
import { groupFormats, missing, proposedStem, withEnding } from './formats.ts';

const format = (id: string, more: Partial<ExportFormatInfo> = {}): ExportFormatInfo => ({
  id,
  title: id,
  suffix: `.${id}`,
  description: '',
  tables: [],
  needs: null,
  ...more,
});
const CSV = format('csv', { tables: [{ name: 'holds', description: '' }] });
const CHROME = format('chrome', { suffix: '.json' });
const GECKO = format('gecko', { suffix: '.json' });

describe('groups', () => {
  test('every format there is has one that is not “Others”', () => {
    const groups = groupFormats(FORMATS.map(describeFormat));
    expect(groups.flatMap((group) => group.formats)).toHaveLength(FORMATS.length);
    expect(groups.map((group) => group.title)).not.toContain('Others');
  });
  test('a variant stands beside its format, an unknown one last, and no group is empty', () => {
    const groups = groupFormats([format('new'), format('collapsed-wait'), CSV, format('collapsed')]);
    expect(groups.map(({ title, formats }) => [title, ...formats.map(({ id }) => id)])).toEqual([
      ['Flame graph tools', 'collapsed-wait', 'collapsed'],
      ['Tables', 'csv'],
      ['Others', 'new'],
    ]);
  });
});

test('a format that would be empty says why', () => {
  const calls = format('x', { needs: 'functions' });
  expect(missing(calls, { functions: true, refcounts: false })).toBeNull();
  expect(missing(calls, { functions: false, refcounts: true })).toContain('No calls were traced');
  expect(missing(CSV, { functions: false, refcounts: false })).toBeNull();
});

describe('names', () => {
  test('say what and when, in characters that are safe everywhere', () => {
    const created = '2026-11-21T14:02:33Z';
    expect(proposedStem({ title: 'count down "a/b" 🐍.py', created })).toBe('count-down-a-b--20261121-1402');
    expect(proposedStem({ title: '', created })).toBe('session-20261121-1402');
  });
  test('keep what the user wrote when the format changes, but for the ending', () => {
    const [all, holds, chrome] = [
      { format: CSV, table: null },
      { format: CSV, table: 'holds' },
      { format: CHROME, table: null },
    ];
    expect(withEnding('/a/run', null, all)).toBe('/a/run-csv');
    expect(withEnding('/a/run-csv', all, holds)).toBe('/a/run-holds.csv');
    expect(withEnding('/a/run-holds.csv', holds, chrome)).toBe('/a/run.json');
    expect(withEnding('/a/run.json', chrome, { format: GECKO, table: null })).toBe('/a/run.json');
    expect(withEnding('/a/mine.txt', chrome, all)).toBe('/a/mine.txt');
  });
});
