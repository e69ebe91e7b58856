/**
 * What a session costs by its size: recordings of ten thousand to ten million events, each taken in as from an agent (ingest.ts), then opened in a process
 * of its own and asked. The last two columns of the table say whether cost grows faster than the session: CPU time and memory for each event.
 *
 *   npm run bench -- --only sizes [--events 0.01,0.1,1,10] [--json FILE]
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { FileSession } from '../src/engine/fileSession.ts';
import { APP_ROOT } from '../src/engine/paths.ts';
import { machineFacts, machineLine } from './peers/machine.ts';
import { markdown, median } from './peers/tables.ts';

const run = promisify(execFile);
const QUERIES = 50;
const PIXELS = 1500;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    events: { type: 'string', default: '0.01,0.1,1,10' },
    json: { type: 'string' },
    open: { type: 'string' },
  },
});

interface Taken {
  events: number;
  events_per_s: number;
  cpu_s: number;
}

interface Opened {
  openS: number;
  openCpuS: number;
  memoryMb: number;
  /** Of the empty process before, which is in the figure above. */
  emptyMb: number;
  wholeMs: number;
  partMs: number;
  statsMs: number;
}

const mb = (bytes: number): number => bytes / 2 ** 20;

/** Median milliseconds of many. */
function timed(work: (i: number) => unknown): number {
  return median(
    Array.from({ length: QUERIES }, (_, i) => {
      const begun = performance.now();
      work(i);
      return performance.now() - begun;
    }),
  );
}

async function open(file: string): Promise<Opened> {
  const emptyMb = mb(process.memoryUsage().rss);
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const session = await FileSession.open(file, null);
  await session.loaded;
  const used = process.cpuUsage(cpu);
  const opened = { openS: (performance.now() - begun) / 1000, openCpuS: (used.user + used.system) / 1e6 };
  const memoryMb = mb(process.memoryUsage().rss);
  const { model } = session;
  const end = session.info().endNs;
  const window = (start: number, until: number) => model.timeline({ start, end: until, px: PIXELS });
  /** A thousandth of the session, somewhere in it. */
  const part = (i: number): [number, number] => {
    const start = ((i + 0.5) / QUERIES) * end * 0.99;
    return [start, start + end / 1000];
  };
  return {
    ...opened,
    ...{ memoryMb, emptyMb },
    wholeMs: timed(() => window(0, end)),
    partMs: timed((i) => window(...part(i))),
    statsMs: timed((i) => model.stats({ start: part(i)[0], end: part(i)[1] })),
  };
}

async function one(millions: string, folder: string): Promise<Taken & Opened & { bytes: number }> {
  const [file, json] = [join(folder, `${millions}.gilscope`), join(folder, 'ingest.json')];
  const ingest = ['ingest', '--events', millions, '--keep', file, '--json', json];
  await run(process.execPath, [join(APP_ROOT, 'bench', 'run.mjs'), ...ingest]);
  const taken = JSON.parse(readFileSync(json, 'utf8')) as Taken;
  const { stdout } = await run(process.execPath, [process.argv[1], '--open', file]);
  const bytes = statSync(file).size;
  rmSync(file);
  return { ...taken, ...(JSON.parse(stdout) as Opened), bytes };
}

async function measure(): Promise<void> {
  const facts = machineFacts();
  const folder = mkdtempSync(join(tmpdir(), 'gilscope-sizes-'));
  const leave = (): void => rmSync(folder, { recursive: true, force: true });
  // Whoever presses Ctrl-C ends the children with us: they are of our process group.
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      leave();
      process.exit(130);
    });
  try {
    const all = [];
    for (const millions of values.events.split(',')) {
      console.error(`${millions} million events`);
      all.push(await one(millions, folder));
    }
    console.log(`${machineLine(facts)}.\n`);
    console.log(
      await markdown(
        ...[['events', 'taken in', 'file', 'opened in', 'memory', 'whole timeline', 'a thousandth', 'figures of it']],
        all.map((row) => [
          row.events.toLocaleString('en'),
          `${(row.events / row.cpu_s / 1e6).toFixed(1)} million a second of one core`,
          `${mb(row.bytes).toFixed(2)} MB, ${(row.bytes / row.events).toFixed(2)} B an event`,
          `${row.openS.toFixed(2)} s, ${((1e9 * row.openCpuS) / row.events).toFixed(0)} ns of CPU an event`,
          `${row.memoryMb.toFixed(0)} MB, ${(((row.memoryMb - row.emptyMb) * 2 ** 20) / row.events).toFixed(0)} B an event`,
          ...[row.wholeMs, row.partMs, row.statsMs].map((ms) => `${ms.toFixed(2)} ms`),
        ]),
      ),
    );
    if (values.json !== undefined)
      writeFileSync(values.json, `${JSON.stringify({ machine: facts, sizes: all }, null, 2)}\n`);
  } finally {
    leave();
  }
}

if (values.open === undefined) await measure();
else console.log(JSON.stringify(await open(values.open)));
