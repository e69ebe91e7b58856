/** Serves the page over `app://` from out/renderer. Called by index.ts: `declareScheme` before ready, `serve` after. */
import { protocol } from 'electron';
import { pageFile, safetyHeaders } from '../engine/pageFiles.ts';
import { SCHEME, isOwnPage } from './page.ts';

export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** The page calls nobody: the engine is reached through the preload. */
const HEADERS = safetyHeaders([]);
const refusal = (status: number) => new Response(null, { status, headers: HEADERS });

export function servePage(folder: string): void {
  protocol.handle(SCHEME, async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD') return refusal(405);
    const file = isOwnPage(url) ? await pageFile(folder, url) : null;
    if (file === null) return refusal(404);
    return new Response(file.bytes, {
      headers: { ...HEADERS, 'Content-Type': file.type, 'Cache-Control': file.cache },
    });
  });
}
