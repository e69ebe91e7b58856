import { describe, expect, test } from 'vitest';
import type { RunningProcess } from '../../shared/contract/types.ts';
import { commandText, factsOf, matches, nextRows, refusalText, type RunningRow } from './running.ts';

const running = (pid: number, more: Partial<RunningProcess> = {}): RunningProcess => ({
  pid,
  ppid: 1,
  user: 'ada',
  version: '3.12.1',
  implementation: 'cpython',
  freeThreaded: false,
  executable: '/usr/bin/python3',
  venv: null,
  commandLine: ['python3', '-u', '/srv/app/server.py', '--port', '8000'],
  cwd: '/srv',
  threads: 5,
  cpuPercent: 12.4,
  rssBytes: 45_000_000,
  container: null,
  started: new Date(pid * 1000).toISOString(),
  attachable: true,
  refusal: null,
  session: null,
  ...more,
});
const pids = (rows: RunningRow[]) => rows.map((r) => r.process.pid);

describe('order', () => {
  test('what can be attached comes first, then the newest; the first look marks none as new', () => {
    const rows = nextRows(null, [running(1), running(3, { attachable: false }), running(2)], false);
    expect(pids(rows)).toEqual([2, 1, 3]);
    expect(rows.some((r) => r.isNew)).toBe(false);
  });
  test('while somebody is in the list nothing moves: the ended stay, the new go to the end', () => {
    const before = nextRows(null, [running(1), running(2), running(3)], false);
    const held = nextRows(before, [running(1), running(3), running(4)], true);
    expect(pids(held)).toEqual([3, 2, 1, 4]);
    expect(held.map((r) => [r.gone, r.isNew])).toEqual([
      [false, false],
      [true, false],
      [false, false],
      [false, true],
    ]);
    const left = nextRows(held, [running(1), running(3), running(4)], false);
    expect(pids(left)).toEqual([4, 3, 1]);
    expect(left.map((r) => r.isNew)).toEqual([true, false, false]);
  });
  test('a pid given again is another program', () => {
    const before = nextRows(null, [running(7)], false);
    const after = nextRows(before, [running(7, { started: '2026-11-21T10:00:00Z' })], true);
    expect(after.map((r) => r.gone)).toEqual([true, false]);
  });
});

describe('what a row says', () => {
  test('the program, not its interpreter', () => {
    expect(commandText(running(1))).toBe('-u server.py --port 8000');
    expect(commandText(running(1, { commandLine: ['/opt/py/bin/python3.9'] }))).toBe('python3.9');
    expect(commandText(running(1, { commandLine: ['/usr/sbin/uwsgi', '--http', ':80'] }))).toBe('uwsgi --http :80');
    expect(commandText(running(1, { commandLine: [], executable: null }))).toBe('process 1');
  });
  test('facts', () => {
    expect(factsOf(running(42)).join(' · ').replaceAll('\u00a0', ' ')).toMatch(
      /^pid 42 · Python 3\.12\.1 · ada · 5 threads · 12 % CPU · /,
    );
  });
  test('why not, with its remedy', () => {
    expect(refusalText(running(1))).toBe(null);
    const refusal = { code: 'other-user', message: 'it belongs to root', remedy: 'run gilscope as root' };
    expect(refusalText(running(1, { attachable: false, refusal }))).toBe('It belongs to root. Run gilscope as root.');
    const seccomp = { code: 'seccomp', message: 'a filter forbids it (seccomp)', remedy: null };
    expect(refusalText(running(1, { attachable: false, refusal: seccomp }))).toBe('A filter forbids it (seccomp).');
    expect(refusalText(running(1, { attachable: false, session: 's1' }))).toBe(null);
  });
  test('search takes every word, anywhere', () => {
    expect(matches(running(42), 'SERVER ada')).toBe(true);
    expect(matches(running(42), '42 3.12')).toBe(true);
    expect(matches(running(42), 'server bob')).toBe(false);
    expect(matches(running(42), '')).toBe(true);
  });
});
