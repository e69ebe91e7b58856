/**
 * The binary frames that are not events: SAMPLE (a round of the /proc sampler), WATERMARK and COUNTER. docs/protocol.md.
 * Written by the engine's sampler and the agents, read by SessionModel.
 */
import { ProtocolError } from './frames.ts';

export interface SampleThread {
  tid: number;
  /** Core it last ran on, -1 unknown. */
  core: number;
  onCpu: boolean;
  /** Cumulative CPU seconds. */
  cpuS: number;
}

export interface SampleProcess {
  /** Index of the process in the session. */
  stream: number;
  rssBytes: number;
  /** NaN when not read in this round. */
  pssBytes: number;
  /** Cumulative CPU seconds of the whole process, the agent's own threads included. */
  cpuS: number;
  threads: SampleThread[];
}

export interface Sample {
  /** Absolute CLOCK_MONOTONIC. */
  ns: bigint;
  /** Busy seconds of each core, cumulative since boot. */
  cores: number[];
  processes: SampleProcess[];
}

const HEAD = 16;
const PROCESS = 32;
const THREAD = 16;

/** The payload of a SAMPLE frame. */
export function encodeSample(sample: Sample): Uint8Array {
  const threads = sample.processes.reduce((n, p) => n + p.threads.length, 0);
  const bytes = new Uint8Array(HEAD + 8 * sample.cores.length + PROCESS * sample.processes.length + THREAD * threads);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, sample.ns, true);
  view.setUint16(8, sample.cores.length, true);
  view.setUint16(10, sample.processes.length, true);
  let at = HEAD;
  for (const busy of sample.cores) {
    view.setFloat64(at, busy, true);
    at += 8;
  }
  for (const process of sample.processes) at = putProcess(view, at, process);
  return bytes;
}

function putProcess(view: DataView, at: number, process: SampleProcess): number {
  view.setUint16(at, process.stream, true);
  view.setUint32(at + 4, process.threads.length, true);
  view.setFloat64(at + 8, process.rssBytes, true);
  view.setFloat64(at + 16, process.pssBytes, true);
  view.setFloat64(at + 24, process.cpuS, true);
  at += PROCESS;
  for (const thread of process.threads) {
    view.setUint32(at, thread.tid, true);
    view.setUint16(at + 4, thread.core < 0 ? 0xffff : thread.core, true);
    view.setUint8(at + 6, thread.onCpu ? 1 : 0);
    view.setFloat64(at + 8, thread.cpuS, true);
    at += THREAD;
  }
  return at;
}

/** Throws when fewer than `bytes` are left: counts are never believed before the bytes are there. */
function need(view: DataView, at: number, bytes: number): void {
  if (at + bytes > view.byteLength) throw new ProtocolError('a sample is cut short');
}

/** Decodes the payload of a SAMPLE frame; refuses one that is not exactly as long as it says. */
export function decodeSample(payload: Uint8Array): Sample {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  need(view, 0, HEAD);
  const sample: Sample = { ns: view.getBigUint64(0, true), cores: [], processes: [] };
  const cores = view.getUint16(8, true);
  const processes = view.getUint16(10, true);
  let at = HEAD;
  need(view, at, cores * 8);
  for (let i = 0; i < cores; i++, at += 8) sample.cores.push(view.getFloat64(at, true));
  for (let i = 0; i < processes; i++) {
    const process = getProcess(view, at);
    sample.processes.push(process);
    at += PROCESS + THREAD * process.threads.length;
  }
  if (at !== payload.length) throw new ProtocolError('a sample has bytes after its end');
  return sample;
}

function getProcess(view: DataView, at: number): SampleProcess {
  need(view, at, PROCESS);
  const count = view.getUint32(at + 4, true);
  const process: SampleProcess = {
    stream: view.getUint16(at, true),
    rssBytes: view.getFloat64(at + 8, true),
    pssBytes: view.getFloat64(at + 16, true),
    cpuS: view.getFloat64(at + 24, true),
    threads: [],
  };
  at += PROCESS;
  need(view, at, count * THREAD);
  for (let i = 0; i < count; i++, at += THREAD) {
    const core = view.getUint16(at + 4, true);
    process.threads.push({
      tid: view.getUint32(at, true),
      core: core === 0xffff ? -1 : core,
      onCpu: (view.getUint8(at + 6) & 1) === 1,
      cpuS: view.getFloat64(at + 8, true),
    });
  }
  return process;
}

/** The payload of a WATERMARK frame. */
export function encodeWatermark(ns: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, ns, true);
  return bytes;
}

export function decodeWatermark(payload: Uint8Array): bigint {
  if (payload.length !== 8) throw new ProtocolError('a watermark is not 8 bytes long');
  return new DataView(payload.buffer, payload.byteOffset, 8).getBigUint64(0, true);
}

export interface Counter {
  gil: number;
  ns: bigint;
  /** The interpreter's own switch count. */
  count: bigint;
}

/** The payload of a COUNTER frame. */
export function encodeCounter(counter: Counter): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, counter.gil, true);
  view.setBigUint64(8, counter.ns, true);
  view.setBigUint64(16, counter.count, true);
  return bytes;
}

export function decodeCounter(payload: Uint8Array): Counter {
  if (payload.length !== 24) throw new ProtocolError('a counter is not 24 bytes long');
  const view = new DataView(payload.buffer, payload.byteOffset, 24);
  return { gil: view.getUint16(0, true), ns: view.getBigUint64(8, true), count: view.getBigUint64(16, true) };
}
