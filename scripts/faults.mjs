/**
 * `npm run faults`: the long form of test/faults. docs/faults.md says what is done and what came of it.
 *
 *   npm run faults -- --rounds 500 --seed 1
 *   npm run faults -- --rounds 1 --seed 137         one round again, as a failure names it
 *   npm run faults -- --kills 1000 --seed 1         only: how often a program dies when gilscope-inject is killed at its work
 *   npm run faults -- --at-once 2                   so many rounds at a time (default: 4)
 *
 * Exit status 1 when a round failed.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findPythons } from './pythons.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    kills: { type: 'string', default: '0' },
    'at-once': { type: 'string', default: '4' },
  },
});
const [rounds, seed, kills, atOnce] = ['rounds', 'seed', 'kills', 'at-once'].map((name) => Number(values[name]));
if (![rounds, seed, kills, atOnce].every((n) => Number.isInteger(n) && n >= 0) || atOnce === 0) {
  console.error('--rounds, --seed, --kills and --at-once take whole numbers');
  process.exit(2);
}
console.log(`seed ${seed}`);
const run = (command, args, env) => {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  return status ?? 1;
};

if (kills > 0) {
  const build = join(ROOT, 'python-agent', 'native', 'build');
  const script = join(ROOT, 'test', 'faults', 'inject_kills.py');
  const files = ['gilscope-inject', 'libgilscope.so'].map((name) => join(build, name));
  process.exitCode = run(findPythons().at(-1).path, [script, ...files, String(kills), String(seed)], {});
} else {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const which = ['--project', 'integration', 'test/faults/faults.test.ts'];
  const args = [vitest, 'run', ...which, '--reporter=verbose', `--maxConcurrency=${atOnce}`];
  const env = { GILSCOPE_FAULT_ROUNDS: String(rounds), GILSCOPE_FAULT_SEED: String(seed) };
  process.exitCode = run(process.execPath, args, env);
}
