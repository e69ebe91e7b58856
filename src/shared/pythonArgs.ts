/**
 * CPython's own reading of its command line (Python/getopt.c), so that gilscope knows what will run before it runs it:
 * a script (does it exist?), a module, a command, standard input; and whether options switch the injection off.
 * Used by the engine (launchCheck.ts, launch.ts, title.ts) and by the window's launch form.
 */

export type PythonProgram =
  | { kind: 'script'; path: string }
  | { kind: 'module'; name: string }
  | { kind: 'command'; text: string }
  | { kind: 'stdin' }
  /** `--version`, `--help`: Python prints something and ends; nothing of the user's runs. */
  | { kind: 'print' };

export interface PythonCommand {
  program: PythonProgram;
  /** Python's own options before the program, with their values; of `-um` what stands before the program's letter. */
  options: string[];
  /** Arguments after the program: the script's own. */
  rest: string[];
  /** Letters of the options that keep `sitecustomize` or PYTHONPATH out: I, E, S. */
  isolating: string[];
}

const FLAGS = new Set('bBdEhiIJOPqRsStuvVx?');
const WITH_VALUE = new Set('cmWX');
const LONG_PRINTING = new Set(['--help', '--version', '--help-all', '--help-env', '--help-xoptions']);
const PRINTING = new Set('hV?');
const ISOLATING = new Set('IES');

/** Throws RangeError on what Python itself would refuse (unknown option, missing value), with a message for the user. */
export function parsePythonArgs(args: readonly string[]): PythonCommand {
  const isolating: string[] = [];
  const options: string[] = [];
  let prints = false;
  let at = 0;
  const done = (program: PythonProgram, from: number): PythonCommand => ({
    program: prints ? { kind: 'print' } : program,
    options,
    rest: args.slice(from),
    isolating,
  });
  while (at < args.length) {
    const word = args[at];
    if (word === '-' || !word.startsWith('-')) break;
    const wordAt = at++;
    if (word === '--') {
      options.push(word);
      break;
    }
    if (word.startsWith('--')) {
      if (LONG_PRINTING.has(word)) prints = true;
      else if (word === '--check-hash-based-pycs') at++;
      else throw new RangeError(`Python has no option ${word}`);
      if (at > args.length) throw new RangeError(`Python's option ${word} wants a value`);
      options.push(...args.slice(wordAt, at));
      continue;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i];
      if (FLAGS.has(letter)) {
        if (ISOLATING.has(letter)) isolating.push(letter);
        if (PRINTING.has(letter)) prints = true;
        continue;
      }
      if (!WITH_VALUE.has(letter)) throw new RangeError(`Python has no option -${letter}`);
      const attached = word.slice(i + 1);
      const value = attached !== '' ? attached : args[at++];
      if (value === undefined) throw new RangeError(`Python's option -${letter} wants a value`);
      if ((letter === 'c' || letter === 'm') && i > 1) options.push(word.slice(0, i));
      if (letter === 'c') return done({ kind: 'command', text: value }, at);
      if (letter === 'm') return done({ kind: 'module', name: value }, at);
      break;
    }
    options.push(...args.slice(wordAt, at));
  }
  const script = args[at];
  if (script === undefined || script === '-') return done({ kind: 'stdin' }, at + 1);
  return done({ kind: 'script', path: script }, at + 1);
}
