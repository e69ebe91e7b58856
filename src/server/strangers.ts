/**
 * Connections that have not shown the token: anybody on this machine can make them, so they are counted, and where there are too many the
 * oldest goes, never the newest, which may be the true window. Used by server.ts.
 */
import type { Duplex } from 'node:stream';

/** A browser makes six at most for one page. */
const MOST = 256;
const TELL_MS = 60_000;

export class Strangers {
  /** In the order in which they came. */
  private readonly sockets = new Set<Duplex>();

  constructor(private readonly tell: (text: string) => void) {}

  add(socket: Duplex): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    if (this.sockets.size <= MOST) return;
    const [oldest] = this.sockets;
    this.sockets.delete(oldest);
    oldest.destroy();
    this.tell(`more than ${MOST} connections without a window: the oldest are closed`);
  }

  /** It has the token. */
  admit(socket: Duplex): void {
    this.sockets.delete(socket);
  }
}

/** `tell` at most once a minute: whoever makes us talk must not fill a log. */
export function seldom(tell: (text: string) => void): (text: string) => void {
  let last = -Infinity;
  return (text) => {
    if (performance.now() - last < TELL_MS) return;
    last = performance.now();
    tell(text);
  };
}
