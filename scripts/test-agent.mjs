// All tests of what runs inside the profiled program: the Python agent under every CPython >= 3.8 of this machine, several at a time, and
// the native tracer's own (python-agent/native/tests/run.mjs). Called by `npm run test:agent` and scripts/test.mjs.
//
//   node scripts/test-agent.mjs [VERSION...]      only the interpreters whose version begins so, without the tracer's tests
//   node scripts/test-agent.mjs agent|tracer      only that half
//
// In the short form, which is CI's, the ways of calling a function (`test_ways*`) are left to the oldest CPython and to those with
// interpreters of their own: they are Python of ours that knows no other difference. GILSCOPE_TEST_LONG=1 tests them on all.
//
// Last line: "N passed, N failed"; exit status 1 when something failed or there is no interpreter.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPythons } from './pythons.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RUNNER = join(ROOT, 'python-agent', 'tests', 'run.py');
const NATIVE = join(ROOT, 'python-agent', 'native', 'tests', 'run.mjs');
// More than there are cores: most of a test is waiting for a program.
const AT_ONCE = 3;
const LIMIT_MS = 10 * 60_000;
const SCORE = /^(\d+) passed, (\d+) failed$/;

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    for (const child of running) end(child);
    process.exit(1);
  });

function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Runs one suite to its last line; a suite that ends without a score has failed. */
function run(title, command, args) {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let text = '';
    const clock = setTimeout(() => {
      text += `\nended after ${LIMIT_MS / 1000} s\n`;
      end(child);
    }, LIMIT_MS);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    child.on('error', (error) => (text += `${error.message}\n`));
    child.on('close', (status) => {
      clearTimeout(clock);
      running.delete(child);
      const score = SCORE.exec(text.trimEnd().split('\n').at(-1) ?? '');
      const passed = Number(score?.[1] ?? 0);
      const failed = Number(score?.[2] ?? 1) || (status === 0 ? 0 : 1);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      for (const [, why] of text.matchAll(/^skipped: (.*)$/gm)) console.log(`skipped: ${title}: ${why}`);
      console.log(`slow: ${seconds} s ${title} (${passed + failed})`);
      for (const [, took, test] of text.matchAll(/^slow: ([\d.]+) s (.*)$/gm))
        console.log(`slow: ${took} s ${title}: ${test}`);
      if (failed > 0) console.log(text.replace(/^slow: .*\n/gm, '').trimEnd());
      console.log(`${title}: ${passed} passed, ${failed} failed (${seconds} s)`);
      resolve({ passed, failed });
    });
  });
}

async function main() {
  const [half] = ['agent', 'tracer'].filter((name) => name === process.argv[2]);
  const wanted = half === undefined ? process.argv.slice(2) : [];
  const pythons = findPythons().filter((p) => wanted.length === 0 || wanted.some((w) => p.version.startsWith(w)));
  if (pythons.length === 0) {
    console.log('No CPython >= 3.8 found. Debian: apt-get install python3; macOS: brew install python; or pyenv.');
    console.log('0 passed, 1 failed');
    return 1;
  }
  const short = wanted.length === 0 && process.env.GILSCOPE_TEST_LONG !== '1';
  const jobs = (half === 'tracer' ? [] : pythons).map((p, i) => () => {
    const without = short && i > 0 && Number(p.version.split('.')[1]) < 12 ? ['--without', 'test_ways'] : [];
    return run(`agent, CPython ${p.version} (${p.path})`, p.path, ['-B', RUNNER, ...without]);
  });
  const results = [];
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) results.push(await job());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // The tracer's tests measure time and run under sanitizers: alone.
  if (half !== 'agent' && wanted.length === 0 && existsSync(NATIVE))
    results.push(await run('native tracer', process.execPath, [NATIVE]));
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 ? 1 : 0;
}

process.exitCode = await main();
