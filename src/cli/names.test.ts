/** Names that a program chose, in all that the command line prints of a recording: nothing of them reaches the terminal as a command to it. */
import { expect, it } from 'vitest';
import { encodeControl } from '../shared/protocol/control.ts';
import { FrameKind, FrameReader } from '../shared/protocol/frames.ts';
import { modelOf } from '../shared/model/testing/recording.ts';
import { oddFrames } from '../shared/export/testing/oddNames.ts';
import { reportText } from './report.ts';

const ESCAPES = '\u001b]0;title\u0007\u001b[2J\u001b[31m\u009b1mred\r\n\u202eback\u2066\u2028';

/** Each text of each frame ends in what a terminal obeys. */
function evil(value: unknown): unknown {
  if (typeof value === 'string')
    return /^\d*$|^(exact|launch|exit|running|counted)$|-/.test(value) ? value : ESCAPES + value;
  if (Array.isArray(value)) return value.map(evil);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, evil(each)]));
}

it('the report of a recording obeys no name in it', () => {
  const reader = new FrameReader();
  const kinds: number[] = [FrameKind.thread, FrameKind.site, FrameKind.process, FrameKind.hello];
  const frames = oddFrames().flatMap((bytes) => {
    const [frame] = reader.push(bytes);
    if (!kinds.includes(frame.kind)) return [bytes];
    const value = evil(JSON.parse(new TextDecoder().decode(frame.payload))) as never;
    return [encodeControl(frame.kind as typeof FrameKind.thread, value, frame.stream)];
  });
  const text = reportText(modelOf(frames).summary());
  expect(text).toContain('\\x1b]0;title\\x07');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
});
