/**
 * The window's one way to the engine. `call('stats.query', {...})`, `subscribe(...)`; which shell carries it is decided here.
 * Nothing else in the renderer names a WebSocket or `window.gilscope`'s packets.
 */
import type { CallArgs, CallName, CallReply } from '../../shared/contract/calls.ts';
import { Client, type CallOptions, type PushListener } from './client.ts';
import { openBridgePipe } from './electron.ts';
import type { PipeStatus } from './pipe.ts';
import { openSocketPipe, takeToken } from './websocket.ts';

export { asSentence, Cancelled, UserError, describeError, isCancelled } from './errors.ts';
export type { CallOptions, PushListener } from './client.ts';
export type { PipeStatus } from './pipe.ts';

let client: Client | null = null;

/** Made at the first use, so that importing this file touches neither network nor DOM. */
function theClient(): Client {
  client ??= new Client((events) => {
    const bridge = window.gilscope;
    return bridge === undefined ? openSocketPipe(takeToken(), events) : openBridgePipe(bridge, events);
  });
  return client;
}

export function call<N extends CallName>(name: N, args: CallArgs<N>, options?: CallOptions): Promise<CallReply[N]> {
  return theClient().call(name, args, options);
}

export const subscribe = (listener: PushListener): (() => void) => theClient().subscribe(listener);
export const onStatus = (listener: (status: PipeStatus) => void): (() => void) => theClient().onStatus(listener);
export const retryNow = (): void => theClient().retryNow();
