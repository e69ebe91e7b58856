/**
 * The interpreter's own test suites, recorded and not: each test must end the same. For every CPython found that ships its
 * tests. `npm run suites -- --help` tells the options; docs/suites.md, what came out.
 *
 * A test that differs is run alone three times each way, and its suite once more each way, to part differences from tests
 * that are unsteady by themselves. Last line: "N passed, N failed", a suite of an interpreter in one mode being one; the exit
 * status is 1 when something differs.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findPythons } from './pythons.mjs';
import { ABSENT, countText, differences, judge } from './suite-results.mjs';
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

const HELP = `node scripts/suites.mjs [options]
  --python VERSION   only interpreters whose version begins so; may be given several times
  --suite NAME       only this suite; may be given several times (all: ${SUITES.join(' ')})
  --mode MODE        how to record: ${Object.keys(MODES).join(', ')}; may be given several times (default: exact)
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
function suitesOf(python, wanted) {
  const { stdout } = spawnSync(python, ['-c', PROBE, ...wanted], { encoding: 'utf8', timeout: 60_000 });
  return stdout.split('\n').filter(Boolean);
}

/** One suite of one interpreter in one mode, to a verdict. `plain`: the plain run that is there already. */
async function compare(job, plain, say) {
  const recorded = await runSuite(job);
  const first = differences(plain.results, recorded.results);
  const verdict = { results: recorded.results, recording: recorded.recording, differs: [], unsteady: [] };
  if (first.length === 0) return verdict;
  for (const { id, plain: was, recorded: is } of first.slice(0, MOST_ALONE)) say(`  ? ${id}: ${was}, recorded: ${is}`);

  const outcomes = new Map();
  const note = (id, kind, way, results) => {
    if (!outcomes.has(id)) outcomes.set(id, { whole: { plain: [], recorded: [] }, alone: { plain: [], recorded: [] } });
    outcomes.get(id)[kind][way].push(results.get(id) ?? ABSENT);
  };
  const again = { plain: await runSuite({ ...job, mode: null }), recorded: await runSuite(job) };
  const second = differences(again.plain.results, again.recorded.results);
  const ids = [...new Set([...first, ...second].map(({ id }) => id))];
  for (const id of ids) {
    for (const results of [plain.results, again.plain.results]) note(id, 'whole', 'plain', results);
    for (const results of [recorded.results, again.recorded.results]) note(id, 'whole', 'recorded', results);
  }
  for (const id of ids.filter((one) => /^test[\w.]+$/.test(one)).slice(0, MOST_ALONE))
    for (let i = 0; i < ALONE; i++)
      for (const mode of [null, job.mode]) {
        const { results } = await runSuite({ ...job, mode, tests: [id] });
        note(id, 'alone', mode === null ? 'plain' : 'recorded', results);
      }

  for (const [id, { whole, alone }] of outcomes) verdict[judge(whole, alone)].push({ id, whole, alone });
  verdict.output = recorded.output;
  return verdict;
}

const outcomesText = ({ whole, alone }) =>
  [
    `plain ${whole.plain.join('/')}, recorded ${whole.recorded.join('/')}`,
    ...(alone.plain.length > 0 ? [`alone: plain ${alone.plain.join('/')}, recorded ${alone.recorded.join('/')}`] : []),
  ].join('; ');

function report(title, verdict, seconds, say, showAll) {
  const { results, recording, differs, unsteady } = verdict;
  const switches = recording.counted > 0 ? `, ${recording.captured} of ${recording.counted} switches captured` : '';
  const dropped = recording.dropped > 0 ? `, ${recording.dropped} events dropped` : '';
  const inAll = `${countText(new Map([...results].filter(([id]) => id !== '(exit)')))}, ${results.get('(exit)')}`;
  say(`${differs.length > 0 ? 'DIFFERS' : 'same   '} ${title}: ${inAll}; ${recording.processes} processes${switches}${dropped} (${seconds} s)`); // prettier-ignore
  for (const one of unsteady) say(`  unsteady: ${one.id}: ${outcomesText(one)}`);
  for (const one of differs) say(`  differs: ${one.id}: ${outcomesText(one)}`);
  if (differs.length > 0)
    say(
      verdict.output
        .trimEnd()
        .split('\n')
        .slice(showAll ? 0 : -LINES_OF_OUTPUT)
        .join('\n'),
    );
}

/** All suites of one interpreter; returns rows of the table. */
async function ofPython({ path, version }, options, rows, say) {
  for (const suite of suitesOf(path, options.suite ?? SUITES)) {
    const job = { python: path, suite, limitS: Number(options.limit), mode: null };
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
        Object.assign(row, { results: new Map([['(exit)', '']]), differs: [{ id: error.message }], unsteady: [] });
        say(`DIFFERS ${version} ${suite}, ${mode}: ${error.message}`);
      }
      rows.push(row);
    }
  }
}

/** A table for docs/suites.md: how many tests came out the same, and what did not. */
function table(rows, mode) {
  const versions = [...new Set(rows.map((row) => row.version))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true })); // prettier-ignore
  const suites = SUITES.filter((suite) => rows.some((row) => row.suite === suite));
  const cell = (suite, version) => {
    const row = rows.find((one) => one.suite === suite && one.version === version && one.mode === mode);
    if (row === undefined) return '–';
    const isTest = ({ id }) => id !== '(exit)';
    const apart = [...row.differs, ...row.unsteady].filter(isTest).map(({ id }) => id);
    const same = [...row.results.keys()].filter((id) => isTest({ id }) && !apart.includes(id)).length;
    const notes = [row.differs.length > 0 && `${row.differs.length} differ`, row.unsteady.length > 0 && `${row.unsteady.length} unsteady`]; // prettier-ignore
    return [same, ...notes.filter(Boolean)].join(', ');
  };
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const heads = [line([mode, ...versions]), line(['---', ...versions.map(() => '---')])];
  return [...heads, ...suites.map((suite) => line([suite, ...versions.map((version) => cell(suite, version))]))];
}

async function main(options) {
  const pythons = findPythons().filter(
    ({ path, version }) =>
      (options.python === undefined || options.python.some((one) => version.startsWith(one))) &&
      suitesOf(path, options.suite ?? SUITES).length > 0,
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
