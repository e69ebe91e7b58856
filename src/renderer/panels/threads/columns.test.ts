import { describe, expect, test } from 'vitest';
import { sortRows, tableCsv } from '../../lib/table.ts';
import { columnsOf, holdShare, type ThreadRow } from './columns.ts';

const row = (name: string, stats: Partial<ThreadRow['stats']> = {}): ThreadRow =>
  ({
    info: { name, tid: 7 },
    shown: name,
    process: { pid: 42 },
    stats: {
      holdS: 0,
      waitS: 0,
      runningS: 0,
      blockedS: 0,
      cpuS: null,
      takes: 0,
      waits: 0,
      preempted: 0,
      voluntary: 0,
      ...stats,
    },
  }) as ThreadRow;
const names = (rows: ThreadRow[]) => rows.map((r) => r.info.name);
const columns = columnsOf(1);

describe('sorting', () => {
  test('numbers by value, names with their numbers, unknown last', () => {
    const rows = [row('Thread-10', { cpuS: 1 }), row('Thread-9'), row('Thread-1', { cpuS: 2 })];
    expect(names(sortRows(rows, columns, { id: 'name', descending: false }))).toEqual([
      'Thread-1',
      'Thread-9',
      'Thread-10',
    ]);
    expect(names(sortRows(rows, columns, { id: 'cpu_s', descending: true }))).toEqual([
      'Thread-1',
      'Thread-10',
      'Thread-9',
    ]);
    expect(names(sortRows(rows, columns, { id: 'cpu_s', descending: false }))).toEqual([
      'Thread-10',
      'Thread-1',
      'Thread-9',
    ]);
  });
  test('the process is a column only when there are several', () => {
    expect(columnsOf(1).some((c) => c.id === 'pid')).toBe(false);
    expect(columnsOf(2).map((c) => c.id)).toEqual(expect.arrayContaining(['process', 'pid']));
  });
});

test('share of holding', () => {
  expect(holdShare(row('a', { holdS: 1, waitS: 1, runningS: 1, blockedS: 1 }).stats)).toBe(0.25);
  expect(holdShare(row('a').stats)).toBe(0);
});

test('CSV quotes, keeps formulas from running, leaves unknown empty', () => {
  const two = columns.filter((c) => c.id === 'name' || c.id === 'cpu_s');
  const rows = [row('a, "b"', { cpuS: 0.5 }), row('=1+1')];
  expect(tableCsv(rows, two)).toBe('name,cpu_s\r\n"a, ""b""",0.5\r\n\'=1+1,\r\n');
});
