/**
 * Which addresses are our own page, and who may therefore ask. Pure, no Electron; used by protocol.ts (serving), ipc.ts
 * (senders), guards.ts (navigation) and window.ts.
 */
export const SCHEME = 'app';
const HOST = 'gilscope';
export const PAGE_URL = `${SCHEME}://${HOST}/index.html`;

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}

/** True for addresses of our own page; `devServer` is electron-vite's, in development only. */
export function isOwnPage(url: string, devServer: string | null = null): boolean {
  const parsed = parse(url);
  if (parsed === null) return false;
  if (parsed.protocol === `${SCHEME}:`) return parsed.host === HOST;
  return devServer !== null && parsed.origin === parse(devServer)?.origin && parsed.origin !== 'null';
}

/** What ipc.ts checks of `event.senderFrame`: our page, in the top frame, still there. */
export interface SenderFrame {
  url: string;
  parent: unknown;
}
export const isTrustedSender = (frame: SenderFrame | null, devServer: string | null = null): boolean =>
  frame !== null && frame.parent === null && isOwnPage(frame.url, devServer);
