/**
 * The interpreter's own test suites, recorded and not: each test must end the same. For every CPython found that ships its
 * tests. `npm run suites -- --help` tells the options; docs/suites.md, what came out.
 *
 * What cannot be the same is listed in suite-known.mjs. Another test that differs is run alone three times each way, and its suite once more each way, to part differences from tests
 * that are unsteady by themselves. Last line: "N passed, N failed", a suite of an interpreter in one mode being one; the exit
 * status is 1 when something differs.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findPythons } from './pythons.mjs';
import { withoutKnown } from './suite-known.mjs';
import { ABSENT, countText, differences, EXIT, judge } from './suite-results.mjs';
import { killAll, MODES, runSuite } from './suite-run.mjs';

const SUITES = [
  ...['test_threading', 'test_thread', 'test_threading_local', 'test_threadsignals', 'test_queue', 'test_fork1'],
  ...[
    'test_sys_setprofile',
    'test_sys_settrace',
    'test_monitoring',
    'test_cprofile',
    'test_signal',
    'test_faulthandler',
  ],
  ...['test_gc', 'test_weakref', 'test_subprocess', 'test_asyncio', 'test_concurrent_futures'],
  ...['test_interpreters', 'test__interpreters', 'test__xxsubinterpreters', 'test__interpchannels'],
  ...['test_multiprocessing_fork', 'test_multiprocessing_forkserver', 'test_multiprocessing_spawn'],
];
const ALONE = 3;
// Beyond this many tests that differ there is one cause, and the suite as a whole shows it as well.
const MOST_ALONE = 12;
const LINES_OF_OUTPUT = 40;
const WARNING = /^warning --/i;

const HELP = `node scripts/suites.mjs [options]
  --python VERSION   only interpreters whose version begins so; may be given several times
  --suite NAME       only this suite; may be given several times (all: ${SUITES.join(' ')})
  --mode MODE        how to record: ${Object.keys(MODES).join(', ')}; may be given several times (default: exact)
  --testdir FOLDER   suites of this folder instead of the interpreter's own
  --jobs N           so many interpreters at a time (default: 1)
  --limit SECONDS    how long a run of a suite may take (default: 900)
  --json FILE        results of every test there, too
  --output           the whole output of recorded suites that differ`;

for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    killAll();
    process.exit(1);
  });

const PROBE = `import importlib.util, sys
for name in sys.argv[1:]:
    if importlib.util.find_spec('test.' + name): print(name)`;

/** Suites that an interpreter ships. Debian, for one, leaves them out, and some builds leave some out. */
function suitesOf(python, options) {
  const wanted = options.suite ?? SUITES;
  if (options.testdir !== undefined) return wanted;
  const { stdout } = spawnSync(python, ['-c', PROBE, ...wanted], { encoding: 'utf8', timeout: 60_000 });
  return stdout.split('\n').filter(Boolean);
}

/** One suite of one interpreter in one mode, to a verdict. `plain`: the plain run that is there already. */
async function compare(job, plain, say) {
  const recorded = await runSuite(job);
  const first = differences(plain.results, recorded.results);
  const { known, rest } = withoutKnown(first, job);
  const { results, recording, output } = recorded;
  const verdict = { results, recording, output, known, differs: [], unsteady: [] };
  if (rest.length === 0) return verdict;
  for (const { id, plain: was, recorded: is } of rest.slice(0, MOST_ALONE)) say(`  ? ${id}: ${was}, recorded: ${is}`);

  const outcomes = new Map();
  const note = (id, kind, way, { results: of }) => {
    if (!outcomes.has(id)) outcomes.set(id, { whole: { plain: [], recorded: [] }, alone: { plain: [], recorded: [] } });
    outcomes.get(id)[kind][way].push(of.get(id) ?? ABSENT);
  };
  const runs = { plain: [plain, await runSuite({ ...job, mode: null })], recorded: [recorded, await runSuite(job)] };
  const second = withoutKnown(differences(runs.plain[1].results, runs.recorded[1].results), job).rest;
  const ids = [...new Set([...rest, ...second].map(({ id }) => id))];
  for (const id of ids) for (const way of Object.keys(runs)) for (const run of runs[way]) note(id, 'whole', way, run);
  for (const id of ids.filter((one) => one !== EXIT).slice(0, MOST_ALONE))
    for (let i = 0; i < ALONE; i++) {
      note(id, 'alone', 'plain', await runSuite({ ...job, mode: null, tests: [id] }));
      note(id, 'alone', 'recorded', await runSuite({ ...job, tests: [id] }));
    }
  for (const [id, { whole, alone }] of outcomes) verdict[judge(whole, alone)].push({ id, whole, alone });
  return verdict;
}

const outcomesText = ({ whole, alone }) =>
  [
    `plain ${whole.plain.join('/')}, recorded ${whole.recorded.join('/')}`,
    ...(alone.plain.length > 0 ? [`alone: plain ${alone.plain.join('/')}, recorded ${alone.recorded.join('/')}`] : []),
  ].join('; ');

function report(title, verdict, seconds, say, showAll) {
  const { results, recording, output, known, differs, unsteady } = verdict;
  const { processes, captured, counted, dropped } = recording;
  const parts = [`${processes} processes`, `${captured} of ${counted} switches captured`, `${dropped} events dropped`];
  const told = parts.filter((_, i) => [true, counted > 0, dropped > 0][i]).join(', ');
  const tests = countText(new Map([...results].filter(([id]) => id !== EXIT)));
  say(`${differs.length > 0 ? 'DIFFERS' : 'same   '} ${title}: ${tests}, ${results.get(EXIT)}; ${told} (${seconds} s)`);
  for (const { id, why } of known) say(`  known: ${id}: ${why}`);
  for (const one of unsteady) say(`  unsteady: ${one.id}: ${outcomesText(one)}`);
  for (const one of differs) say(`  differs: ${one.id}: ${outcomesText(one)}`);
  const lines = output.trimEnd().split('\n');
  // What a test left behind, and so the status, is told in lines of its own.
  if (differs.length + unsteady.length > 0)
    for (const line of lines.filter((one) => WARNING.test(one))) say(`  ${line}`);
  if (differs.length > 0) say(lines.slice(showAll ? 0 : -LINES_OF_OUTPUT).join('\n'));
}

/** All suites of one interpreter; returns rows of the table. */
async function ofPython({ path, version }, options, rows, say) {
  for (const suite of suitesOf(path, options)) {
    const job = { python: path, version, suite, limitS: Number(options.limit), testdir: options.testdir, mode: null };
    const plain = await runSuite(job);
    for (const mode of options.mode) {
      const started = Date.now();
      const row = { version, suite, mode };
      try {
        Object.assign(row, await compare({ ...job, mode }, plain, say));
        const seconds = ((Date.now() - started) / 1000).toFixed(0);
        report(`${version} ${suite}, ${mode}`, row, seconds, say, options.output);
      } catch (error) {
        // Not recorded is worse than any difference, and no test came out the same.
        Object.assign(row, { results: new Map(), known: [], differs: [{ id: error.message }], unsteady: [] });
        say(`DIFFERS ${version} ${suite}, ${mode}: ${error.message}`);
      }
      rows.push(row);
    }
  }
}

/** A table for docs/suites.md: how many tests came out the same, and what did not. */
function table(rows, mode) {
  const versions = [...new Set(rows.map((row) => row.version))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true })); // prettier-ignore
  const suites = [...new Set([...SUITES, ...rows.map(({ suite }) => suite)])].filter((suite) =>
    rows.some((row) => row.suite === suite),
  );
  const cell = (suite, version) => {
    const row = rows.find((one) => one.suite === suite && one.version === version && one.mode === mode);
    if (row === undefined) return '–';
    const ids = (kind) => row[kind].map(({ id }) => id).filter((id) => id !== EXIT);
    const apart = Object.fromEntries(['known', 'differs', 'unsteady'].map((kind) => [kind, ids(kind)]));
    const same = [...row.results.keys()].filter((id) => id !== EXIT && !Object.values(apart).flat().includes(id));
    const counts = Object.entries(apart).filter(([, of]) => of.length > 0);
    return [same.length, ...counts.map(([kind, of]) => `${of.length} ${kind}`)].join(', ');
  };
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const heads = [line([mode, ...versions]), line(['---', ...versions.map(() => '---')])];
  return [...heads, ...suites.map((suite) => line([suite, ...versions.map((version) => cell(suite, version))]))];
}

async function main(options) {
  const pythons = findPythons().filter(
    ({ path, version }) =>
      (options.python === undefined || options.python.some((one) => version.startsWith(one))) &&
      suitesOf(path, options).length > 0,
  );
  if (pythons.length === 0) {
    console.log('No CPython here has these tests. pyenv installs them.\n0 passed, 1 failed');
    return 1;
  }
  const rows = [];
  const queue = [...pythons];
  const worker = async () => {
    for (let python = queue.shift(); python; python = queue.shift()) await ofPython(python, options, rows, console.log);
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
  if (options.json) {
    const plain = rows.map((row) => ({ ...row, results: Object.fromEntries(row.results), output: undefined }));
    writeFileSync(options.json, JSON.stringify(plain, null, 1));
  }
  for (const mode of options.mode) console.log(['', ...table(rows, mode), ''].join('\n'));
  const failed = rows.filter((row) => row.differs.length > 0).length;
  console.log(`${rows.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

const { values } = parseArgs({
  options: {
    python: { type: 'string', multiple: true },
    suite: { type: 'string', multiple: true },
    mode: { type: 'string', multiple: true, default: ['exact'] },
    testdir: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    limit: { type: 'string', default: '900' },
    json: { type: 'string' },
    output: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
const unknown = values.mode.find((mode) => !(mode in MODES));
if (values.help || unknown !== undefined) {
  console.log(unknown === undefined ? HELP : `no such mode: ${unknown}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else process.exitCode = await main(values);
