/**
 * What an export of a long session takes: a made-up recording of one million holds (made.ts; four threads in turn) is written to a file, and a
 * process of its own for each format opens it and exports it. Time and size are of the export, reading apart; memory is the most the process ever
 * had. Fails when that is more than 512 MiB.
 *
 *   node bench/run.mjs export [--holds MILLIONS] [--formats a,b] [--json FILE] [--keep FOLDER]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportFile } from '../src/engine/export/exporter.ts';
import { knownFormat } from '../src/engine/export/known.ts';
import { FileSession } from '../src/engine/fileSession.ts';
import { FORMATS } from '../src/shared/export/formats.ts';
import { writeMade } from './made.ts';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    holds: { type: 'string', default: '1' },
    formats: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'string' },
    child: { type: 'string' },
    file: { type: 'string' },
    out: { type: 'string' },
  },
});
const wanted = Math.round(Number(values.holds) * 1e6);

interface Measured {
  format: string;
  holds: number;
  seconds: number;
  /** CPU, of all its threads: what a busy machine changes least. */
  cpu_s: number;
  bytes: number;
  /** Before the export, and the most. */
  read_mb: number;
  peak_mb: number;
}

/** What no export may reach, the opened recording and Node itself in it. */
const MOST_MB = 512;

const mb = (bytes: number): number => Math.round(bytes / 2 ** 20);
const sizeOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
    : statSync(path).size;

async function child(format: string, file: string, out: string): Promise<Measured> {
  const session = await FileSession.open(file, null);
  await session.loaded;
  const read = process.memoryUsage().rss;
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const source = session.model.exportSource({ processes: [], threads: [] }, { title: 'bench.py', gilscope: 'bench' });
  await exportFile({ source, format: knownFormat(format), path: out, overwrite: true, recording: file });
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(cpu);
  const holds = session.model.stats().threads.reduce((sum, { takes }) => sum + takes, 0);
  return {
    ...{ format, holds, seconds: Math.round(seconds * 100) / 100, bytes: sizeOf(out) },
    cpu_s: Math.round((used.user + used.system) / 1e4) / 100,
    ...{ read_mb: mb(read), peak_mb: mb(process.resourceUsage().maxRSS * 1024) },
  };
}

async function measure(): Promise<void> {
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'gilscope-export-'));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `bench-${wanted}.gilscope`);
  if (!existsSync(file)) await writeMade(file, { threads: [4], holds: wanted });
  const formats =
    values.formats?.split(',') ??
    FORMATS.filter(({ needs, print }) => needs === null && print === undefined).map(({ id }) => id);
  const all = formats.map((format): Measured => {
    const args = [process.argv[1], '--child', format, '--file', file, '--out', join(folder, `out.${format}`)];
    const measured = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured;
    console.log(JSON.stringify(measured));
    return measured;
  });
  if (values.keep === undefined) rmSync(folder, { recursive: true });
  const over = all.filter(({ peak_mb: peak }) => peak > MOST_MB);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
  if (over.length > 0) throw new Error(`over ${MOST_MB} MiB: ${over.map(({ format }) => format).join(', ')}`);
}

if (values.child === undefined) await measure();
else console.log(JSON.stringify(await child(values.child, values.file ?? '', values.out ?? '')));
