/** A recording with as many holds as one wants, written as the engine writes them: for what takes long. */
import { Recorder } from '../../src/engine/recorder.ts';
import { encodeControl } from '../../src/shared/protocol/control.ts';
import { encodeEvents, EventKind, type EventInput } from '../../src/shared/protocol/events.ts';
import { encodeFrame, FrameKind } from '../../src/shared/protocol/frames.ts';
import { encodeWatermark } from '../../src/shared/protocol/sample.ts';

const START = 1_000_000_000n;
const THREADS = [1, 2];
/** Of each thread, before a watermark. */
const TURNS = 1000;
const TURN_NS = 2000n;

/** Two threads in turn: each waits, takes and lets go. */
function* frames(holds: number): Generator<Uint8Array> {
  yield encodeControl(FrameKind.session, {
    ...{ format: 1, gilscope: 'test', created: '2026-01-02T03:04:05Z', start_ns: String(START), host: 'test' },
    ...{
      platform: process.platform,
      cores: 2,
      kind: 'launch',
      command: ['python', 'long.py'],
      clock: 'CLOCK_MONOTONIC',
    },
  });
  yield encodeControl(FrameKind.process, { pid: 4242, name: 'long.py', born_ns: String(START) });
  yield encodeControl(FrameKind.hello, {
    ...{
      protocol: 1,
      token: '00',
      pid: 4242,
      python: '3.12.1',
      implementation: 'cpython',
      argv: ['python', 'long.py'],
    },
    ...{ engine: 'exact', switch_interval_s: 0.005, gil_enabled: true, start_ns: String(START), main_tid: 101 },
  });
  for (const serial of THREADS)
    yield encodeControl(FrameKind.thread, { serial, tid: 100 + serial, name: `turn-${serial}`, own: false });
  const stretch = TURN_NS * BigInt(TURNS * THREADS.length);
  for (let from = START, done = 0; done < holds; from += stretch, done += TURNS * THREADS.length) {
    for (const serial of THREADS) {
      const events: EventInput[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        const take = from + TURN_NS * BigInt(turn * THREADS.length + serial);
        events.push({ ns: take - 1500n, kind: EventKind.wait, core: 0 });
        events.push({ ns: take, kind: EventKind.take, flagA: true, core: 0 });
        events.push({ ns: take + 1800n, kind: EventKind.drop, flagA: turn % 3 === 0, core: 0 });
      }
      yield encodeFrame(FrameKind.events, encodeEvents({ serial, tid: 100 + serial, events }));
    }
    yield encodeFrame(FrameKind.watermark, encodeWatermark(from + stretch));
  }
  yield encodeControl(FrameKind.goodbye, { reason: 'exit' });
}

export async function writeLongRecording(path: string, holds: number): Promise<void> {
  const recorder = await Recorder.create(path, false, (error) => {
    throw error;
  });
  for (const frame of frames(holds)) {
    recorder.add(frame);
    if (frame.length > 1 << 14) await recorder.flush();
  }
  await recorder.close();
}
