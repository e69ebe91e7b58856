/** One round: a program is recorded, something is done to somebody at some moment, and everything that came of it is gathered. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Interpreter } from '../../src/shared/contract/types.ts';
import { GILSCOPE, home, work } from '../integration/helpers.ts';
import { TestWindow } from '../integration/window.ts';
import type { Round } from './schedule.ts';
import { noted, Watched, type End } from './watched.ts';

const PROGRAMS = join(import.meta.dirname, 'programs');
/** Shared by all rounds: what one that was killed left behind the next one meets. */
export const temporary = join(work, 'tmp');
mkdirSync(temporary);
const PULSES = 8;
/** Before watcher.py's own limit. */
const WINDOW_MS = 100_000;

export interface Outcome {
  /** What the program printed, where it was our own pipe it printed to. */
  stdout: string | null;
  stderr: string | null;
  /** What it told by its own file. */
  said: string;
  /** It came to run its first line. */
  begun: boolean;
  /** Of the program, as its parent was told; null when that was not us. */
  end: End | null;
  /** Of gilscope. */
  recorder: End | null;
  /** What gilscope printed of its own. */
  told: string[];
  /** The recording; null where there is none. */
  file: string | null;
  left: string[];
  /** It was done before the one it was done to had ended. */
  struck: boolean;
}

export interface Plain extends End {
  stdout: string;
  stderr: string;
  said: string;
}

const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  TMPDIR: temporary,
  // Nothing of what a test kills is to be kept.
  PYTHONDONTWRITEBYTECODE: '1',
  ...more,
});

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
/** Addresses differ from run to run. */
const steady = (text: string): string => text.replace(/0x[0-9a-f]{8,}/g, '0x');

const plains = new Map<string, Promise<Plain>>();

/** What the program does when nobody records it. */
export function plainOf(python: Interpreter, { program, args }: Round): Promise<Plain> {
  const key = [python.path, program, ...args].join(' ');
  const known = plains.get(key) ?? runPlain(python, program, args, plains.size);
  plains.set(key, known);
  return known;
}

async function runPlain(python: Interpreter, program: string, args: string[], number: number): Promise<Plain> {
  const folder = join(work, `plain-${number}`);
  mkdirSync(folder);
  const pids = join(folder, 'pids');
  const command = [python.path, join(PROGRAMS, `${program}.py`), pids, ...args];
  const watched = new Watched(join(folder, 'statuses'), command, env());
  const { stdout, stderr } = await watched.done;
  return {
    ...watched.endOf(await watched.pid())!,
    stdout,
    stderr: steady(stderr),
    said: textOf(`${pids}.said`),
  };
}

class Running {
  readonly pids: string;
  readonly folder: string;
  readonly output: string;
  struck = false;

  constructor(
    readonly round: Round,
    readonly python: Interpreter,
    small: string | null,
  ) {
    this.folder = join(work, `round-${round.seed}`);
    mkdirSync(this.folder);
    this.pids = join(this.folder, 'pids');
    this.output = join(round.fault === 'full disk' && small !== null ? small : this.folder, `${round.seed}.gilscope`);
  }

  get program(): string[] {
    return [join(PROGRAMS, `${this.round.program}.py`), this.pids, ...this.round.args];
  }

  watch(name: string, command: string[], more: NodeJS.ProcessEnv = {}): Watched {
    return new Watched(join(this.folder, name), command, env(more));
  }

  /** Does what the round is about, once, at its moment. `of`: whose family the program is in. */
  async strike(recorder: Watched, of: Watched): Promise<void> {
    const { fault, since, atMs } = this.round;
    const pid = await recorder.pid();
    if (since === 'running' && (await of.look(() => noted(this.pids, 'main')[0])) === null) return;
    await sleep(atMs);
    if (fault.endsWith('recorder')) await this.strikeRecorder(pid, recorder, of);
    else await this.strikeTarget(of);
  }

  private async strikeRecorder(pid: number, recorder: Watched, of: Watched): Promise<void> {
    const { fault, forMs } = this.round;
    const send = (signal: NodeJS.Signals): boolean => this.send(pid, signal, recorder);
    if (fault === 'kill recorder') this.struck = send('SIGKILL');
    if (fault === 'end recorder') this.struck = send(this.round.way === 'attach' ? 'SIGINT' : 'SIGTERM');
    if (fault === 'stop recorder') {
      this.struck = send('SIGSTOP');
      await sleep(forMs);
      send('SIGCONT');
    }
    if (fault === 'stop and kill recorder') {
      this.struck = send('SIGSTOP');
      // The program must come to its end although nobody reads.
      if (this.round.way === 'attach') await of.done;
      else await sleep(forMs);
      send('SIGKILL');
    }
    for (let i = 0; fault === 'pulse recorder' && i < PULSES; i++) {
      this.struck = send('SIGSTOP') || this.struck;
      await sleep(forMs / PULSES);
      send('SIGCONT');
      await sleep(5);
    }
  }

  private async strikeTarget(of: Watched): Promise<void> {
    const { fault, forMs } = this.round;
    const main = await of.look(() => noted(this.pids, 'main')[0]);
    if (main === null) return;
    const send = (signal: NodeJS.Signals, pid = main): boolean => this.send(pid, signal, of);
    if (fault === 'kill target') this.struck = send('SIGKILL');
    if (fault === 'terminate target') this.struck = send('SIGTERM');
    if (fault === 'stop target') {
      this.struck = send('SIGSTOP');
      await sleep(forMs);
      send('SIGCONT');
    }
    if (fault === 'kill child') {
      const child = noted(this.pids, 'child').findLast((pid) => of.endOf(pid) === null);
      if (child !== undefined) this.struck = send('SIGKILL', child);
    }
  }

  /** False when it has ended: its number may be somebody else's by now. */
  private send(pid: number, signal: NodeJS.Signals, watched: Watched): boolean {
    if (watched.ended || watched.endOf(pid) !== null) return false;
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  }

  file(told: readonly string[]): string | null {
    const rescued = told.map((line) => /the whole session is in (.*)$/.exec(line)?.[1]).find((path) => path);
    const path = rescued ?? this.output;
    return existsSync(path) ? path : null;
  }
}

/** gilscope's own lines apart from what the program wrote. */
function apart(stderr: string): { stderr: string; told: string[] } {
  const lines = stderr.split('\n');
  const ours = (line: string): boolean => line.startsWith('gilscope: ');
  return { stderr: steady(lines.filter((line) => !ours(line)).join('\n')), told: lines.filter(ours) };
}

async function recorded(run: Running): Promise<Outcome> {
  const { round, python } = run;
  const command = [process.execPath, GILSCOPE, 'record', '-q', '-o', run.output, ...round.options, '--', python.path];
  // A file-size limit refuses writes as a full disk does, everywhere, and needs no root.
  const limited = ['/bin/sh', '-c', `ulimit -S -f ${8 + (round.forMs % 120)}; exec "$0" "$@"`];
  const watched = run.watch('statuses', [...(round.fault === 'file limit' ? limited : []), ...command, ...run.program]);
  const [ran] = await Promise.all([watched.done, run.strike(watched, watched)]);
  const { stderr, told } = apart(ran.stderr);
  const main = noted(run.pids, 'main')[0];
  return {
    stdout: ran.stdout,
    stderr,
    said: textOf(`${run.pids}.said`),
    begun: existsSync(run.pids),
    end: main === undefined ? null : watched.endOf(main),
    recorder: watched.endOf(await watched.pid()),
    told,
    file: run.file(told),
    left: watched.left,
    struck: run.struck,
  };
}

async function attached(run: Running): Promise<Outcome> {
  const { round, python } = run;
  const until = join(run.folder, 'until');
  const target = run.watch('target', [python.path, ...run.program], { FAULTS_UNTIL: until });
  const main = (await target.look(() => noted(run.pids, 'main')[0]))!;
  const command = [process.execPath, GILSCOPE, 'attach', '-q', '-o', run.output, ...round.options, String(main)];
  const watched = run.watch('statuses', command);
  // It comes to its own work some time after somebody began to attach: before, meanwhile, or afterwards.
  const release = sleep(300 + round.forMs).then(() => writeFileSync(until, ''));
  const [said, ran] = await Promise.all([watched.done, target.done, run.strike(watched, target), release]);
  return {
    stdout: ran.stdout,
    stderr: steady(ran.stderr),
    said: textOf(`${run.pids}.said`),
    begun: existsSync(run.pids),
    end: target.endOf(main),
    recorder: watched.endOf(await watched.pid()),
    told: apart(said.stderr).told,
    file: run.file([]),
    left: [...watched.left, ...target.left],
    struck: run.struck,
  };
}

async function served(run: Running): Promise<Outcome> {
  const { round, python } = run;
  const watched = run.watch('statuses', [process.execPath, GILSCOPE, 'serve']);
  let printed = '';
  watched.child.stdout!.on('data', (text: string) => (printed += text));
  const url = (await watched.look(() => /^http:\S+/.exec(printed)?.[0]))!;
  const window = await TestWindow.open(url);
  const engine = round.options[0] === '--engine' ? 'estimated' : 'auto';
  const functions = round.options[0] === '--functions';
  const striking = run.strike(watched, watched);
  const spec = { python: python.path, args: run.program, cwd: run.folder, env: {}, engine, functions } as const;
  let path: string | null = null;
  try {
    const { id } = await window.call('session.launch', spec);
    const over = window.until(
      id,
      (one) => {
        path = one.path ?? path;
        return ['ended', 'stopped', 'failed'].includes(one.state);
      },
      WINDOW_MS,
    );
    await Promise.race([over, window.closed]);
  } catch {
    // The server hung up, or the program was gone before it could be recorded.
  }
  const pid = await watched.pid();
  await striking;
  window.close();
  const asked = round.fault === 'end recorder' && run.struck;
  if (!asked && !watched.ended && watched.endOf(pid) === null) process.kill(pid, 'SIGTERM');
  await watched.done;
  const sessions = join(home, 'sessions');
  path ??= existsSync(sessions) ? newestOf(sessions, pid) : null;
  const main = noted(run.pids, 'main')[0];
  return {
    stdout: null,
    stderr: null,
    said: textOf(`${run.pids}.said`),
    begun: existsSync(run.pids),
    end: main === undefined ? null : watched.endOf(main),
    recorder: watched.endOf(pid),
    told: [],
    file: path !== null && existsSync(path) ? path : null,
    left: watched.left,
    struck: run.struck,
  };
}

/** The recording of a server that did not come to tell its name. */
function newestOf(folder: string, pid: number): string | null {
  const mine = new RegExp(` ${pid.toString(36)}[0-9a-z]\\.gilscope$`);
  const name = readdirSync(folder).find((one) => mine.test(one));
  return name === undefined ? null : join(folder, name);
}

/** `small`: a folder on a disk of little room, if there is one. */
export function play(round: Round, python: Interpreter, small: string | null): Promise<Outcome> {
  const run = new Running(round, python, small);
  return { record: recorded, attach: attached, serve: served }[round.way](run);
}
