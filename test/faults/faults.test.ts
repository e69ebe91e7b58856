/**
 * Whatever happens to gilscope, to the program or to the disk: the program's result is what it is without gilscope, the recording opens, what is
 * missing is told, and nothing stays behind. `npm run faults -- --rounds 500 --seed 1`; a failure's seed alone repeats it: `--seed N --rounds 1`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pythons, work } from '../integration/helpers.ts';
import { plainOf, play } from './round.ts';
import { drawRound, titleOf } from './schedule.ts';
import { wrong } from './verdict.ts';

const ROUNDS = Number(process.env.GILSCOPE_FAULT_ROUNDS ?? 16);
const SEED = Number(process.env.GILSCOPE_FAULT_SEED ?? 1);

/** A round takes two seconds on a quiet machine, and watcher.py ends it after 150. */
const LIMIT_MS = 240_000;

const small = join(work, 'small');
mkdirSync(small);
const mounted =
  process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', small]).status === 0;
afterAll(() => mounted && spawnSync('umount', [small]));

const rounds = Array.from({ length: ROUNDS }, (_, i) => drawRound(SEED + i));

describe('a random moment', () => {
  it.concurrent.for(rounds.map((round) => [titleOf(round), round] as const))(
    '%s',
    { timeout: LIMIT_MS },
    async ([, round]) => {
      const python = pythons[round.python % pythons.length];
      const plain = await plainOf(python, round);
      const outcome = await play(round, python, mounted ? small : null);
      const found = await wrong(round, outcome, plain);
      expect(found, `python ${python.version}\n${JSON.stringify(outcome, null, 1)}`).toEqual([]);
    },
  );
});
