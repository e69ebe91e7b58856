// Builds the native tracer, the helper that carries it into live processes and the one that leads a program's terminal, with the system's C compiler. Called by `npm run build`, `npm ci` (prepare) and the native tests.
// A machine without a compiler is no error: the reason and the remedy go to build/status.json, which `gilscope doctor` reads,
// and the estimated engine is used instead. Prints one line.
//
//   node scripts/build-native.mjs [--force]
//
// The sanitized variants are built by python-agent/native/tests/run.mjs from the functions exported here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = join(dirname(fileURLToPath(import.meta.url)), '..', 'python-agent', 'native');
const build = join(native, 'build');
const library = join(build, 'libgilscope.so');
const injector = join(build, 'gilscope-inject');
const leader = join(build, 'gilscope-leader');
const statusFile = join(build, 'status.json');

/** _GNU_SOURCE for every file, empty as the files that say it themselves do (so no redefinition). */
export const WARNINGS = ['-std=c11', '-D_GNU_SOURCE=', '-Wall', '-Wextra', '-Werror'];
const FLAGS = [...WARNINGS, '-O2', '-g1', '-fPIC', '-fvisibility=hidden', '-shared'];
const LINK = ['-Wl,--build-id=sha1', '-Wl,-z,nodelete', '-Wl,-z,relro', '-Wl,-z,now', '-lpthread', '-ldl'];
const REMEDY =
  'Install a C compiler (Debian, Ubuntu: apt install build-essential; Fedora: dnf install gcc; Alpine: apk add build-base), then run: npm run build:native';

export function sources(folder = join(native, 'src')) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(folder, name));
}

/** The first compiler that answers, as an argument vector ("ccache gcc" in CC is two words), with its version. */
export function findCompiler() {
  const named = process.env.CC?.trim();
  const candidates = [...(named ? [named] : []), 'cc', 'gcc', 'clang'];
  for (const candidate of candidates) {
    const [program, ...rest] = candidate.split(/\s+/);
    const answer = spawnSync(program, [...rest, '--version'], { encoding: 'utf8', timeout: 20_000 });
    if (answer.status === 0) return { command: [program, ...rest], version: answer.stdout.split('\n')[0].trim() };
  }
  return null;
}

export function compile(compiler, args) {
  const [program, ...rest] = compiler.command;
  return spawnSync(program, [...rest, ...args], { encoding: 'utf8', timeout: 180_000, maxBuffer: 1 << 24 });
}

function unsupported() {
  if (process.platform !== 'linux') return `the native tracer runs on Linux only, this is ${process.platform}`;
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return `the native tracer knows x86-64 and aarch64, this is ${process.arch}`;
  if (!process.report.getReport().header.glibcVersionRuntime)
    return 'the native tracer needs glibc, this system has another C library';
  return null;
}

function upToDate(inputs) {
  if (!existsSync(library) || !existsSync(injector) || !existsSync(leader) || !existsSync(statusFile)) return false;
  try {
    if (JSON.parse(readFileSync(statusFile, 'utf8')).ok !== true) return false;
  } catch {
    return false;
  }
  const built = statSync(library).mtimeMs;
  return inputs.every((file) => statSync(file).mtimeMs < built);
}

function inputs() {
  const files = ['src', 'inject', 'leader'].flatMap((folder) =>
    readdirSync(join(native, folder))
      .filter((name) => /\.[ch]$/.test(name))
      .map((name) => join(native, folder, name)),
  );
  return [...files, join(native, 'gilscope.h'), fileURLToPath(import.meta.url)];
}

function report(status) {
  mkdirSync(build, { recursive: true });
  writeFileSync(statusFile, JSON.stringify(status, null, 2) + '\n');
  return status;
}

/** A library of an earlier build must not survive a failed one: it would be taken for the present sources. */
function failed(reason, remedy, log = '') {
  rmSync(library, { force: true });
  rmSync(injector, { force: true });
  rmSync(leader, { force: true });
  return report({ ok: false, reason, remedy, log: log.slice(-8000) });
}

/** Null when it worked, otherwise what the compiler said. */
function make(compiler, product, args) {
  const fresh = `${product}.${process.pid}`;
  const result = compile(compiler, [...args, '-o', fresh]);
  if (result.status === 0) {
    // One rename: a program that has the old library mapped keeps its own copy, and none sees half a file.
    renameSync(fresh, product);
    return null;
  }
  rmSync(fresh, { force: true });
  return result;
}

export function buildNative({ force = false } = {}) {
  const why = unsupported();
  if (why) return failed(why, 'Nothing to do: recordings use the estimated engine on this system.');
  const compiler = findCompiler();
  if (!compiler) return failed('no C compiler was found (tried $CC, cc, gcc, clang)', REMEDY);
  if (!force && upToDate(inputs())) return { ...JSON.parse(readFileSync(statusFile, 'utf8')), cached: true };
  mkdirSync(build, { recursive: true });
  const result =
    make(compiler, library, [...FLAGS, ...sources(), ...LINK]) ??
    make(compiler, injector, [...WARNINGS, '-O2', ...sources(join(native, 'inject'))]) ??
    make(compiler, leader, [...WARNINGS, '-O2', ...sources(join(native, 'leader'))]);
  if (result !== null) {
    const log = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? String(result.error) : ''}`;
    return failed(
      `the C compiler failed (${compiler.version})`,
      `See the log in python-agent/native/build/status.json. ${REMEDY}`,
      log,
    );
  }
  return report({
    ok: true,
    compiler: compiler.version,
    command: compiler.command.join(' '),
    flags: [...FLAGS, ...LINK].join(' '),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const status = buildNative({ force: process.argv.includes('--force') });
  if (status.ok) console.log(`native tracer: ${status.cached ? 'up to date' : 'built'} (${status.compiler})`);
  else console.log(`native tracer: not built, recordings will be estimated: ${status.reason}. ${status.remedy}`);
}
