/**
 * `npm test`: builds, then runs every suite and adds up. One line for each suite, with its time; the whole output of one that fails; at
 * the end the slowest files and tests. First come, one after another, the suites of whole programs: they wait for them,
 * and leave much of the cores. On that, at low priority, run the others beside them: what only computes, and
 * the agent's tests, which hold on any machine. Then, alone, the native tracer's, which measure.
 *
 * The last line is `N passed, N failed`, the exit status is 0 only when nothing failed. What could not run counts as failed, except what
 * is announced above as `skipped:`.
 *
 * `npm test -- --only unit,e2e` runs some of them; `--no-build` trusts what is built; `--long` (`npm run test:long`) tests on every CPython
 * what otherwise the oldest and the newest stand for.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';
import { findElectron } from './electron.mjs';
import { asOne, fromLastLine, fromPlaywright, fromVitest } from './test-counts.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const AGENT = join(ROOT, 'scripts', 'test-agent.mjs');
const LINES_OF_FAILURE = 400;
const LAST_WORDS = 12;
const SLOWEST = 10;
/** Of what runs beside the suites that come first: it has what they leave of the cores. */
const BESIDE_NICENESS = 10;
const MINUTE = 60_000;
// Python 3.13 colours its tracebacks whenever FORCE_COLOR is set, be it to 0.
const { FORCE_COLOR: _, ...withoutForcedColour } = process.env;
const scratch = mkdtempSync(join(tmpdir(), 'gilscope-test-'));

const json = (name) => JSON.parse(readFileSync(join(scratch, name), 'utf8'));

const vitest = (project) => ({
  command: [
    join(BIN, 'vitest'),
    ...['run', '--project', project, '--reporter=default', '--reporter=json'],
    `--outputFile.json=${join(scratch, `${project}.json`)}`,
  ],
  count: () => fromVitest(json(`${project}.json`)),
});

const SUITES = [
  { name: 'typecheck', command: [join(BIN, 'tsc'), '--noEmit'], minutes: 10, count: asOne },
  { name: 'eslint', command: [join(BIN, 'eslint'), '.', '--max-warnings', '0'], minutes: 15, count: asOne },
  { name: 'prettier', command: [join(BIN, 'prettier'), '--check', '.'], minutes: 10, count: asOne },
  {
    name: 'imports',
    command: [join(BIN, 'depcruise'), '--config', '.dependency-cruiser.cjs', 'src'],
    minutes: 10,
    count: asOne,
  },
  { name: 'unit', ...vitest('unit'), minutes: 15 },
  {
    name: 'agent',
    command: [process.execPath, AGENT, 'agent'],
    minutes: 30,
    needs: checkPython,
    count: fromLastLine,
  },
  {
    name: 'tracer',
    alone: true,
    command: [process.execPath, AGENT, 'tracer'],
    minutes: 15,
    needs: checkPython,
    count: fromLastLine,
  },
  { name: 'integration', first: true, ...vitest('integration'), minutes: 30, needs: checkPython },
  {
    name: 'e2e',
    first: true,
    command: [
      join(BIN, 'playwright'),
      ...['test', '--config', join(ROOT, 'e2e', 'playwright.config.ts'), '--reporter=list,json'],
    ],
    env: () => ({ CHROME_PATH: ensureChromium(), PLAYWRIGHT_JSON_OUTPUT_FILE: join(scratch, 'e2e.json') }),
    minutes: 30,
    needs: () => {
      checkPython();
      const { reason } = findElectron();
      if (reason !== undefined) console.log(`skipped: Electron's window: ${reason}`);
    },
    count: () => fromPlaywright(json('e2e.json')),
  },
];

/** The suites find every interpreter themselves; without any they would test nothing. */
function checkPython() {
  const probe = 'import sys; sys.exit(sys.version_info < (3, 8) or sys.implementation.name != "cpython")';
  for (const name of [process.env.GILSCOPE_TEST_PYTHON, 'python3', 'python'])
    if (name && spawnSync(name, ['-c', probe], { stdio: 'ignore', timeout: MINUTE }).status === 0) return;
  throw new Error('No CPython >= 3.8 in PATH. Debian: apt-get install python3; macOS: brew install python; or pyenv.');
}

const children = new Set();
function killGroup(child, signal) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    return; // It has just ended.
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    for (const child of children) killGroup(child, 'SIGKILL');
    finish({ passed: 0, failed: 1 }, `interrupted by ${signal}`);
  });

/** Whoever may not change it runs as it is. */
function lower(pid, niceness) {
  try {
    setPriority(pid, niceness);
  } catch {
    return; // It has just ended.
  }
}

/** Runs one command to its end or its time limit, in a process group of its own so that nothing it started outlives it. */
function run(command, env, ms, niceness) {
  return new Promise((done) => {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...withoutForcedColour, CI: '1', NO_COLOR: '1', ...(values.long && { GILSCOPE_TEST_LONG: '1' }), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32',
    });
    children.add(child);
    if (child.pid !== undefined && niceness !== undefined) lower(child.pid, niceness);
    const parts = [];
    const limit = setTimeout(() => {
      parts.push(`\nstopped: not done after ${ms / MINUTE} minutes\n`);
      killGroup(child, 'SIGKILL');
    }, ms);
    const end = (ok) => {
      clearTimeout(limit);
      children.delete(child);
      if (child.pid !== undefined) killGroup(child, 'SIGKILL');
      done({ ok, output: Buffer.concat(parts.map((part) => Buffer.from(part))).toString() });
    };
    child.stdout.on('data', (data) => parts.push(data));
    child.stderr.on('data', (data) => parts.push(data));
    child.on('error', (error) => {
      parts.push(String(error));
      end(false);
    });
    // Not `close`: something it left behind may hold the pipe.
    child.on('exit', (status) => setTimeout(() => end(status === 0), 100));
  });
}

/** Never more hopeful than the exit status, and no test at all is a failure. */
function sum(suite, result) {
  const counts = suite.count(result);
  if (counts.failed === 0 && !result.ok) return { ...counts, failed: 1 };
  if (counts.failed === 0 && counts.passed === 0) throw new Error('it ran no test');
  return counts;
}

async function runSuite(suite) {
  const started = Date.now();
  let result = { ok: false, output: '' };
  let counts;
  try {
    suite.needs?.();
    const niceness = suite.first || suite.alone ? undefined : BESIDE_NICENESS;
    result = await run(suite.command, suite.env?.() ?? {}, suite.minutes * MINUTE, niceness);
    counts = sum(suite, result);
  } catch (error) {
    result.output += `\n${suite.name}: ${error.message}\n`;
    counts = { passed: 0, failed: 1, skipped: [], slow: [] };
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  for (const why of counts.skipped) console.log(`skipped: ${suite.name}: ${why}`);
  if (counts.failed > 0) console.log(result.output.trimEnd().split('\n').slice(-LINES_OF_FAILURE).join('\n'));
  const word = counts.failed > 0 ? 'FAILED' : 'ok';
  console.log(
    `${word.padEnd(7)}${suite.name.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`,
  );
  return counts;
}

async function build() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { ok, output } = await run([npm, 'run', '--silent', 'build'], {}, 5 * MINUTE);
  if (!ok) console.log(output);
  return ok;
}

function finish({ passed, failed }, why) {
  rmSync(scratch, { recursive: true, force: true });
  if (why) console.log(why);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, 'no-build': { type: 'boolean' }, long: { type: 'boolean' } },
});
const only = values.only?.split(',');
const unknown = only?.filter((name) => !SUITES.some((suite) => suite.name === name)) ?? [];
if (unknown.length > 0) finish({ passed: 0, failed: 1 }, `no such suite: ${unknown.join(', ')}`);

const total = { passed: 0, failed: 0 };
const lastWords = [];
/** [seconds, name] of files and tests. */
const slowest = [];
const began = Date.now();
if (!values['no-build'] && !(await build())) finish({ passed: 0, failed: 1 }, 'the build failed; nothing was tested');
const wanted = SUITES.filter(({ name }) => only === undefined || only.includes(name));
const takeNext = async (queue) => {
  for (let suite = queue.shift(); suite; suite = queue.shift()) {
    const { passed, failed, failures = [], slow } = await runSuite(suite);
    lastWords.push(...failures);
    slowest.push(...slow);
    total.passed += passed;
    total.failed += failed;
  }
};
const lane = (belongs) => takeNext(wanted.filter(belongs));
await Promise.all([lane(({ first }) => first), lane(({ first, alone }) => !first && !alone)]);
await lane(({ alone }) => alone);
console.log(`all suites: ${((Date.now() - began) / 1000).toFixed(1)} s; the slowest files and tests:`);
for (const [seconds, name] of slowest.sort(([a], [b]) => b - a).slice(0, SLOWEST))
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}`);
finish(total, lastWords.slice(0, LAST_WORDS).join('\n'));
