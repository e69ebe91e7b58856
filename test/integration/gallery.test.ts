/**
 * Every statement of the gallery shows, on the oldest and the newest CPython of the machine (in the long form on each). Asserted is what the recordings say of
 * holds and waits, which a busy machine does not change; never how long something took. Programs of which each has one core's worth of work
 * run together, but for those whose holds and waits are measured for their length.
 */
import { describe, expect, it } from 'vitest';
import { chosenPythons } from './chosen.ts';
import { eventsOf, overlaps } from './helpers.ts';
import {
  contendedHolds,
  heldShare,
  named,
  part,
  runExample,
  runScript,
  sum,
  threads,
  together,
  waitsOf,
} from './galleryRuns.ts';

const minorOf = (version: string): number => Number(version.split('.')[1]);

describe.each(chosenPythons.map((one) => [one.version!, one.path] as const))('CPython %s', (version, python) => {
  it('B1, B2: a countdown on two threads is held by one at a time, and they take turns', async () => {
    const [one, two] = await Promise.all([
      runExample(python, 'countdown', 0, '4_000_000'),
      runExample(python, 'countdown', 1, '8_000_000'),
    ]);
    expect(heldShare(one, threads(one, /^MainThread$/, 1))).toBeGreaterThan(0.95);
    expect(one.main.gils[0].contended_s).toBeLessThan(0.1 * one.main.gils[0].held_s);

    const counters = threads(two, /^count-/, 2);
    // The two have nearly all of it, in parts that are alike, and what is held by one is waited for by the other.
    expect(heldShare(two, counters)).toBeGreaterThan(0.7);
    for (const { held_s, wait_s, preempted } of counters) {
      expect(preempted).toBeGreaterThan(1);
      expect(held_s).toBeGreaterThan(0.2 * sum(counters.map((c) => c.held_s)));
      expect(wait_s).toBeGreaterThan(0.2 * held_s);
    }
    expect(overlaps(await eventsOf(two.file))).toEqual([]);
    expect(two.model.stats().pythonCores).toBeLessThanOrEqual(1);
    expect(together(two, named(two, /^count-/)).summary.verdict.kind).toBe('cpu_bound');
  });

  it('B3: in two processes there are two GILs, held at once', async () => {
    const run = await runExample(python, 'processes', 1, '16_000_000');
    const workers = run.model.processes.slice(1);
    expect(workers).toHaveLength(2);
    expect(run.summary.processes.slice(1).map(({ gils }) => gils.length)).toEqual([1, 1]);
    expect(together(run, workers).pythonCores).toBeGreaterThan(1.2);
    expect(run.summary.memory.rss_max_bytes).toBeGreaterThan(1e6);
  });

  it('B4: sums of squares on two threads have one core’s worth of Python between them', async () => {
    const [one, two] = await Promise.all([
      runExample(python, 'squares', 0, '800_000'),
      runExample(python, 'squares', 1, '800_000'),
    ]);
    expect(one.stdout.replace(/ in .*|^\w+ +/g, '')).toBe(two.stdout.replace(/ in .*|^\w+ +/g, ''));
    expect(two.model.stats().pythonCores).toBeLessThanOrEqual(1);
    const workers = threads(two, /^squares-/, 2);
    expect(heldShare(two, workers)).toBeGreaterThan(0.6);
    for (const { preempted } of workers) expect(preempted).toBeGreaterThan(1);
  });

  it('B5: contended holds are one switch interval long, not shorter', async () => {
    const holds = async (ms: number): Promise<number[]> => {
      const lengths = contendedHolds(await runScript(python, 'turns', [String(ms), '1']), /^count-/);
      expect(lengths.length).toBeGreaterThan(5);
      expect(lengths.filter((length) => length < 0.95 * ms).length).toBeLessThan(0.2 * lengths.length);
      return lengths;
    };
    // One after the other: it is lengths that are measured. On a busy machine most are longer: who asks, and who is asked, must first get a core.
    const [usual, long] = [await holds(5), await holds(50)];
    expect(part(long, 0.25)).toBeLessThan(2 * 50);
    expect(part(usual, 0.1)).toBeLessThan(0.5 * part(long, 0.25));
  });

  it('B6: a thread that wakes from I/O waits for one switch interval, and less when that is shorter', async () => {
    const waits = async (nth: number): Promise<number> => {
      const run = await runExample(python, 'starving', nth, '1');
      const [answer] = threads(run, /^answer$/, 1);
      const blamed = run.summary.blame!.filter(({ waiter }) => waiter === 'answer');
      expect(blamed[0]).toMatchObject({ holder: 'compute', file: expect.stringContaining('starving.py') as string });
      expect(sum(blamed.filter(({ holder }) => holder === 'compute').map(({ wait_s }) => wait_s))).toBeGreaterThan(
        0.8 * answer.wait_s,
      );
      expect(run.summary.verdict.kind).toBe('io_starved');
      expect(answer.wait_p50_s! * 1000).toBeGreaterThan(0.5 * (nth === 0 ? 5 : 0.5));
      // The shorter ones: on a busy machine the others waited for a core besides.
      return part(waitsOf(run, /^answer$/), 0.25);
    };
    const [usual, short] = [await waits(0), await waits(1)];
    expect(usual).toBeGreaterThan(0.5 * 5);
    expect(usual).toBeLessThan(3 * 5);
    expect(short).toBeGreaterThan(0.5 * 0.5);
    expect(usual / short).toBeGreaterThan(2);
  });

  // These mostly sleep.
  it.concurrent('B7: threads that wait overlap, and the GIL is free', async () => {
    const run = await runExample(python, 'waiting', 1, '3');
    const jobs = named(run, /^job-/);
    expect(jobs).toHaveLength(8);
    const while_ = together(run, jobs);
    const [{ freeS, heldS }] = while_.gils;
    expect(freeS / (freeS + heldS)).toBeGreaterThan(0.8);
    // Each waits for 0.45 s; one after the other they would need eight times as long.
    const whole =
      (Math.max(...jobs.map(({ endedNs }) => endedNs!)) - Math.min(...jobs.map(({ bornNs }) => bornNs))) / 1e9;
    expect(whole).toBeGreaterThan(0.45);
    expect(whole).toBeLessThan(0.5 * 8 * 0.45);
    expect(sum(while_.threads.map(({ waitS }) => waitS))).toBeLessThan(
      0.1 * sum(while_.threads.map((t) => t.blockedS)),
    );
  });

  it.concurrent('B8: a list bound to two names gives 3, its argument counted', async () => {
    const { stdout, summary } = await runExample(python, 'references', 0, '1.5');
    expect(stdout.match(/gives \d+/g)).toEqual([2, 3, 13, 3, 2].map((count) => `gives ${count}`));
    // gilscope counts without an argument.
    expect(summary.watches).toMatchObject([{ type: 'list', min: 1, max: 12, current: 1 }]);
  });

  it.concurrent('B9: after four threads have read a dict its count is what it was', async () => {
    const { stdout, summary } = await runExample(python, 'readers', 0, '100_000', '0.4');
    expect(stdout).toContain('400,000 reads: nothing lost');
    const [watch] = summary.watches!;
    expect(watch).toMatchObject({ type: 'dict', state: 'counted', current: watch.min });
    expect(watch.max).toBeGreaterThan(watch.min!);
  });

  it('B10: what += loses depends on the version, a call in between loses on all, a lock loses nothing', async () => {
    const short = async (nth: number): Promise<{ short: number; run: Awaited<ReturnType<typeof runExample>> }> => {
      const run = await runExample(python, 'counter', nth, '40');
      return { short: Number(/(\d+) of 40 sums short of 40,000/.exec(run.stdout)![1]), run };
    };
    const [plain, call, locked] = await Promise.all([short(0), short(1), short(2)]);
    // Since 3.10 a drop is made only where a loop starts over and where something is called.
    if (minorOf(version) >= 10) expect(plain.short).toBe(0);
    else expect(plain.short).toBeGreaterThan(0);
    expect(call.short).toBeGreaterThan(0);
    expect(sum(threads(call.run, /^add-/, 4).map(({ preempted }) => preempted))).toBeGreaterThan(0);
    expect(locked.short).toBe(0);
    expect(sum(threads(locked.run, /^add-/, 4).map(({ lock_wait_s }) => lock_wait_s!))).toBeGreaterThan(
      sum(threads(call.run, /^add-/, 4).map(({ lock_wait_s }) => lock_wait_s!)),
    );
  });

  it('B12: interpreters of one process have a GIL each from 3.12 on, held at once', async () => {
    const run = await runExample(python, 'interpreters', 0, '1.2');
    expect(run.summary.processes).toHaveLength(1);
    if (minorOf(version) < 12) {
      expect(run.stdout).toContain(`in ${version} they share one`);
      return;
    }
    expect(run.main.gils).toHaveLength(3);
    const inThreads = named(run, /^thread-/);
    const inInterpreters = named(run, /^interpreter-/);
    expect([inThreads.length, inInterpreters.length]).toEqual([2, 2]);
    expect(together(run, inThreads).pythonCores).toBeLessThanOrEqual(1);
    expect(together(run, inInterpreters).pythonCores).toBeGreaterThan(1.2);
  });

  it('B13: the verdict is processes for what computes, threads or asyncio for what waits', async () => {
    const [threaded, processes] = await Promise.all([
      runExample(python, 'cpu-bound', 1, '400_000'),
      runExample(python, 'cpu-bound', 2, '800_000'),
    ]);
    // While all four work: on a machine much too busy the start of Python is a large part of so short a recording.
    const { verdict } = together(threaded, named(threaded, /^primes-/)).summary;
    expect(verdict.kind).toBe('cpu_bound');
    expect(verdict.advice).toContain('Processes');
    expect(together(processes, processes.model.processes.slice(1)).summary.verdict.kind).toBe('multi_process');
    const waiting = await Promise.all([1, 2].map((nth) => runExample(python, 'io-bound', nth, '80')));
    for (const { main } of waiting) {
      const [{ free_s, held_s }] = main.gils;
      expect(free_s / (free_s + held_s)).toBeGreaterThan(0.5);
    }
    expect(waiting[0].summary.verdict.kind).toBe('io_bound');
  });
});
