/**
 * What `gilscope record` costs the program: a two-thread countdown (a ratio), and the worst case, threads that do nothing
 * but tiny writes (nanoseconds added for each drop/take pair). Plain and recorded runs alternate, so that a machine that gets
 * slower meanwhile slows both; two plain runs are compared as well, to show what the machine's own noise is.
 * The program times itself, from its first thread's start to its last one's end: interpreter start-up is not in the figures.
 * Where it tells its CPU time too (gilscope's threads in it are part of that), the ratio of that says what it does more; what the wall
 * clock says beyond is its sharing of the cores with the recorder, and with whatever else runs.
 *
 *   node bench/slowdown.mjs [--python PATH]... [--pairs N] [--only countdown|writes|watched|watched-alone|writes-alone] [--json FILE]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
const LIMIT_MS = 120_000;
const scratch = mkdtempSync(join(tmpdir(), 'gilscope-bench-'));

/** `pairs`: drop/take pairs of one run, where the figure is by pair. */
const WORKLOADS = {
  countdown: { program: 'countdown.py', args: ['30000000'], what: 'two threads counting down, 60 million in all' },
  writes: {
    program: 'writes.py',
    args: ['100000', '4'],
    pairs: 400_000,
    what: 'four threads, 100,000 tiny writes each',
  },
  'watched-alone': {
    program: 'watched.py',
    args: ['40000000', '1'],
    watches: 10,
    what: 'one thread counting down 40 million; recorded with and without watching 10 objects at 100 Hz',
  },
  watched: {
    program: 'watched.py',
    args: ['40000000', '2'],
    watches: 10,
    what: 'two threads counting down 40 million in all; recorded with and without watching 10 objects at 100 Hz',
  },
  'writes-alone': {
    program: 'writes.py',
    args: ['400000', '1'],
    pairs: 400_000,
    what: 'one thread, 400,000 tiny writes',
  },
};

function execute(command, args) {
  const env = { ...process.env, GILSCOPE_HOME: join(scratch, 'home') };
  const run = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS, env });
  const [seconds, cpu] = run.stdout.trim().split(/\s+/).map(Number);
  if (run.status !== 0 || !Number.isFinite(seconds))
    throw new Error(`${command} ${args.join(' ')}\n${run.error ?? ''}${run.stdout}${run.stderr}`);
  return { seconds, cpu };
}

function plain(python, { program, args, watches }) {
  // What watching adds is asked beside a recording without.
  if (watches) return recorded(python, { program, args });
  return execute(python, [join(ROOT, 'bench', 'programs', program), ...args]);
}

/** A recorded run counts only if it was exact and complete; otherwise the figure would flatter. */
function recorded(python, { program, args, watches = 0 }) {
  const [file, summaryFile] = [join(scratch, 'run.gilscope'), join(scratch, 'run.json')];
  const command = [join(ROOT, 'bin', 'gilscope'), 'record', '-o', file, '--summary', summaryFile];
  rmSync(file, { force: true });
  const script = join(ROOT, 'bench', 'programs', program);
  for (let i = 0; i < watches; i++) command.push('--watch', `__main__:objects[${i}]`);
  const times = execute(process.execPath, [...command, '--engine', 'exact', '--', python, script, ...args]);
  const summary = JSON.parse(readFileSync(summaryFile, 'utf8'));
  const [target] = summary.processes;
  const [gil] = target.gils;
  const counted = (summary.watches ?? []).filter((watch) => watch.max === 1).length;
  if (counted !== watches) throw new Error(`${counted} of ${watches} objects were counted`);
  return {
    ...times,
    events: target.events,
    dropped: target.dropped,
    switches: gil.switches,
    counted: gil.switches_counted,
  };
}

const sorted = (values) => [...values].sort((a, b) => a - b);
function quantile(values, q) {
  const order = sorted(values);
  const at = (order.length - 1) * q;
  const [low, high] = [order[Math.floor(at)], order[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}
const spread = (values) => ({
  median: quantile(values, 0.5),
  q1: quantile(values, 0.25),
  q3: quantile(values, 0.75),
  min: Math.min(...values),
  max: Math.max(...values),
});

function measure(python, workload, pairs) {
  plain(python, workload); // Warms the disk cache and the clock of the cores; not counted.
  const rows = [];
  for (let i = 0; i < pairs; i++) {
    const steps = [() => ({ plain: plain(python, workload) }), () => ({ recorded: recorded(python, workload) })];
    if (i % 2 === 1) steps.reverse();
    rows.push({ ...steps[0](), ...steps[1](), again: plain(python, workload) });
    process.stderr.write(`\r${i + 1}/${pairs} `);
  }
  process.stderr.write('\r        \r');
  const total = (field) => rows.reduce((sum, row) => sum + row.recorded[field], 0);
  return {
    plainS: quantile(
      rows.map((row) => row.plain.seconds),
      0.5,
    ),
    recordedS: quantile(
      rows.map((row) => row.recorded.seconds),
      0.5,
    ),
    ratio: spread(rows.map((row) => row.recorded.seconds / row.plain.seconds)),
    noise: spread(rows.map((row) => row.again.seconds / row.plain.seconds)),
    ...(rows[0].plain.cpu !== undefined && {
      cpuRatio: spread(rows.map((row) => row.recorded.cpu / row.plain.cpu)),
      cpuNoise: spread(rows.map((row) => row.again.cpu / row.plain.cpu)),
    }),
    ...(workload.pairs && {
      nsPerPair: spread(rows.map((row) => ((row.recorded.seconds - row.plain.seconds) * 1e9) / workload.pairs)),
      noiseNsPerPair: spread(rows.map((row) => ((row.again.seconds - row.plain.seconds) * 1e9) / workload.pairs)),
    }),
    events: total('events'),
    dropped: total('dropped'),
    switches: total('switches'),
    counted: total('counted'),
  };
}

const show = ({ median, q1, q3 }, digits) =>
  `${median.toFixed(digits)} (${q1.toFixed(digits)} to ${q3.toFixed(digits)})`;

function tell(workload, version, result) {
  console.log(`\n${version}: ${workload.what}`);
  console.log(`  plain ${result.plainS.toFixed(3)} s, recorded ${result.recordedS.toFixed(3)} s (medians)`);
  console.log(`  ratio recorded / plain   ${show(result.ratio, 3)}   two plain runs: ${show(result.noise, 3)}`);
  if (result.cpuRatio)
    console.log(`  ratio of CPU time        ${show(result.cpuRatio, 3)}   two plain runs: ${show(result.cpuNoise, 3)}`);
  if (result.nsPerPair)
    console.log(
      `  ns added per pair        ${show(result.nsPerPair, 0)}   two plain runs: ${show(result.noiseNsPerPair, 0)}`,
    );
  console.log(
    `  events ${result.events}, dropped ${result.dropped}, switches captured ${result.switches} of ${result.counted} counted`,
  );
}

const { values } = parseArgs({
  options: {
    python: { type: 'string', multiple: true, default: ['python3'] },
    pairs: { type: 'string', default: '11' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const pairs = Number(values.pairs);
if (!Number.isInteger(pairs) || pairs < 1 || (values.only && !(values.only in WORKLOADS))) {
  console.error(
    `usage: node bench/slowdown.mjs [--python PATH]... [--pairs N] [--only ${Object.keys(WORKLOADS).join('|')}]`,
  );
  process.exit(2);
}

try {
  const results = [];
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0].toFixed(1)}, ${pairs} pairs, median (quartiles)`,
  );
  for (const python of values.python) {
    const version = spawnSync(python, ['-V'], { encoding: 'utf8' }).stdout?.trim() || python;
    for (const [name, workload] of Object.entries(WORKLOADS)) {
      if (values.only && values.only !== name) continue;
      const result = measure(python, workload, pairs);
      tell(workload, version, result);
      results.push({ python: version, workload: name, ...result });
    }
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
