// All tests of the native tracer: the parts (unit.c, calls.c, sites.c) and the whole on a stand-in for CPython (host.c), each under the address and
// the thread sanitizer, then real programs under every CPython on the machine (drive.py). Run by scripts/test-agent.mjs or by hand:
//
//   node python-agent/native/tests/run.mjs
//
// Last line: "N passed, N failed". Without a compiler there is nothing to test, and it says so and succeeds.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDRESS, buildFuzz, fuzzArgs } from './fuzz.mjs';
import { WARNINGS, buildNative, compile, findCompiler, sources } from '../../../scripts/build-native.mjs';

const tests = dirname(fileURLToPath(import.meta.url));
const source = join(tests, '..', 'src');
const library = join(tests, '..', 'build', 'libgilscope.so');
const golden = join(tests, '..', '..', '..', 'src', 'shared', 'protocol', 'golden', 'native-events.json');
const LIMIT_MS = 600_000;
const FUZZ_CASES = 1000;
const UNIT_PARTS =
  'ring slots encode outq drain elf_patch gils impatient sites sites_table text calls calls_wire calls_flush ticks';
const UNIT_SOURCES = UNIT_PARTS.split(' ').map((name) => join(source, `${name}.c`));
const FLAGS = [...WARNINGS, '-O1', '-g', '-fPIC'];
const LIBRARIES = ['-lpthread', '-ldl'];

const score = { passed: 0, failed: 0 };

function fail(text) {
  score.failed++;
  console.log(`not ok: ${text}`);
}

/** Runs a program whose last line is "N passed, N failed" and adds that up. */
function tally(name, program, args) {
  const env = { ...process.env, TSAN_OPTIONS: 'halt_on_error=0 exitcode=66' };
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 1 << 26, env });
  const lines = result.stdout?.trimEnd().split('\n') ?? [];
  const figures = /^(\d+) passed, (\d+) failed$/.exec(lines.at(-1) ?? '');
  for (const line of lines.slice(0, -1)) console.log(line);
  if (!figures) return fail(`${name} ended early (status ${result.status}, ${result.signal}): ${result.stderr?.slice(-3000)}`);
  score.passed += Number(figures[1]);
  score.failed += Number(figures[2]);
  // A sanitizer's finding shows in the exit status only.
  if (result.status !== 0 && figures[2] === '0') fail(`${name}: status ${result.status}: ${result.stderr?.slice(-3000)}`);
  console.log(`# ${name}: ${figures[0]}`);
}

function built(compiler, name, args) {
  const result = compile(compiler, args);
  if (result.status === 0) return true;
  fail(`${name} does not compile: ${result.stderr?.slice(-3000)}`);
  return false;
}

/** Some compilers come without their sanitizers' libraries. */
function hasSanitizer(compiler, flag, folder) {
  const probe = join(folder, 'probe');
  if (compile(compiler, ['-fsanitize=' + flag, '-x', 'c', '-o', probe, join(tests, 'probe.c')]).status !== 0) return false;
  return spawnSync(probe, { timeout: 20_000 }).status === 0;
}

function sanitized(compiler, python, flag, folder) {
  const name = flag.split(',')[0];
  if (!hasSanitizer(compiler, flag, folder)) return console.log(`# skipped: this compiler has no working ${name} sanitizer`);
  const options = [...FLAGS, ...(name === 'address' ? ADDRESS : [`-fsanitize=${flag}`])];
  const shared = join(folder, `libgilscope-${name}.so`);
  const host = join(folder, `host-${name}`);
  for (const part of ['unit', 'calls', 'sites']) {
    const program = join(folder, `${part}-${name}`);
    if (built(compiler, program, [...options, '-o', program, join(tests, `${part}.c`), ...UNIT_SOURCES, ...LIBRARIES]))
      tally(`${part}, ${name} sanitizer`, program, [golden]);
  }
  const asLibrary = ['-fvisibility=hidden', '-shared', '-o', shared, ...sources(), '-Wl,-z,nodelete', ...LIBRARIES];
  if (!built(compiler, shared, [...options, ...asLibrary])) return;
  if (built(compiler, host, [...options, '-rdynamic', '-o', host, join(tests, 'host.c'), shared, ...LIBRARIES]))
    tally(`host, ${name} sanitizer`, python, [join(tests, 'drive.py'), '--host', host]);
}

/** Odd input for whatever reads from outside; for longer: `npm run fuzz`. */
function fuzzed(compiler, folder) {
  if (!hasSanitizer(compiler, 'address,undefined', folder)) return;
  const program = join(folder, 'fuzz');
  const { status, stderr } = buildFuzz(compiler, program);
  if (status !== 0) fail(`fuzz.c does not compile: ${stderr?.slice(-3000)}`);
  else tally('fuzz', program, fuzzArgs({ seed: 1, cases: FUZZ_CASES, seconds: 0 }));
}

function findPython() {
  return ['python3', 'python'].find((name) => {
    const answer = spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'], { timeout: 20_000 });
    return answer.status === 0;
  });
}

function main() {
  const status = buildNative();
  const python = findPython();
  if (!status.ok && findCompiler()) fail(`the tracer does not build: ${status.log?.slice(-3000) || status.reason}`);
  else if (!status.ok) console.log(`# skipped: ${status.reason}. ${status.remedy}`);
  else if (!python) fail('no Python 3.8 or newer was found as python3 or python');
  else {
    const folder = mkdtempSync(join(tmpdir(), 'gilscope-native-'));
    try {
      for (const flag of ['address,undefined', 'thread']) sanitized(findCompiler(), python, flag, folder);
      fuzzed(findCompiler(), folder);
      tally('every CPython', python, [join(tests, 'drive.py'), library]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  console.log(`${score.passed} passed, ${score.failed} failed`);
  process.exitCode = score.failed ? 1 : 0;
}

main();
