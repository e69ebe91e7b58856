/**
 * A made-up recording of any size, frame by frame as agents and sampler send them, the same in each run: processes whose threads take turns at their
 * GIL, each hold with a wait, a release, a switch and the function it ended in; cores and memory now and then. For benchmarks and tests of size.
 */
import { encodeControl } from '../../protocol/control.ts';
import { encodeEvents, EventKind, type EventInput } from '../../protocol/events.ts';
import { encodeFrame, FrameKind } from '../../protocol/frames.ts';
import { encodeSample, encodeWatermark } from '../../protocol/sample.ts';

export interface Made {
  /** How many threads each process has. */
  threads: readonly number[];
  /** Holds in all processes together, at least. */
  holds: number;
  /** Holds of each process between two watermarks. */
  stretch?: number;
  /** What each hold lasts at least, ns. */
  holdNs?: number;
}

/** WAIT, TAKE, SITE and DROP. */
export const EVENTS_PER_HOLD = 4;
const SITES = 40;
const START = 1_000_000_000n;
const STRETCH = 4000;

/** Times that differ as real ones do. */
function jitters(): (most: number) => number {
  let seed = 1;
  return (most) => (seed = (seed * 48271) % 0x7fffffff) % most;
}

const tidOf = (stream: number, thread: number): number => 1000 * stream + 100 + thread;

function* head(threads: readonly number[]): Generator<Uint8Array> {
  yield encodeControl(FrameKind.session, {
    ...{ format: 1, gilscope: 'bench', created: '2026-01-02T03:04:05Z', start_ns: String(START), host: 'bench' },
    ...{ platform: 'linux', cores: 2, kind: 'launch', command: ['python', 'bench.py'], clock: 'CLOCK_MONOTONIC' },
  });
  for (const [stream, count] of threads.entries()) {
    const pid = 4242 + stream;
    const identity = { pid, python: '3.12.1', implementation: 'cpython', argv: ['python', 'bench.py'] };
    yield encodeControl(FrameKind.process, { pid, name: 'bench.py', born_ns: String(START) }, stream);
    yield encodeControl(
      FrameKind.hello,
      { protocol: 1, token: '', ...identity, engine: 'exact', start_ns: String(START) },
      stream,
    );
    for (let i = 0; i < count; i++)
      yield encodeControl(FrameKind.thread, { serial: i + 1, tid: tidOf(stream, i), name: `worker-${i}` }, stream);
    for (let i = 0; i < SITES; i++)
      yield encodeControl(
        FrameKind.site,
        {
          ...{ id: i + 1, name: `step_${i}`, qualname: `Pipeline.step_${i}`, file: '/srv/app/pipeline.py' },
          ...{ first_line: 10 * i + 1, line: 10 * i + 4 },
        },
        stream,
      );
  }
}

/** Holds of one process, its threads in turn. Returns where the time stands. */
function* turns(
  spec: Made,
  stream: number,
  from: bigint,
  jitter: (most: number) => number,
): Generator<Uint8Array, bigint> {
  const count = spec.threads[stream];
  const holdNs = spec.holdNs ?? 50_000;
  const events: EventInput[][] = Array.from({ length: count }, () => []);
  let ns = from;
  for (let turn = 0; turn < (spec.stretch ?? STRETCH); turn++) {
    const mine = events[turn % count];
    const core = turn % 2;
    const length = holdNs + jitter(holdNs / 2.5);
    // It asked while the one before held; alone, it asks when it comes back.
    const asked = count > 1 ? ns - BigInt(Math.round(holdNs * 0.6)) + BigInt(jitter(holdNs / 10)) : ns + 50n;
    mine.push({ ns: asked, kind: EventKind.wait, core });
    mine.push({ ns: ns + 200n, kind: EventKind.take, flagA: count > 1, core });
    mine.push({ ns: ns + BigInt(length), kind: EventKind.site, site: 1 + jitter(SITES), core });
    mine.push({ ns: ns + BigInt(length), kind: EventKind.drop, flagA: turn % 3 === 0, core });
    ns += BigInt(length);
  }
  for (const [i, mine] of events.entries())
    if (mine.length > 0)
      yield encodeFrame(FrameKind.events, encodeEvents({ serial: i + 1, tid: tidOf(stream, i), events: mine }), stream);
  yield encodeFrame(FrameKind.watermark, encodeWatermark(ns - BigInt(Math.round(holdNs * 0.8))), stream);
  return ns;
}

/** All processes up to about the same time, and a look at cores and memory. Each frame is whole. */
export function* madeFrames(spec: Made): Generator<Uint8Array> {
  const { threads } = spec;
  const jitter = jitters();
  yield* head(threads);
  const at = threads.map(() => START);
  for (let holds = 0; holds < spec.holds; holds += threads.length * (spec.stretch ?? STRETCH)) {
    for (let stream = 0; stream < threads.length; stream++) at[stream] = yield* turns(spec, stream, at[stream], jitter);
    const ns = at.reduce((a, b) => (a < b ? a : b));
    const s = Number(ns - START) / 1e9;
    const processes = threads.map((count, stream) => ({
      ...{ stream, rssBytes: 5e7 + jitter(1e6), pssBytes: 4e7, cpuS: s / threads.length },
      threads: Array.from({ length: count }, (_, i) => ({
        ...{ tid: tidOf(stream, i), core: i % 2, onCpu: true, cpuS: s / count / threads.length },
      })),
    }));
    yield encodeFrame(FrameKind.sample, encodeSample({ ns, cores: [s * 0.6, s * 0.5], processes }));
  }
  for (const [stream, ns] of at.entries()) {
    yield encodeFrame(FrameKind.watermark, encodeWatermark(ns), stream);
    yield encodeControl(FrameKind.goodbye, { reason: 'exit' }, stream);
    yield encodeControl(FrameKind.process, { pid: 4242 + stream, ended_ns: String(ns), exit_code: 0 }, stream);
  }
  const end = at.reduce((a, b) => (a > b ? a : b));
  yield encodeControl(FrameKind.end, { ns: String(end), reason: 'exit' });
}
