/**
 * One agent on the other end of a socket: bytes to frames, the handshake, commands and their replies, and why it ended.
 * Made by agentDoor.ts for each connection; liveSession.ts listens.
 */
import { timingSafeEqual } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { encodeControl, parseControl, type ControlInput, type Hello, type Reply } from '../shared/protocol/control.ts';
import { FrameKind, FrameReader, ProtocolError, type Frame } from '../shared/protocol/frames.ts';
import { FrameQueue, FULL_BYTES } from './frameQueue.ts';

const HELLO_TIMEOUT_MS = 30_000;

export interface AgentListener {
  /** Frames after HELLO, in order. A throw ends the connection with its message as the reason. */
  frames(frames: Frame[]): void;
  /** Once: `why` null when the other end closed it. */
  closed(why: string | null): void;
}

export type CommandFields = Omit<ControlInput<typeof FrameKind.command>, 'id'>;

export class AgentConnection {
  private readonly reader = new FrameReader();
  private readonly waiting = new Map<number, (reply: Reply | null) => void>();
  private nextId = 1;
  private listener: AgentListener | null = null;
  private readonly queue: FrameQueue;
  private why: string | null = null;
  private over = false;
  /** The end has been told. */
  private told = false;
  private greeted = false;
  private readonly helloTimer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly token: string,
    private readonly onHello: (connection: AgentConnection, hello: Hello, frame: Frame) => void,
    private readonly onRefused: (why: string) => void,
  ) {
    this.queue = new FrameQueue(
      (frames) => this.listener?.frames(frames),
      (error) => this.failed(error),
      () => this.progress(),
    );
    this.helloTimer = setTimeout(() => this.fail('it never said hello'), HELLO_TIMEOUT_MS).unref();
    socket.on('data', (chunk) => this.data(chunk));
    socket.on('error', () => undefined); // 'close' follows and says what is to be said
    socket.on('close', () => {
      clearTimeout(this.helloTimer);
      this.end();
    });
  }

  /** It may still say who it is. */
  get anonymous(): boolean {
    return !this.greeted && !this.over;
  }

  /** Who hears everything from now on; to be called from within `onHello`. */
  listen(listener: AgentListener): void {
    this.listener = listener;
  }

  /** Frames have arrived that the listener has not seen yet. */
  get pending(): boolean {
    return !this.queue.empty;
  }

  /** Null when there is no answer within the time or the connection ends first. */
  command(fields: CommandFields, timeoutMs = 3000): Promise<Reply | null> {
    if (this.over) return Promise.resolve(null);
    const id = this.nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle(id, null), timeoutMs);
      this.waiting.set(id, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      this.write(encodeControl(FrameKind.command, { id, ...fields }));
    });
  }

  /**
   * Beside Node's stream where there is a descriptor: a stream whose write fails (EPIPE, the process has just ended) is
   * destroyed with all that waits to be read, and that is the end of the recording. See decisions.md, 17.
   */
  private write(bytes: Uint8Array): void {
    const fd = (this.socket as { _handle?: { fd?: number } | null })._handle?.fd ?? -1;
    if (fd < 0) {
      this.socket.write(bytes);
      return;
    }
    try {
      writeSync(fd, bytes);
    } catch {
      return; // It has gone, or does not listen: there will be no reply.
    }
  }

  /** Hangs up; the agent then takes its hooks out by itself. */
  close(): void {
    this.socket.destroy();
  }

  private data(chunk: Uint8Array): void {
    if (this.over) return;
    try {
      const frames = this.reader.push(chunk);
      if (frames.length > 0) this.take(frames);
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    if (error instanceof ProtocolError) this.fail(error.message);
    else this.fail(`gilscope itself failed: ${error instanceof Error ? error.message : String(error)}`);
  }

  private progress(): void {
    if (this.socket.isPaused() && this.queue.bytes < FULL_BYTES / 2) this.socket.resume();
    if (this.over) this.tellEnd();
  }

  private take(frames: Frame[]): void {
    if (!this.greeted) this.greet(frames.shift()!);
    const rest = frames.filter((frame) => !this.isReply(frame));
    if (rest.length > 0) this.queue.push(rest);
    if (this.queue.bytes > FULL_BYTES) this.socket.pause();
  }

  private greet(frame: Frame): void {
    const control = frame.kind === FrameKind.hello ? parseControl(frame) : null;
    if (control?.kind !== FrameKind.hello) throw new ProtocolError('its first message is no HELLO');
    const [given, wanted] = [Buffer.from(control.value.token), Buffer.from(this.token)];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
      throw new ProtocolError('its token is wrong');
    this.greeted = true;
    clearTimeout(this.helloTimer);
    this.onHello(this, control.value, frame);
  }

  private isReply(frame: Frame): boolean {
    if (frame.kind !== FrameKind.reply) return false;
    const control = parseControl(frame);
    if (control?.kind === FrameKind.reply) this.settle(control.value.id, control.value);
    return true;
  }

  private settle(id: number, reply: Reply | null): void {
    const resolve = this.waiting.get(id);
    this.waiting.delete(id);
    resolve?.(reply);
  }

  private fail(why: string): void {
    this.why ??= why;
    this.socket.destroy();
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    for (const id of [...this.waiting.keys()]) this.settle(id, null);
    if (!this.greeted) this.onRefused(this.why ?? 'it hung up without a word');
    else this.tellEnd();
  }

  /** Once everything that came before has been heard. */
  private tellEnd(): void {
    if (this.told || this.pending) return;
    this.told = true;
    this.listener?.closed(this.why);
  }
}
