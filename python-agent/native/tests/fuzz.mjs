// Builds fuzz.c with the address sanitizer; by itself, runs it: `npm run fuzz` (scripts/fuzz.mjs) does.
//
//   node python-agent/native/tests/fuzz.mjs [--seconds 60] [--seed 1]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WARNINGS, buildNative, compile, findCompiler, sources } from '../../../scripts/build-native.mjs';

const tests = dirname(fileURLToPath(import.meta.url));
const native = join(tests, '..');
const LIBRARY = join(native, 'build', 'libgilscope.so');
/** Included by fuzz.c itself. */
const INCLUDED = ['main.c', 'maps.c'].map((name) => join(native, 'inject', name));
/** Without the second, what is undefined is told and has no consequence. */
export const ADDRESS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** The compiler's result; the program is at `program` when its status is 0. */
export function buildFuzz(compiler, program) {
  const parts = [...sources(), ...sources(join(native, 'inject')).filter((path) => !INCLUDED.includes(path))];
  const flags = [...WARNINGS, '-O1', '-g', '-fPIC', ...ADDRESS];
  return compile(compiler, [...flags, '-o', program, join(tests, 'fuzz.c'), ...parts, '-lpthread', '-ldl']);
}

/** Arguments of the program; README.md. */
export const fuzzArgs = ({ seed, cases, seconds }) => [LIBRARY, String(seed), '0', String(cases), String(seconds)];

function main() {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
  const compiler = findCompiler();
  if (!compiler || !buildNative().ok) return console.log('skipped: there is no C compiler');
  const folder = mkdtempSync(join(tmpdir(), 'gilscope-fuzz-'));
  try {
    const program = join(folder, 'fuzz');
    const { status, stderr } = buildFuzz(compiler, program);
    if (status !== 0) throw new Error(`fuzz.c does not compile: ${stderr}`);
    const args = fuzzArgs({ seed: values.seed ?? 1, cases: 1, seconds: values.seconds ?? 60 });
    process.exitCode = spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
