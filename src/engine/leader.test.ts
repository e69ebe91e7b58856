import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MarkFilter } from './leader.ts';
import { signalName } from './signals.ts';

/** What comes out, and how much of it before the mark was told. */
async function through(make: (mark: string) => string, cuts: readonly number[]) {
  let text = '';
  const filter = new MarkFilter((bytes) => (text += Buffer.from(bytes).toString('latin1')));
  const all = Buffer.from(make(filter.mark), 'latin1');
  const places = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
  for (let i = 1; i < places.length; i++) filter.put(all.subarray(places[i - 1], places[i]));
  const turn = new Promise<boolean>((done) => setImmediate(() => done(false)));
  const seen = await Promise.race([filter.seen.then(() => true), turn]);
  return { text, seen };
}

it('takes the mark out wherever the output is cut, and nothing else', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\x1b', ']', 'g', '\x07') });
  await fc.assert(
    fc.asyncProperty(text, text, fc.array(fc.nat(200)), async (before, after, cuts) => {
      expect((await through((mark) => before + mark + after, cuts)).text).toBe(before + after);
    }),
  );
});

it('tells when the mark has passed; what only begins like it is output', async () => {
  expect(await through((mark) => `a${mark}`, [3, 9])).toEqual({ text: 'a', seen: true });
  const other = `a${new MarkFilter(() => undefined).mark}b`;
  expect(await through(() => other, [3, 9, 20])).toEqual({ text: other, seen: false });
});

it('a signal of two names goes by the usual one', () => {
  expect([signalName(6), signalName(9), signalName(63)]).toEqual(['SIGABRT', 'SIGKILL', 'signal 63']);
});
