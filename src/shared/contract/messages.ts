/**
 * What travels between a window and the engine, in both shells: a request, its response, a push.
 * Each message is one packet (`packet.ts`): a binary WebSocket message (src/server), or one Uint8Array of Electron IPC
 * (src/main, src/preload). The renderer's transport and both shells use these functions; nobody else builds messages.
 *
 *   window -> engine   { id, name, args }                       id: chosen by the window, unique among its open requests
 *   engine -> window   { id, ok: true, reply }                  the answer to that request
 *                      { id, ok: false, error: { message, remedy } }
 *                      { push, body }                           unasked
 *
 * Both sides parse the envelope; `args` is parsed once more by the engine (`callArgs`), replies and pushes are trusted by the window.
 */
import { z } from 'zod';
import type { CallName, CallReply, Push, PushName, UserErrorData } from './calls.ts';
import { decodePacket, encodePacket } from './packet.ts';

/** A request larger than this is refused: the largest honest ones are a launch with its environment and pasted terminal text. */
export const MAX_REQUEST_BYTES = 8 << 20;

/** Subprotocol a window offers to `serve`, followed by the token: `new WebSocket(url, [WS_PROTOCOL, token])`. */
export const WS_PROTOCOL = 'gilscope';
/** Path of the WebSocket beside the page. */
export const WS_PATH = '/ws';

const requestEnvelope = z.object({
  id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  name: z.string(),
  args: z.unknown(),
});

const messageEnvelope = z.union([
  z.object({ id: z.number(), ok: z.literal(true), reply: z.unknown() }),
  z.object({
    id: z.number(),
    ok: z.literal(false),
    error: z.object({ message: z.string(), remedy: z.string().nullable() }),
  }),
  z.object({ push: z.string(), body: z.unknown() }),
]);

export interface Request {
  id: number;
  /** A CallName, or one that only another version knows: that is an answer (`answer.ts`), not the end of the connection. */
  name: string;
  args: unknown;
}

export type Response<N extends CallName = CallName> =
  { id: number; ok: true; reply: CallReply[N] } | { id: number; ok: false; error: UserErrorData };

export interface PushMessage<N extends PushName = PushName> {
  push: N;
  body: Push[N];
}

/** What a window receives. */
export type Message = Response | PushMessage;

export const encodeRequest = (request: Request): Uint8Array<ArrayBuffer> => encodePacket(request);

/** Throws (ZodError, RangeError, SyntaxError) on anything that is no request; the shell then drops the connection. */
export function decodeRequest(bytes: Uint8Array): Request {
  if (bytes.length > MAX_REQUEST_BYTES) throw new RangeError('request too large');
  return requestEnvelope.parse(decodePacket(bytes));
}

export const encodeMessage = (message: Message): Uint8Array<ArrayBuffer> => encodePacket(message);

/** Throws on anything that is no message of an engine. */
export function decodeMessage(bytes: Uint8Array): Message {
  const value = decodePacket(bytes);
  messageEnvelope.parse(value);
  return value as Message;
}
