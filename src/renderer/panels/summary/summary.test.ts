import { describe, expect, test } from 'vitest';
import type { Histogram, ProcessInfo, SessionInfo, StatsReply, ThreadInfo } from '../../../shared/contract/types.ts';
import { bucketsOf, decadeLabel, decadeTicks, totalOf } from '../../../shared/figure/buckets.ts';
import { headlineFigures } from '../../../shared/figure/headlines.ts';

const session = {
  cores: 2,
  processes: [{ name: 'main', python: '3.12.1' }],
  threads: [
    { name: 'MainThread', process: 0 },
    { name: 'poll', process: 0 },
  ],
} as SessionInfo;
const stats = (more: Partial<StatsReply>) =>
  ({ gils: [], coresInUse: null, pythonCores: 0, worstWait: null, ...more }) as StatsReply;
const shown = (s: StatsReply, of = session) =>
  headlineFigures(of, s).map((f) =>
    `${f.figure} ${f.unit} | ${f.note}`.replaceAll('\u00a0', ' ').replaceAll('  ', ' '),
  );

describe('headline figures', () => {
  test('of one GIL', () => {
    const gil = { gil: 0, heldS: 0.809, freeS: 0.191, contendedS: 0.794, switches: 1 };
    const worstWait = { thread: 1, startNs: 1e6, endNs: 16.3e6 };
    expect(shown(stats({ gils: [gil], coresInUse: 1.12, pythonCores: 0.809, worstWait }))).toEqual([
      '80.9 % | free 19.1 %',
      '79.4 % | someone waiting',
      '1.12 of 2 | 0.81 in Python',
      '15.3 ms | poll',
    ]);
  });
  test('several GILs are taken together', () => {
    const gils = [
      { gil: 0, heldS: 1, freeS: 0, contendedS: 0.5, switches: 1 },
      { gil: 1, heldS: 0, freeS: 1, contendedS: 0, switches: 1 },
    ];
    expect(shown(stats({ gils }))[0]).toBe('50.0 % | free 50.0 %');
    expect(headlineFigures(session, stats({ gils }))[0].label).toBe('2 GILs held');
  });
  test('several processes: how many, and whose wait was the worst', () => {
    const worker = { name: 'ForkPoolWorker-1', python: '3.12.1' } as ProcessInfo;
    const thread = { name: 'MainThread', process: 1 } as ThreadInfo;
    const pool = {
      ...session,
      processes: [...session.processes, worker, { name: 'sh', python: null } as ProcessInfo],
      threads: [...session.threads, thread],
    };
    const worstWait = { thread: 2, startNs: 0, endNs: 5e6 };
    expect(shown(stats({ pythonCores: 1.5, worstWait }), pool).slice(2)).toEqual([
      '– | 1.50 in 2 Pythons',
      '5.00 ms | MainThread · ForkPoolWorker-1',
    ]);
  });
  test('what is not known is a dash, not zero', () => {
    expect(shown(stats({}))).toEqual([
      '– | no GIL seen here',
      '– | someone waiting',
      '– | 0.00 in Python',
      '0 ms | nobody waited',
    ]);
  });
});

describe('histogram', () => {
  const edges = Array.from({ length: 21 }, (_, i) => 10 ** (3 + i / 4));
  const zeros = () => new Array<number>(20).fill(0);
  const histogram = (fill: (h: Histogram) => void): Histogram => {
    const h = { edges, holds: zeros(), holdsPreempted: zeros(), waits: zeros() };
    fill(h);
    return h;
  };
  test('is cut to what holds something, with room around a lone bucket', () => {
    const buckets = bucketsOf(
      histogram((h) => {
        h.holds[12] = 5;
        h.holdsPreempted[12] = 2;
      }),
      'holds',
    );
    expect(buckets).toHaveLength(10);
    expect(buckets.filter((b) => totalOf(b, 'holds') > 0)).toMatchObject([{ voluntary: 3, preempted: 2 }]);
  });
  test('a bucket at the edge keeps the width', () => {
    expect(
      bucketsOf(
        histogram((h) => (h.waits[0] = 1)),
        'waits',
      ),
    ).toHaveLength(10);
    expect(
      bucketsOf(
        histogram((h) => (h.waits[19] = 1)),
        'waits',
      ),
    ).toHaveLength(10);
    expect(
      bucketsOf(
        histogram((h) => (h.waits[19] = 1)),
        'holds',
      ),
    ).toEqual([]);
  });
  test('ticks stand at decades and are thinned', () => {
    const all = bucketsOf(
      histogram((h) => {
        h.holds[0] = 1;
        h.holds[19] = 1;
      }),
      'holds',
    );
    expect(decadeTicks(all, 9).map((i) => decadeLabel(all[i].low).replace('\u00a0', ' '))).toEqual([
      '1 µs',
      '10 µs',
      '100 µs',
      '1 ms',
      '10 ms',
    ]);
    expect(decadeTicks(all, 3)).toHaveLength(3);
  });
});
