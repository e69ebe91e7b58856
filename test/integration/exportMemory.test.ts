/**
 * Exports never lie in memory: two hundred thousand holds in each format whose file grows with them, with a heap that could not keep the text,
 * and in less memory than file and recording together would take. `node bench/run.mjs export` has the same for a million and every format.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeMade } from '../../bench/made.ts';
import { GILSCOPE, newest, testEnv, work } from './helpers.ts';

const HOLDS = 200_000;
const HEAP_MB = 64;
const MOST_MB = 256;

/** Runs what follows it and prints the most memory that had, in KiB as Linux counts it. */
const WATCHER = [
  'import resource, subprocess, sys',
  'done = subprocess.run(sys.argv[1:])',
  'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)',
  'sys.exit(done.returncode)',
].join('\n');

const recording = join(work, 'made.gilscope');
beforeAll(() => writeMade(recording, { threads: [4], holds: HOLDS }));

const sizeOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
    : statSync(path).size;

it.skipIf(process.platform !== 'linux').each([
  ['perfetto', 2e6],
  ['chrome', 150e6],
  ['gecko', 20e6],
  ['csv', 50e6],
  ['jsonl', 120e6],
  ['arrow', 30e6],
] as const)('%s', (format, least) => {
  const out = join(work, `out.${format}`);
  const command = [process.execPath, `--max-old-space-size=${HEAP_MB}`, GILSCOPE, 'export', recording];
  const ran = spawnSync(newest.path, ['-c', WATCHER, ...command, '--to', format, '-o', out, '-q'], {
    env: testEnv(),
    encoding: 'utf8',
  });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  // As large as so many holds must be: nothing was left out.
  expect(sizeOf(out)).toBeGreaterThan(least);
  expect(Number(ran.stdout) / 1024).toBeLessThan(MOST_MB);
});
