/**
 * The one way of frames into a live session: model first, then the file, in one order, so that what is on disk replays to
 * exactly what was seen. Used by liveSession.ts for the agents' frames and for gilscope's own.
 */
import type { SessionModel } from '../shared/model/session.ts';
import { encodeControl, type ControlInput, type ControlKind } from '../shared/protocol/control.ts';
import { encodeFrame, FRAME_HEAD, FrameKind, MAX_PAYLOAD, type Frame } from '../shared/protocol/frames.ts';
import type { Recorder } from './recorder.ts';

/** Terminal output beyond this is shown, not recorded. */
const TERMINAL_BYTES = 16 << 20;

export class Ingest {
  private terminalLeft = TERMINAL_BYTES;

  constructor(
    private readonly model: SessionModel,
    private readonly recorder: Recorder | null,
  ) {}

  /** Throws ProtocolError for a malformed frame, which then is in neither. */
  frame(frame: Frame): void {
    this.model.apply(frame);
    this.recorder?.add(encodeFrame(frame.kind, frame.payload, frame.stream));
  }

  control<K extends ControlKind>(kind: K, value: ControlInput<K>, stream = 0): void {
    this.frame({ kind, stream, payload: encodeControl(kind, value).subarray(FRAME_HEAD) });
  }

  sample(payload: Uint8Array): void {
    this.frame({ kind: FrameKind.sample, stream: 0, payload });
  }

  /** False from when the output is no longer recorded. */
  terminal(bytes: Uint8Array): boolean {
    if (this.recorder === null || this.terminalLeft <= 0) return this.recorder === null;
    for (let at = 0; at < bytes.length; at += MAX_PAYLOAD)
      this.recorder.add(encodeFrame(FrameKind.terminal, bytes.subarray(at, at + MAX_PAYLOAD)));
    this.terminalLeft -= bytes.length;
    return this.terminalLeft > 0;
  }
}
