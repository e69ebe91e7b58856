import { describe, expect, it } from 'vitest';
import { spreadOf } from '../shared/compare/spread.ts';
import type { CallReport, CompareReport, CompareVariant } from '../shared/contract/compare.ts';
import { compareText } from './compareText.ts';

const variant = (name: string, wall: number[], more: Partial<CompareVariant> = {}): CompareReport['variants'][0] => ({
  ...{ name, command: [], file: null, engine: 'exact', python: '3.12.1', host: 'h', mode: null, runs: [] },
  ...{ wall_s: spreadOf(wall), cpu_s: spreadOf(wall), effective_cores: spreadOf(wall.map(() => 1)), processes: 1 },
  ...{ start_up_s: null, start_up: null, gil_held_share: spreadOf([0.5]), gil_contended_share: spreadOf([0.25]) },
  ...{ gil_free_share: spreadOf([0.5]), gil_wait_s: spreadOf(wall), wait_p95_s: null, lock_wait_s: spreadOf([0]) },
  ...{ switches: null, memory_bytes: null, call: [], outputs: [], shown: 0, ...more },
});

const report = (variants: CompareReport['variants'], more: Partial<CompareReport> = {}): CompareReport => ({
  ...{ schema: 1, created: '', repeat: 4, variants, failed: [], notes: [], ...more },
  verdict: {
    ...{
      kind: 'faster',
      winner: 1,
      text: 'B is faster.',
      evidence: ['A: 10 s.'],
      advice: 'Take B.',
      limits: ['Here.'],
    },
    ...more.verdict,
  },
});

describe('a comparison as text', () => {
  it('has variants side by side, ratios to the first with their spread, and marks what is clear', () => {
    const text = compareText(
      report([variant('A', [10, 11, 12, 13]), variant('B', [4, 5, 6, 7], { wait_p95_s: null })]),
    );
    expect(text).toBe(`\
                 A                       B
Python           3.12.1                  3.12.1
runs             4                       4
processes        1                       1
wall-clock       11.5 s (10.0 s–13.0 s)  5.50 s (4.00 s–7.00 s)
CPU              11.5 s (10.0 s–13.0 s)  5.50 s (4.00 s–7.00 s)
effective cores  1.00                    1.00
start-up         –                       –
GIL held         50 %                    50 %
GIL contended    25 %                    25 %
GIL free         50 %                    50 %
GIL wait         11.5 s (10.0 s–13.0 s)  5.50 s (4.00 s–7.00 s)
wait p95         –                       –
pre-empted       –                       –
voluntary        –                       –
memory, RSS      –                       –

to A             B
wall-clock       ×0.478 (0.308–0.700) *
CPU              ×0.478 (0.308–0.700) *
effective cores  ×1.00
GIL wait         ×0.478 (0.308–0.700) *
* clear: no run of the one reaches into those of the other, in runs enough to say so

B is faster.
A: 10 s.
Take B.
Here.
`);
  });

  it('does not hold an estimated GIL against an exact one', () => {
    const text = compareText(report([variant('A', [1]), variant('B', [2], { engine: 'estimated' })]));
    expect(text).toMatch(/^Python +3.12.1 +3.12.1, estimated$/m);
    const ratios = text.slice(text.indexOf('to A'));
    expect(ratios).toMatch(/^wall-clock +×2.00$/m);
    expect(ratios).not.toMatch(/^GIL wait/m);
  });

  it.each([2, 3, 4, 5, 12])('of %d variants is at most 100 columns wide', (n) => {
    const variants = Array.from({ length: n }, (_, i) => variant(`variant number ${i}`, [1.5 + i, 2.25 + i, 3 + i, 4]));
    const table = compareText(report(variants)).split('\n\n')[0];
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    for (let i = 0; i < n; i++) expect(table).toContain(`variant number ${i}`);
    expect(table).toContain('wall-clock');
  });

  it('says what failed, and what the calls came to; what a terminal might obey is spelled out', () => {
    const call = (digest: string, results: string): CallReport => ({
      ...{
        mode: 'threads',
        workers: 2,
        tasks: 2,
        work_s: 0.5,
        start_up_s: 0,
        shut_down_s: 0,
        task_s: 1,
        digest,
        results,
      },
      passed_bytes: null,
    });
    const one = variant('A\x1b[2J', [1], { call: [call('a', '[1]')] });
    const failed = [{ variant: 'B\x07', round: 1, error: 'it was ended by SIGKILL' }];
    const text = compareText(
      report([one, variant('B\x07', [1], { call: [call('a', '[1]')] })], { failed, notes: ['N.'] }),
    );
    expect(text).toContain('all came to [1]\n');
    expect(text).toMatch(/^work +500 ms +500 ms$/m);
    expect(text).toContain('B\\x07, run 2 failed: it was ended by SIGKILL\nN.\n');
    expect(text).not.toMatch(/\p{Cc}(?<!\n)/u);
    const unlike = compareText(report([one, variant('B', [1], { call: [call('b', '[2]')] })]));
    expect(unlike).toContain('A\\x1b[2J came to [1]\nB came to [2]\n');
  });

  it('where no run ended well there is no table of dashes', () => {
    const none = { ...variant('A', [1]), wall_s: null };
    const failed = [{ variant: 'A', round: 0, error: 'it ended with exit status 3' }];
    expect(compareText(report([none, none], { failed }))).toMatch(/^A, run 1 failed: it ended with exit status 3\n/);
  });
});
