// Runs one of CPython's own test suites, recorded or plain, by its own `python -m test`. Used by scripts/suites.mjs.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, readResults } from './suite-results.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const GILSCOPE = join(ROOT, 'bin', 'gilscope');
// The interpreter's own watchdog comes first: it tells where each thread was.
const GRACE_S = 30;

/** Ways to run a suite besides plain, and the options of `gilscope record` for each. */
export const MODES = {
  exact: ['--engine', 'exact'],
  functions: ['--engine', 'exact', '--functions'],
  estimated: ['--engine', 'estimated'],
};

const running = new Set();
export function killAll() {
  for (const child of running) kill(child);
}
function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    return; // It has just ended.
  }
}

/** The user's environment without what changes how tests run; nothing goes to the user's own library. */
function environment(folder) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PYTHON|GILSCOPE_|FORCE_COLOR|NO_COLOR)/.test(name));
  return { ...Object.fromEntries(kept), TMPDIR: folder, GILSCOPE_HOME: join(folder, 'home') };
}

/**
 * One run: `{ results, output, recording }`. `results` as readResults() has it, with EXIT as one more entry. `mode` is null for a
 * plain run, or a key of MODES; `recording` is then what was recorded. `tests`: ids of the only tests to run, or none for all;
 * `testdir`: the folder of the suite, if it is not one of the interpreter's own.
 */
export async function runSuite({ python, suite, mode, tests = [], limitS, testdir }) {
  // Short: paths of sockets in it must stay under 108 characters.
  const folder = mkdtempSync(join(tmpdir(), 'gs-'));
  const report = join(folder, 'report.xml');
  const summary = join(folder, 'summary.json');
  const command = [
    ...[python, '-m', 'test', '-v', '-u', 'cpu,subprocess', '--fail-env-changed', '--timeout', String(limitS)],
    ...['--tempdir', folder, '--junit-xml', report, ...(testdir === undefined ? [] : ['--testdir', testdir])],
    ...[...tests.flatMap((id) => ['-m', id]), suite],
  ];
  const record = [process.execPath, GILSCOPE, 'record', '-q', '-o', join(folder, 'run.gilscope'), '--summary', summary];
  const whole = mode === null ? command : [...record, ...MODES[mode], '--', ...command];
  try {
    const { status, signal, output } = await finish(whole, folder, limitS + GRACE_S);
    const results = existsSync(report) ? readResults(readFileSync(report, 'utf8')) : new Map();
    results.set(EXIT, signal ?? `status ${status}`);
    return { results, output, recording: mode === null ? null : recordingOf(summary, mode, output) };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What the recording has of the suite; throws when it was not recorded as asked. */
function recordingOf(summary, mode, output) {
  if (!existsSync(summary)) throw new Error(`not recorded: ${output.slice(-2000)}`);
  const { processes } = JSON.parse(readFileSync(summary, 'utf8'));
  if (!processes[0]?.engine || !MODES[mode].includes(processes[0].engine)) throw new Error(`not recorded as ${mode}`);
  const gils = processes.flatMap((one) => one.gils);
  const sum = (key) => gils.reduce((total, gil) => total + (gil[key] ?? 0), 0);
  const dropped = processes.reduce((total, one) => total + one.dropped, 0);
  return { processes: processes.length, captured: sum('switches_checked'), counted: sum('switches_counted'), dropped };
}

function finish([program, ...args], cwd, limitS) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: environment(cwd),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    const parts = [];
    const clock = setTimeout(() => {
      parts.push(`\nended after ${limitS} s\n`);
      kill(child);
    }, limitS * 1000);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => parts.push(text));
    child.on('error', reject);
    // Not `close`: a process that a test left behind may hold the pipe.
    child.on('exit', (status, signal) => {
      clearTimeout(clock);
      setTimeout(() => {
        kill(child);
        running.delete(child);
        resolve({ status, signal, output: parts.join('') });
      }, 200);
    });
  });
}
