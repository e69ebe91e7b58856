/**
 * A line of arguments as a POSIX shell would split it: quotes, backslashes, nothing else. No variables, globs or
 * pipes: what is typed is what the program gets. `joinArgs` is its inverse. Pure; used by the window's forms and `gilscope compare`.
 */
export type SplitResult = { args: string[]; error: null } | { args: null; error: string };

const IN_DOUBLE_QUOTES = new Set(['"', '\\', '$', '`', '\n']);

export function splitArgs(line: string): SplitResult {
  const args: string[] = [];
  let word = '';
  let inWord = false;
  let at = 0;
  const finish = () => {
    if (inWord) args.push(word);
    word = '';
    inWord = false;
  };
  while (at < line.length) {
    const c = line[at];
    if (c === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return { args: null, error: "A single quote (') is opened and never closed." };
      word += line.slice(at + 1, end);
      inWord = true;
      at = end + 1;
    } else if (c === '"') {
      const quoted = readDouble(line, at + 1);
      if (quoted === null) return { args: null, error: 'A double quote (") is opened and never closed.' };
      word += quoted.text;
      inWord = true;
      at = quoted.next;
    } else if (c === '\\') {
      if (at + 1 >= line.length) return { args: null, error: 'A backslash (\\) at the end quotes nothing.' };
      // Backslash and newline: the line goes on.
      if (line[at + 1] !== '\n') {
        word += line[at + 1];
        inWord = true;
      }
      at += 2;
    } else if (/\s/.test(c)) {
      finish();
      at++;
    } else {
      word += c;
      inWord = true;
      at++;
    }
  }
  finish();
  return { args, error: null };
}

function readDouble(line: string, from: number): { text: string; next: number } | null {
  let text = '';
  for (let at = from; at < line.length; at++) {
    const c = line[at];
    if (c === '"') return { text, next: at + 1 };
    const next = line[at + 1];
    if (c === '\\' && next !== undefined && IN_DOUBLE_QUOTES.has(next)) {
      if (next !== '\n') text += next;
      at++;
    } else text += c;
  }
  return null;
}

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

export function quoteArg(arg: string): string {
  if (PLAIN.test(arg)) return arg;
  return "'" + arg.replaceAll("'", "'\\''") + "'";
}

export const joinArgs = (args: readonly string[]): string => args.map(quoteArg).join(' ');
