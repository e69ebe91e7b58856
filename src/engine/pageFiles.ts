/**
 * The built window (out/renderer) as both shells serve it: those files and no others, and what the page may do. Used by
 * src/server/servePage.ts (http) and src/main/protocol.ts (app://).
 */
import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/**
 * Scripts, styles, fonts and pictures from here only. Inline styles are needed: React and xterm set `style` attributes and xterm
 * adds a style element. `connect` are the addresses the page may call.
 */
export function contentSecurityPolicy(connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${connect.length === 0 ? "'none'" : connect.join(' ')}`,
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer, refusals included. */
export function safetyHeaders(connect: readonly string[]): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(connect),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), usb=()',
  };
}

export interface PageFile {
  bytes: Buffer<ArrayBuffer>;
  type: string;
  /** Built assets carry a hash in their names; the page itself must never be stale. */
  cache: string;
}

/** The names in a URL's path, or null for what cannot name a file of ours: hidden, or hiding a separator or drive. */
function namesOf(url: string): string[] | null {
  let path: string;
  try {
    path = decodeURIComponent(new URL(url, 'http://x').pathname);
  } catch {
    return null;
  }
  const names = path.split('/').filter((name) => name !== '');
  if (names.some((name) => name.startsWith('.') || /[\\\0:]/.test(name))) return null;
  return names.length === 0 ? ['index.html'] : names;
}

const assets = new Map<string, Promise<Buffer<ArrayBuffer>>>();

/** One copy for all who ask, and read at their leisure; what has a hash in its name does not change. */
async function asset(path: string): Promise<Buffer<ArrayBuffer>> {
  const bytes = assets.get(path) ?? readFile(path);
  assets.set(path, bytes);
  try {
    return await bytes;
  } catch (error) {
    assets.delete(path);
    throw error;
  }
}

/** The file a URL names, below `folder`; null for anything else, links that lead out included. */
export async function pageFile(folder: string, url: string): Promise<PageFile | null> {
  const names = namesOf(url);
  if (names === null) return null;
  const type = TYPES[extname(names.at(-1)!)];
  if (type === undefined) return null;
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(join(folder, ...names))]);
    if (!real.startsWith(root + sep)) return null;
    if (names[0] !== 'assets') return { bytes: await readFile(real), type, cache: 'no-store' };
    return { bytes: await asset(real), type, cache: 'public, max-age=31536000, immutable' };
  } catch {
    return null;
  }
}
