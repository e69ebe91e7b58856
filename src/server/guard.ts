/**
 * Who may talk to the local server: a page that this server served, in a browser of whoever read the address it printed.
 * Other programs of the machine lack the token, other sites are stopped by Host (DNS rebinding) and Origin. Used by server.ts.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { WS_PROTOCOL } from '../shared/contract/messages.ts';

export const newToken = (): string => randomBytes(24).toString('hex');

/** Names under which a browser reaches 127.0.0.1 and nothing else does. */
function ownHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

export function hostAllowed(host: string | undefined, port: number): boolean {
  return host !== undefined && ownHosts(port).includes(host.toLowerCase());
}

/** `required`: a browser always sends it with a WebSocket; plain loads of the page come without. */
export function originAllowed(origin: string | undefined, port: number, required: boolean): boolean {
  if (origin === undefined) return !required;
  return ownHosts(port).some((host) => origin.toLowerCase() === `http://${host}`);
}

function sameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The window offers two subprotocols: ours, and the token. */
export function tokenAllowed(protocols: string | undefined, token: string): boolean {
  const [name, given, ...more] = (protocols ?? '').split(',').map((part) => part.trim());
  return name === WS_PROTOCOL && given !== undefined && more.length === 0 && sameText(given, token);
}
