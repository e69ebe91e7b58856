/**
 * The contract's client: gives every request an id, matches its answer, bounds its time, hands pushes on.
 * One is made by index.ts over the pipe of this shell; tests make theirs over a pipe of their own.
 */
import type { CallArgs, CallName, CallReply, Push, PushName } from '../../shared/contract/calls.ts';
import { decodeMessage, encodeRequest, type Message } from '../../shared/contract/messages.ts';
import { Cancelled, UserError } from './errors.ts';
import type { Pipe, PipeEvents, PipeStatus } from './pipe.ts';

export interface CallOptions {
  signal?: AbortSignal;
  /** Overrides the bound of this call. */
  timeoutMs?: number;
}
export type PushListener = <N extends PushName>(name: N, push: Push[N]) => void;

const DEFAULT_TIMEOUT_MS = 30_000;
/** Calls that honestly take long: reading a large file, starting an interpreter on a cold disk. 0: no bound, it can be cancelled. */
const TIMEOUT_MS: Partial<Record<CallName, number>> = {
  'session.open': 0,
  'session.launch': 120_000,
  'session.saveAs': 300_000,
  'interpreters.list': 60_000,
  'app.doctor': 60_000,
};

interface Waiting {
  name: CallName;
  settle: (message: Message) => void;
  fail: (error: Error) => void;
}

const LOST = new UserError({
  message: 'The connection to gilscope was lost before it answered.',
  remedy: 'It is tried again by itself; then repeat what you did.',
});

export class Client {
  #pipe: Pipe;
  #nextId = 1;
  #waiting = new Map<number, Waiting>();
  #listeners = new Set<PushListener>();
  #statusListeners = new Set<(status: PipeStatus) => void>();
  #status: PipeStatus = 'connecting';

  constructor(open: (events: PipeEvents) => Pipe) {
    this.#pipe = open({ onPacket: (packet) => this.#receive(packet), onStatus: (status) => this.#setStatus(status) });
  }

  get status(): PipeStatus {
    return this.#status;
  }

  call<N extends CallName>(name: N, args: CallArgs<N>, options: CallOptions = {}): Promise<CallReply[N]> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(new Cancelled());
    const id = this.#nextId++;
    return new Promise<CallReply[N]>((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? TIMEOUT_MS[name] ?? DEFAULT_TIMEOUT_MS;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const finish = () => {
        this.#waiting.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const fail = (error: Error) => {
        finish();
        reject(error);
      };
      const abort = () => fail(new Cancelled());
      const settle = (message: Message) => {
        finish();
        if (!('id' in message)) return;
        if (message.ok) resolve(message.reply as CallReply[N]);
        else reject(new UserError(message.error));
      };
      this.#waiting.set(id, { name, settle, fail });
      signal?.addEventListener('abort', abort, { once: true });
      if (timeoutMs > 0) timer = setTimeout(() => fail(tooLate(name, timeoutMs)), timeoutMs);
      this.#pipe.send(encodeRequest({ id, name, args }), () => fail(LOST));
    });
  }

  subscribe(listener: PushListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called at once with the present status, then at every change. */
  onStatus(listener: (status: PipeStatus) => void): () => void {
    this.#statusListeners.add(listener);
    listener(this.#status);
    return () => this.#statusListeners.delete(listener);
  }

  retryNow(): void {
    this.#pipe.retryNow();
  }

  close(): void {
    this.#pipe.close();
    this.#failAll();
  }

  #failAll(): void {
    for (const waiting of [...this.#waiting.values()]) waiting.fail(LOST);
  }

  #setStatus(status: PipeStatus): void {
    if (status !== 'open') this.#failAll();
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
  }

  #receive(packet: Uint8Array): void {
    const message = decodeMessage(packet);
    if ('push' in message) {
      for (const listener of this.#listeners) listener(message.push, message.body);
      return;
    }
    this.#waiting.get(message.id)?.settle(message);
  }
}

function tooLate(name: CallName, ms: number): UserError {
  return new UserError({
    message: `gilscope did not answer within ${Math.round(ms / 1000)} s (${name}).`,
    remedy: 'The machine may be very busy. Try again; if it stays so, restart gilscope.',
  });
}
