/**
 * Brings the agent into a process that runs already. Called by the live session of an attach, and by `gilscope attach`.
 */
import type { Server } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { COPIED } from '../doorSweep.ts';
import { UserError, type UserErrorCode } from '../errors.ts';
import type { Tracing } from '../target.ts';
import { readMachine, type Machine } from './machine.ts';
import { describeProcess, type PythonProcess } from './list.ts';
import { inject, type InjectorFailure } from './injector.ts';
import { hasOwnDoor, refusal, unexplained, type Facts, type Refusal } from './refusal.ts';
import { listenFor, openRelay, RELAY_NAME, type Relay } from './relay.ts';
import { remoteExec, script } from './remoteExec.ts';
import { isAttached, link, readStat } from './scan.ts';
import {
  copyGoods,
  goodsInPlace,
  mayRead,
  putText,
  rootOf,
  stages,
  type Goods,
  type Owner,
  type Stage,
} from './stage.ts';

export interface AttachOptions {
  /** The engine's own socket (AgentDoor), as we name it. */
  socketPath: string;
  token: string;
  engine: 'auto' | 'exact' | 'estimated';
  tracing?: Tracing;
  /** How long the agent may take to come up once the helper is through. A program in a long C call keeps the GIL. */
  timeoutMs?: number;
}

export interface Attached {
  /** `ptrace`: the native helper. `remote_exec`: the interpreter's own door. */
  way: 'ptrace' | 'remote_exec';
  /** How long one of its threads stood still, and the helper's whole time; null by the interpreter's own door. */
  stoppedUs: number | null;
  totalUs: number | null;
  /** What the agent chose. */
  engine: 'exact' | 'estimated';
  python: string;
  /** The session's end: takes away what children of the target need to reach the engine. */
  release(): void;
}

const AGENT_TIMEOUT_MS = 15_000;
const LOOK_EVERY_MS = 100;
const LEAVE_MS = 1000;
/** For finding a thread at a safe place; mostly the first will do. */
const HELPER_SECONDS = 5;

const report = z.union([
  z.object({ ok: z.literal(true), engine: z.enum(['exact', 'estimated']), python: z.string() }),
  z.object({ ok: z.literal(false), code: z.string(), message: z.string() }),
]);
type Report = z.infer<typeof report>;

/**
 * Resolves when the agent runs in the process and has connected to `socketPath` (its HELLO is there, or on its way).
 * Throws a UserError with cause and remedy when it cannot be; then nothing of ours is left in the process but, at most, the mapped
 * library. The HELLO's `pid` is the process's own idea of it: another number in another pid namespace.
 */
export async function attachProcess(pid: number, options: AttachOptions): Promise<Attached> {
  const machine = readMachine();
  await departed(pid);
  const { facts } = admissible(pid, machine);
  return new Entry(pid, facts, machine, options).run();
}

/** What runs under this pid. Throws a UserError when it is known without trying that it cannot be entered. */
export async function checkAttach(pid: number): Promise<PythonProcess & { startS: number }> {
  await departed(pid);
  const { process } = admissible(pid, readMachine());
  const startS = readStat(pid)?.startS;
  if (process === null || startS === undefined) throw ended(pid);
  return { ...process, startS };
}

function admissible(pid: number, machine: Machine): { facts: Facts; process: PythonProcess | null } {
  const known = describeProcess(pid, machine);
  if (known === null)
    throw new UserError('not-found', `there is no process ${pid}`, '`gilscope ps` lists the Python processes');
  const why = refusal(machine, known.facts);
  if (why !== null) throw asError(why);
  return known;
}

/** The agent of a recording just stopped hangs up a moment before its thread ends. */
async function departed(pid: number): Promise<void> {
  for (let i = 0; i < LEAVE_MS / 10 && isAttached(pid); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** One attempt to get in, with what it has to clear away. */
class Entry {
  private readonly owner: Owner;
  private relay: Relay | null = null;

  constructor(
    private readonly pid: number,
    private readonly facts: Facts,
    private readonly machine: Machine,
    private readonly options: AttachOptions,
  ) {
    // Effective ids: those the kernel judges its file accesses by.
    this.owner = { uid: facts.status?.uids[1] ?? machine.uid, gid: facts.status?.gids[1] ?? 0 };
  }

  async run(): Promise<Attached> {
    let copies = false;
    let last: InjectorFailure | null = null;
    for (const stage of stages(this.pid, this.owner)) {
      const inPlace = copies ? null : goodsInPlace(this.pid, this.owner);
      const result = await this.through(stage, inPlace);
      if (!('code' in result)) return result;
      last = result;
      // Another build of the library is in there under our path; or what lies in this folder may not be run.
      copies ||= result.code === 'stale_library';
      const elsewhere = result.code === 'dlopen_failed' && /failed to map segment/.test(result.message);
      if (result.code !== 'stale_library' && !elsewhere) break;
    }
    throw last === null ? noPlace(this.pid) : this.explain(last);
  }

  private async through(stage: Stage, inPlace: Goods | null): Promise<Attached | InjectorFailure> {
    let server: Server | null = null;
    let keep = false;
    try {
      const goods = inPlace ?? copyGoods(stage);
      const socket = await this.reachableSocket(stage);
      let tell: (report: Report) => void = () => undefined;
      const said = new Promise<Report>((resolve) => (tell = resolve));
      server = await listenFor(join(stage.here, 'report'), this.owner, (from) => hear(from, tell));
      const reportPath = join(stage.there, 'report');
      const { token, engine } = this.options;
      const { children = true, sites = true, functions = false, looksHz } = this.options.tracing ?? {};
      // Texts only: the tracer's own reader (native/src/attach_json.c) knows nothing else.
      const flag = (on: boolean): string => (on ? '1' : '0');
      const looks = looksHz === undefined ? {} : { looks: String(looksHz) };
      const what = { engine, children: flag(children), sites: flag(sites), functions: flag(functions), ...looks };
      const config = { socket, token, ...what, lib: goods.library, agent_dir: goods.agent, report: reportPath };
      putText(stage, 'attach.json', JSON.stringify(config));
      const entered = await this.enter(stage, goods, JSON.stringify(config), reportPath);
      if (!entered.ok) return entered;
      const heard = await this.wait(said);
      if (!heard.ok) throw this.agentError(heard);
      // Children the process forks knock at the relay; a Python it starts reads the agent's files.
      const { relay } = this;
      const needed = [...(relay === null ? [] : [RELAY_NAME]), ...(inPlace === null ? COPIED : [])];
      keep = needed.length > 0;
      if (keep) stage.keepOnly(needed);
      const release = (): void => {
        relay?.close();
        stage.remove();
      };
      return { ...entered.figures, engine: heard.engine, python: heard.python, release };
    } finally {
      server?.close();
      if (!keep) {
        this.relay?.close();
        this.relay = null;
        stage.remove();
      }
    }
  }

  /** The engine's socket if the target can open it, else a relay in the stage. */
  private async reachableSocket(stage: Stage): Promise<string> {
    const { socketPath } = this.options;
    if (rootOf(this.pid) === '' && (this.owner.uid === this.machine.uid || mayRead(socketPath, this.owner)))
      return socketPath;
    this.relay = await openRelay(stage, socketPath);
    return this.relay.there;
  }

  /** Its executable is run with our rights where its own door is used: never one that somebody else may have put there. */
  private get mine(): boolean {
    return rootOf(this.pid) === '' && this.owner.uid === this.machine.uid;
  }

  private async enter(
    stage: Stage,
    goods: Goods,
    config: string,
    reportPath: string,
  ): Promise<{ ok: true; figures: Pick<Attached, 'way' | 'stoppedUs' | 'totalUs'> } | InjectorFailure> {
    if (this.machine.built) {
      const result = await inject(this.pid, goods.library, join(stage.there, 'attach.json'), HELPER_SECONDS);
      if (result.ok)
        return { ok: true, figures: { way: 'ptrace', stoppedUs: result.stopped_us, totalUs: result.total_us } };
      if (!hasOwnDoor(this.facts.python) || result.code === 'stale_library' || !this.mine) return result;
    }
    if (!this.mine) return { ok: false, code: 'no_helper', message: notMine(this.pid), tries: 0 };
    putText(stage, 'enter.py', script(goods.agent, config, reportPath));
    const python = link(`/proc/${this.pid}/exe`) ?? 'python3';
    const why = await remoteExec(python, this.pid, stage, 'enter.py');
    if (why !== null) return { ok: false, code: 'internal', message: `sys.remote_exec failed: ${why}`, tries: 0 };
    return { ok: true, figures: { way: 'remote_exec', stoppedUs: null, totalUs: null } };
  }

  /** The agent's report; a UserError when the process ends or keeps the GIL for too long. */
  private async wait(said: Promise<Report>): Promise<Report> {
    const limit = this.options.timeoutMs ?? AGENT_TIMEOUT_MS;
    let timer: NodeJS.Timeout | undefined;
    const trouble = new Promise<never>((_, reject) => {
      const since = performance.now();
      timer = setInterval(() => {
        const state = readStat(this.pid)?.state ?? null;
        if (state === null || state === 'Z' || state === 'X') reject(ended(this.pid));
        else if (performance.now() - since > limit) reject(this.late(limit));
      }, LOOK_EVERY_MS);
    });
    try {
      return await Promise.race([said, trouble]);
    } finally {
      clearInterval(timer);
    }
  }

  private late(limit: number): UserError {
    return new UserError(
      'refused',
      `process ${this.pid} was entered, but its interpreter gave the agent no turn within ${limit / 1000} s`,
      'it sits in a long call that keeps the GIL: try again when that is over',
    );
  }

  private agentError(heard: Extract<Report, { ok: false }>): UserError {
    const codes: Record<string, UserErrorCode> = { too_old: 'too-old', not_python: 'not-python' };
    const remedies: Record<string, string> = {
      already_attached: 'stop that recording first',
      too_old: 'run the program with CPython 3.8 or later',
      not_running: 'try again when the program has started its Python',
      ending: 'it is about to end: start it anew',
      no_memory: 'raise its limit (ulimit -v, ulimit -d)',
    };
    return new UserError(
      codes[heard.code] ?? 'refused',
      `process ${this.pid}: ${heard.message}`,
      remedies[heard.code] ?? null,
    );
  }

  private explain(failure: InjectorFailure): UserError {
    if (failure.code === 'permission' || failure.code === 'already_traced' || failure.code === 'stopped') {
      const now = describeProcess(this.pid, this.machine);
      const why = now === null ? null : refusal(this.machine, now.facts);
      return asError(why ?? unexplained(this.machine, this.pid));
    }
    if (failure.code === 'process_ended' || failure.code === 'no_such_process' || failure.code === 'zombie')
      return ended(this.pid);
    return new UserError('refused', failure.message, REMEDIES[failure.code] ?? null);
  }
}

const REMEDIES: Record<string, string> = {
  no_helper: 'install a C compiler, then: npm run build:native',
  no_safe_point: 'try again: its threads were all inside the memory allocator or the loader, or stuck in the kernel',
  busy_loader: 'try again when it has finished loading libraries',
  static_no_dlopen: 'launch the program with a Python that is not linked statically',
  arch_mismatch: 'run the program with a Python built for this machine',
  no_memory: 'raise its limit on address space (ulimit -v)',
  no_thread: 'raise its limit on processes (ulimit -u, or the container’s pids limit)',
  seccomp: 'launch the program from gilscope, outside that sandbox',
  library_not_visible: 'give it a writable /tmp, or launch the program from gilscope',
  dlopen_failed: 'launch the program from gilscope instead',
};

function asError(why: Refusal): UserError {
  const codes: Partial<Record<Refusal['code'], UserErrorCode>> = {
    not_python: 'not-python',
    not_cpython: 'not-cpython',
    too_old: 'too-old',
    zombie: 'not-alive',
  };
  return new UserError(codes[why.code] ?? 'refused', why.message, why.remedy);
}

const ended = (pid: number): UserError => new UserError('not-alive', `process ${pid} ended`, null);

const notMine = (pid: number): string =>
  `process ${pid} is another user's or in a container: only gilscope's helper may enter it, and that is not built`;

const noPlace = (pid: number): UserError =>
  new UserError(
    'refused',
    `process ${pid} has no folder for temporary files that can be written`,
    'give it a writable /tmp',
  );

function hear(from: NodeJS.ReadableStream, done: (report: Report) => void): void {
  let text = '';
  from.on('data', (chunk: Buffer) => {
    if (text.length < 65536) text += chunk.toString('utf8');
  });
  from.on('error', () => undefined);
  from.on('close', () => {
    let value: unknown = null;
    try {
      value = JSON.parse(text);
    } catch {
      // what follows says so
    }
    const parsed = report.safeParse(value);
    done(
      parsed.success ? parsed.data : { ok: false, code: 'agent_failed', message: 'its agent gave no sensible answer' },
    );
  });
}
