/** Records examples of the gallery in short form and reads the recordings, for gallery.test.ts. */
import { expect } from 'vitest';
import { FileSession } from '../../src/engine/fileSession.ts';
import { listExamples } from '../../src/engine/examples.ts';
import {
  IntervalFlag,
  ThreadState,
  type ProcessInfo,
  type StatsReply,
  type SummaryProcess,
  type ThreadInfo,
} from '../../src/shared/contract/types.ts';
import type { SessionModel } from '../../src/shared/model/session.ts';
import { record, type Recorded } from './helpers.ts';

const examples = listExamples();

export interface Run extends Recorded {
  /** The recording, read again. */
  model: SessionModel;
  /** The program itself. */
  main: SummaryProcess;
}

const find = (id: string) => examples.find((example) => example.id === id)!;

/** @param nth which of the example's ways; `size` is appended to its arguments */
export function runExample(python: string, id: string, nth: number, ...size: string[]): Promise<Run> {
  return runScript(python, id, [...find(id).variants[nth].args, ...size]);
}

/** The example's script with other arguments. */
export async function runScript(python: string, id: string, args: string[]): Promise<Run> {
  const { variants, watches } = find(id);
  const options = watches.flatMap((watch) => ['--watch', watch]);
  const recorded = await record(python, [variants[0].script, ...args], options);
  expect(recorded, recorded.stderr).toMatchObject({ status: 0, signal: null });
  const session = await FileSession.open(recorded.file, null);
  await session.loaded;
  await session.close();
  return { ...recorded, model: session.model, main: recorded.summary.processes[0] };
}

/** Its threads whose name matches, of which there must be so many. */
export function threads({ main }: Run, name: RegExp, count: number): SummaryProcess['threads'] {
  const found = main.threads.filter((thread) => name.test(thread.name));
  expect(found.map((thread) => thread.name)).toHaveLength(count);
  return found;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Held by these threads, of the time in which the GIL was held. */
export const heldShare = ({ main }: Run, those: SummaryProcess['threads']): number =>
  sum(those.map((thread) => thread.held_s)) / main.gils[0].held_s;

/** Its threads whose name matches, as the model knows them. */
export const named = ({ model }: Run, name: RegExp): ThreadInfo[] =>
  model.threads.filter((thread) => name.test(thread.name));

type Living = Pick<ThreadInfo | ProcessInfo, 'bornNs' | 'endedNs'>;

/** Figures of the time in which all of these lived. */
export function together({ model }: Run, lives: readonly Living[]): StatsReply {
  const start = Math.max(...lives.map(({ bornNs }) => bornNs));
  const end = Math.min(...lives.map(({ endedNs }) => endedNs ?? model.endNs));
  expect(end).toBeGreaterThan(start);
  return model.stats({ start, end });
}

/** Lengths in milliseconds of those intervals of these threads, shortest first. */
function lengthsOf(run: Run, name: RegExp, counts: (state: number, flags: number) => boolean): number[] {
  const { model } = run;
  const asked = named(run, name).map(({ idx }) => idx);
  const lanes = model.timeline({ start: 0, end: model.endNs, px: 8192, threads: asked }).threads;
  const lengths = lanes.flatMap((lane) => {
    if (lane.form !== 'raw') throw new Error('too many intervals to have each');
    return Array.from(lane.start, (start, i) => (counts(lane.state[i], lane.flags[i]) ? lane.end[i] - start : 0));
  });
  return lengths
    .filter((ns) => ns > 0)
    .map((ns) => ns / 1e6)
    .sort((a, b) => a - b);
}

/** Of the holds that ended pre-empted. */
export const contendedHolds = (run: Run, name: RegExp): number[] =>
  lengthsOf(run, name, (state, flags) => state === ThreadState.hold && (flags & IntervalFlag.preempted) !== 0);

export const waitsOf = (run: Run, name: RegExp): number[] =>
  lengthsOf(run, name, (state) => state === ThreadState.wait);

/** Of sorted lengths: this part of them is shorter. */
export const part = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)];
