/**
 * The agents of one live session: one for each process that connected. Takes their frames in, carries commands to them,
 * and knows who left without a goodbye. Owned by liveSession.ts.
 */
import type { LogLine } from '../shared/contract/types.ts';
import { parseControl, type Child } from '../shared/protocol/control.ts';
import { FrameKind, ProtocolError, type Frame } from '../shared/protocol/frames.ts';
import type { AgentConnection, CommandFields } from './agentConnection.ts';
import type { Knock } from './agentDoor.ts';
import { UserError } from './errors.ts';
import { Family, shown, type Member } from './family.ts';
import type { Ingest } from './ingest.ts';
import { lifeOf } from './procfs.ts';
import { toSeconds } from '../shared/units.ts';
import type { Sampled } from './sampler.ts';
import type { Pids } from './target.ts';

/** When a process that multiprocessing has spawned is asked what it is called: it learns that after it has said HELLO. */
const ASK_NAME_MS = [50, 150, 400, 1000];

interface Agent {
  stream: number;
  pid: number;
  /** Of its latest HELLO. */
  spawned: boolean;
  connection: AgentConnection;
  open: boolean;
  /** It has said why it goes. */
  goodbye: string | null;
  /** The exit status it said goodbye with. */
  code: number | null;
  /** To stop. */
  asked: boolean;
  /** Why the connection ended, when this end knows. */
  why: string | null;
}

const HEEDED = new Set<number>([FrameKind.log, FrameKind.goodbye, FrameKind.thread, FrameKind.child]);

/** A recording begins when its process says HELLO, or at the fork before: neither long before the session nor after now. */
const SLACK_NS = 60_000_000_000n;

/** How far a process's clock is from ours; null: it is the same, as far as that can be told. */
function secondsApart(startNs: bigint, beganNs: bigint): number | null {
  const now = process.hrtime.bigint();
  const apart = startNs > now + SLACK_NS ? startNs - now : startNs < beganNs - SLACK_NS ? startNs - beganNs : null;
  return apart === null ? null : Math.round(toSeconds(Number(apart)));
}

const otherClock = (s: number): string =>
  `its clock is ${Math.abs(s)} s ${s > 0 ? 'ahead of' : 'behind'} ours (another time namespace?)`;

const isRecordedChild = (agent: Agent): boolean => agent.stream > 0 && agent.open && agent.goodbye === null;
const isLivingChild = (agent: Agent): boolean => isRecordedChild(agent) && lifeOf(agent.pid) === 'alive';

export interface AgentsOwner {
  log(level: LogLine['level'], source: string, text: string): void;
  /** A thread was named by Python. */
  named(stream: number, tid: number): void;
  /** A process has said HELLO, and takes commands. */
  joined(stream: number): void;
  /** An agent is about to go: last chance to look at its process. */
  leaving(): void;
  changed(): void;
}

export class Agents {
  private readonly all: Agent[] = [];
  /** The latest agent of each process: after an exec there is another. */
  private readonly byStream = new Map<number, Agent>();
  readonly family: Family;
  private closed = false;
  private readonly beganNs = process.hrtime.bigint();
  private allGone: () => void = () => undefined;

  constructor(
    private readonly ingest: Ingest,
    private readonly pids: Pids,
    private readonly owner: AgentsOwner,
  ) {
    this.family = new Family(ingest, (stream) => this.byStream.get(stream)?.open === true);
  }

  /** How many have ever come. */
  get count(): number {
    return this.all.length;
  }

  /** Those that are connected. */
  open(): readonly { stream: number; pid: number }[] {
    return this.all.filter((agent) => agent.open);
  }

  /** What is to be sampled: who is connected, and of the session's other processes the little that /proc tells of any. */
  sampled(): readonly Sampled[] {
    this.family.scan();
    const others = this.family.unrecorded().map(({ stream, pid }) => ({ stream, pid, outside: true }));
    return [...this.open(), ...others];
  }

  /** Recorded processes besides the program itself. */
  get children(): number {
    return this.all.filter(isRecordedChild).length;
  }

  isConnected(stream: number): boolean {
    return this.byStream.get(stream)?.open === true;
  }

  pid(stream: number): number | undefined {
    const agent = this.byStream.get(stream);
    return agent && shown(agent.pid);
  }

  /** What a process said it ends with. */
  exitCode(stream: number): number | null {
    return this.byStream.get(stream)?.code ?? null;
  }

  /** `programPid`: the pid under which the session knows its first process so far. */
  admit({ connection, hello: said, frame }: Knock, programPid: number | undefined): void {
    if (this.closed) {
      connection.close();
      return;
    }
    const hello = this.asWeSeeIt(said);
    const apartS = secondsApart(hello.start_ns, this.beganNs);
    if (apartS !== null) {
      this.owner.log('error', 'gilscope', `process ${shown(hello.pid)} is not recorded: ${otherClock(apartS)}`);
      connection.close();
      return;
    }
    const member = this.all.length === 0 ? this.first(hello.pid, programPid) : this.family.greet(hello);
    if (member === null) {
      connection.close();
      return;
    }
    const { stream } = member;
    const spawned = member.spawned;
    const agent: Agent = {
      stream,
      pid: hello.pid,
      spawned,
      connection,
      open: true,
      goodbye: null,
      code: null,
      asked: false,
      why: null,
    };
    this.all.push(agent);
    this.byStream.set(stream, agent);
    // The token is a secret of this run; it has no business in a file.
    const json = JSON.parse(new TextDecoder().decode(frame.payload)) as Record<string, unknown>;
    const ours = { pid: shown(hello.pid), ppid: hello.ppid, token: '' };
    const payload = new TextEncoder().encode(JSON.stringify({ ...json, ...ours }));
    this.ingest.frame({ kind: FrameKind.hello, stream, payload });
    if (hello.engine_reason) this.owner.log('warn', 'gilscope', `estimated, not exact: ${hello.engine_reason}`);
    connection.listen({
      frames: (frames) => this.take(agent, frames),
      closed: (why) => this.gone(agent, why),
    });
    this.askName(agent);
    this.owner.joined(stream);
    this.owner.changed();
  }

  /** A container has pids of its own. A parent outside of it is none that its child could name. */
  private asWeSeeIt<T extends { pid: number; ppid?: number | null }>(told: T): T {
    const ppid = told.ppid == null ? null : this.pids.ours(told.ppid);
    return { ...told, pid: this.pids.ours(told.pid), ppid: ppid !== null && ppid > 0 ? ppid : null };
  }

  /** What a process says of a child of its. */
  private child(told: Child): void {
    const ended = told.argv == null;
    this.family.child(ended ? { ...told, pid: this.pids.ended(told.pid) } : this.asWeSeeIt(told));
  }

  /** The program itself; a wrapper may have started it under another pid than the one we know. */
  private first(pid: number, programPid: number | undefined): Member {
    const member = this.family.root(pid);
    if (pid !== programPid) this.ingest.control(FrameKind.process, { pid }, member.stream);
    return member;
  }

  private askName(agent: Agent): void {
    if (!agent.spawned) return;
    for (const ms of ASK_NAME_MS) {
      const ask = (): unknown => agent.open && agent.goodbye === null && agent.connection.command({ cmd: 'ping' });
      setTimeout(ask, ms).unref();
    }
  }

  private take(agent: Agent, frames: Frame[]): void {
    if (this.closed) return;
    for (const frame of frames) {
      // Frames of files are ours to write, commands ours to give, and a process says hello once.
      if (frame.kind === FrameKind.hello || frame.kind >= FrameKind.command)
        throw new ProtocolError(`it sent a message of kind ${frame.kind}`);
      frame.stream = agent.stream;
      // What is told of children becomes PROCESS frames.
      if (frame.kind !== FrameKind.child) this.ingest.frame(frame);
      this.heed(agent, frame);
    }
    this.owner.changed();
  }

  /** What a frame means to the session besides what it means to the model. */
  private heed(agent: Agent, frame: Frame): void {
    if (!HEEDED.has(frame.kind)) return;
    const control = parseControl(frame);
    if (control?.kind === FrameKind.log)
      this.owner.log(control.value.level, `process ${shown(agent.pid)}`, control.value.text);
    if (control?.kind === FrameKind.thread) this.owner.named(agent.stream, control.value.tid);
    if (control?.kind === FrameKind.child) this.child(control.value);
    if (control?.kind === FrameKind.goodbye) {
      const { reason, code, ns } = control.value;
      agent.goodbye = reason;
      agent.code = code ?? null;
      this.owner.leaving();
      if (reason === 'exit' || reason === 'os_exit')
        this.family.saidGoodbye(agent.stream, code ?? undefined, ns ?? null);
      this.lookAround();
    }
  }

  private gone(agent: Agent, why: string | null): void {
    agent.open = false;
    agent.why = why;
    if (why !== null)
      this.owner.log('error', 'gilscope', `the connection to process ${shown(agent.pid)} was ended: ${why}`);
    if (!this.closed && this.byStream.get(agent.stream) === agent)
      this.family.hungUp(agent.stream, this.whyLost(agent.stream, null));
    this.lookAround();
    this.owner.changed();
  }

  /** Nothing more can come: everybody has hung up or said goodbye (a child of the program may hold the socket open). */
  private get quiet(): boolean {
    return this.all.every((agent) => !agent.open || agent.goodbye !== null);
  }

  private lookAround(): void {
    if (this.quiet) this.allGone();
  }

  /** Until nothing more can come, but not for ever: `limitMs` after the last that did. */
  async drain(limitMs: number): Promise<void> {
    const gone = new Promise<true>((done) => (this.allGone = () => done(true)));
    while (!this.quiet) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<false>((done) => (timer = setTimeout(() => done(false), limitMs)));
      const all = await Promise.race([gone, late]);
      clearTimeout(timer);
      if (all || !this.all.some(({ connection }) => connection.pending)) return;
    }
  }

  /** Recorded children that really run; of others the last words are on their way. */
  get livingChildren(): number {
    return this.all.filter(isLivingChild).length;
  }

  /** The program has ended; its children go on without hooks. */
  stopChildren(limitMs: number): Promise<void> {
    return this.stopThose(this.all.filter(isLivingChild), limitMs);
  }

  /** Asks every agent to take its hooks out; who does not answer is hung up upon, which it takes for the same. False: nobody is left. */
  async stop(): Promise<boolean> {
    const open = this.all.filter((agent) => agent.open && !agent.asked);
    await this.stopThose(open);
    return open.length > 0;
  }

  private async stopThose(open: Agent[], limitMs?: number): Promise<void> {
    await Promise.all(
      open.map(async (agent) => {
        agent.asked = true;
        const reply = await agent.connection.command({ cmd: 'stop' }, limitMs);
        if (reply?.ok === true || agent.goodbye !== null || !agent.open) return;
        this.owner.log(
          'warn',
          'gilscope',
          `process ${shown(agent.pid)} did not confirm the stop; its connection is cut`,
        );
        agent.connection.close();
      }),
    );
  }

  /** The agent's answer to a command. Throws UserError: `failure` says what then was not done. */
  async ask(stream: number, command: CommandFields, failure: string): Promise<unknown> {
    const agent = this.byStream.get(stream);
    if (!agent?.open || this.closed) throw new UserError('not-alive', 'this process is not being recorded any more');
    const reply = await agent.connection.command(command);
    if (reply === null)
      throw new UserError('refused', 'the agent did not answer', 'try again: the program may be stopped or very busy');
    if (!reply.ok) throw new UserError('refused', `${failure}: ${reply.error ?? 'no reason given'}`);
    return reply.value;
  }

  async setSwitchInterval(stream: number, seconds: number): Promise<void> {
    await this.ask(stream, { cmd: 'set_switch_interval', seconds }, 'the switch interval was not set');
  }

  /** Nothing is taken in after this. */
  hangUp(): void {
    this.closed = true;
    for (const agent of this.all) agent.connection.close();
  }

  /** Why the end of a process's recording is missing; undefined when it said goodbye. */
  whyLost(stream: number, signal: string | null): string | undefined {
    const agent = this.byStream.get(stream);
    if (agent === undefined || agent.goodbye !== null) return undefined;
    if (agent.why !== null) return agent.why;
    const how = signal === null ? 'it ended without a goodbye' : `it was ended by ${signal}`;
    return `${how}: what its agent had not sent yet is missing`;
  }
}
