/**
 * The pipe of the local server's window: a WebSocket beside the page, opened with the token of the address.
 * It comes back by itself after the server stops and starts; a wrong token is told apart from a server that is gone.
 */
import { WS_PATH, WS_PROTOCOL } from '../../shared/contract/messages.ts';
import type { Pipe, PipeEvents } from './pipe.ts';

const TOKEN_KEY = 'gilscope.token';
const BACKOFF_MS = { first: 300, most: 5000, factor: 1.7 } as const;

/** `#token=abc` or `#abc`; null when the fragment holds no token. */
export function tokenOfHash(hash: string): string | null {
  const text = hash.replace(/^#/, '');
  if (text === '') return null;
  const named = new URLSearchParams(text).get('token');
  const token = named !== null && named !== '' ? named : text;
  return /^[A-Za-z0-9_-]{8,256}$/.test(token) ? token : null;
}

/** Takes the token out of the address (it must not stay in history or screenshots) and keeps it for reloads of this tab. */
export function takeToken(): string | null {
  const fresh = tokenOfHash(window.location.hash);
  if (fresh === null) return window.sessionStorage.getItem(TOKEN_KEY);
  window.sessionStorage.setItem(TOKEN_KEY, fresh);
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return fresh;
}

/** Whether the page's own server still answers at all. */
async function serverAnswers(): Promise<boolean> {
  try {
    const reply = await fetch(window.location.pathname, {
      method: 'HEAD',
      cache: 'no-store',
      signal: AbortSignal.timeout(3000),
    });
    return reply.ok;
  } catch {
    return false;
  }
}

export function nextDelay(attempt: number): number {
  return Math.min(BACKOFF_MS.most, BACKOFF_MS.first * BACKOFF_MS.factor ** attempt);
}

function socketUrl(): string {
  const url = new URL(WS_PATH, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export function openSocketPipe(token: string | null, events: PipeEvents): Pipe {
  let socket: WebSocket | null = null;
  let attempt = 0;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = () => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(connect, nextDelay(attempt++));
  };

  /** After a failed handshake: gone, or refused? A browser does not say. */
  const judge = async () => {
    const refused = await serverAnswers();
    if (closed || socket?.readyState === WebSocket.OPEN) return;
    events.onStatus(refused ? 'denied' : 'lost');
    later();
  };

  function connect(): void {
    if (closed) return;
    if (token === null) {
      events.onStatus('denied');
      return;
    }
    const ws = new WebSocket(socketUrl(), [WS_PROTOCOL, token]);
    let opened = false;
    socket = ws;
    ws.binaryType = 'arraybuffer';
    ws.onopen = () => {
      opened = true;
      attempt = 0;
      events.onStatus('open');
    };
    ws.onmessage = (message: MessageEvent<unknown>) => {
      if (message.data instanceof ArrayBuffer) events.onPacket(new Uint8Array(message.data));
    };
    ws.onclose = () => {
      if (closed || socket !== ws) return;
      socket = null;
      if (!opened) {
        void judge();
        return;
      }
      events.onStatus('lost');
      later();
    };
  }

  connect();
  return {
    send: (packet, refused) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(packet);
      else refused();
    },
    retryNow: () => {
      if (socket !== null) return;
      clearTimeout(timer);
      attempt = 0;
      connect();
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
