/** What the sampler's rounds become: released time told apart, cores, memory, CPU seconds. */
import { describe, expect, it } from 'vitest';
import { IntervalFlag, ThreadState } from '../contract/types.ts';
import type { Sample } from '../protocol/sample.ts';
import { Store } from './store.ts';
import { modelOfArt } from './testing/ascii.ts';
import { at } from './testing/recording.ts';

const MS = 1e6;

interface Use {
  /** CPU seconds so far of threads 1001, 1002, ... */
  cpu: number[];
  core?: number[];
  busy?: number[];
  rss?: number;
}

const sample = (ms: number, { cpu, core = [], busy = [0, 0], rss = 1000 }: Use): Sample => ({
  ns: at(ms * MS),
  cores: busy,
  processes: [
    {
      stream: 0,
      rssBytes: rss,
      pssBytes: rss / 2,
      cpuS: cpu.reduce((sum, s) => sum + s, 0),
      threads: cpu.map((cpuS, i) => ({ tid: 1001 + i, core: core[i] ?? 0, onCpu: false, cpuS })),
    },
  ],
});

describe('samples', () => {
  it('tell running from blocked where the thread did not measure, and say so', () => {
    // 10 ms of hold, 20 ms released: of the 28 ms of CPU, 18 fall to the release.
    const model = modelOfArt('A: HHHHHHHHHH....................HHHHHHHHHH', {
      samples: [sample(0, { cpu: [0] }), sample(30, { cpu: [0.028] }), sample(40, { cpu: [0.038] })],
    });
    const released = model.details(0, 15 * MS)!;
    expect(released.state).toBe(ThreadState.running);
    expect(released.flags & IntervalFlag.sampled).toBeTruthy();
    expect(released.cpuFraction).toBeCloseTo(0.9, 3);
    expect(model.stats().threads[0]).toMatchObject({ runningS: 0.02, blockedS: 0, holdS: 0.02 });
  });

  it('leave a release without CPU blocked, and a measured one alone', () => {
    const model = modelOfArt('A: HHHHHHHHHHrrrrrrrrrrHHHHHHHHHH....................H', {
      samples: [sample(0, { cpu: [0] }), sample(25, { cpu: [0.025] }), sample(50, { cpu: [0.03] })],
    });
    expect(model.details(0, 12 * MS)!).toMatchObject({ state: ThreadState.running, flags: 0, cpuFraction: 1 });
    expect(model.details(0, 40 * MS)!).toMatchObject({
      state: ThreadState.blocked,
      flags: IntervalFlag.sampled,
      cpuFraction: 0,
    });
  });

  it('are averaged over a release that is still open, and follow it', () => {
    const art = `A: H${'.'.repeat(99)}`;
    const rounds = [sample(1, { cpu: [0] }), sample(51, { cpu: [0.05] }), sample(91, { cpu: [0.05] })];
    const running = modelOfArt(art, { samples: rounds.slice(0, 2) });
    expect(running.details(0, 99 * MS)!).toMatchObject({ state: ThreadState.running, cpuFraction: 1 });
    const later = modelOfArt(art, { samples: rounds });
    expect(later.details(0, 99 * MS)!.cpuFraction).toBeCloseTo(50 / 90, 3);
  });

  it('become shares of cores, capped by what the core did, and memory', () => {
    const model = modelOfArt(
      `
      A: ${'H'.repeat(100)}
      agent!: ${'_'.repeat(99)}w
    `,
      {
        samples: [
          sample(10, { cpu: [0.01, 0], busy: [5, 7], core: [0, 1], rss: 100 }),
          sample(60, { cpu: [0.06, 0.01], busy: [5.04, 7.02], core: [0, 1], rss: 300 }),
          sample(90, { cpu: [0.075, 0.01], busy: [5.04, 7.05], core: [1, 1], rss: 200 }),
        ],
      },
    );
    const { cores, counters } = model.timeline({ start: 0, end: 100 * MS, px: 100 });
    expect([...cores.times]).toEqual([10 * MS, 60 * MS, 90 * MS]);
    const shares = cores.series.map((s) =>
      [...s.target].map((v, i) => [v, s.others[i]].map((x) => Math.round(x * 100))),
    );
    // Core 0: 50 ms of ours in a core busy for 40; core 1: the agent's 10 ms are not ours.
    expect(shares).toEqual([
      [
        [80, 0],
        [80, 0],
        [0, 0],
      ],
      [
        [0, 40],
        [0, 40],
        [50, 50],
      ],
    ]);
    // A window between two samples knows their interval.
    const within = model.timeline({ start: 70 * MS, end: 75 * MS, px: 100 }).cores;
    expect([...within.times]).toEqual([60 * MS, 90 * MS]);
    expect([...within.series[1].target]).toEqual([0.5, 0.5]);
    expect(counters.rssBytes.values[5]).toBeNaN();
    expect(counters.rssBytes.values[70]).toBe(300);
    const summary = model.summary();
    expect(summary.cores[0].busy_s).toBeCloseTo(0.04);
    expect(summary.cores[1].target_s).toBeCloseTo(0.015);
    expect(summary.processes[0]).toMatchObject({ rss_max_bytes: 300, pss_max_bytes: 150 });
    expect(summary.processes[0].cpu_s).toBeCloseTo(0.075);
    expect(summary.processes[0].threads[0].cpu_s).toBeCloseTo(0.075);
    expect(model.stats().coresInUse).toBeCloseTo(0.065 / 0.08);
  });

  it('that came too late are made good by what the process says of itself at its end', () => {
    const art = `
      A: ${'H'.repeat(100)}
      agent!: ${'_'.repeat(99)}w
    `;
    const cpuOf = (samples: Sample[]) =>
      modelOfArt(art, { samples, endNs: 100 * MS, cpuNs: { all: 98 * MS, own: 8 * MS } }).summary().processes[0].cpu_s;
    expect(cpuOf([])).toBeCloseTo(0.09);
    expect(cpuOf([sample(20, { cpu: [0.02, 0.001] })])).toBeCloseTo(0.09);
    // Nothing is counted twice, nor taken back.
    expect(cpuOf([sample(20, { cpu: [0.02, 0.001] }), sample(99, { cpu: [0.09, 0.008] })])).toBeCloseTo(0.09);
    expect(cpuOf([sample(20, { cpu: [0.095, 0] })])).toBeCloseTo(0.095);
  });

  it('are binned to at most 500 points', () => {
    const rounds = Array.from({ length: 3000 }, (_, i) => sample(i + 1, { cpu: [i / 1000], busy: [i / 1000, 0] }));
    const model = modelOfArt(`A: ${'H'.repeat(3001)}`, { samples: rounds });
    const { cores, counters } = model.timeline({ start: 0, end: 3001 * MS, px: 2000 });
    expect(cores.times.length).toBeLessThanOrEqual(500);
    expect(cores.times.length).toBeGreaterThan(400);
    for (const value of cores.series[0].target) expect(value).toBeCloseTo(1, 5);
    expect(counters.waiters.times).toHaveLength(500);
  });

  it('sum memory over processes at one time, and do without a sum where one could not be read', () => {
    const process = (stream: number, rssBytes: number, pssBytes: number) => ({
      ...{ stream, rssBytes, pssBytes, cpuS: 0, threads: [] },
    });
    const store = new Store();
    store.process(1);
    const rounds = [
      [process(0, 500, 400)],
      [process(0, 300, 150), process(1, 400, 200)],
      [process(0, 900, NaN), process(1, 100, 90)],
      [process(0, 100, NaN)],
    ];
    expect(store.samples).toMatchObject({ rssMaxBytes: null, pssMaxBytes: null });
    rounds.forEach((processes, i) =>
      store.samples.add(i, { ns: 0n, cores: [], processes }, store.processes, () => null),
    );
    // Not 900 and 400 with the largest of another moment added to them.
    expect(store.samples).toMatchObject({ rssMaxBytes: 1000, pssMaxBytes: 400 });
  });
});
