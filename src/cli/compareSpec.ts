/** What `gilscope compare` was asked, as the contract says it: commands, recordings, or one function in several ways. Used by compare.ts. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UserError } from '../engine/errors.ts';
import { MAGIC, SUFFIX } from '../engine/sessionFile.ts';
import { CHROME_BEGINS } from '../shared/export/chrome/chrome.ts';
import { sessionTitle } from '../shared/title.ts';
import { shortNames, type Words } from '../shared/compare/names.ts';
import {
  CALL_MODES,
  MOST_VARIANTS,
  type CallMode,
  type CompareSpec,
  type VariantSource,
} from '../shared/contract/compare.ts';
import type { LaunchSpec } from '../shared/contract/types.ts';
import { parsePythonArgs } from '../shared/pythonArgs.ts';
import { splitArgs } from '../shared/shell.ts';

export interface AskedOptions {
  repeat: number;
  names?: string;
  timeLimit?: number;
  checkOutput?: boolean;
  engine: LaunchSpec['engine'];
  cwd?: string;
  call?: string;
  args?: string[];
  workers?: number;
  modes?: CallMode[];
  python?: string[];
}

/** Only for `--call`. */
const CALL_OPTIONS = ['args', 'workers', 'modes', 'python'] as const;

/** Endings of what gilscope writes and opens again; nobody's command is called like that. */
const ENDINGS = [SUFFIX, '.pftrace', '.trace.json'];
const isNamed = (text: string): boolean => ENDINGS.some((ending) => text.endsWith(ending));

function beginsAsSession(path: string): boolean {
  try {
    const fd = openSync(path, 'r');
    const bytes = Buffer.alloc(CHROME_BEGINS.length);
    readSync(fd, bytes, 0, bytes.length, 0);
    closeSync(fd);
    const begin = bytes.toString('latin1');
    return begin.startsWith(MAGIC) || begin === CHROME_BEGINS;
  } catch {
    return false;
  }
}

/** A recording rather than a command: it is there and looks like one, or is called like one. */
function isRecording(text: string): boolean {
  const found = statSync(text, { throwIfNoEntry: false });
  if (found?.isFile() === true) return isNamed(text) || beginsAsSession(text);
  return isNamed(text) && !/\s/.test(text);
}

function sourceOf(text: string, { engine, cwd }: AskedOptions): VariantSource {
  if (isRecording(text)) return { kind: 'file', path: resolve(text) };
  const { args, error } = splitArgs(text);
  if (args === null)
    throw new UserError(
      'bad-argument',
      `cannot read the command ${text}: ${error.replace(/\.$/, '')}`,
      'quote as for a shell',
    );
  const [python, ...rest] = args;
  if (python === undefined) throw new UserError('bad-argument', 'a command is empty', 'write "python3 script.py"');
  if (rest.length === 0)
    throw new UserError(
      'bad-argument',
      `"${text}" is neither a recording nor a whole command`,
      `quote each command as a whole: "python3 script.py"`,
    );
  return { kind: 'launch', spec: { python, args: rest, cwd: resolve(cwd ?? '.'), env: {}, engine } };
}

function wordsOf(source: VariantSource): Words {
  if (source.kind === 'file') return { python: null, rest: [basename(source.path, SUFFIX)] };
  const { python, args } = source.spec;
  try {
    const { program, options, rest } = parsePythonArgs(args);
    if (program.kind === 'script') return { python, rest: [basename(program.path), ...options, ...rest] };
  } catch {
    // Python will refuse it.
  }
  return { python, rest: [sessionTitle([python, ...args])].flatMap((title) => title.split(' ')) };
}

function namesOf(asked: string | undefined, sources: readonly VariantSource[]): string[] {
  if (asked === undefined) return shortNames(sources.map(wordsOf));
  const names = asked.split(',').map((name) => name.trim());
  if (names.length !== sources.length)
    throw new UserError(
      'bad-argument',
      `there ${names.length === 1 ? 'is 1 name' : `are ${names.length} names`} for ${sources.length} variants`,
      'give one for each, with commas between',
    );
  if (names.includes(''))
    throw new UserError('bad-argument', 'a name in --names is empty', 'give one for each variant');
  return names;
}

function commandsSpec(texts: readonly string[], options: AskedOptions): CompareSpec {
  const stray = CALL_OPTIONS.find((name) => options[name] !== undefined);
  if (stray !== undefined) throw new UserError('bad-argument', `--${stray} is of --call only`, 'leave it out');
  if (texts.length < 2)
    throw new UserError(
      'bad-argument',
      texts.length === 0 ? 'there is nothing to compare' : 'one alone cannot be compared',
      'name two commands, each in quotes, or recordings: gilscope compare "python3 a.py" "python3 b.py"',
    );
  if (texts.length > MOST_VARIANTS)
    throw new UserError('bad-argument', `${texts.length} variants are more than ${MOST_VARIANTS}`, 'compare fewer');
  const sources = texts.map((text) => sourceOf(text, options));
  const names = namesOf(options.names, sources);
  return { kind: 'variants', variants: sources.map((source, i) => ({ name: names[i], source })), ...how(options) };
}

const how = ({ repeat, timeLimit, checkOutput }: AskedOptions) => ({
  repeat,
  timeLimitS: timeLimit ?? null,
  checkOutput: checkOutput === true,
});

function callSpecOf(call: string, texts: readonly string[], options: AskedOptions): CompareSpec {
  if (texts.length > 0)
    throw new UserError('bad-argument', `with --call there are no commands, but there is ${texts[0]}`, 'leave it out');
  if (options.names !== undefined)
    throw new UserError('bad-argument', 'the variants of --call have names already', 'leave --names out');
  const { args = [], workers = 4, modes = [...CALL_MODES] } = options;
  return {
    kind: 'call',
    call: {
      ...{ call, inputs: args, workers, modes, pythons: options.python ?? ['python3'] },
      ...{ cwd: resolve(options.cwd ?? '.'), engine: options.engine },
    },
    ...how(options),
  };
}

/** Throws a UserError for what cannot be meant; what is to be run is checked by the engine. */
export function specOf(texts: readonly string[], options: AskedOptions): CompareSpec {
  const { call } = options;
  return call === undefined ? commandsSpec(texts, options) : callSpecOf(call, texts, options);
}
