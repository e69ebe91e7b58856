/** What a session is called, from its command: for tabs, recents and file names. */
import { basename } from 'node:path';
import { parsePythonArgs } from '../shared/pythonArgs.ts';

const LENGTH = 60;

const cut = (text: string): string => {
  const plain = text.replace(/\p{Cc}/gu, ' ');
  return plain.length > LENGTH ? `${plain.slice(0, LENGTH - 1)}…` : plain;
};

/** `command` is the whole command line, the interpreter first. */
export function sessionTitle(command: readonly string[]): string {
  const [python = 'python', ...args] = command;
  try {
    const { program, rest } = parsePythonArgs(args);
    const tail = rest.length === 0 ? '' : ` ${rest.join(' ')}`;
    if (program.kind === 'script') return cut(basename(program.path) + tail);
    if (program.kind === 'module') return cut(`-m ${program.name}${tail}`);
    if (program.kind === 'command') return cut(`-c ${program.text.trim()}`);
  } catch {
    // Not for the title to complain about.
  }
  return cut([basename(python), ...args].join(' '));
}
