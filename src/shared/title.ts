/** What a session is called, from its command: for tabs, recents, file names and processes. Pure; used by the engine, the command line and the window. */
import { baseName } from './pageFormat.ts';
import { parsePythonArgs } from './pythonArgs.ts';

const LENGTH = 60;
/** CALL_RUNNER of src/engine/paths.ts, wherever gilscope was when it recorded. */
const CALL_RUNNER = /(?:^|[\\/])python-agent[\\/]ways[\\/]run_call\.py$/;

const cut = (text: string): string => {
  const plain = text.replace(/\p{Cc}/gu, ' ');
  return plain.length > LENGTH ? `${plain.slice(0, LENGTH - 1)}…` : plain;
};

const valueOf = (option: string, args: readonly string[]): string | undefined =>
  args.includes(option) ? args[args.indexOf(option) + 1] : undefined;

/** "shop.prices:total, processes": what `compare --call` runs a function with says which, and in which way; null of other scripts. */
function callTitle(script: string, args: readonly string[]): string | null {
  const [call, mode] = [valueOf('--call', args), valueOf('--mode', args)];
  return CALL_RUNNER.test(script) && call !== undefined && mode !== undefined ? `${call}, ${mode}` : null;
}

/** `command` is the whole command line, the interpreter first. */
export function sessionTitle(command: readonly string[]): string {
  const [python = 'python', ...args] = command;
  try {
    const { program, rest } = parsePythonArgs(args);
    const tail = rest.length === 0 ? '' : ` ${rest.join(' ')}`;
    if (program.kind === 'script') return cut(callTitle(program.path, rest) ?? baseName(program.path) + tail);
    if (program.kind === 'module') return cut(`-m ${program.name}${tail}`);
    if (program.kind === 'command') return cut(`-c ${program.text.trim()}`);
  } catch {
    // Not for the title to complain about.
  }
  return cut([baseName(python), ...args].join(' '));
}
