/** Limits against the figures of small recordings that are known to the millisecond. */
import { describe, expect, it } from 'vitest';
import { oddModel } from '../export/testing/oddNames.ts';
import { modelOfArt } from '../model/testing/ascii.ts';
import { checkSummary, outcomeText, resultText, type Check } from './check.ts';
import { checkMarkdown } from './checkMarkdown.ts';
import { parseBudget, type Limit } from './limits.ts';
import { metricsOf, nameOf } from './metrics.ts';

const summary = modelOfArt(`
  A: HHHHwwwwHHHH
  B: wwwwHHHHwwww
  B: ____________
`).summary();

const max = (...texts: string[]): Limit[] => texts.map((text) => parseBudget('max', text));
const told = ({ results }: Check): string[] => results.map(resultText);

describe('figures', () => {
  it('are those of the summary', () => {
    const outcome = checkSummary(
      summary,
      max('wall=1s', 'gil.wait_share=50%', 'gil.held_share=99%', 'thread.A.wait_share=30%'),
    );
    expect(told(outcome)).toEqual([
      'wall: 12.0 ms, at most 1.00 s asked',
      'gil.wait_share: 50 %, at most 50 % asked',
      'gil.held_share: 100 %, over the limit of 99 % by 1 %',
      'thread.A.wait_share: 33 %, over the limit of 30 % by 3.3 %',
    ]);
    expect(outcome.within).toBe(false);
    expect(outcomeText(outcome)).toBe('2 of 4 limits are not kept');
  });

  it('of several threads of one name are each held against the limit, and told apart', () => {
    const outcome = checkSummary(summary, max('thread.B.wait=5ms'));
    expect(outcome.results.map(({ within }) => within)).toEqual([false, true]);
    expect(told(outcome)[0]).toMatch(
      /^thread\.B\.wait \(pid \d+, tid \d+\): 8\.00 ms, over the limit of 5\.00 ms by 3\.00 ms$/,
    );
  });

  it('of a thread that never waited are no time at all', () => {
    const quiet = modelOfArt('A: HHHH....').summary();
    expect(checkSummary(quiet, max('thread.A.wait_p95=0s', 'thread.A.wait_share=0%', 'gil.wait_p95=0s')).within).toBe(
      true,
    );
  });

  it('that are not known are not within', () => {
    const [cpu] = checkSummary(summary, max('thread.A.cpu=1s')).results;
    expect(cpu).toMatchObject({ value: null, within: false, by: null });
    expect(resultText(cpu)).toBe('thread.A.cpu: not known, at most 1.00 s asked');
  });

  it('are listed by names that can be asked for, however odd', () => {
    const odd = oddModel().summary();
    const metrics = metricsOf(odd);
    for (const metric of metrics) {
      const { results } = checkSummary(
        odd,
        max(
          `${nameOf(metric)}=${{ time: '1s', share: '1%', bytes: '1B', count: '1', cores: '1', rate: '1' }[metric.kind]}`,
        ),
      );
      expect(results.map(({ value }) => value)).toContain(metric.value);
    }
    expect(new Set(metrics.map(({ name }) => name.of))).toEqual(new Set([null, 'thread', 'function', 'mark']));
  });
});

describe('an outcome', () => {
  it('is not within with a verdict that is refused', () => {
    const outcome = checkSummary(summary, [], { refused: [summary.verdict.kind] });
    expect(outcome).toMatchObject({ within: false, refused: { kind: summary.verdict.kind } });
    expect(outcomeText(outcome)).toBe('the limit is not kept');
  });

  it('leaves out what is missing where that is allowed', () => {
    expect(() => checkSummary(summary, max('thread.C.wait=1s'))).toThrow(
      'the recording has no thread "C"; there are A, B',
    );
    expect(checkSummary(summary, max('thread.C.wait=1s'), { allowMissing: true })).toMatchObject({
      within: true,
      missing: ['thread.C.wait'],
    });
  });

  it('is a table in Markdown, whatever the names', () => {
    const odd = oddModel().summary();
    const names = metricsOf(odd)
      .filter(({ name }) => name.figure === 'held')
      .map(nameOf);
    const outcome = checkSummary(odd, max(...names.map((name) => `${name}=0s`)));
    const text = checkMarkdown(outcome, odd, { title: 'x', command: ['python', '<img src=x>|`'] });
    const rows = text.split('\n').filter((line) => line.endsWith('✅ |') || line.endsWith('❌ |'));
    expect(rows).toHaveLength(outcome.results.length);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
    expect(text).not.toMatch(/<(?!\/?(code|span)>)/);
  });
});
