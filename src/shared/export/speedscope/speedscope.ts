/**
 * `speedscope`: JSON for speedscope.app. A profile for each thread whose calls were traced, with every call as it was, and one that tells
 * time waiting by the function that caused it. Format: https://www.speedscope.app/file-format-schema.json.
 */
import type { FunctionInfo } from '../../contract/functions.ts';
import { functionTitle } from '../../functionNames.ts';
import { NS_PER_S } from '../../units.ts';
import { callSteps, type CallStep } from '../callSteps.ts';
import { blameStack, threadLabel } from '../labels.ts';
import { elements, json, jsonArray, TextOutput } from '../textOutput.ts';
import { orUnknown } from '../trace/names.ts';
import type { ExportSource, FormatWriter, Piece } from '../types.ts';

export const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';
export const WAITING = 'time waiting, by the function that caused it';

interface Frame {
  name: string;
  file?: string;
  line?: number;
}

/** What profiles refer to by index; written after them. */
class Frames {
  readonly all: Frame[] = [];
  private readonly known = new Map<string, number>();

  of(key: string, frame: () => Frame): number {
    let index = this.known.get(key);
    if (index === undefined) this.known.set(key, (index = this.all.push(frame()) - 1));
    return index;
  }

  ofFunction(fn: FunctionInfo | null): number {
    return this.of(`function ${fn?.idx ?? 0}`, () => {
      const name = orUnknown(fn && functionTitle(fn));
      return fn === null || fn.builtin || fn.file === '' ? { name } : { name, file: fn.file, line: fn.firstLine };
    });
  }
}

const head = (type: 'evented' | 'sampled', name: string, start: number, end: number): string =>
  `{"type":"${type}","name":${json(name)},"unit":"nanoseconds","startValue":${start},"endValue":${end},`;

function* calls(out: TextOutput, source: ExportSource, thread: number, frames: Frames): Generator<Piece> {
  const told = ({ at, enters, function: fn }: CallStep): string =>
    `{"type":"${enters ? 'O' : 'C'}","frame":${frames.ofFunction(fn)},"at":${at}}`;
  out.put(head('evented', threadLabel(source, thread), source.start, source.end));
  yield* jsonArray(out, 'events', callSteps(source.calls(thread)), told);
  out.put('}');
}

function* waiting(out: TextOutput, source: ExportSource, frames: Frames): Generator<Piece> {
  const weights: number[] = [];
  const samples: number[][] = [];
  for (const row of source.blame()) {
    const [waiter, holder, fn] = blameStack(source, row);
    // Roles are told apart: a thread that waits and one that made others wait are two things to look for.
    const stack = [
      frames.of(`waiter ${row.waiter}`, () => ({ name: `${waiter} waits` })),
      frames.of(`holder ${row.holder}`, () => ({ name: `because of ${holder}` })),
    ];
    samples.push(fn === undefined ? stack : [...stack, frames.ofFunction(row.site)]);
    weights.push(Math.round(row.waitS * NS_PER_S));
  }
  const total = weights.reduce((sum, ns) => sum + ns, 0);
  out.put(head('sampled', WAITING, 0, total));
  yield* jsonArray(out, 'samples', samples, (stack) => json(stack));
  out.put(',');
  yield* jsonArray(out, 'weights', weights, String);
  out.put('}');
}

export const speedscope: FormatWriter = function* (source) {
  const out = new TextOutput();
  const frames = new Frames();
  const { title: name, gilscope } = source;
  out.put(`{"$schema":"${SCHEMA}","exporter":${json(`gilscope@${gilscope}`)},`);
  out.put(`"name":${json(orUnknown(name))},"activeProfileIndex":0,"profiles":[`);
  const traced = source.threads.filter(({ callLevels }) => callLevels > 0);
  for (const [i, { idx }] of traced.entries()) {
    yield* calls(out, source, idx, frames);
    out.put(',');
    out.passed(i + 1, traced.length, source);
  }
  yield* waiting(out, source, frames);
  out.put('],"shared":{"frames":[');
  yield* elements(out, frames.all, (frame) => json(frame));
  out.put(']}}\n');
  out.passed(1, 1, source);
  yield out.piece();
};
