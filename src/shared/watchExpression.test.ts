/** The grammar of watches is the agent's: both read the same examples. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWatch, MOST_CHARACTERS, parseWatch } from './watchExpression.ts';

interface Cases {
  good: { text: string; module: string; steps: [string, string | number][] }[];
  bad: { text: string; why: string }[];
}

const { good, bad } = JSON.parse(
  readFileSync(new URL('./protocol/golden/watch-expressions.json', import.meta.url), 'utf8'),
) as Cases;

describe('watch expressions', () => {
  it.each(good)('$text', ({ text, module, steps }) => {
    expect(parseWatch(text)).toEqual({ module, steps: steps.map(([kind, key]) => ({ kind, key })) });
  });

  it.each(bad)('not $text', ({ text, why }) => {
    expect(parseWatch(text)).toEqual({ wrong: why });
  });

  it('is bounded', () => {
    expect(isWatch(parseWatch(`a:${'b'.repeat(MOST_CHARACTERS)}`))).toBe(false);
    expect(parseWatch('a:b' + '[0]'.repeat(32))).toEqual({ wrong: 'it has more than 32 steps' });
  });

  it('takes or refuses any text, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const parsed = parseWatch(text);
        expect(isWatch(parsed) || parsed.wrong.length > 0).toBe(true);
      }),
    );
  });
});
