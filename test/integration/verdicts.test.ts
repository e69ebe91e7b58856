/**
 * Verdicts of real programs: one that earns each kind, and one that nearly does. They rest on what threads do, not on how fast: a busy machine
 * must not change them. `no_gil` needs an interpreter that is not on the machine; src/shared/model/verdict.test.ts has it of a made-up recording.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Interpreter, Verdict } from '../../src/shared/contract/types.ts';
import { newest, pythons, record, type Recorded } from './helpers.ts';

const PROGRAMS = join(import.meta.dirname, 'programs', 'verdicts');
const oldest = pythons.reduce((a, b) => (minor(b.version!) < minor(a.version!) ? b : a));

function minor(version: string): number {
  return Number(version.split('.')[1]);
}

const recordings = new Map<string, Promise<Recorded>>();

/** Each program is recorded once with each interpreter. */
function recorded(python: Interpreter, program: string): Promise<Recorded> {
  const key = `${python.path} ${program}`;
  const made = recordings.get(key) ?? record(python.path, [join(PROGRAMS, `${program}.py`)]);
  recordings.set(key, made);
  return made;
}

/** Those that run on several cores are recorded by themselves, others with both interpreters at once: they have one GIL each, and a core. */
const ON_CORES = /^(multi_process|native_parallel|start_up|too_many_threads)/;

async function verdictsOf(program: string): Promise<{ verdict: Verdict; told: string }[]> {
  const all = [...new Set([oldest, newest])];
  if (ON_CORES.test(program)) for (const python of all) await recorded(python, program);
  return Promise.all(
    all.map(async (python) => {
      const { summary, status, stderr } = await recorded(python, program);
      expect(status, stderr).toBe(0);
      expect(summary.engine).toBe('exact');
      return { verdict: summary.verdict, told: `Python ${python.version}: ${JSON.stringify(summary.verdict)}` };
    }),
  );
}

interface Case {
  program: string;
  kind: Verdict['kind'];
  text: RegExp;
}

const EARN: Case[] = [
  { program: 'cpu_bound', kind: 'cpu_bound', text: /^count-\d and count-\d take turns/ },
  { program: 'io_bound', kind: 'io_bound', text: /^Threads are fine here: .*request-0/ },
  { program: 'io_starved', kind: 'io_starved', text: /^answer starves behind compute/ },
  { program: 'native_parallel', kind: 'native_parallel', text: /digest-1 and digest-2|digest-2 and digest-1/ },
  { program: 'single_thread', kind: 'single_thread', text: /^MainThread does nearly all the work alone/ },
  { program: 'lock_contention', kind: 'lock_contention', text: /fetch-\d/ },
  { program: 'lock_contention_cpu', kind: 'lock_contention', text: /add-\d/ },
  { program: 'start_up', kind: 'start_up', text: /^Starting processes costs more than they gain/ },
  { program: 'multi_process', kind: 'multi_process', text: /processes ran Python at the same time/ },
  { program: 'too_many_threads', kind: 'too_many_threads', text: /^More threads than are of use: \d+ threads/ },
];

/** What nearly earns `not`. On a machine that is busy enough some of them are what their second kind says. */
const NEARLY: { program: string; not: Verdict['kind']; kinds: Verdict['kind'][] }[] = [
  { program: 'cpu_bound_nearly', not: 'cpu_bound', kinds: ['mixed'] },
  { program: 'io_bound_nearly', not: 'io_bound', kinds: ['mixed', 'cpu_bound'] },
  { program: 'io_starved_nearly', not: 'io_starved', kinds: ['single_thread', 'io_bound'] },
  { program: 'native_parallel_nearly', not: 'native_parallel', kinds: ['single_thread', 'io_bound', 'mixed'] },
  { program: 'cpu_bound_nearly', not: 'single_thread', kinds: ['mixed'] },
  { program: 'lock_contention_nearly', not: 'lock_contention', kinds: ['io_bound'] },
  { program: 'lock_contention_pool', not: 'lock_contention', kinds: ['io_bound', 'mixed'] },
  { program: 'start_up_nearly', not: 'start_up', kinds: ['multi_process', 'single_thread'] },
  { program: 'multi_process_nearly', not: 'multi_process', kinds: ['single_thread'] },
  { program: 'too_many_threads_nearly', not: 'too_many_threads', kinds: ['cpu_bound'] },
];

it.each(EARN)('$program earns $kind', async ({ program, kind, text }) => {
  for (const { verdict, told } of await verdictsOf(program)) {
    expect(verdict.kind, told).toBe(kind);
    expect(verdict.text, told).toMatch(text);
    expect(verdict.limits.length).toBeGreaterThan(0);
  }
});

it.each(NEARLY)('$program is not $not', async ({ program, not, kinds }) => {
  for (const { verdict, told } of await verdictsOf(program)) {
    expect(verdict.kind, told).not.toBe(not);
    expect(kinds, told).toContain(verdict.kind);
  }
});

it('says who starves, behind whom and about how long: the switch interval', async () => {
  const { summary } = await recorded(newest, 'io_starved');
  const [answer] = summary.processes[0].threads.filter(({ name }) => name === 'answer');
  // A busy machine makes waits longer than the interval, nothing makes most of them shorter.
  expect(answer.wait_p95_s).toBeGreaterThan(0.8 * summary.processes[0].switch_interval_s!);
  expect(summary.verdict.evidence.join(' ')).toMatch(/In \d\d(\.\d)? % of that time compute was holding it|In 100 %/);
});

it('predicts what processes would gain from what the threads held, and no more than there are cores', async () => {
  const { summary } = await recorded(newest, 'cpu_bound');
  const held = summary.processes[0].threads.filter(({ name }) => name.startsWith('count')).map(({ held_s }) => held_s);
  const { predicted_s: predicted } = summary.verdict;
  expect(predicted).toBeLessThan(summary.wall_s);
  expect(predicted).toBeGreaterThanOrEqual(Math.max(...held));
  expect(summary.verdict.limits.join(' ')).toContain('The prediction lets');
});
