/**
 * Starts the user's exact command with the agent's way in put into its environment, nothing else changed.
 * The variables are those of docs/protocol.md's launch side: python-agent/boot/sitecustomize.py takes them out again.
 * Used by sessions.ts and cli/record.ts; launchCheck.ts has judged the launch before.
 */
import { existsSync } from 'node:fs';
import type { LaunchSpec } from '../shared/contract/types.ts';
import { exactHindrance } from './interpreters.ts';
import { BOOT_FOLDER, NATIVE_LIBRARY } from './paths.ts';
import { parsePythonArgs } from '../shared/pythonArgs.ts';
import { startCaptured, type Capture } from './captured.ts';
import { startInherited, startInTerminal, type Program, type ProgramStart } from './program.ts';
import { SAME_PIDS, type DoorAddress, type Target, type Tracing } from './target.ts';

export type Stdio = 'inherit' | 'terminal' | Capture;

/** The engine's own environment with the changes of a launch: what the program is to see in the end. */
export function userEnvironment(
  changes: LaunchSpec['env'],
  base: Record<string, string | undefined> = process.env,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...base, ...changes })) {
    if (value !== undefined && value !== null) env[name] = value;
  }
  return env;
}

/** The user's environment and the agent's way in. */
export function agentEnvironment(
  user: Record<string, string>,
  door: DoorAddress,
  engine: LaunchSpec['engine'],
  tracing: Tracing = {},
  boot = BOOT_FOLDER,
): Record<string, string> {
  const old = user.PYTHONPATH;
  const separator = process.platform === 'win32' ? ';' : ':';
  return {
    ...user,
    // An empty PYTHONPATH counts as none; "boot:" would add the working folder.
    PYTHONPATH: old ? `${boot}${separator}${old}` : boot,
    ...(old === undefined ? {} : { GILSCOPE_PYTHONPATH: old }),
    GILSCOPE_SOCKET: door.path,
    GILSCOPE_TOKEN: door.token,
    GILSCOPE_ENGINE: engine,
    ...(tracing.children === false ? { GILSCOPE_CHILDREN: '0' } : {}),
    ...(tracing.sites === false ? { GILSCOPE_SITES: '0' } : {}),
    ...(tracing.functions === true ? { GILSCOPE_FUNCTIONS: '1' } : {}),
    ...(tracing.looksHz === undefined ? {} : { GILSCOPE_LOOKS: String(tracing.looksHz) }),
    GILSCOPE_LIB: exactHindrance() === null && existsSync(NATIVE_LIBRARY) ? NATIVE_LIBRARY : '',
  };
}

function startProgram(spec: LaunchSpec, door: DoorAddress, stdio: Stdio, tracing: Tracing): Promise<Program> {
  const start: ProgramStart = {
    file: spec.python,
    args: spec.args,
    cwd: spec.cwd,
    env: agentEnvironment(userEnvironment(spec.env), door, spec.engine, tracing),
  };
  if (stdio === 'inherit') return startInherited(start);
  return stdio === 'terminal' ? startInTerminal(start, { cols: 80, rows: 24 }) : startCaptured(start, stdio);
}

/** The target of a session that starts its program itself. */
export function launchTarget(spec: LaunchSpec, stdio: Stdio, tracing: Tracing = {}): Target {
  return {
    kind: 'launch',
    command: [spec.python, ...spec.args],
    cwd: spec.cwd,
    spec,
    ppid: process.pid,
    open: (door) => startProgram(spec, door, stdio, { ...tracing, functions: spec.functions, looksHz: spec.looksHz }),
    enter: () => Promise.resolve(null),
    pids: SAME_PIDS,
    whyNothing: () => whyNothing(spec),
  };
}

function whyNothing(spec: LaunchSpec): string {
  const cause =
    parsePythonArgs(spec.args).program.kind === 'print'
      ? 'Python only printed something and ended'
      : 'the program ended before Python had started, or a wrapper kept PYTHONPATH from reaching Python';
  return `nothing was recorded: the agent inside the program never reported (${cause})`;
}
