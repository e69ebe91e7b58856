/** Verdicts of comparisons by made-up figures: each kind and what nearly earns it. */
import { describe, expect, it } from 'vitest';
import type { CallMode, CallReport } from '../contract/compare.ts';
import type { Summary, Verdict } from '../contract/types.ts';
import { spreadOf } from './spread.ts';
import { compareVerdict, type Measured } from './verdict.ts';

const own = (kind: Verdict['kind'], predicted: number | null = null): Verdict => ({
  ...{ kind, text: `${kind} it is.`, evidence: [], advice: null, limits: [], predicted_s: predicted },
});

const summaryOf = (wall: number, verdict: Verdict): Summary => ({
  ...{ schema: 1, wall_s: wall, engine: 'exact', range: { from_s: 0, until_s: wall, whole: true } },
  ...{ processes: [], cores: [], memory: { rss_max_bytes: null, pss_max_bytes: null }, wait_p95_s: null },
  ...{ verdict, marks: { by_name: [], more: 0, dropped: 0 }, damage: null },
});

interface Made extends Partial<Omit<Measured, 'wall_s' | 'runs'>> {
  wall: number[];
  cpu?: number[];
  cores?: number[];
  free?: number;
  contended?: number;
  verdict?: Verdict;
}

const same = (value: number, n: number) => spreadOf(Array.from({ length: n }, () => value));

function variant(name: string, { wall, cpu, cores, free, contended, verdict, ...more }: Made): Measured {
  const n = wall.length;
  return {
    ...{ name, command: ['python3', `${name}.py`], file: null, engine: 'exact', python: '3.12.1', host: 'h' },
    ...{ mode: null, wall_s: spreadOf(wall), cpu_s: spreadOf(cpu ?? wall), processes: 1 },
    effective_cores: spreadOf(cores ?? wall.map((s, i) => (cpu ?? wall)[i] / s)),
    ...{ start_up_s: same(0.02, n), start_up: 'interpreter' },
    gil_held_share: same(1 - (free ?? 0), n),
    gil_contended_share: same(contended ?? 0, n),
    gil_free_share: same(free ?? 0, n),
    ...{ gil_wait_s: null, wait_p95_s: null, lock_wait_s: null, switches: null, memory_bytes: null },
    ...{ call: [], outputs: [], shown: 0 },
    ...more,
    runs: wall.map((s) => summaryOf(s, verdict ?? own('mixed'))),
  };
}

const compare = (variants: Measured[], checkOutput = false) => compareVerdict(variants, { checkOutput, cores: 2 });

const SLOW = [2, 2.02, 2.01, 2.05, 1.99];
const FAST = [1.1, 1.08, 1.12, 1.1, 1.11];
const threads = variant('threads', { wall: SLOW, contended: 0.97, verdict: own('cpu_bound', 1.02) });
const processes = variant('processes', {
  ...{ wall: FAST, cpu: [2.1, 2.1, 2.12, 2.1, 2.11], start_up: 'processes', processes: 3 },
});

describe('verdict of a comparison', () => {
  it('faster: names the winner, by how much and why, and what was predicted', () => {
    const verdict = compare([threads, processes]);
    expect(verdict).toMatchObject({ kind: 'faster', winner: 1 });
    expect(verdict.text).toBe(
      'processes is faster: it takes 55 % of the time of threads (53 % to 56 %), because it keeps 1.91 cores busy instead of 1.00, a GIL for each process.',
    );
    expect(verdict.evidence).toContain('threads: 2.01 s (1.99 s to 2.05 s in 5 runs).');
    expect(verdict.evidence).toContain('threads by itself: cpu_bound it is.');
    expect(verdict.evidence).toContain(
      'With processes threads was predicted to take 1.02 s; measured, processes took 1.10 s, 7.8 % more, on 1.91 cores.',
    );
    expect(verdict.limits.join(' ')).toContain('A prediction counts neither start-up nor the passing of data');
  });

  it('predicts nothing where most runs do not, or nothing has processes', () => {
    const few = {
      ...threads,
      runs: threads.runs.map((run, i) => ({ ...run, verdict: own('mixed', i < 2 ? 1 : null) })),
    };
    expect(compare([few, processes]).evidence.join(' ')).not.toContain('predicted');
    expect(compare([threads, variant('less', { wall: FAST })]).evidence.join(' ')).not.toContain('predicted');
  });

  it('faster: other reasons', () => {
    const text = (slow: Measured, fast: Measured): string => compare([slow, fast]).text;
    const idle = { free: 0.98, contended: 0 };
    expect(
      text(
        variant('one by one', { wall: SLOW, cpu: [0.1, 0.1, 0.1, 0.1, 0.1], ...idle }),
        variant('at once', { wall: FAST, cpu: [0.1, 0.1, 0.1, 0.1, 0.1], ...idle }),
      ),
    ).toContain('because it waits for several things at the same time');
    expect(text(threads, variant('less', { wall: FAST }))).toContain(
      'because it needs less CPU, 1.10 s instead of 2.01 s',
    );
    const cpu = SLOW.map(() => 1);
    const level = SLOW.map(() => 0.7);
    expect(
      text(
        variant('a', { wall: SLOW, cpu, cores: level, contended: 0.9 }),
        variant('b', { wall: FAST, cpu, cores: level, contended: 0.1 }),
      ),
    ).toContain('because its threads meet less at the GIL');
    const unknown = compare([
      variant('a', { wall: SLOW, cpu, cores: level }),
      variant('b', { wall: FAST, cpu, cores: level }),
    ]);
    expect(unknown.text).not.toContain('because');
    expect(unknown.limits).toContain('Their figures do not tell why.');
  });

  it('names no winner where the spread covers the difference', () => {
    const verdict = compare([threads, variant('other', { wall: [1.9, 1.95, 2.0, 1.9, 1.92] })]);
    expect(verdict).toMatchObject({ kind: 'no_difference', winner: null });
    expect(verdict.evidence.join(' ')).toContain('other took 96 % of the time of threads (93 % to 101 %)');
  });

  it('names none of several that lead, but who is behind them', () => {
    const verdict = compare([threads, processes, variant('interpreters', { wall: FAST, mode: 'interpreters' })]);
    expect(verdict).toMatchObject({ kind: 'faster', winner: null });
    expect(verdict.text).toContain('are faster than threads; between them their runs tell no difference');
  });

  it('too_few_runs: three of each do not tell, four do', () => {
    const first = (n: number) => [variant('a', { wall: SLOW.slice(0, n) }), variant('b', { wall: FAST.slice(0, n) })];
    expect(compare(first(1))).toMatchObject({ kind: 'too_few_runs', winner: null });
    expect(compare(first(3))).toMatchObject({ kind: 'too_few_runs', winner: null });
    expect(compare(first(3)).advice).toContain('--repeat 4');
    expect(compare(first(4))).toMatchObject({ kind: 'faster', winner: 1 });
    // As few, but they overlap: more runs are not what is missing first.
    expect(compare([variant('a', { wall: [1, 1.2] }), variant('b', { wall: [1.1, 1.15] })]).kind).toBe('no_difference');
  });

  it('different_output: only when asked, and where outputs are known', () => {
    const [a, b] = [
      { ...threads, outputs: ['1'] },
      { ...processes, outputs: ['2'] },
    ];
    expect(compare([a, b]).kind).toBe('faster');
    expect(compare([a, b], true)).toMatchObject({ kind: 'different_output', winner: null });
    expect(compare([a, b], true).text).toBe(
      'They do not do the same: the results of processes are not those of threads.',
    );
    expect(compare([{ ...a, outputs: ['1', '2'] }, b], true).text).toContain('threads came to different results');
    expect(compare([a, { ...b, outputs: ['1'] }], true).kind).toBe('faster');
    expect(compare([a, { ...b, outputs: [] }], true).kind).toBe('faster');
  });

  it('mixed_engines', () => {
    expect(compare([threads, { ...processes, engine: 'estimated' }])).toMatchObject({
      ...{ kind: 'mixed_engines', winner: null },
      text: 'threads was measured exactly, processes only estimated: no more than wall-clock and CPU can be compared.',
    });
    const estimated = { engine: 'estimated' as const };
    expect(
      compare([
        { ...threads, ...estimated },
        { ...processes, ...estimated },
      ]).kind,
    ).toBe('faster');
  });

  it('failed: with fewer than two that ended well; one that failed beside two is left out', () => {
    const broken = { ...variant('broken', { wall: [1] }), wall_s: null, runs: [] };
    expect(compare([threads, broken])).toMatchObject({ kind: 'failed', winner: null });
    expect(compare([broken, broken]).text).toContain('broken and broken');
    const verdict = compare([broken, threads, processes]);
    expect(verdict).toMatchObject({ kind: 'faster', winner: 2 });
    expect(verdict.limits[0]).toBe('broken is left out: no run ended well.');
  });
});

const report = (mode: CallMode, more: Partial<CallReport>): CallReport => ({
  ...{ mode, workers: 2, tasks: 4, work_s: 1, start_up_s: 0, shut_down_s: 0, task_s: 1, passed_bytes: null },
  ...{ digest: '', results: '', ...more },
});

describe('start_up', () => {
  const inThreads = variant('threads', {
    ...{ wall: [0.5, 0.51, 0.5, 0.52], mode: 'threads', start_up: 'call' },
    call: [report('threads', { work_s: 0.4 })],
  });
  const inProcesses = (call: Partial<CallReport>, wall = [0.7, 0.71, 0.72, 0.7]) =>
    variant('processes', { wall, mode: 'processes', start_up: 'call', call: [report('processes', call)] });

  it('is earned by workers that begin late', () => {
    const verdict = compare([
      inThreads,
      inProcesses({ work_s: 0.5, start_up_s: 0.3, shut_down_s: 0.05, task_s: 0.38, passed_bytes: 5000 }),
    ]);
    expect(verdict).toMatchObject({ kind: 'start_up', winner: 0 });
    expect(verdict.text).toBe(
      'processes would be faster than threads but for its start: 190 ms is its work, and 360 ms goes on starting, ending and passing data.',
    );
    expect(verdict.evidence.join(' ')).toContain('Its workers began after 300 ms and took 50.0 ms to end; 4.88 KiB');
  });

  it('is earned by much data, and not by one long task among short ones', () => {
    const late = { work_s: 0.6, start_up_s: 0.02, shut_down_s: 0.02, task_s: 0.3 };
    expect(compare([inThreads, inProcesses({ ...late, passed_bytes: 200e6 })]).kind).toBe('start_up');
    expect(compare([inThreads, inProcesses({ ...late, passed_bytes: 200 })])).toMatchObject({
      kind: 'faster',
      winner: 0,
    });
  });

  it('is not earned where processes win nevertheless, nor where their work takes as long', () => {
    const costs = { work_s: 0.5, start_up_s: 0.3, shut_down_s: 0.05, task_s: 0.38 };
    expect(compare([inThreads, inProcesses(costs, [0.4, 0.4, 0.41, 0.4])])).toMatchObject({
      kind: 'faster',
      winner: 1,
    });
    expect(compare([inThreads, inProcesses({ ...costs, task_s: 0.8 })])).toMatchObject({ kind: 'faster', winner: 0 });
  });

  it('of programs: by what passed until all processes were up, or by what the recording says', () => {
    const threads_ = variant('threads', { wall: [0.5, 0.5, 0.51, 0.5] });
    const program = (start: number, verdict = own('single_thread')) =>
      variant('processes', {
        ...{ wall: [0.6, 0.62, 0.61, 0.6], start_up: 'processes', start_up_s: same(start, 4), processes: 3, verdict },
      });
    expect(compare([threads_, program(0.4)])).toMatchObject({ kind: 'start_up', winner: 0 });
    expect(compare([threads_, program(0.1)])).toMatchObject({ kind: 'faster', winner: 0 });
    expect(compare([threads_, program(0.1, own('start_up'))]).kind).toBe('start_up');
  });

  it('is not said of too few runs', () => {
    const one = variant('threads', { wall: [0.5] });
    const other = variant('processes', { wall: [0.6], start_up: 'processes', start_up_s: same(0.4, 1) });
    expect(compare([one, other]).kind).toBe('too_few_runs');
  });
});
