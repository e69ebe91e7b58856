/**
 * What an export of a long session takes: a made-up recording of one million holds (four threads in turn, every hold with a wait, a release, a
 * switch and the function it ended in; cores and memory every 100 ms) is written to a file, and a process of its own for each format opens it and
 * exports it. Time and size are of the export, reading apart; memory is the most the process ever had.
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
import { Recorder } from '../src/engine/recorder.ts';
import { FORMATS } from '../src/shared/export/formats.ts';
import { encodeControl } from '../src/shared/protocol/control.ts';
import { encodeEvents, EventKind, type EventInput } from '../src/shared/protocol/events.ts';
import { encodeFrame, FrameKind } from '../src/shared/protocol/frames.ts';
import { encodeSample, encodeWatermark } from '../src/shared/protocol/sample.ts';

const THREADS = 4;
const SITES = 40;
const TURNS = 1000;
const HOLD_NS = 50_000;
const START = 1_000_000_000n;
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

/** Times that differ as real ones do, the same in each run. */
let seed = 1;
const jitter = (most: number): number => {
  seed = (seed * 48271) % 0x7fffffff;
  return seed % most;
};

function head(): Uint8Array[] {
  const identity = { pid: 4242, python: '3.12.1', implementation: 'cpython', argv: ['python', 'bench.py'] };
  return [
    encodeControl(FrameKind.session, {
      ...{ format: 1, gilscope: 'bench', created: '2026-01-02T03:04:05Z', start_ns: String(START), host: 'bench' },
      ...{ platform: 'linux', cores: 2, kind: 'launch', command: ['python', 'bench.py'], clock: 'CLOCK_MONOTONIC' },
    }),
    encodeControl(FrameKind.process, { pid: 4242, name: 'bench.py', born_ns: String(START) }),
    encodeControl(FrameKind.hello, { protocol: 1, token: '', ...identity, engine: 'exact', start_ns: String(START) }),
    ...Array.from({ length: THREADS }, (_, i) =>
      encodeControl(FrameKind.thread, { serial: i + 1, tid: 100 + i, name: `worker-${i}` }),
    ),
    ...Array.from({ length: SITES }, (_, i) =>
      encodeControl(FrameKind.site, {
        ...{ id: i + 1, name: `step_${i}`, qualname: `Pipeline.step_${i}`, file: '/srv/app/pipeline.py' },
        ...{ first_line: 10 * i + 1, line: 10 * i + 4 },
      }),
    ),
  ];
}

/** A thousand turns of each thread. Returns where the time stands. */
function* stretch(from: bigint): Generator<Uint8Array, bigint> {
  const events: EventInput[][] = Array.from({ length: THREADS }, () => []);
  let ns = from;
  for (let turn = 0; turn < TURNS * THREADS; turn++) {
    const mine = events[turn % THREADS];
    const core = turn % 2;
    const length = HOLD_NS + jitter(20_000);
    // It asked while the one before held.
    mine.push({ ns: ns - 30_000n + BigInt(jitter(5_000)), kind: EventKind.wait, core });
    mine.push({ ns: ns + 200n, kind: EventKind.take, flagA: true, core });
    mine.push({ ns: ns + BigInt(length), kind: EventKind.site, site: 1 + jitter(SITES), core });
    mine.push({ ns: ns + BigInt(length), kind: EventKind.drop, flagA: turn % 3 === 0, core });
    ns += BigInt(length);
  }
  for (const [i, mine] of events.entries())
    yield encodeFrame(FrameKind.events, encodeEvents({ serial: i + 1, tid: 100 + i, events: mine }));
  yield encodeFrame(FrameKind.watermark, encodeWatermark(ns - 40_000n));
  const s = Number(ns - START) / 1e9;
  const threads = Array.from({ length: THREADS }, (_, i) => ({ tid: 100 + i, core: i % 2, onCpu: true, cpuS: s / 4 }));
  const process = { stream: 0, rssBytes: 5e7 + jitter(1e6), pssBytes: 4e7, cpuS: s, threads };
  yield encodeFrame(FrameKind.sample, encodeSample({ ns, cores: [s * 0.6, s * 0.5], processes: [process] }));
  return ns;
}

async function record(file: string): Promise<void> {
  const recorder = await Recorder.create(file, true, (error) => {
    throw error;
  });
  for (const frame of head()) recorder.add(frame);
  let ns = START;
  for (let holds = 0; holds < wanted; holds += TURNS * THREADS) {
    const frames = stretch(ns);
    for (let next = frames.next(); ; next = frames.next()) {
      if (next.done === true) {
        ns = next.value;
        break;
      }
      recorder.add(next.value);
    }
    await recorder.flush();
  }
  const last = String(ns);
  recorder.add(encodeFrame(FrameKind.watermark, encodeWatermark(ns)));
  recorder.add(encodeControl(FrameKind.goodbye, { reason: 'exit' }));
  recorder.add(encodeControl(FrameKind.process, { pid: 4242, ended_ns: last, exit_code: 0 }));
  recorder.add(encodeControl(FrameKind.end, { ns: last, reason: 'exit' }));
  await recorder.close();
}

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
  if (!existsSync(file)) await record(file);
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
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
}

if (values.child === undefined) await measure();
else console.log(JSON.stringify(await child(values.child, values.file ?? '', values.out ?? '')));
