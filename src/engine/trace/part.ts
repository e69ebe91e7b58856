/** Which part of a recording a trace is of, in words: of fileSession.ts. */
import type { TraceHead } from '../../shared/export/trace/head.ts';
import { toSeconds } from '../../shared/units.ts';

export function partText({ start, end, threads }: TraceHead): string {
  const told = threads.filter((thread) => thread.told && !thread.own).length;
  const others = threads.length > told ? '; of other threads only when they held the GIL' : '';
  return `a part of a recording: its time from ${toSeconds(start)} s to ${toSeconds(end)} s, ${told} thread${told === 1 ? '' : 's'}${others}`;
}
