/** Runs the built command line on real programs, for the integration tests: everything real, everything bounded in time. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Interpreter, Summary } from '../../src/shared/contract/types.ts';
import { decodeEvents, EventKind } from '../../src/shared/protocol/events.ts';
import { FrameKind, FrameReader, type Frame } from '../../src/shared/protocol/frames.ts';
import { InterpreterProbe } from '../../src/engine/interpreterProbe.ts';
import { listInterpreters } from '../../src/engine/interpreters.ts';
import { Recorder } from '../../src/engine/recorder.ts';
import { BlockReader } from '../../src/engine/sessionFile.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
export const GILSCOPE = join(ROOT, 'bin', 'gilscope');
const TIMEOUT_MS = 60_000;

/** A folder of this test file's own, GILSCOPE_HOME within it; removed at the end. */
export const work = mkdtempSync(join(tmpdir(), 'gilscope-test-'));
export const home = join(work, 'home');
afterAll(() => rmSync(work, { recursive: true, force: true }));

export function file(name: string, text: string): string {
  const path = join(work, name);
  writeFileSync(path, text);
  return path;
}

export const testEnv = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  GILSCOPE_HOME: home,
  ...more,
});

/** Every interpreter of this machine, those of virtual environments and of PATH too. */
export const everywhere: readonly Interpreter[] = await listInterpreters(new InterpreterProbe(null), {
  cwd: work,
  home: homedir(),
  env: process.env,
});

/** One interpreter of each version that can be recorded, and the newest of them. */
export const pythons: Interpreter[] = [
  ...new Map(
    everywhere.filter((one) => one.engine !== null && one.gilEnabled === true).map((one) => [minor(one), one]),
  ).values(),
];
export const tooOld: Interpreter[] = everywhere.filter((one) => one.version !== null && one.engine === null);

function minor(one: Interpreter): string {
  return one.version!.split('.').slice(0, 2).join('.');
}

export const newest: Interpreter = [...pythons].sort(
  (a, b) => Number(minor(b).slice(2)) - Number(minor(a).slice(2)),
)[0];

export interface Ran {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Kills what does not end in time, so that a test fails instead of hanging. */
export function start(
  command: string,
  args: string[],
  options: SpawnOptions = {},
): { child: ChildProcess; done: Promise<Ran> } {
  const child = spawn(command, args, { cwd: work, env: testEnv(), stdio: 'pipe', ...options });
  const out = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const done = once(child, 'close').then(([status, signal]) => {
    clearTimeout(timer);
    return { status: status as number | null, signal: signal as string | null, ...out };
  });
  return { child, done };
}

export function gilscope(args: string[], options: SpawnOptions & { input?: string } = {}): Promise<Ran> {
  const { child, done } = start(process.execPath, [GILSCOPE, ...args], options);
  child.stdin?.end(options.input ?? '');
  return done;
}

export interface Recorded extends Ran {
  summary: Summary;
  file: string;
}

/** Frames as a session file. */
export async function recordingOf(name: string, frames: Iterable<Uint8Array>): Promise<string> {
  const path = join(work, name);
  const recorder = await Recorder.create(path, true, (error) => {
    throw error;
  });
  for (const frame of frames) recorder.add(frame);
  await recorder.close();
  return path;
}

let recordings = 0;

/** Records a program and reads its summary back. */
export async function record(python: string, args: string[], options: string[] = []): Promise<Recorded> {
  const target = join(work, `recording-${++recordings}.gilscope`);
  const json = `${target}.json`;
  const ran = await gilscope(['record', '-q', '-o', target, '--summary', json, ...options, '--', python, ...args]);
  try {
    return { ...ran, file: target, summary: JSON.parse(readFileSync(json, 'utf8')) as Summary };
  } catch {
    throw new Error(`no summary; status ${ran.status}, signal ${ran.signal}\n${ran.stdout}\n${ran.stderr}`);
  }
}

/** Waits for a line of output that matches; fails when the program ends first. */
export function untilOutput(
  child: ChildProcess,
  pattern: RegExp,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    child[stream]!.on('data', (chunk: string) => {
      text += chunk;
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
    child.once('close', () => reject(new Error(`ended before ${pattern}: ${text}`)));
  });
}

/** Every frame of a session file, read without the model. */
export async function framesOf(path: string): Promise<Frame[]> {
  const reader = await BlockReader.open(path);
  const frames: Frame[] = [];
  for (;;) {
    const block = await reader.next();
    if ('frames' in block) frames.push(...new FrameReader().push(block.frames));
    else break;
  }
  await reader.close();
  return frames;
}

export interface GilEvent {
  time: number;
  kind: number;
  serial: number;
  gil: number;
}

/** All events of a recording in the order of time; written without the model's help, to test it. */
export async function eventsOf(path: string): Promise<GilEvent[]> {
  const frames = (await framesOf(path)).filter(({ kind }) => kind === FrameKind.events);
  const events: GilEvent[] = [];
  for (const { payload } of frames) {
    const block = decodeEvents(payload, 0n);
    for (let i = 0; i < block.count; i++) {
      events.push({ time: block.times[i], kind: block.kinds[i], serial: block.serial, gil: block.gils[i] });
    }
  }
  return events.sort((a, b) => a.time - b.time);
}

/** Holds of one GIL that begin before the hold before them has ended: there must be none. */
export function overlaps(events: readonly GilEvent[]): string[] {
  const holder = new Map<number, GilEvent>();
  const found: string[] = [];
  for (const event of events) {
    const held = holder.get(event.gil);
    if (event.kind === EventKind.take) {
      if (held !== undefined)
        found.push(`${event.serial} takes GIL ${event.gil} at ${event.time} while ${held.serial} holds it`);
      holder.set(event.gil, event);
    } else if (event.kind === EventKind.drop) {
      if (held?.serial === event.serial) holder.delete(event.gil);
      else if (held !== undefined) found.push(`${event.serial} drops GIL ${event.gil}, which ${held.serial} holds`);
    }
  }
  return found;
}
