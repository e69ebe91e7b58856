import { describe, expect, it } from 'vitest';
import type { CallReport } from '../contract/compare.ts';
import type { Summary, SummaryProcess, SummaryThread } from '../contract/types.ts';
import { notesOf } from './notes.ts';
import { medianRun, startUpOf, variantOf, wallOf, type MeasuredRun } from './variant.ts';

const thread = (wait: number, lock: number | null = 0): SummaryThread => ({
  ...{ tid: 1, name: 't', held_s: 0, wait_s: wait, cpu_s: 0, takes: 0, waits: 0, preempted: 0, voluntary: 0 },
  ...{ lock_wait_s: lock, hold_max_s: 0, wait_p50_s: 0, wait_p95_s: 0, wait_p99_s: 0, wait_max_s: 0 },
});

const gil = (held: number, free: number, contended: number, preempted = 0, voluntary = 0) => ({
  ...{ id: 0, held_s: held, free_s: free, contended_s: contended, preempted, voluntary },
  ...{ switches: 0, switches_counted: 0, switches_checked: 0 },
});

const python = (born: number, began: number | null, ended: number | null, more: Partial<SummaryProcess> = {}) => ({
  ...{ pid: 1, ppid: 0, name: 'p', python: '3.12.1', argv: ['/usr/bin/python3', 'a.py'], exit_code: 0, signal: null },
  ...{ engine: began === null ? null : ('exact' as const), switch_interval_s: 0.005, gil_enabled: true },
  ...{ events: 0, dropped: 0, cpu_s: 1, born_s: born, began_s: began, ended_s: ended, lost: null },
  ...{ rss_max_bytes: null, pss_max_bytes: null, gils: [], threads: [], ...more },
});

const summary = (processes: SummaryProcess[], more: Partial<Summary> = {}): Summary => ({
  ...{ schema: 1, wall_s: 9, engine: 'exact', range: { from_s: 0, until_s: 9, whole: true }, processes, cores: [] },
  ...{ memory: { rss_max_bytes: 300, pss_max_bytes: 200 }, wait_p95_s: 0.01, damage: null },
  marks: { by_name: [], more: 0, dropped: 0 },
  verdict: { kind: 'mixed', text: '', evidence: [], advice: null, limits: [], predicted_s: null },
  ...more,
});

const runs = (...summaries: Summary[]): MeasuredRun[] =>
  summaries.map((one, index) => ({ index, host: 'h', summary: one, call: null, output: null }));
const head = { name: 'A', command: ['python3', 'a.py'], file: null, mode: null };

describe('figures of a variant', () => {
  it('add up over processes, run by run', () => {
    const one = summary([
      python(0.1, 0.2, 2.1, { cpu_s: 1.5, gils: [gil(1, 1, 0.5, 10, 3)], threads: [thread(0.4), thread(0.1)] }),
      python(0.5, 0.6, 2, { cpu_s: 0.5, gils: [gil(2, 0, 0.1, 1, 2)], threads: [thread(0.25, 0.2)] }),
    ]);
    const two = summary([python(0, 0.1, 4, { cpu_s: 2, gils: [gil(1, 3, 0, 1, 1)], threads: [thread(0)] })]);
    const variant = variantOf(head, runs(one, two));
    expect(variant.wall_s?.values).toEqual([2, 4]);
    expect(variant.cpu_s?.values).toEqual([2, 2]);
    expect(variant.effective_cores?.values).toEqual([1, 0.5]);
    expect(variant.gil_held_share?.values).toEqual([3 / 4, 1 / 4]);
    expect(variant.gil_free_share?.values).toEqual([1 / 4, 3 / 4]);
    expect(variant.gil_contended_share?.values[0]).toBeCloseTo(0.6 / 4);
    expect(variant.gil_wait_s?.values).toEqual([0.75, 0]);
    expect(variant.lock_wait_s?.values).toEqual([0.2, 0]);
    expect(variant.switches).toMatchObject({ preempted: { values: [11, 1] }, voluntary: { values: [5, 1] } });
    expect(variant.memory_bytes).toMatchObject({ rss: { values: [300, 300] }, pss: { values: [200, 200] } });
    expect(variant).toMatchObject({ processes: 2, engine: 'exact', python: '3.12.1', host: 'h', shown: 0 });
  });

  it('are null without runs, and where one run does not know them', () => {
    expect(variantOf(head, [])).toMatchObject({ wall_s: null, start_up: null, shown: null, engine: null, outputs: [] });
    const known = summary([python(0, 0, 1, { threads: [thread(1)] })]);
    const unknown = summary([python(0, 0, 1, { cpu_s: null, threads: [thread(1, null)] })], {
      engine: 'estimated',
      wait_p95_s: null,
    });
    const variant = variantOf(head, runs(known, unknown));
    expect(variant).toMatchObject({ cpu_s: null, lock_wait_s: null, wait_p95_s: null, engine: 'estimated' });
    expect(variant.gil_held_share).toBeNull();
    expect(variant.wall_s?.values).toEqual([1, 1]);
  });

  it('are of the program, not of its recorder; of a recording where the program was there before or goes on', () => {
    expect(wallOf(summary([python(0.5, 0.6, 3)]))).toBe(2.5);
    expect(wallOf(summary([python(0, 0.1, null)]))).toBe(9);
    expect(wallOf(summary([]))).toBe(9);
  });

  it('name the run in the middle, of an even number the faster one', () => {
    const lasting = (...lengths: number[]) => runs(...lengths.map((length) => summary([python(0, 0, length)])));
    expect(medianRun(lasting(5, 1, 3))).toBe(2);
    expect(medianRun(lasting(5, 1, 3, 4))).toBe(2);
    expect(medianRun(lasting(2, 2))).toBe(0);
    expect(medianRun([])).toBeNull();
  });

  it('keep each different output once', () => {
    const printed = (...outputs: string[]) =>
      outputs.map((output, i) => ({ ...runs(summary([python(0, 0, 1)]))[0], index: i, output }));
    expect(variantOf(head, printed('a', 'a')).outputs).toEqual(['a']);
    expect(variantOf(head, printed('a', 'b', 'a')).outputs).toEqual(['a', 'b']);
  });
});

describe('start-up', () => {
  it('of one process is that of its interpreter', () => {
    const one = summary([python(0.25, 0.5, 3)]);
    expect(startUpOf(one)).toBe(0.25);
    expect(variantOf(head, runs(one)).start_up).toBe('interpreter');
  });

  it('of several is that and the span in which the first generation started; not what the program did before', () => {
    const one = summary([
      python(0.25, 0.5, 9),
      python(2, 2.5, 5), // after two seconds of reading data
      python(2.25, 3, 6),
      python(5.5, 6.5, 8), // took the place of the first when that had ended
      python(2, null, 3), // not recorded
    ]);
    expect(startUpOf(one)).toBe(0.25 + 1);
    expect(variantOf(head, runs(one)).start_up).toBe('processes');
  });

  it('is not known of a program that ran before', () => {
    expect(startUpOf(summary([python(0, 0.5, 3)]))).toBeNull();
    expect(startUpOf(summary([python(0.1, null, 3)]))).toBeNull();
    expect(startUpOf(summary([]))).toBeNull();
  });

  it('of a call is what the call measured', () => {
    const call: CallReport = {
      ...{ mode: 'threads', workers: 2, tasks: 2, work_s: 1, start_up_s: 0.125, shut_down_s: 0, task_s: 2 },
      ...{ passed_bytes: null, digest: 'd', results: '[]' },
    };
    const variant = variantOf(head, [{ ...runs(summary([python(0.25, 0.5, 3)]))[0], call }]);
    expect(variant).toMatchObject({ start_up: 'call', start_up_s: { median: 0.125 }, call: [call] });
  });
});

describe('notes', () => {
  const measured = (name: string, one: Summary, host = 'h') => ({
    ...variantOf({ ...head, name }, [{ ...runs(one)[0], host }]),
    runs: [one],
  });

  it('there are none among equals', () => {
    const one = summary([python(0, 0, 1)]);
    expect(notesOf([measured('A', one), measured('B', one)])).toEqual([]);
  });

  it('tell of different engines, interpreters and machines, and of what is missing', () => {
    const a = summary([python(0, 0, 1, { dropped: 1200 }), python(0, null, 1)]);
    const b = summary([python(0, 0, 1, { python: '3.8.18' })], { engine: 'estimated', damage: 'cut short' });
    const notes = notesOf([measured('A', a), measured('B', b, 'other'), measured('C', summary([python(0, 0, 1)]))]);
    expect(notes).toEqual([
      'Different engines: exact (A, C), estimated (B); only wall-clock and CPU can be compared.',
      'Different interpreters: 3.12.1 (A, C), 3.8.18 (B).',
      'Different machines: h (A, C), other (B); times of different machines say little.',
      'A: 1,200 events were dropped, so its GIL figures have gaps.',
      'A: 1 of its Python processes was not recorded, so its GIL figures are without them.',
      'B: cut short.',
    ]);
  });
});
