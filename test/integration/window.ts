/** A window without a browser, for tests: the contract over a WebSocket, as src/renderer/transport speaks it. */
import WebSocket from 'ws';
import type { CallArgs, CallName, CallReply, Push, PushName } from '../../src/shared/contract/calls.ts';
import { decodeMessage, encodeRequest, WS_PATH, WS_PROTOCOL } from '../../src/shared/contract/messages.ts';
import type { SessionInfo } from '../../src/shared/contract/types.ts';

export class Refusal extends Error {
  constructor(
    message: string,
    readonly remedy: string | null,
  ) {
    super(message);
  }
}

type AnyPush = { [N in PushName]: { push: N; body: Push[N] } }[PushName];

export class TestWindow {
  private nextId = 1;
  private readonly waiting = new Map<number, { resolve: (reply: unknown) => void; reject: (error: Error) => void }>();
  private readonly listeners = new Set<(push: AnyPush) => void>();

  /** The server has hung up. */
  readonly closed: Promise<void>;

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((done) => socket.once('close', () => done()));
    socket.on('message', (data: Buffer) => this.receive(new Uint8Array(data)));
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the server hung up'));
    });
  }

  /** `url` as `gilscope serve` prints it. */
  static async open(url: string): Promise<TestWindow> {
    const { host, hash } = new URL(url);
    const protocols = [WS_PROTOCOL, hash.replace('#token=', '')];
    const socket = new WebSocket(`ws://${host}${WS_PATH}`, protocols, { origin: `http://${host}` });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new TestWindow(socket);
  }

  private receive(data: Uint8Array): void {
    const message = decodeMessage(data);
    if ('push' in message) {
      for (const listener of this.listeners) listener(message as AnyPush);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message.reply);
    else waiting?.reject(new Refusal(message.error.message, message.error.remedy));
  }

  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallReply[N]> {
    const id = this.nextId++;
    this.socket.send(encodeRequest({ id, name, args }));
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (reply: unknown) => void, reject });
    });
  }

  on(listener: (push: AnyPush) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The first state of a session that satisfies `is`, from its pushes on. */
  until(id: string, is: (session: SessionInfo) => boolean, timeoutMs = 30_000): Promise<SessionInfo> {
    return new Promise((resolve, reject) => {
      let last: SessionInfo | null = null;
      const look = (session: SessionInfo) => {
        last = session;
        if (!is(session)) return;
        clearTimeout(timer);
        stop();
        resolve(session);
      };
      const stop = this.on((push) => {
        if (push.push === 'session.changed' && push.body.session.id === id) look(push.body.session);
      });
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`not within ${timeoutMs} ms; last seen: ${JSON.stringify(last)}`));
      }, timeoutMs);
      // What it is already may do.
      this.call('session.list', {}).then((all) => all.filter((one) => one.id === id).forEach(look), reject);
    });
  }

  /** Terminal output of a session until it matches. */
  async untilTerminal(id: string, pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${pattern} in: ${text}`)), timeoutMs);
      const take = (bytes: Uint8Array) => {
        text += decoder.decode(bytes, { stream: true });
        if (!pattern.test(text)) return;
        clearTimeout(timer);
        stop();
        resolve(text);
      };
      let replayed = false;
      const stop = this.on((push) => {
        // What was pushed before the replay is in the replay.
        if (push.push === 'terminal.data' && push.body.id === id && replayed) take(push.body.bytes);
      });
      void this.call('terminal.replay', { id }).then(({ bytes }) => {
        replayed = true;
        take(bytes);
      });
    });
  }

  close(): void {
    this.socket.terminate();
  }
}
