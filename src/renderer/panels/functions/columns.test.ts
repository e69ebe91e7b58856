import { describe, expect, test } from 'vitest';
import type { FunctionRow } from '../../../shared/contract/functions.ts';
import { sortRows, tableCsv } from '../../lib/table.ts';
import { columnsOf, sortOf } from './columns.ts';
import { tracingOf } from './state.ts';

const row = (name: string, calls: number, own: [number, number, number], more = {}): FunctionRow => {
  const times = ([holdNs, waitNs, releasedNs]: number[]) => ({ holdNs, waitNs, releasedNs });
  return {
    function: {
      ...{ idx: calls, process: 0, name, qualname: null, file: '/w/app.py', firstLine: 3, builtin: false },
      ...more,
    },
    calls,
    own: times(own),
    total: times(own.map((ns) => ns * 10)),
    threads: 1,
  };
};
const rows = [
  row('fib', 1000, [2e9, 5e8, 0]),
  row('sleep', 3, [0, 0, 9e9], { builtin: true, file: 'time', firstLine: 0 }),
  row('', 1, [1, 1, 1], { file: '', idx: 0 }),
];
const shown = (part: 'own' | 'total', index: number) =>
  Object.fromEntries(columnsOf(part, null).map((c) => [c.label, c.text(rows[index])]));

describe('columns', () => {
  test('own or total time in hold, wait and released; a C function by its module', () => {
    expect(shown('own', 0)).toEqual({
      ...{ Function: 'fib', File: 'app.py:3', Calls: '1,000', 'Own time': '2.50\u00a0s', 'Total time': '25.0\u00a0s' },
      ...{ Holding: '2.00\u00a0s', Waiting: '500\u00a0ms', Released: '0', Threads: '1' },
    });
    expect(shown('total', 0)).toMatchObject({ Holding: '20.0\u00a0s', Waiting: '5.00\u00a0s' });
    expect(shown('own', 1)).toMatchObject({ Function: 'time.sleep', File: 'written in C' });
    expect(shown('own', 2)).toMatchObject({ Function: 'outside known functions', File: '' });
  });

  test('sort by value; the same figure of the other part stays what it is sorted by', () => {
    const by = (id: string) => sortRows(rows, columnsOf('own', null), { id, descending: true }).map((r) => r.calls);
    expect(by('own_s')).toEqual([3, 1000, 1]);
    expect(by('own_wait_s')).toEqual([1000, 1, 3]);
    expect(sortOf({ id: 'own_wait_s', descending: true }, 'total')).toEqual({ id: 'total_wait_s', descending: true });
    for (const id of ['own_s', 'total_s', 'calls']) expect(sortOf({ id, descending: false }, 'total').id).toBe(id);
  });

  test('the CSV has raw seconds and whole paths; the pid only of several processes', () => {
    const csv = tableCsv(
      rows.slice(0, 1),
      columnsOf('own', () => 42),
    );
    expect(csv.split('\r\n')).toEqual([
      'function,file,pid,calls,own_s,total_s,own_held_s,own_wait_s,own_released_s,threads',
      'fib,/w/app.py,42,1000,2.5,25,2,0.5,0,1',
      '',
    ]);
  });
});

test('what processes say of their tracing is told once', () => {
  const state = (on: boolean, ever: boolean, reason: string | null) => ({ process: 0, on, ever, reason, minNs: null });
  expect(
    tracingOf([state(false, false, 'a debugger'), state(true, true, null), state(false, false, 'a debugger')]),
  ).toEqual({
    ...{ on: true, ever: true, reasons: ['a debugger'] },
  });
  expect(tracingOf([])).toEqual({ on: false, ever: false, reasons: [] });
});
