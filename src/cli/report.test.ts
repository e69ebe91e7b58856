import { expect, it } from 'vitest';
import type { Summary, SummaryThread } from '../shared/contract/types.ts';
import { reportText } from './report.ts';
import { plain, table } from './terminalText.ts';

it('spells out whatever a terminal might obey', () => {
  expect(plain('plain ünï 漢字 😀')).toBe('plain ünï 漢字 😀');
  expect(plain('\x1b[2Jgone\r\n\x07')).toBe('\\x1b[2Jgone\\x0d\\x0a\\x07');
  expect(plain('a\u202eb\u2028c\u009bd')).toBe('a\\u{202e}b\\u{2028}c\\x9bd');
});

it('aligns columns', () => {
  expect(
    table(
      [{ title: 'a' }, { title: 'n', right: true }],
      [
        ['long', '1'],
        ['b', '100'],
      ],
    ),
  ).toBe('a       n\nlong    1\nb     100\n');
});

const thread = (name: string, held: number): SummaryThread => ({
  ...{ tid: 1, name, held_s: held, wait_s: 0.5, cpu_s: 0.25, takes: 1234, waits: 3, preempted: 7, voluntary: 1 },
  lock_wait_s: 0,
  ...{ hold_max_s: 1, wait_p50_s: 0.005, wait_p95_s: 0.006, wait_p99_s: 0.006, wait_max_s: 0.007 },
});

const summary = (threads: SummaryThread[]): Summary => ({
  ...{ schema: 1, wall_s: 2, engine: 'exact', range: { from_s: 0, until_s: 2, whole: true }, cores: [], damage: null },
  ...{ memory: { rss_max_bytes: null, pss_max_bytes: null }, wait_p95_s: 0.006 },
  marks: { by_name: [], more: 0, dropped: 0 },
  processes: [
    {
      ...{ pid: 42, ppid: 1, name: 'a.py', python: '3.12.1', argv: [], exit_code: null, signal: 'SIGKILL' },
      ...{ engine: 'exact', switch_interval_s: 0.005, gil_enabled: true, events: 5000, dropped: 3, cpu_s: 1 },
      ...{
        born_s: 0,
        began_s: 0,
        ended_s: 2,
        lost: 'it was ended by SIGKILL: \x1b[m',
        rss_max_bytes: null,
        pss_max_bytes: null,
        threads,
      },
      gils: [
        {
          ...{
            id: 0,
            held_s: 1.9,
            free_s: 0.1,
            contended_s: 1,
            switches: 99,
            switches_counted: 100,
            switches_checked: 99,
          },
          ...{ preempted: 90, voluntary: 9 },
        },
      ],
    },
  ],
  verdict: {
    ...{ kind: 'cpu_bound', text: 'They take turns.', evidence: [], advice: 'Use processes.' },
    ...{ limits: ['The fu\x1bture.', 'The past.'], predicted_s: null },
  },
});

it('is a table of threads, most involved first, and the verdict', () => {
  expect(reportText(summary([thread('idle\x1b[m', 0.1), thread('busy', 1.5)]))).toBe(`\
a.py (pid 42, Python 3.12.1, exact, switch interval 5.00 ms), ended by SIGKILL
thread        held    wait     cpu  takes  pre-empted  wait p95
busy        1.50 s  500 ms  250 ms  1,234           7   6.00 ms
idle\\x1b[m  100 ms  500 ms  250 ms  1,234           7   6.00 ms
GIL held 95 %, contended 50 %; 99 of 100 switches captured (99 %), 90 pre-empted, 9 voluntary
5,000 events
3 events were dropped: gaps are shown as unknown
Incomplete: it was ended by SIGKILL: \\x1b[m
They take turns.
Use processes.
What this cannot know: The fu\\x1bture. The past.
`);
});

it('does not bury the verdict under a thousand threads', () => {
  const text = reportText(summary(Array.from({ length: 1000 }, (_, i) => thread(`t${i}`, 1000 - i))));
  expect(text).toContain('... and 960 more threads\n');
  expect(text.split('\n').length).toBeLessThan(60);
});

it('says who made whom wait and where, the few that matter, with names that obey nothing', () => {
  const entry = { pid: 42, waiter: 'poller', holder: 'countdown', own: false, wait_s: 2.41, waits: 240, share: 0.93 };
  const place = { function: 'countdown', file: '/srv/app.py', line: 7 };
  const nowhere = { function: null, file: null, line: null };
  const text = reportText({
    ...summary([thread('poller', 0.1)]),
    blame: [
      { ...entry, ...place },
      { ...entry, ...place, holder: 'a\x1bb', function: 'C.<lambda>', wait_s: 0.5, waits: 12_000, share: 0.02 },
      { ...entry, ...nowhere, holder: 'gilscope', own: true, wait_s: 0.1, share: 0.004 },
      { ...entry, ...place, wait_s: 0.02, share: 0.0001 },
    ],
  });
  expect(text).toContain(`
Who made whom wait
waited  because of                in                       wait  of its wait   waits
poller  countdown                 countdown (app.py:7)   2.41 s         93 %     240
poller  a\\x1bb                    C.<lambda> (app.py:7)  500 ms          2 %  12,000
poller  gilscope, gilscope’s own  –                      100 ms        0.4 %     240

They take turns.
`);
});

it('says what was called, the most expensive first, and why not all of it', () => {
  const times = { own_s: 2, own_held_s: 1.25, own_wait_s: 0.25, own_released_s: 0.5, total_s: 3 };
  const row = { ...times, held_s: 2, wait_s: 0.5, released_s: 0.5, calls: 1_234_567 };
  const functions = {
    ...{ more: 2, calls: 20_000_000, prorated: false, dropped: 5, reason: 'not in "debu\x1bgged"' },
    by_own: [
      { ...row, name: 'Pool.wo\x1brk', file: '/srv/app.py', line: 7 },
      { ...row, name: 'sleep', file: 'time', line: null, own_s: 1 },
      { ...row, name: null, file: null, line: null, own_s: 0.5 },
      ...Array.from({ length: 20 }, (_, i) => ({ ...row, name: `f${i}`, file: 'a.py', line: i, own_s: 0 })),
    ],
  };
  const base = summary([]);
  const text = reportText({ ...base, processes: [{ ...base.processes[0], functions }] });
  expect(text).toContain(`
Functions: 20,000,000 calls, by their own time
function                      calls     own  holding  waiting  released   total
Pool.wo\\x1brk (app.py:7)  1,234,567  2.00 s   1.25 s   250 ms    500 ms  3.00 s
time.sleep                1,234,567  1.00 s   1.25 s   250 ms    500 ms  3.00 s
`);
  expect(text).toMatch(/^outside known functions +1,234,567 /m);
  expect(text).toContain(
    '... and 15 more functions\n5 calls are in these sums and not in the flame chart\nnot in "debu\\x1bgged"\n\nThey',
  );
  const none = { ...functions, by_own: [], more: 0, calls: 0, reason: 'coverage has sys.setprofile' };
  const [first] = base.processes;
  expect(reportText({ ...base, processes: [{ ...first, functions: none }, first] })).toContain(
    '\nFunctions of a.py (pid 42): no calls were traced\ncoverage has sys.setprofile\n\nThey',
  );
});

it('tells what the program marked itself, the longest first, and what was too much', () => {
  const mark = { kind: 'region' as const, count: 1200, total_s: 2, held_s: 0.5, wait_s: 1, released_s: 0.5 };
  const instant = { kind: 'instant' as const, count: 3, total_s: null, held_s: null, wait_s: null, released_s: null };
  const by_name = [
    { ...mark, name: 'lo\x1bad' },
    { ...instant, name: 'tick' },
    ...Array.from({ length: 20 }, (_, i) => ({ ...instant, name: `${i}` })),
  ];
  const text = reportText({ ...summary([]), marks: { by_name, more: 5, dropped: 7 } });
  expect(text).toContain('marked    count   total    held    wait  released\n');
  expect(text).toContain('lo\\x1bad  1,200  2.00 s  500 ms  1.00 s    500 ms\n');
  expect(text).toMatch(/^tick +3 +– +– +– +–$/m);
  expect(text).toContain('... and 15 more names\n7 marks were not recorded');
});
