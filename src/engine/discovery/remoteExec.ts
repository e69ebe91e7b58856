/**
 * The interpreter's own door, from Python 3.14 on: `sys.remote_exec(pid, script)`, called by the target's own interpreter (it must be
 * of the same minor version). Used by attach.ts where the native helper cannot be. The script runs at the main thread's next
 * safe point, so a program that sits in a C call keeps us waiting. Written from the documentation: no 3.14 was at hand to run it on.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

const CALL_TIMEOUT_MS = 10_000;

/** A Python string literal: JSON's escapes are all Python's too. */
const literal = (text: string): string => JSON.stringify(text);

/** What the target runs: enter.py in a namespace of its own, its result told on the report socket. */
export function script(agent: string, config: string, report: string): string {
  return `def _gilscope_enter():
    import _socket
    path = ${literal(join(agent, 'gilscope_agent', 'enter.py'))}
    with open(path, encoding="utf-8") as file:
        source = file.read()
    space = {"__name__": "gilscope_enter", "folder": ${literal(agent)}, "config": ${literal(config)}, "library": ""}
    exec(compile(source, path, "exec"), space)
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        sock.connect(${literal(report)})
        sock.sendall(space["result"].encode("utf-8") + b"\\n")
    finally:
        sock.close()


try:
    _gilscope_enter()
except OSError:
    pass
finally:
    del _gilscope_enter
`;
}

/** Null when the request was made; otherwise why not. */
export function remoteExec(python: string, pid: number, stage: Stage, file: string): Promise<string | null> {
  const call = 'import sys; sys.remote_exec(int(sys.argv[1]), sys.argv[2])';
  const args = ['-I', '-S', '-c', call, String(pid), join(stage.there, file)];
  return new Promise((resolve) => {
    execFile(python, args, { timeout: CALL_TIMEOUT_MS, encoding: 'utf8' }, (error, _stdout, stderr) => {
      resolve(error === null ? null : (stderr.trim().split('\n').at(-1) ?? error.message).slice(0, 300));
    });
  });
}
