/**
 * One connected window: requests in, responses and pushes out, as binary messages of src/shared/contract/messages.ts.
 * A window that does not keep up is spared the pushes it can do without, and in the end disconnected: it reconnects and asks anew.
 * Used by server.ts.
 */
import type { WebSocket } from 'ws';
import type { Contract } from '../shared/contract/calls.ts';
import { decodeRequest, encodeMessage, type Message, type Request } from '../shared/contract/messages.ts';
import { answer } from '../engine/answer.ts';

/** More than this unsent: `session.changed` is skipped, the next one says the same and more. */
const SLOW_BYTES = 1 << 20;
/** More than this unsent: the window is gone or hopeless. */
const LOST_BYTES = 64 << 20;
/** Requests a window may have open at once. */
const MAX_OPEN = 256;

export function serveWindow(socket: WebSocket, engine: Contract): void {
  let open = 0;
  const send = (message: Message) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > LOST_BYTES) socket.terminate();
    else socket.send(encodeMessage(message));
  };
  const skipped = new Map<string, Message>();
  const unsubscribe = engine.subscribe((name, body) => {
    const message = { push: name, body } as Message;
    if (!('session' in body)) {
      send(message);
      return;
    }
    // The last word on each session is kept: it may be the one that says it has ended.
    if (socket.bufferedAmount > SLOW_BYTES) {
      skipped.set(body.session.id, message);
      scheduleCatchUp();
    } else {
      skipped.delete(body.session.id);
      send(message);
    }
  });
  let timer: NodeJS.Timeout | null = null;
  const scheduleCatchUp = () => {
    timer ??= setTimeout(() => {
      timer = null;
      if (socket.bufferedAmount > SLOW_BYTES) {
        scheduleCatchUp();
        return;
      }
      for (const message of skipped.values()) send(message);
      skipped.clear();
    }, 250);
  };
  socket.on('message', (data: Buffer, binary) => {
    const request = binary ? readRequest(data) : null;
    if (request === null || open >= MAX_OPEN) {
      socket.close(request === null ? 1007 : 1008);
      return;
    }
    open++;
    void answer(engine, request)
      .then(send)
      .finally(() => open--);
  });
  socket.on('error', () => undefined); // 'close' follows
  socket.on('close', () => {
    if (timer !== null) clearTimeout(timer);
    unsubscribe();
  });
}

function readRequest(data: Buffer): Request | null {
  try {
    return decodeRequest(data);
  } catch {
    return null;
  }
}
