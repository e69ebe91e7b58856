/**
 * Where the agents of one session knock: a Unix socket in a folder only we can enter, and a random token.
 * Opened by liveSession.ts before the program starts, closed with the session.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hello } from '../shared/protocol/control.ts';
import type { Frame } from '../shared/protocol/frames.ts';
import { AgentConnection } from './agentConnection.ts';
import { DOOR_PREFIX, markMaker, SOCKET_NAME, sweepDoors } from './doorSweep.ts';
import { fileError } from './errors.ts';

/** sun_path holds 108 bytes on Linux, 104 on macOS, the final NUL among them. */
const MAX_SOCKET_PATH = 100;
/** A hundred children may be born within one turn of our loop. */
const BACKLOG = 1024;
const CALM_TURNS = 4;
const open = new Set<AgentDoor>();
process.once('exit', () => {
  for (const door of open) door.close();
});

export interface Knock {
  connection: AgentConnection;
  hello: Hello;
  frame: Frame;
}

export class AgentDoor {
  private constructor(
    private readonly server: Server,
    private readonly inside: Set<AgentConnection>,
    private readonly folder: string | null,
    /** For GILSCOPE_SOCKET. */
    readonly path: string,
    readonly token: string,
  ) {
    open.add(this);
  }

  static async open(onKnock: (knock: Knock) => void, onRefused: (why: string) => void): Promise<AgentDoor> {
    const token = randomBytes(24).toString('hex');
    const { folder, path } = place();
    const inside = new Set<AgentConnection>();
    const server = createServer((socket) => {
      const one = new AgentConnection(
        socket,
        token,
        (connection, hello, frame) => onKnock({ connection, hello, frame }),
        onRefused,
      );
      inside.add(one);
      socket.once('close', () => inside.delete(one));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path, backlog: BACKLOG }, resolve);
    }).catch((error: unknown) => {
      throw fileError(error, `cannot listen on ${path}`);
    });
    return new AgentDoor(server, inside, folder, path, token);
  }

  /**
   * Until whoever has knocked so far has said who it is: processes that have ended already may still be in the queue. Each turn
   * of the event loop takes one in (libuv), and the next one shows it here.
   */
  async settle(limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    for (let calm = 0; calm < CALM_TURNS && performance.now() < end; calm++) {
      await new Promise((done) => setImmediate(done));
      if ([...this.inside].some((one) => one.anonymous)) calm = -1;
    }
  }

  /** Closes, and resolves when what killed gilscopes have left behind is swept away, too. */
  leave(): Promise<void> {
    this.close();
    return this.folder === null ? Promise.resolve() : sweepDoors();
  }

  /** Nobody comes in any more; who is in stays. */
  close(): void {
    if (!open.delete(this)) return;
    this.server.close();
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where a socket may be: in a folder of its own, which doorSweep.ts removes should we be killed. */
export function place(): { folder: string | null; path: string } {
  if (process.platform === 'win32') {
    return { folder: null, path: `\\\\.\\pipe\\gilscope-${randomBytes(12).toString('hex')}` };
  }
  const roomy = join(tmpdir(), `${DOOR_PREFIX}XXXXXX`, SOCKET_NAME).length <= MAX_SOCKET_PATH;
  try {
    // mkdtemp makes it 0700.
    const folder = mkdtempSync(join(roomy ? tmpdir() : '/tmp', DOOR_PREFIX));
    markMaker(folder);
    return { folder, path: join(folder, SOCKET_NAME) };
  } catch (error) {
    throw fileError(error, `cannot make a temporary folder in ${roomy ? tmpdir() : '/tmp'}`);
  }
}
