/** A made-up recording (src/shared/model/testing/made.ts) as a session file, by the real writer. */
import { Recorder } from '../src/engine/recorder.ts';
import { madeFrames, type Made } from '../src/shared/model/testing/made.ts';

/** Frames handed on before the disk is waited for. */
const PAUSE_BYTES = 1 << 20;

export async function writeMade(file: string, spec: Made): Promise<void> {
  const recorder = await Recorder.create(file, true, (error) => {
    throw error;
  });
  recorder.begin();
  let waiting = 0;
  for (const frame of madeFrames(spec)) {
    recorder.add(frame);
    waiting += frame.length;
    if (waiting < PAUSE_BYTES) continue;
    waiting = 0;
    await recorder.flush();
  }
  await recorder.close();
}
