import { describe, expect, it } from 'vitest';
import { WindowSource, type Answer, type Wish } from './windowSource.ts';

interface WordWish extends Wish {
  readonly word: string;
}
type WordAnswer = Answer<WordWish>;

const RANGE = { start: 0, end: 100 };
const wish = (word: string, revision: number, more: Partial<WordWish> = {}): WordWish => ({
  ...{ window: { ...RANGE, px: 100 }, threads: [1, 2], urgent: true, revision, word },
  ...more,
});

/** Answers at once, and notes what was asked. */
function source(finalUntil = -Infinity) {
  const asked: string[] = [];
  let answered = () => {};
  const made = new WindowSource<WordWish, WordAnswer>(
    {
      ask: (w) => {
        asked.push(`${w.word} ${w.window.start} ${w.revision}`);
        return Promise.resolve({ wish: w, reply: { revision: w.revision } });
      },
      finalUntil: () => finalUntil,
      akin: (a, b) => a.word === b.word,
      pausePerCost: 0,
    },
    () => answered(),
  );
  const ask = async (w: WordWish) => {
    const done = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const before = asked.length;
    made.want(w);
    if (asked.length > before || !made.idle) await done;
  };
  return { made, asked, ask };
}

describe('what is asked about the window', () => {
  it('is asked once, and again only when more was recorded that could change it', async () => {
    const { asked, ask } = source();
    await ask(wish('a', 1));
    await ask(wish('a', 1));
    expect(asked).toEqual(['a 0 1']);
    await ask(wish('a', 2));
    expect(asked).toEqual(['a 0 1', 'a 0 2']);
    const over = source(100);
    await over.ask(wish('a', 1));
    await over.ask(wish('a', 2));
    expect(over.asked).toEqual(['a 0 1']);
  });

  it('is asked anew for another thread, not for fewer', async () => {
    const { asked, ask } = source();
    await ask(wish('a', 1));
    await ask(wish('a', 1, { threads: [2] }));
    expect(asked).toHaveLength(1);
    await ask(wish('a', 1, { threads: [2, 3] }));
    expect(asked).toHaveLength(2);
  });

  it('shows the old answer until another filter is answered, and none of the old filter after that', async () => {
    const { made, asked, ask } = source();
    const beside = { window: { start: 100, end: 200, px: 100 } };
    await ask(wish('a', 1));
    await ask(wish('a', 1, beside));
    expect(made.best({ start: 100, end: 200 }, 100, [1])?.wish.window.start).toBe(100);
    const next = ask(wish('b', 1));
    expect(made.best(RANGE, 100, [1])?.wish.word).toBe('a');
    await next;
    expect(made.best(RANGE, 100, [1])?.wish.word).toBe('b');
    expect(made.best({ start: 100, end: 200 }, 100, [1])?.wish.word).toBe('b');
    expect(asked).toEqual(['a 0 1', 'a 100 1', 'b 0 1']);
  });
});
