import { expect, it } from 'vitest';
import type { RunningProcess } from '../shared/contract/types.ts';
import { psText } from './ps.ts';

const one = (pid: number, more: Partial<RunningProcess> = {}): RunningProcess => ({
  ...{ pid, ppid: 1, user: 'ann', version: '3.12.1', implementation: 'cpython', freeThreaded: false, executable: null },
  ...{ venv: null, commandLine: ['python', 'app.py'], cwd: null, threads: 3, cpuPercent: 98.6, rssBytes: 10 << 20 },
  ...{ container: null, started: '2026-11-21T00:00:00.000Z', attachable: true, refusal: null, session: null },
  ...more,
});

const refused = {
  attachable: false,
  refusal: { code: 'other_user', message: 'process 7 belongs to bob\x1b[m', remedy: 'run gilscope as bob' },
};

it('is a table in the order of pids, with a line for each reason', () => {
  expect(psText([one(42), one(7, { ...refused, version: null }), one(8, refused)])).toBe(`\
pid  user  Python  threads   cpu    memory  attach      command
  7  ann   ?             3  99 %  10.0 MiB  other user  python app.py
  8  ann   3.12.1        3  99 %  10.0 MiB  other user  python app.py
 42  ann   3.12.1        3  99 %  10.0 MiB  yes         python app.py

other user: process 7 belongs to bob\\x1b[m; run gilscope as bob
`);
});

it('names what is no plain CPython', () => {
  const text = psText([
    one(1, { implementation: 'pypy', version: '3.10' }),
    one(2, { freeThreaded: true, version: '3.13.0' }),
  ]);
  expect(text).toContain('PyPy 3.10');
  expect(text).toContain('3.13.0t');
});

it('cuts commands to the width of the terminal, and spells out what it might obey', () => {
  const text = psText([one(42, { commandLine: ['python', '\x1b]0;title\x07', 'x'.repeat(500)] })], 80);
  expect(text).toContain('python \\x1b]0;title');
  expect(text).not.toContain('\x1b');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(80);
  expect(psText([one(42, { commandLine: ['x'.repeat(500)] })])).toContain('x'.repeat(500));
});

it('says so when there is none', () => {
  expect(psText([], 80)).toBe('no Python program is running here\n');
});
