/**
 * How many events a second the engine takes in: a process of its own writes what an agent would, as fast as the socket takes it;
 * the engine's own parts (door, connection, model, recorder) take it, and everything must arrive. Four threads in turn, each
 * turn a WAIT, a TAKE and a DROP: intervals, levels of detail, figures and the file are all made.
 *
 *   node bench/run.mjs ingest [--events MILLIONS] [--keep FILE] [--json FILE]      --keep: the recording stays, there
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AgentDoor } from '../src/engine/agentDoor.ts';
import { Agents } from '../src/engine/agents.ts';
import { Ingest } from '../src/engine/ingest.ts';
import { Recorder } from '../src/engine/recorder.ts';
import { SAME_PIDS } from '../src/engine/target.ts';
import { SessionModel } from '../src/shared/model/session.ts';
import { encodeControl } from '../src/shared/protocol/control.ts';
import { encodeEvents, EventKind, type EventInput } from '../src/shared/protocol/events.ts';
import { encodeFrame, FrameKind } from '../src/shared/protocol/frames.ts';
import { encodeWatermark } from '../src/shared/protocol/sample.ts';

const THREADS = 4;
/** Of one thread, before a WATERMARK: what the native tracer sends ten times a second or so at this rate. */
const BLOCK_EVENTS = 3000;
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    events: { type: 'string', default: '8' },
    json: { type: 'string' },
    keep: { type: 'string' },
    agent: { type: 'string' },
    token: { type: 'string' },
    start: { type: 'string' },
  },
});
/** Now: the engine takes nobody in whose clock is another one. Both processes have the same. */
const START = values.start === undefined ? process.hrtime.bigint() : BigInt(values.start);
const wanted = Math.round(Number(values.events) * 1e6);

/** Times that differ as real ones do, the same in each run: otherwise the file would pack to nothing. */
let seed = 1;
const jitter = (): bigint => {
  seed = (seed * 48271) % 0x7fffffff;
  return BigInt(seed % 90);
};

/** One stretch of time: a block for each thread and a watermark. Each turn of a thread is 2 us long. */
function* stretches(): Generator<{ bytes: Buffer; events: number }> {
  const turns = BLOCK_EVENTS / 3;
  for (let round = 0n, sent = 0; sent < wanted; round++) {
    const from = START + round * BigInt(turns * THREADS) * 2000n;
    const parts: Uint8Array[] = [];
    for (let thread = 0; thread < THREADS; thread++) {
      const events: EventInput[] = [];
      for (let turn = 0; turn < turns; turn++) {
        const take = from + BigInt((turn * THREADS + thread) * 2000);
        events.push({ ns: take - 1500n + jitter(), kind: EventKind.wait, core: thread % 2 });
        events.push({ ns: take + jitter(), kind: EventKind.take, flagA: true, core: thread % 2 });
        events.push({ ns: take + 1800n + jitter(), kind: EventKind.drop, flagA: turn % 3 === 0, core: thread % 2 });
      }
      parts.push(encodeFrame(FrameKind.events, encodeEvents({ serial: thread + 1, tid: 100 + thread, events })));
    }
    parts.push(encodeFrame(FrameKind.watermark, encodeWatermark(from + BigInt(turns * THREADS) * 2000n - 2000n)));
    sent += BLOCK_EVENTS * THREADS;
    yield { bytes: Buffer.concat(parts), events: BLOCK_EVENTS * THREADS };
  }
}

/** The other process: everything is encoded before the first byte is sent, so that only the engine is measured. */
async function agent(path: string, token: string): Promise<void> {
  const chunks = [...stretches()];
  const socket = connect(path);
  await once(socket, 'connect');
  const identity = {
    pid: process.pid,
    python: '3.12.1',
    implementation: 'cpython',
    argv: ['bench'],
    engine: 'exact' as const,
  };
  socket.write(encodeControl(FrameKind.hello, { protocol: 1, token, ...identity, start_ns: String(START) }));
  for (const { bytes } of chunks) if (!socket.write(bytes)) await once(socket, 'drain');
  socket.write(encodeControl(FrameKind.goodbye, { reason: 'exit' }));
  socket.end();
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gilscope-ingest-'));
  const file = values.keep ?? join(folder, 'bench.gilscope');
  const model = new SessionModel('bench');
  const recorder = await Recorder.create(file, false, (error) => {
    throw error;
  });
  let begun = 0;
  let cpu = process.cpuUsage();
  const ingest = new Ingest(model, recorder);
  ingest.control(FrameKind.session, {
    ...{ format: 1, gilscope: 'bench', created: new Date().toISOString(), start_ns: String(START), host: 'bench' },
    ...{
      platform: process.platform,
      cores: cpus().length,
      kind: 'launch',
      command: ['bench'],
      clock: 'CLOCK_MONOTONIC',
    },
  });
  let leave: () => void = () => undefined;
  const left = new Promise<void>((done) => (leave = done));
  const agents = new Agents(ingest, SAME_PIDS, {
    log: (level, source, text) => console.error(level, source, text),
    named: () => undefined,
    joined: () => undefined,
    changed: () => undefined,
    leaving: () => leave(),
  });
  const door = await AgentDoor.open(
    (knock) => {
      begun = performance.now();
      cpu = process.cpuUsage();
      agents.admit(knock, undefined);
    },
    (why) => console.error(why),
  );
  fork(process.argv[1], [
    '--agent',
    door.path,
    '--token',
    door.token,
    '--events',
    values.events,
    '--start',
    String(START),
  ]);
  await left;
  const ingested = performance.now();
  const used = process.cpuUsage(cpu);
  await recorder.close();
  const written = performance.now();
  door.close();
  const expected = Math.ceil(wanted / (BLOCK_EVENTS * THREADS)) * BLOCK_EVENTS * THREADS;
  const figures = {
    events: model.events,
    expected,
    dropped: model.processes[0].dropped,
    seconds: (ingested - begun) / 1000,
    events_per_s: Math.round(model.events / ((ingested - begun) / 1000)),
    cpu_s: (used.user + used.system) / 1e6,
    written_after_s: (written - ingested) / 1000,
    file_bytes_per_event: statSync(file).size / model.events,
    heap_and_buffers_mb: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify(figures, null, 2));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  if (figures.events !== expected || figures.dropped > 0) throw new Error('not everything arrived');
}

if (values.agent !== undefined) await agent(values.agent, values.token ?? '');
else await measure();
