/**
 * gilscope beside its peers, in one run: what each costs six programs, and how far what it tells of the GIL is from what the kernel saw in the very
 * same run (uprobes on take_gil and drop_gil; Linux, root and an interpreter with symbols). Peers are found, never needed: docs/performance.md.
 *
 *   npm run bench -- --only peers [--python PATH] [--rounds N] [--programs counting,late] [--tools exact,py-spy] [--json FILE]
 *
 * Each round runs every program plain, under each tool and plain once more, in an order that moves on from round to round; a figure is the median of
 * ratios to the plain run of the same round. Markdown on standard output, progress on standard error; Ctrl-C ends what runs and tells nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { APP_ROOT } from '../src/engine/paths.ts';
import { onPath } from '../src/engine/doctor/check.ts';
import { machineFacts, machineLine } from './peers/machine.ts';
import { Failed, Runner, type Took } from './peers/runner.ts';
import { emptyCell, failures, slowTable, threadTable, truthTable, type Cell, type Row } from './peers/tables.ts';
import { findTool, hasModule, TOOLS, type Tool } from './peers/tools.ts';
import { compare, TRUTH, truthHindrance, type ThreadClaim } from './peers/truth.ts';
import { WORKLOADS, type Workload } from './peers/workloads.ts';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    programs: { type: 'string' },
    tools: { type: 'string' },
    json: { type: 'string' },
  },
});

function usage(what: string): never {
  console.error(
    `${what}; --programs ${WORKLOADS.map(({ id }) => id).join(',')} --tools ${TOOLS.map(({ id }) => id).join(',')}`,
  );
  process.exit(2);
}

function chosen<T extends { id: string }>(all: readonly T[], names: string | undefined): T[] {
  if (names === undefined) return [...all];
  return names.split(',').map((id) => all.find((one) => one.id === id) ?? usage(`there is no ${id}`));
}

const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) usage('--rounds is a number of at least 1');
const programs = chosen(WORKLOADS, values.programs);
const wanted = chosen(TOOLS, values.tools);

/** The interpreter itself: pyenv's shims are shell scripts. */
function interpreter(): { python: string; version: string } {
  const asked = values.python ?? onPath(['python3']);
  const script = 'import platform, sys; print(sys.executable); print(platform.python_version())';
  const run = asked === null ? null : spawnSync(asked, ['-c', script], { encoding: 'utf8' });
  if (run?.status !== 0) usage(`${asked ?? 'python3'} cannot be run`);
  const [python, version] = run.stdout.trim().split('\n');
  return { python, version };
}

const { python, version } = interpreter();
const stop = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'gilscope-peers-'));
const runner = new Runner(folder, stop.signal);
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort(new Error(name)));

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else process.stderr.write(`${text}\n`);
};

const script = ({ program }: Workload): string => join(APP_ROOT, 'bench', 'programs', program);
const asRun = (workload: Workload, args: string[]) => ({
  ...{ python, folder, resultPath: runner.resultPath() },
  program: [script(workload), ...args],
});

interface Contender {
  row: Row;
  /** null: nothing watches. */
  tool: Tool | null;
  found: string;
}

function commandOf({ tool, found }: Contender, workload: Workload, args: string[]): string[] {
  const run = asRun(workload, args);
  return tool === null ? [python, ...run.program] : tool.command(run, found);
}

/** Once with the kernel noting the truth: what the tool tells, compared. It warms up too, and finds what cannot be. */
async function truthRun(contender: Contender, workload: Workload, cell: Cell, kernel: boolean): Promise<void> {
  const args = (kernel ? workload.truthArgs : undefined) ?? workload.args;
  const truthPath = join(folder, 'truth.json');
  const command = commandOf(contender, workload, args);
  const watched = kernel ? [python, TRUTH, runner.resultPath(), truthPath, ...command] : command;
  const { result } = await runner.run(watched, workload.result(args), workload.drive);
  if (!kernel) return;
  const told = contender.tool?.read?.(asRun(workload, args), result.elapsed_s);
  // Nobody watches: what a guess from CPU time would say.
  const guess = (): Map<number, ThreadClaim> =>
    new Map(result.threads.map(({ tid, cpu_s }) => [tid, { heldS: cpu_s }]));
  cell.truth = compare(result, truthPath, contender.tool === null ? guess() : (told?.threads ?? null));
  cell.note = told?.note ?? null;
}

async function guarded(cell: Cell, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    cell.why = error.message;
  }
}

function moved<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

async function round(number: number, workload: Workload, contenders: readonly Contender[]): Promise<void> {
  const took = new Map<Contender, Took>();
  for (const contender of moved(contenders, number)) {
    const cell = contender.row.cells[workload.id]!;
    if (cell.why !== null) continue;
    progress(`round ${number + 1} of ${rounds}: ${workload.title}, ${contender.row.title}`);
    await guarded(cell, async () => {
      const command = commandOf(contender, workload, workload.args);
      took.set(contender, await runner.run(command, workload.result(workload.args), workload.drive));
    });
  }
  const base = took.get(contenders[0]);
  if (base === undefined) return;
  for (const [contender, { result, allCpuS }] of took) {
    const { ratios } = contender.row.cells[workload.id]!;
    ratios.elapsed.push(result.elapsed_s / base.result.elapsed_s);
    ratios.cpu.push(result.cpu_s / base.result.cpu_s);
    ratios.more.push(allCpuS - base.allCpuS);
  }
}

const newRow = (id: string, title: string, tells = ''): Row => ({
  ...{ id, title, tells, version: null, why: null },
  cells: Object.fromEntries(programs.map((program) => [program.id, emptyCell()])),
});

function contend(hindrance: string | null): Contender[] {
  const plain = ['nothing', 'nothing, once more'].map((title, i) => ({
    ...{ tool: null, found: python },
    row: newRow(`plain-${i}`, title),
  }));
  const others = wanted.map((tool): Contender => {
    const row = newRow(tool.id, tool.title, tool.tells);
    const found = findTool(tool, python, hindrance);
    if ('why' in found) return { tool, row: { ...row, why: found.why }, found: '' };
    return { tool, row: { ...row, version: tool.version?.(found.found) ?? null }, found: found.found };
  });
  return [...plain, ...others];
}

async function measure(): Promise<void> {
  const facts = machineFacts();
  const hindrance = truthHindrance(python);
  const contenders = contend(hindrance);
  const able = contenders.filter(({ row }) => row.why === null);
  const runnable = programs.filter(({ needs }) => needs === undefined || hasModule(python, needs));
  for (const { row } of able)
    for (const { id, needs } of programs)
      if (!runnable.some((program) => program.id === id)) row.cells[id]!.why = `this Python has no ${needs}`;
  for (const workload of runnable)
    for (const contender of able) {
      if (contender.row.id === 'plain-1') continue;
      progress(`the truth: ${workload.title}, ${contender.row.title}`);
      const cell = contender.row.cells[workload.id]!;
      await guarded(cell, () => truthRun(contender, workload, cell, hindrance === null));
    }
  for (let i = 0; i < rounds; i++) for (const workload of runnable) await round(i, workload, able);
  if (process.stderr.isTTY) progress('');
  await tell(
    machineLine(facts),
    contenders.map(({ row }) => row),
    hindrance,
  );
  if (values.json !== undefined) {
    const rows = contenders.map(({ row }) => row);
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine: facts, python: version, rounds, hindrance, rows }, null, 2)}\n`,
    );
  }
}

async function tell(machine: string, rows: readonly Row[], hindrance: string | null): Promise<void> {
  console.log(`${machine}, CPython ${version}, ${rounds} rounds.\n`);
  console.log(
    'What it costs: elapsed time · CPU time of the program, medians of ratios to nothing · CPU time more than nothing, of everything: ' +
      'the tool, its start and its end.\n',
  );
  console.log(await slowTable(programs, rows));
  const failed = failures(programs, rows);
  if (failed !== '') console.log(`Failed:\n\n${failed}`);
  if (hindrance !== null) {
    console.log(`What each tells of the truth cannot be compared here: ${hindrance}.`);
    return;
  }
  console.log(
    'What it tells, beside what the kernel saw in the same run: held · wait, the thread it is most wrong about, in points of a hundred of the time.\n',
  );
  const guess = {
    ...rows[0],
    title: 'CPU time of each thread, taken for what it held',
    tells: 'what a profiler of CPU time has',
  };
  const told = [guess, ...rows.filter(({ id }) => !id.startsWith('plain'))];
  console.log(await truthTable(programs, told));
  for (const { id, title, built } of programs) {
    // 64 threads one by one tell nobody anything.
    if (id === 'crowd') continue;
    const table = await threadTable(id, told);
    if (table !== null) console.log(`${title[0].toUpperCase()}${title.slice(1)} (${built}):\n\n${table}`);
  }
}

try {
  await measure();
} catch (error) {
  // A child that was waited for without turns may have heard of Ctrl-C before we do.
  await new Promise((turn) => setImmediate(turn));
  if (!stop.signal.aborted) throw error;
  console.error('\nended; nothing is told');
  process.exitCode = 130;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
