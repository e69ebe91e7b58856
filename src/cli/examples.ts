/**
 * `gilscope examples [NAME]`: lists the gallery, or runs one of it and says what to look for. One way is recorded as `gilscope record` does,
 * several are compared as `gilscope compare` does. What is said of the example goes to standard error, as the table of `record` does.
 */
import { join } from 'node:path';
import { resolvePythons } from '../engine/compare/pythonNames.ts';
import { UserError } from '../engine/errors.ts';
import { listExamples } from '../engine/examples.ts';
import { InterpreterProbe } from '../engine/interpreterProbe.ts';
import { listInterpreters, ownPlaces } from '../engine/interpreters.ts';
import { dataFolder, EXAMPLES_FOLDER } from '../engine/paths.ts';
import type { ProgramEnd } from '../engine/program.ts';
import type { Example } from '../shared/contract/types.ts';
import { exampleCompare, exampleLaunch, isComparison, showsOn, withArguments } from '../shared/examples.ts';
import { bestInterpreter } from '../shared/interpreters.ts';
import { runComparison } from './compare.ts';
import { nearNames } from './near.ts';
import { record } from './record.ts';
import { table } from './terminalText.ts';

export interface ExamplesOptions {
  /** A version, a path or a command; without it the best of this machine. */
  python?: string;
  where?: boolean;
}

const COLUMNS = [{ title: 'example' }, { title: 'statement' }, { title: 'what it shows' }];
const WIDTH = 96;

/** Resolves with how the program ended; a comparison and a list end with a status. Throws UserError before anything is run. */
export async function examples(
  name: string | undefined,
  more: readonly string[],
  options: ExamplesOptions,
): Promise<ProgramEnd> {
  const all = listExamples();
  if (name === undefined) {
    process.stdout.write(options.where === true ? `${EXAMPLES_FOLDER}\n` : listText(all));
    return { exitCode: 0, signal: null };
  }
  const example = all.find(({ id }) => id === name) ?? unknown(name, all);
  if (options.where === true) {
    const scripts = new Set(example.variants.map(({ script }) => script));
    process.stdout.write([...scripts].map((script) => `${script}\n`).join(''));
    return { exitCode: 0, signal: null };
  }
  return run(withArguments(example, more), options);
}

function listText(all: readonly Example[]): string {
  const rows = all.map(({ id, statement, title }) => [id, statement ?? '', title]);
  return `${table(COLUMNS, rows)}\nto run one: gilscope examples NAME; its script: gilscope examples NAME --where\n`;
}

function unknown(name: string, all: readonly Example[]): never {
  const ids = all.map(({ id }) => id);
  const showing = all.filter(({ statement }) => statement === name.toUpperCase()).map(({ id }) => id);
  const near = showing.length > 0 ? showing : nearNames(name, ids);
  const remedy = near.length === 0 ? 'gilscope examples lists them' : `did you mean ${near.join(' or ')}?`;
  throw new UserError('not-found', `there is no example ${name}`, remedy);
}

async function run(example: Example, options: ExamplesOptions): Promise<ProgramEnd> {
  const python = await choosePython(example, options.python);
  process.stderr.write(`${example.title}\n${wrapped(example.text)}\n`);
  const end = isComparison(example)
    ? { exitCode: await runComparison(exampleCompare(example, python), { showOutput: true }), signal: null }
    : await recordOne(example, python);
  process.stderr.write(`\n${wrapped(`What to look for: ${example.look}`)}${wrapped(`Expected: ${example.expect}`)}`);
  return end;
}

function recordOne({ functions, watches, variants: [{ script, args }] }: Example, python: string): Promise<ProgramEnd> {
  return record({ engine: 'auto', functions, watch: watches }, python, [script, ...args]);
}

/** Absolute. Throws UserError when it is not there, or has nothing to show. */
async function choosePython(example: Example, asked: string | undefined): Promise<string> {
  const probe = new InterpreterProbe(join(dataFolder(), 'interpreters.json'));
  if (asked !== undefined) {
    const launch = exampleLaunch(example, example.variants[0], asked);
    const [{ path, version }] = await resolvePythons([asked], launch, probe, process.env);
    if (showsOn(example, version)) return path;
    throw new UserError(
      'refused',
      `${example.id} has nothing to show on Python ${version}: it needs ${example.minPython} or later`,
      'leave --python out, or name a newer one',
    );
  }
  const found = (await listInterpreters(probe, ownPlaces())).filter(({ version }) => showsOn(example, version));
  const best = bestInterpreter(found);
  if (best !== null) return best.path;
  const wanted = example.minPython === null ? 'Python' : `Python ${example.minPython} or later`;
  throw new UserError('not-found', `no ${wanted} was found that can be recorded`, 'name one: --python PATH');
}

/** Broken at blanks, for a terminal. */
const wrapped = (text: string): string => text.replace(new RegExp(`(.{1,${WIDTH}})(?:\\s+|$)`, 'g'), '$1\n');
