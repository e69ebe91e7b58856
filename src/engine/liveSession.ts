/**
 * A program being recorded: starts or enters it (target.ts), lets its agents in, gathers frames, samples, terminal output and exit status into model
 * and file, and carries the user's commands to it. Made by sessions.ts (windows), cli/record.ts and cli/attach.ts.
 */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { ProcessInfo, SessionInfo, SessionState } from '../shared/contract/types.ts';
import { FRAME_HEAD, FrameKind } from '../shared/protocol/frames.ts';
import { encodeControl } from '../shared/protocol/control.ts';
import { AgentDoor, type Knock } from './agentDoor.ts';
import { Agents } from './agents.ts';
import { toUserError, UserError } from './errors.ts';
import { SessionFunctions } from './functions.ts';
import { Ingest } from './ingest.ts';
import { VERSION } from './paths.ts';
import type { Program, ProgramEnd } from './program.ts';
import type { Recorder } from './recorder.ts';
import { samplerHindrance } from './procfs.ts';
import { coreCount, Sampler } from './sampler.ts';
import { Session, type SessionWatcher } from './session.ts';
import { FORMAT } from './sessionFile.ts';
import type { Entrance, Target } from './target.ts';
import { sessionTitle } from '../shared/title.ts';
import { SessionWatches, type WatchWishes } from './watches.ts';

/** How long after the program's end its agents' last bytes may take; they are in the socket already. */
const DRAIN_MS = 2000;
const STOP_MS = 5000;
/** `record` ends with its program: children that outlive it have so long to end by themselves, then to let go. */
const CHILDREN_END_MS = 200;
const CHILDREN_STOP_MS = 1000;
/** Until the queue at the door is empty; only processes that are born faster than they can be let in make it last. */
const KNOCKS_MS = 10_000;
/** One for each generation of processes that goes on having children while it is being stopped. */
const STOP_ROUNDS = 10;

export interface LiveOptions {
  target: Target;
  recorder: Recorder;
  watcher: SessionWatcher | null;
  /** The name is the user's own choice (`-o`). */
  saved?: boolean;
  /** The session ends with the program, not with the last of its children. */
  endsWithProgram?: boolean;
  /** What is watched from the start, in every process. */
  watches?: WatchWishes;
}

export class LiveSession extends Session {
  /** Resolves when everything of the recording is in the model and on disk; the program may go on after a stop. */
  readonly finished: Promise<void>;
  /** Resolves with how the program ended. */
  readonly programEnded: Promise<ProgramEnd>;
  readonly target: Target;
  private readonly created = new Date().toISOString();
  private readonly startNs = process.hrtime.bigint();
  private readonly ingest: Ingest;
  private readonly recorder: Recorder;
  private readonly sampler: Sampler;
  private readonly agents: Agents;
  readonly watches: SessionWatches;
  readonly functions: SessionFunctions;
  private door: AgentDoor | null = null;
  private program: Program | null = null;
  private entrance: Entrance | null = null;
  private entered = false;
  private state: SessionState = 'starting';
  private error: string | null = null;
  private alive = false;
  private saved: boolean;
  private finishing: Promise<void> | null = null;
  private lettingGo: Promise<void> | null = null;
  private markFinished: () => void = () => undefined;
  private markEnded: (end: ProgramEnd) => void = () => undefined;
  private readonly endsWithProgram: boolean;
  /** How the program ended, while children of it are still being recorded. */
  private outlived: { end: ProgramEnd; ns: string; told: boolean } | null = null;
  private readonly rate: { at: number; events: number }[] = [];

  private constructor(options: LiveOptions) {
    super(options.watcher);
    this.target = options.target;
    this.recorder = options.recorder;
    this.saved = options.saved ?? false;
    this.endsWithProgram = options.endsWithProgram ?? false;
    this.finished = new Promise((done) => (this.markFinished = done));
    this.programEnded = new Promise((done) => (this.markEnded = done));
    this.ingest = new Ingest(this.model, this.recorder);
    this.agents = new Agents(this.ingest, this.target.pids, {
      log: (level, source, text) => this.addLog(level, source, text, this.atNs()),
      named: (stream, tid) => this.sampler.nameKnown(stream, tid),
      joined: (stream) => {
        this.watches.joined(stream);
        this.functions.joined(stream);
      },
      leaving: () => this.sampler.round(),
      changed: () => {
        this.lookForEnd();
        this.touch();
      },
    });
    const watches = options.watches ?? { expressions: options.target.spec?.watches ?? [] };
    this.watches = new SessionWatches(this.agents, this.model, watches, (text) => this.note('warn', text));
    this.functions = new SessionFunctions(this.agents, (text) => this.note('warn', text));
    this.sampler = new Sampler(() => this.agents.sampled(), {
      sample: (payload) => {
        this.ingest.sample(payload);
        this.touch();
      },
      threadName: (stream, tid, name) => this.ingest.control(FrameKind.thread, { tid, name }, stream),
    });
  }

  /** Starts or enters the program. Throws UserError, with nothing left behind, when that cannot be done. */
  static async start(options: LiveOptions): Promise<LiveSession> {
    const session = new LiveSession(options);
    try {
      session.door = await AgentDoor.open(
        (knock) => session.admit(knock),
        (why) => session.note('warn', `a connection was refused: ${why}`),
      );
      session.writeHead();
      session.program = await options.target.open(session.door);
      session.introduce(session.program);
      session.entrance = await options.target.enter(session.door);
      session.entered = true;
      session.beginFile();
    } catch (error) {
      session.program?.release();
      session.door?.close();
      session.sampler.stop();
      session.agents.hangUp();
      await options.recorder.discard();
      throw error;
    }
    session.watchProgram(session.program);
    return session;
  }

  private writeHead(): void {
    const { kind, command, cwd } = this.target;
    this.ingest.control(FrameKind.session, {
      format: FORMAT,
      gilscope: VERSION,
      created: this.created,
      start_ns: String(this.startNs),
      host: hostname(),
      platform: `${process.platform} ${process.arch}`,
      cores: coreCount(),
      kind,
      command: [...command],
      cwd,
      clock: 'CLOCK_MONOTONIC',
    });
  }

  private introduce(program: Program): void {
    this.alive = true;
    const { command, kind, ppid } = this.target;
    this.agents.family.root(this.agents.pid(0) ?? program.pid);
    // Of a program that ran before, nothing is known but that.
    const born = kind === 'launch' ? { born_ns: this.now() } : {};
    const name = sessionTitle(command);
    this.ingest.control(FrameKind.process, { pid: program.pid, ppid, argv: [...command], name, ...born });
  }

  private watchProgram(program: Program): void {
    if (program.terminalWhy !== null) this.note('warn', program.terminalWhy);
    program.onOutput((bytes) => this.output(bytes));
    void program.ended.then((end) => this.programGone(end));
    this.touch();
  }

  private now(): string {
    return String(process.hrtime.bigint());
  }

  private atNs(): number {
    return Number(process.hrtime.bigint() - this.startNs);
  }

  note(level: 'info' | 'warn' | 'error', text: string): void {
    this.addLog(level, 'gilscope', text, this.atNs());
  }

  /** Called by the recorder's owner: recording goes on in memory. */
  recordingFailed(error: UserError): void {
    const advice = 'Recording goes on in memory: save the session elsewhere before closing it';
    this.note('error', `${error.message}. ${advice}.`);
    this.touch();
  }

  private output(bytes: Uint8Array): void {
    this.terminal.put(bytes);
    if (this.finishing === null && !this.ingest.terminal(bytes) && !this.terminalFull) {
      this.terminalFull = true;
      this.note('info', 'the terminal output from here on is shown but not recorded: it is very long');
    }
  }
  private terminalFull = false;

  private admit(knock: Knock): void {
    this.agents.admit(knock, this.program?.pid);
    this.beginFile();
    if (this.agents.count > 1) this.sampler.soon();
    if (this.agents.count > 1 || this.finishing !== null) return;
    this.state = 'recording';
    const hindrance = samplerHindrance();
    if (hindrance === null) this.sampler.start();
    else this.note('warn', hindrance);
  }

  /** From now on there is something to tell: an older recording of that name is given up for it, not before. */
  private beginFile(): void {
    if (this.entered && this.agents.count > 0) this.recorder.begin();
  }

  private programGone(end: ProgramEnd): void {
    const endedNs = end.ns === undefined ? this.now() : String(end.ns);
    this.alive = false;
    this.terminal.flush();
    if (this.finishing === null) this.endWithChildren(end, endedNs);
    else void this.finishing.then(() => this.applyLate(end, endedNs));
    this.markEnded(end);
    this.touch();
  }

  /** The recording goes on while children do; with `endsWithProgram` it soon lets go of them. */
  private endWithChildren(end: ProgramEnd, ns: string): void {
    this.outlived = { end, ns, told: false };
    this.lookForEnd();
    if (this.endsWithProgram && this.finishing === null)
      setTimeout(() => void this.leaveChildren(), CHILDREN_END_MS).unref();
  }

  private async leaveChildren(): Promise<void> {
    await this.door?.settle(KNOCKS_MS);
    const children = this.agents.livingChildren;
    if (this.finishing !== null || this.outlived === null) return;
    if (children > 0)
      this.note('warn', `${children === 1 ? 'a child process goes' : `${children} child processes go`} on, unrecorded`);
    await this.agents.stopChildren(CHILDREN_STOP_MS);
    void this.finish('exit', this.outlived.end, this.outlived.ns);
  }

  private lookForEnd(): void {
    const { outlived } = this;
    if (outlived === null || this.finishing !== null) return;
    if (this.agents.children === 0) void this.endWhenAlone();
    else if (!outlived.told && !this.agents.isConnected(0)) {
      outlived.told = true;
      this.ingest.control(FrameKind.process, this.processEnd(outlived.end, outlived.ns));
    }
  }

  /** Nobody is left, unless somebody is still at the door. */
  private async endWhenAlone(): Promise<void> {
    if (this.settling) return;
    this.settling = true;
    await this.door?.settle(KNOCKS_MS);
    this.settling = false;
    const { outlived } = this;
    if (outlived !== null && this.agents.children === 0) void this.finish('exit', outlived.end, outlived.ns);
  }
  private settling = false;

  /** The program ended after its recording was stopped: told to the windows, the file is closed. */
  private applyLate(end: ProgramEnd, endedNs: string): void {
    const payload = encodeControl(FrameKind.process, this.processEnd(end, endedNs)).subarray(FRAME_HEAD);
    this.model.apply({ kind: FrameKind.process, stream: 0, payload });
    this.touch();
  }

  private processEnd(end: ProgramEnd, endedNs: string) {
    const pid = this.agents.pid(0) ?? this.program!.pid;
    // Of a program that is not ours its parent alone is told; but its agent may have said so at the last.
    const exitCode = end.signal === null ? (end.exitCode ?? this.agents.exitCode(0)) : null;
    return { pid, ended_ns: endedNs, exit_code: exitCode, signal: end.signal };
  }

  private finish(reason: 'exit' | 'stop', end: ProgramEnd | null, atNs: string): Promise<void> {
    this.finishing ??= this.finishNow(reason, end, atNs).catch((error: unknown) => this.failed(error));
    return this.finishing;
  }

  private async finishNow(reason: 'exit' | 'stop', end: ProgramEnd | null, atNs: string): Promise<void> {
    await this.agents.drain(reason === 'exit' ? DRAIN_MS : STOP_MS);
    const swept = this.door?.leave();
    this.sampler.round();
    this.sampler.stop();
    this.agents.family.scan(true);
    this.writeLost(end);
    this.agents.hangUp();
    if (end !== null && this.outlived?.told !== true)
      this.ingest.control(FrameKind.process, this.processEnd(end, atNs));
    this.entrance?.release();
    this.ingest.control(FrameKind.end, {
      ns: end === null || this.outlived?.told === true ? this.now() : atNs,
      reason,
    });
    await Promise.all([this.settleFile(), swept]);
    this.state = this.agents.count === 0 ? 'failed' : reason === 'exit' ? 'ended' : 'stopped';
    this.markFinished();
    this.touch();
  }

  /** A defect of gilscope: what is on disk stays, whoever waits for the end goes on. */
  private async failed(error: unknown): Promise<void> {
    this.error = toUserError(error).message;
    this.state = 'failed';
    this.note('error', this.error);
    this.entrance?.release();
    await this.recorder.close().catch(() => undefined);
    this.markFinished();
    this.touch();
  }

  private writeLost(end: ProgramEnd | null): void {
    for (let stream = 0; stream < this.agents.family.size; stream++) {
      // Of children that have hung up it was told then; that a pool ends its workers is no news.
      if (stream > 0 && !this.agents.isConnected(stream)) continue;
      const lost = this.agents.whyLost(stream, stream === 0 ? (end?.signal ?? null) : null);
      if (lost === undefined) continue;
      const pid = this.agents.pid(stream)!;
      this.note('warn', `process ${pid}: ${lost}`);
      this.ingest.control(FrameKind.process, { pid, lost }, stream);
    }
  }

  private async settleFile(): Promise<void> {
    if (this.agents.count > 0) {
      await this.recorder.close().catch((error: unknown) => this.note('error', `the session file: ${String(error)}`));
      return;
    }
    this.error = this.target.whyNothing();
    this.note('error', this.error);
    await this.recorder.discard();
  }

  /** Ends the recording; the program goes on without hooks. */
  async stop(): Promise<void> {
    if (this.finishing === null) await (this.lettingGo ??= this.letGo());
    return this.finish('stop', null, this.now());
  }

  /** Whoever has knocked is let in first: what it has to say is in the socket. Processes that still ran may have had children meanwhile. */
  private async letGo(): Promise<void> {
    for (let round = 0; round < STOP_ROUNDS; round++) {
      await this.door?.settle(KNOCKS_MS);
      if (!(await this.agents.stop())) return;
    }
  }

  setSwitchInterval(index: number, seconds: number): Promise<void> {
    return this.agents.setSwitchInterval(index, seconds);
  }

  /** A process it is recording now. */
  records(pid: number): boolean {
    const has = (one: ProcessInfo): boolean => one.pid === pid && one.engine !== null && one.endedNs === null;
    return this.finishing === null && this.model.processes.some(has);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.program?.signal(signal) !== true) throw new UserError('not-alive', 'the program has ended already');
  }

  write(data: string): void {
    this.program?.write(data);
  }

  resize(cols: number, rows: number): void {
    this.program?.resize(cols, rows);
  }

  async saveAs(path: string, overwrite: boolean): Promise<void> {
    if (this.state === 'failed') throw new UserError('refused', 'nothing was recorded, so there is nothing to save');
    await this.recorder.moveTo(resolve(path), overwrite);
    this.saved = true;
    this.touch();
  }

  async close(): Promise<void> {
    if (this.finishing === null && this.alive) await this.stop();
    await this.finished;
    this.program?.release();
    this.quiet();
  }

  private eventsPerS(): number {
    if (this.finishing !== null) return 0;
    const now = performance.now();
    this.rate.push({ at: now, events: this.model.events });
    while (this.rate.length > 2 && this.rate[1].at <= now - 1000) this.rate.shift();
    const first = this.rate[0];
    return now - first.at < 50 ? 0 : ((this.model.events - first.events) / (now - first.at)) * 1000;
  }

  info(): SessionInfo {
    const { model, target } = this;
    const command = [...target.command];
    return {
      id: this.id,
      title: sessionTitle(command),
      kind: target.kind,
      state: this.state,
      error: this.error,
      alive: this.alive,
      path: this.state === 'failed' ? null : this.recorder.path,
      saved: this.saved,
      damage: null,
      created: this.created,
      command,
      cwd: target.cwd,
      host: hostname(),
      cores: coreCount(),
      endNs: model.endNs,
      revision: model.revision,
      eventsPerS: this.eventsPerS(),
      processes: [...model.processes],
      threads: [...model.threads],
      gils: [...model.gils],
      terminal: this.program?.terminal ?? 'none',
      attached: this.entrance?.how ?? null,
      progress: null,
    };
  }
}
