/**
 * Timelines from ASCII art, so that a test shows what it tests:
 *
 *     A: HHHHwwwwHH..
 *     B: wwwwHHHHwwrr
 *
 * One line for each thread, one character for `step` (1 ms). The name may carry a GIL (`A@1:`) and `!` for gilscope's own thread (`agent!:`).
 *   H h  holds (two letters, so that two holds can touch)     .  released, not measured
 *   w    waits                                                r  released, measured: on CPU all along
 *   W    waits and asks the holder to let go                  b  released, measured: no CPU
 *   x    events lost: whatever was open became unknown        _  not there: before its first event, after its end
 *                                                           l  released, waiting for a lock; may follow `.`
 * A hold followed by a wait was pre-empted; by a release, voluntary. What reaches the end of its line is still open.
 */
import { EventKind, type EventInput } from '../../protocol/events.ts';
import type { SessionModel } from '../session.ts';
import { at, Recording, type RecordedThread, type RecordingOptions } from './recording.ts';

export interface ArtOptions extends RecordingOptions {
  /** Nanoseconds of one character. */
  step?: number;
}

interface Segment {
  what: string;
  from: number;
  to: number;
}

function segmentsOf(line: string, step: number): Segment[] {
  const out: Segment[] = [];
  for (let i = 0; i < line.length;) {
    let j = i;
    while (j < line.length && line[j] === line[i]) j++;
    out.push({ what: line[i], from: i * step, to: j * step });
    i = j;
  }
  return out;
}

const isHold = (what: string): boolean => what === 'H' || what === 'h';
const isWait = (what: string): boolean => what === 'w' || what === 'W';
const isReleased = (what: string): boolean => '.rbl'.includes(what);

/** Events that lead from one segment to the next. */
function between(before: Segment | undefined, next: Segment, gil: number): EventInput[] {
  const ns = at(next.from);
  const out: EventInput[] = [];
  const was = before?.what ?? '_';
  if (was === 'r' || was === 'b')
    out.push({ kind: EventKind.releaseCpu, ns, gil, cpuNs: was === 'r' ? before!.to - before!.from : 0 });
  if (isHold(was)) out.push({ kind: EventKind.drop, ns, gil, flagA: !isWait(next.what) && !isHold(next.what) });
  if (isHold(next.what)) out.push({ kind: EventKind.take, ns, gil, core: 1 });
  else if (isWait(next.what)) out.push({ kind: EventKind.wait, ns, gil });
  else if (next.what === '_' && before) out.push({ kind: EventKind.end, ns, gil });
  else if (isReleased(next.what) && !isHold(was) && was !== 'x' && !(next.what === 'l' && was === '.'))
    throw new Error('art: only a hold can end in a release');
  if (next.what === 'l') out.push({ kind: EventKind.releaseCpu, ns, gil, flagA: true });
  if (next.what === 'W') out.push({ kind: EventKind.request, ns, gil });
  return out;
}

function draw(thread: RecordedThread, line: string, gil: number, step: number): void {
  let before: Segment | undefined;
  for (const segment of segmentsOf(line, step)) {
    if (segment.what !== 'x' && before?.what === 'x') {
      // Whatever it did, it lost the events of it; the next one begins a block that says so.
      thread.lostBefore.set(thread.events.length, 1);
      if (isReleased(segment.what))
        thread.events.push({ kind: EventKind.drop, ns: at(segment.from), gil, flagA: true });
    }
    if (segment.what !== 'x') thread.events.push(...between(before, segment, gil));
    before = segment;
  }
}

/** The recording and how long the art is. */
export function recordingOfArt(art: string, step = 1e6): { recording: Recording; endNs: number } {
  const recording = new Recording();
  let endNs = 0;
  for (const raw of art.split('\n')) {
    const match = /^\s*([^\s:@!]+)(@\d+)?(!)?: ?(.*)$/.exec(raw);
    if (!match) {
      if (raw.trim() !== '') throw new Error(`art: ${raw}`);
      continue;
    }
    const [, name, gil, own, line] = match;
    draw(recording.thread(name, own === '!'), line, gil ? Number(gil.slice(1)) : 0, step);
    endNs = Math.max(endNs, line.length * step);
  }
  return { recording, endNs };
}

/** A model of the art, its live edge at the end of the longest line. */
export function modelOfArt(art: string, options: ArtOptions = {}): SessionModel {
  const { recording, endNs } = recordingOfArt(art, options.step);
  return recording.model({ watermarks: [endNs], ...options });
}
