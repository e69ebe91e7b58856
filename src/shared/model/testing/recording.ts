/**
 * A recording made by hand: threads with events, turned into frames by the real codec and read back by the real reader.
 * Used by tests and benchmarks of the model and of who stands on it (engine, window); never by the product.
 */
import { encodeControl, type Site } from '../../protocol/control.ts';
import { encodeEvents, EventKind, type EventInput } from '../../protocol/events.ts';
import { encodeFrame, FrameKind, FrameReader } from '../../protocol/frames.ts';
import { encodeSample, encodeWatermark, type Sample } from '../../protocol/sample.ts';
import { SessionModel } from '../session.ts';

/** Absolute time of session time 0: large, as CLOCK_MONOTONIC of a machine that is up for months. */
export const ORIGIN = 9_876_543_210_123_456n;

export interface RecordedThread {
  name: string;
  serial: number;
  tid: number;
  own: boolean;
  events: EventInput[];
  /** Before the event of this index, so many events were lost. */
  lostBefore: Map<number, number>;
}

export interface RecordingOptions {
  engine?: 'exact' | 'estimated';
  switchIntervalS?: number;
  dropSites?: boolean;
  gilEnabled?: boolean;
  cores?: number;
  /** Session times at which watermarks are sent; the last must not precede any event. */
  watermarks?: number[];
  samples?: Sample[];
  /** The process ends then, with a GOODBYE. */
  endNs?: number;
  /** CPU time the GOODBYE tells: of the process, and of gilscope's thread in it. */
  cpuNs?: { all: number; own: number };
}

export const at = (ns: number): bigint => ORIGIN + BigInt(Math.round(ns));

export class Recording {
  readonly threads: RecordedThread[] = [];
  /** Described after the events that name them, as it may be. */
  readonly sites: Site[] = [];

  thread(name: string, own = false): RecordedThread {
    const serial = this.threads.length + 1;
    const thread = { name, serial, tid: 1000 + serial, own, events: [], lostBefore: new Map<number, number>() };
    this.threads.push(thread);
    return thread;
  }

  /** Marks the TAKE events that change the holder, as the interpreter's counter would. */
  private countSwitches(): void {
    const takes = this.threads
      .flatMap((thread) => thread.events.filter((e) => e.kind === EventKind.take).map((event) => ({ thread, event })))
      .sort((a, b) => Number(a.event.ns - b.event.ns));
    const last = new Map<number, RecordedThread>();
    for (const { thread, event } of takes) {
      const gil = event.gil ?? 0;
      event.flagA = last.has(gil) && last.get(gil) !== thread;
      last.set(gil, thread);
    }
  }

  private lastNs(): bigint {
    return this.threads.reduce((max, t) => (t.events.length > 0 ? maxOf(max, t.events.at(-1)!.ns) : max), ORIGIN);
  }

  private *head(options: RecordingOptions): Generator<Uint8Array> {
    yield encodeControl(FrameKind.session, {
      format: 1,
      gilscope: '0.1.0',
      created: '2026-01-02T03:04:05Z',
      start_ns: String(ORIGIN),
      host: 'test',
      platform: 'linux',
      cores: options.cores ?? 4,
      kind: 'launch',
      command: ['python', 'art.py'],
      clock: 'CLOCK_MONOTONIC',
    });
    yield encodeControl(FrameKind.process, { pid: 4242, name: 'art.py', born_ns: String(ORIGIN) });
    yield encodeControl(FrameKind.hello, {
      protocol: 1,
      token: '00',
      pid: 4242,
      python: '3.12.1',
      implementation: 'cpython',
      argv: ['python', 'art.py'],
      engine: options.engine ?? 'exact',
      switch_interval_s: options.switchIntervalS ?? 0.005,
      gil_enabled: options.gilEnabled ?? true,
      start_ns: String(ORIGIN),
      main_tid: 1001,
    });
    if (options.dropSites !== undefined) yield encodeControl(FrameKind.state, { drop_sites: options.dropSites });
    for (const { serial, tid, name, own } of this.threads)
      yield encodeControl(FrameKind.thread, { serial, tid, name, own });
  }

  /** The frames, in an order an agent could send them in. */
  *frames(options: RecordingOptions = {}): Generator<Uint8Array> {
    this.countSwitches();
    yield* this.head(options);
    for (const sample of options.samples ?? []) yield encodeFrame(FrameKind.sample, encodeSample(sample));
    const sent = this.threads.map(() => 0);
    for (const mark of options.watermarks ?? [Number(this.lastNs() - ORIGIN)]) {
      for (const [i, thread] of this.threads.entries()) sent[i] = yield* blocks(thread, sent[i], at(mark));
      yield encodeFrame(FrameKind.watermark, encodeWatermark(at(mark)));
    }
    for (const site of this.sites) yield encodeControl(FrameKind.site, site);
    if (options.endNs === undefined) return;
    yield encodeFrame(FrameKind.watermark, encodeWatermark(at(options.endNs)));
    const { cpuNs } = options;
    const cpu = cpuNs && { cpu_ns: String(cpuNs.all), own_cpu_ns: String(cpuNs.own) };
    yield encodeControl(FrameKind.goodbye, { reason: 'exit', ...cpu });
    yield encodeControl(FrameKind.process, { pid: 4242, ended_ns: String(at(options.endNs)), exit_code: 0 });
    yield encodeControl(FrameKind.end, { ns: String(at(options.endNs)), reason: 'exit' });
  }

  model(options: RecordingOptions = {}): SessionModel {
    return modelOf(this.frames(options));
  }
}

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Blocks of a thread's events up to `mark`; a new block where events were lost. Returns how many are sent. */
function* blocks(thread: RecordedThread, from: number, mark: bigint): Generator<Uint8Array, number> {
  const { serial, tid, events, lostBefore } = thread;
  while (from < events.length && events[from].ns <= mark) {
    let to = from + 1;
    while (to < events.length && events[to].ns <= mark && !lostBefore.has(to)) to++;
    let dropped = 0;
    for (const [index, lost] of lostBefore) if (index <= from) dropped += lost;
    // As the tracer does: each block says anew where the thread is, unless events were lost just before.
    const said = lostBefore.has(from)
      ? undefined
      : events.slice(0, from).findLast(({ kind }) => kind === EventKind.site);
    const repeated = said?.site ? [{ ...events[from], kind: EventKind.site, flagA: false, site: said.site }] : [];
    const sent = [...repeated, ...events.slice(from, to)];
    yield encodeFrame(FrameKind.events, encodeEvents({ serial, tid, dropped, events: sent }));
    from = to;
  }
  return from;
}

/** Reads frames as a session file or socket would, and applies them. */
export function modelOf(bytes: Iterable<Uint8Array>, id = 'test'): SessionModel {
  const reader = new FrameReader();
  const model = new SessionModel(id);
  for (const chunk of bytes) for (const frame of reader.push(chunk)) model.apply(frame);
  return model;
}
