/**
 * Keeps the pseudo-terminal of a launched program alive when gilscope ends before it: closing a terminal's last master would
 * send the program SIGHUP, and its next print would fail. A shell holds the master; it does nothing until its own input ends,
 * which is when gilscope does, however it does. Used by program.ts.
 */
import { spawn } from 'node:child_process';

/**
 * From then on it reads away what the program prints. The master does not block (Node wants it so, and the flag is shared), so
 * `cat` gives up at each lull and is started again while the program lives. In a container nobody may ever ask for the status of
 * one that has ended: a zombie lives no more.
 */
const LIVES = 'kill -0 "$1" 2>/dev/null && ! grep -qs "^State:.Z" "/proc/$1/status"';
const SCRIPT = `read x; while ${LIVES}; do cat <&3 >/dev/null 2>&1; sleep 0.1; done`;

/** Returns what to call when the program has ended. */
export function keepTerminal(master: number, pid: number): () => void {
  const keeper = spawn('/bin/sh', ['-c', SCRIPT, 'gilscope-keeper', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore', master],
    // A session of its own: Ctrl-C in the terminal of `gilscope serve` is not for it.
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
  });
  keeper.on('error', () => undefined); // without a shell the program's terminal is as mortal as any
  keeper.stdin?.on('error', () => undefined);
  keeper.unref();
  // The pipe must not keep gilscope running either; Node's types do not know that it is a socket.
  (keeper.stdin as unknown as { unref(): void } | null)?.unref();
  return () => keeper.stdin?.end();
}
