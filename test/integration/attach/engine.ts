/** Plays the engine for attach tests: the real door, the real attach, and every frame an agent sends, counted without the model. */
import { AgentDoor, type Knock } from '../../../src/engine/agentDoor.ts';
import type { AgentConnection } from '../../../src/engine/agentConnection.ts';
import { attachProcess, type Attached, type AttachOptions } from '../../../src/engine/discovery/attach.ts';
import { parseControl, type Hello } from '../../../src/shared/protocol/control.ts';
import { decodeEvents, EventKind } from '../../../src/shared/protocol/events.ts';
import { FrameKind, type Frame } from '../../../src/shared/protocol/frames.ts';

const TIMEOUT_MS = 20_000;

/** What one agent said, from HELLO to the end of its connection. */
export class Recording {
  readonly names = new Map<number, { name: string; main: boolean; own: boolean }>();
  /** Serial -> its events; by GIL id the switches captured and counted. */
  readonly events = new Map<number, number>();
  readonly tids = new Set<number>();
  dropped = 0;
  goodbye: string | null = null;
  readonly closed: Promise<void>;
  private readonly captured = new Map<number, number>();
  private readonly begun = new Map<number, bigint>();
  private readonly counted = new Map<number, bigint>();
  private waiters: { test: () => boolean; done: () => void }[] = [];

  constructor(
    readonly hello: Hello,
    readonly connection: AgentConnection,
  ) {
    this.closed = new Promise((resolve) => {
      connection.listen({
        frames: (frames) => {
          for (const frame of frames) this.take(frame);
          const met = this.waiters.filter(({ test }) => test());
          this.waiters = this.waiters.filter((waiter) => !met.includes(waiter));
          for (const { done } of met) done();
        },
        closed: () => resolve(),
      });
    });
  }

  /** Captured and counted switches of all GILs; equal when nothing was missed. */
  coverage(): { captured: number; counted: number } {
    let [captured, counted] = [0, 0];
    for (const [gil, count] of this.counted) counted += Number(count - (this.begun.get(gil) ?? count));
    for (const [gil, count] of this.captured) if (this.counted.has(gil)) captured += count;
    return { captured, counted };
  }

  until(test: () => boolean, what: string): Promise<void> {
    if (test()) return Promise.resolve();
    return within(new Promise((done) => this.waiters.push({ test, done })), what);
  }

  totalEvents(): number {
    return [...this.events.values()].reduce((a, b) => a + b, 0);
  }

  /** Asks the agent to leave; resolves when it has hung up. */
  async stop(): Promise<void> {
    const reply = await this.connection.command({ cmd: 'stop' }, TIMEOUT_MS);
    if (reply?.ok !== true) throw new Error(`stop was answered ${JSON.stringify(reply)}`);
    await within(this.closed, 'the end of the connection');
  }

  private take(frame: Frame): void {
    if (frame.kind === FrameKind.events) this.takeEvents(frame.payload);
    else if (frame.kind === FrameKind.counter) {
      const view = new DataView(frame.payload.buffer, frame.payload.byteOffset, frame.payload.byteLength);
      this.counted.set(view.getUint16(0, true), view.getBigUint64(16, true));
    } else this.takeControl(frame);
  }

  private takeControl(frame: Frame): void {
    const control = parseControl(frame);
    if (control?.kind === FrameKind.thread) {
      const { tid, name, main, own } = control.value;
      this.names.set(tid, { name, main: main ?? false, own: own ?? false });
    } else if (control?.kind === FrameKind.gil) this.begun.set(control.value.id, control.value.count0 ?? 0n);
    else if (control?.kind === FrameKind.goodbye) this.goodbye = control.value.reason;
  }

  private takeEvents(payload: Uint8Array): void {
    const block = decodeEvents(payload, 0n);
    this.events.set(block.serial, (this.events.get(block.serial) ?? 0) + block.count);
    this.tids.add(block.tid);
    this.dropped = Math.max(this.dropped, block.dropped);
    for (let i = 0; i < block.count; i++) {
      if (block.kinds[i] !== EventKind.take || block.flags[i] !== 1) continue;
      const gil = block.gils[i];
      this.captured.set(gil, (this.captured.get(gil) ?? 0) + 1);
    }
  }
}

/** A door that stays open for many attaches. */
export class TestEngine {
  private readonly knocks = new Map<number, Recording>();
  private readonly waiting = new Map<number, (recording: Recording) => void>();
  private constructor(private door: AgentDoor) {}

  static async open(): Promise<TestEngine> {
    const holder: { engine?: TestEngine } = {};
    const door = await AgentDoor.open(
      (knock) => holder.engine?.admit(knock),
      () => undefined,
    );
    return (holder.engine = new TestEngine(door));
  }

  private admit(knock: Knock): void {
    const { pid } = knock.hello;
    // It listens from within the handshake: frames follow at once.
    const recording = new Recording(knock.hello, knock.connection);
    const waiter = this.waiting.get(pid);
    if (waiter === undefined) this.knocks.set(pid, recording);
    else waiter(recording);
    this.waiting.delete(pid);
  }

  /** `inner`: its pid as it sees itself, in another pid namespace. */
  async attach(
    pid: number,
    options: Partial<AttachOptions> = {},
    inner = pid,
  ): Promise<{ attached: Attached; recording: Recording }> {
    const { path, token } = this.door;
    const attached = await attachProcess(pid, { socketPath: path, token, engine: 'auto', ...options });
    const early = this.knocks.get(inner);
    this.knocks.delete(inner);
    const recording = early ?? (await within(new Promise<Recording>((r) => this.waiting.set(inner, r)), 'HELLO'));
    return { attached, recording };
  }

  close(): void {
    this.door.close();
  }
}

export function within<T>(promise: Promise<T>, what: string, ms = TIMEOUT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
