import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Requery } from './requery.ts';

describe('Requery', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Questions in the order asked, each answered by hand. */
  function setup(gap: number | (() => number) = 250) {
    const asked: { signal: AbortSignal; reply: (text: string) => void; fail: (error: Error) => void }[] = [];
    const answers: string[] = [];
    const errors: unknown[] = [];
    const query = new Requery<string>(
      (signal) => new Promise((reply, fail) => asked.push({ signal, reply, fail })),
      (reply) => answers.push(reply),
      (error) => errors.push(error),
      gap,
    );
    return { asked, answers, errors, query };
  }
  const settle = () => vi.advanceTimersByTimeAsync(0);

  test('many changes are one question each gap, and the last change is not lost', async () => {
    const { asked, answers, query } = setup();
    for (let i = 0; i < 10; i++) query.soon();
    expect(asked).toHaveLength(1);
    asked[0].reply('a');
    await settle();
    expect(answers).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(249);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
  });
  test('the gap may grow with what answers cost', async () => {
    let gap = 100;
    const { asked, query } = setup(() => gap);
    query.now();
    gap = 3000;
    asked[0].reply('a');
    await settle();
    query.soon();
    await vi.advanceTimersByTimeAsync(2999);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
  });
  test('a slow answer is waited for, not multiplied', async () => {
    const { asked, query } = setup();
    query.soon();
    await vi.advanceTimersByTimeAsync(5000);
    query.soon();
    query.soon();
    expect(asked).toHaveLength(1);
    asked[0].reply('a');
    await settle();
    expect(asked).toHaveLength(2);
  });
  test('now gives up what is under way; its late answer is discarded', async () => {
    const { asked, answers, query } = setup();
    query.now();
    query.now();
    expect(asked[0].signal.aborted).toBe(true);
    asked[1].reply('new');
    asked[0].reply('old');
    await settle();
    expect(answers).toEqual(['new']);
  });
  test('an error is told, and asking goes on', async () => {
    const { asked, answers, errors, query } = setup();
    query.now();
    asked[0].fail(new Error('busy'));
    await settle();
    expect(errors).toHaveLength(1);
    query.now();
    asked[1].reply('a');
    await settle();
    expect(answers).toEqual(['a']);
  });
  test('after stop nothing is asked, answered or told', async () => {
    const { asked, answers, errors, query } = setup();
    query.now();
    query.stop();
    query.soon();
    query.now();
    asked[0].fail(new Error('aborted'));
    await vi.advanceTimersByTimeAsync(1000);
    expect([asked.length, answers.length, errors.length]).toEqual([1, 0, 0]);
  });
});
