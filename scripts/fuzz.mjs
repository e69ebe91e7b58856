/**
 * `npm run fuzz`: the long form of test/fuzz and of the native code's fuzzing (python-agent/native/tests/fuzz.c), as long as you like.
 *
 *   npm run fuzz                              a minute for each target, a seed of the day's own
 *   npm run fuzz -- --seconds 600 --only session,damaged
 *   npm run fuzz -- --only session --seed 7 --first 1234 --seconds 0      one case again, as a failure says it
 *
 * Exit status 1 when a target failed or took so long that it must hang.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
const NATIVE = 'native';
/** Over the time asked for, before it counts as hanging. */
const GRACE_S = 600;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    first: { type: 'string' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const first = Number(values.first ?? 0);
if (![seconds, seed, first].every((n) => Number.isInteger(n) && n >= 0)) {
  console.error('--seconds, --seed and --first take whole numbers');
  process.exit(2);
}
const only = values.only?.split(',') ?? null;
console.log(`seed ${seed}`);

function run(command, args, budgetS, env) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    timeout: (budgetS + GRACE_S) * 1000,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...env },
  });
  return { ok: result.status === 0, hangs: result.signal === 'SIGKILL' };
}

function typescript(names) {
  // Each by itself: what hangs is known by its name.
  return names.map((name) => {
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const args = [vitest, 'run', '--project', 'unit', 'test/fuzz', '-t', `^${name}$`, '--reporter=dot'];
    const GILSCOPE_FUZZ = JSON.stringify({ seconds, seed, first, note });
    const { ok, hangs } = run(process.execPath, args, seconds, { GILSCOPE_FUZZ });
    if (hangs)
      console.log(`${name} hangs: --only ${name} --seed ${seed} --first ${readFileSync(note, 'utf8')} --seconds 0`);
    return ok;
  });
}

function native() {
  const script = join(ROOT, 'python-agent', 'native', 'tests', 'fuzz.mjs');
  return run(process.execPath, [script, '--seconds', String(seconds), '--seed', String(seed)], seconds).ok;
}

const scratch = mkdtempSync(join(tmpdir(), 'gilscope-fuzz-'));
const note = join(scratch, 'case');
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const TARGETS = JSON.parse(readFileSync(join(ROOT, 'test', 'fuzz', 'names.json'), 'utf8'));
const wanted = TARGETS.filter((name) => only === null || only.includes(name));
const outcomes = [...typescript(wanted), ...(only === null || only.includes(NATIVE) ? [native()] : [])];
if (outcomes.length === 0)
  console.error(`no such target: ${only.join(', ')}; there are ${[...TARGETS, NATIVE].join(', ')}`);
process.exitCode = outcomes.length === 0 ? 2 : outcomes.every(Boolean) ? 0 : 1;
