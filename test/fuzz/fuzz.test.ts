/**
 * Any bytes give a result or a refusal: each target (targets.ts) on so many inputs that a seed makes. Here a few, the same each time; for as
 * long as you like with `npm run fuzz`, which sets GILSCOPE_FUZZ (seconds, seed, first case) and repeats a failure from what it prints.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { Random } from './random.ts';
import { cleanUp, sound, targets } from './targets.ts';

const SHORT = 60;
const asked = JSON.parse(process.env.GILSCOPE_FUZZ ?? '{}') as {
  seconds?: number;
  seed?: number;
  first?: number;
  /** A file that says which case is being run: the only witness of one that hangs. */
  note?: string;
};
const seed = asked.seed ?? 1;
const first = asked.first ?? 0;
/** Of all that one case may add to what this process holds. */
const MOST_BYTES = 1 << 30;

afterAll(cleanUp);

it('what `npm run fuzz` runs is all there is', () => {
  const names = JSON.parse(readFileSync(new URL('./names.json', import.meta.url), 'utf8')) as unknown;
  expect(Object.keys(targets)).toEqual(names);
});

it.each(Object.keys(sound))('what is sound is read: %s', async (name) => {
  await sound[name]();
});

it.each(Object.keys(targets))(
  '%s',
  async (name) => {
    const { seconds } = asked;
    const until = performance.now() + (seconds ?? 0) * 1000;
    const more = (n: number) => (seconds === undefined ? n < SHORT : n === 0 || performance.now() < until);
    let n = 0;
    for (; more(n); n++) {
      // vitest gives up on a worker that hears nothing for a minute.
      if (n % 100 === 0) await setImmediate();
      const before = process.memoryUsage.rss();
      if (asked.note !== undefined) writeFileSync(asked.note, String(first + n));
      try {
        await targets[name](new Random(seed, first + n));
      } catch (error) {
        throw new Error(`npm run fuzz -- --only ${name} --seed ${seed} --first ${first + n} --seconds 0`, {
          cause: error,
        });
      }
      const grown = process.memoryUsage.rss() - before;
      if (grown > MOST_BYTES) throw new Error(`${name}, seed ${seed}, case ${first + n}: ${grown >> 20} MiB more`);
    }
    if (seconds !== undefined) console.log(`${name}: ${n} cases, seed ${seed}`);
    expect(n).toBeGreaterThan(0);
  },
  ((asked.seconds ?? 0) + 120) * 1000,
);
