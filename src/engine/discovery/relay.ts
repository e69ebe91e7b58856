/**
 * A door to the engine's socket in a place the target can reach: another user, or another mount namespace. What comes in
 * there is passed on, both ways, untouched. Used by attach.ts.
 */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { give, type Owner, type Stage } from './stage.ts';

/** The socket's name in the stage. */
export const RELAY_NAME = 'agent';

export interface Relay {
  /** The socket as the target names it. */
  there: string;
  /** Nobody comes in any more; connections go on until either end closes. */
  close(): void;
}

/** Listens on a Unix socket only that user may open. */
export async function listenFor(path: string, owner: Owner, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onSocket);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  give(path, owner, 0o600);
  return server;
}

export async function openRelay(stage: Stage, target: string): Promise<Relay> {
  const server = await listenFor(join(stage.here, RELAY_NAME), stage.owner, (near) => {
    const far = connect(target);
    near.pipe(far);
    far.pipe(near);
    // Half-closed ends pass through `pipe`; a broken one takes the other with it.
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.end());
    far.on('close', () => near.end());
  });
  return { there: join(stage.there, RELAY_NAME), close: () => void server.close() };
}
