/**
 * The command line: bin/gilscope imports this from out/main/cli.js. Parses arguments, loads the command that was asked for (and
 * only that: `record` must start the program fast), and ends with its status. A wrong argument is one line and status 2.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { oneLine, UserError } from '../engine/errors.ts';
import { VERSION } from '../engine/paths.ts';
import { CALL_MODES, MOST_ROUNDS, MOST_WORKERS } from '../shared/contract/compareSpec.ts';
import type { AttachOptions } from './attach.ts';
import type { CheckOptions } from './check.ts';
import type { CompareOptions } from './compare.ts';
import { callModes, count, list } from './compareOptions.ts';
import type { ExamplesOptions } from './examples.ts';
import type { ExportCommandOptions } from './export.ts';
import { DEFECT_STATUS, exitAs, flushed, USAGE_STATUS } from './exit.ts';
import { libraryCommand } from './libraryCommand.ts';
import { looksOption } from './looksOption.ts';
import type { RecordOptions } from './record.ts';
import type { ServeOptions } from './serve.ts';
import { plain } from './terminalText.ts';
import { watchOption, watchRateOption } from './watchOptions.ts';

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value <= 0 || value > 1e6)
    throw new InvalidArgumentError('a duration is a number of seconds, more than 0 and at most 1000000.');
  return value;
}

function moment(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 1e7)
    throw new InvalidArgumentError('a time is a number of seconds from the start of the session.');
  return value;
}

function processId(text: string, before: number[] = []): number[] {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('a process id is a number.');
  return [...before, Number(text)];
}

const oneMore = (text: string, before: string[] = []): string[] => [...before, text];

/** Of an option that may be given several times. */
const collect = (text: string, before: readonly string[]): string[] => [...before, text];

const engineOption = (): Option =>
  new Option('--engine <engine>', 'how to measure').choices(['auto', 'exact', 'estimated']).default('auto');

const functionsOption = (): Option =>
  new Option('--functions', 'trace every function call: how often, how long, and what it had of the GIL meanwhile');

function build(): Command {
  const program = new Command('gilscope')
    .description(
      'See, exactly and live, which Python thread holds the GIL, who waits for it, and what every core does.',
    )
    .version(VERSION)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });

  program
    .command('open', { isDefault: true })
    .description('the window (Electron; without it the local server, whose address is printed)')
    .argument('[files...]', 'sessions to open')
    .action(async (files: string[]) => exitAs(await (await import('./open.ts')).open(files)));

  program
    .command('record')
    .description('run a program and record it; its input, output, signals and exit status pass through')
    .usage('[options] -- PYTHON ARGS...')
    .option('-o, --output <file>', 'where to record (default: the library folder)')
    .option('--summary <file.json>', 'write the summary there too')
    .addOption(engineOption())
    .option('-q, --quiet', 'no table at the end')
    .addOption(watchOption())
    .addOption(watchRateOption())
    .option('--no-children', 'record only the program itself, not the Python processes it starts')
    .addOption(functionsOption())
    .addOption(looksOption())
    .option('--no-sites', 'do not note in which function and line a thread lets go of the GIL')
    .argument('<python>', 'the interpreter')
    .argument('[args...]', 'its options, the program, and the arguments of the program')
    .passThroughOptions()
    .action(async (python: string, args: string[], options: RecordOptions) =>
      exitAs(await (await import('./record.ts')).record(options, python, args)),
    );

  program
    .command('attach')
    .description('record a Python program that runs already, until it ends, or Ctrl-C; the program goes on')
    .option('-d, --duration <seconds>', 'leave it after that time', seconds)
    .option('-o, --output <file>', 'where to record (default: the library folder)')
    .option('--summary <file.json>', 'write the summary there too')
    .addOption(engineOption())
    .addOption(watchOption())
    .addOption(watchRateOption())
    .option('-q, --quiet', 'no table at the end')
    .option('--no-children', 'record only the process itself, not the Python processes it starts')
    .addOption(functionsOption())
    .addOption(looksOption())
    .option('--no-sites', 'do not note in which function and line a thread lets go of the GIL')
    .argument('<pid>', 'its process id; `gilscope ps` lists them')
    .action(async (pid: string, options: AttachOptions) => {
      process.exitCode = await (await import('./attach.ts')).attach(pid, options);
    });

  program
    .command('ps')
    .description('the Python programs that run on this machine, and which of them can be attached to')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => (await import('./ps.ts')).ps(options));

  program
    .command('compare')
    .description('run commands in turns, or read recordings, and tell how they differ: time, cores, GIL, memory')
    .usage('[options] "COMMAND A" "COMMAND B" ... | FILE ... | --call MODULE:FUNCTION')
    .option('--repeat <n>', 'runs of each, interleaved: A B A B (4 are the fewest that tell)', count(MOST_ROUNDS), 4)
    .option('--names <a,b>', 'what the variants are called')
    .option('--json <file>', 'write everything there, with the summary of every run; - is standard output')
    .option('--html <file>', 'write a report there: one page with figures, verdict and timelines')
    .option('--md <file>', 'write a report there as Markdown')
    .option('--force', 'let a report replace an earlier file')
    .option('--time-limit <seconds>', 'end a run that takes longer; it has failed', seconds)
    .option('--check-output', 'variants must print the same, byte by byte (--call: give the same results)')
    .option('--show-output', 'let what the programs print be seen, on standard error; they have no input')
    .option('--cwd <folder>', 'where they run (default: here)')
    .addOption(engineOption())
    .option('-q, --quiet', 'no progress')
    .option('--call <module:function>', 'run one function in several ways instead of commands')
    .option('--args <values...>', 'its inputs, a task for each, as Python literals')
    .option('--workers <n>', 'threads, processes or interpreters at work (default: 4)', count(MOST_WORKERS))
    .option('--modes <a,b>', `of ${CALL_MODES.join(', ')}`, callModes)
    .option('--python <a,b>', 'versions or paths of interpreters', list)
    .argument('[commands...]', 'each in quotes, the interpreter first; or recordings')
    .action(async (commands: string[], options: CompareOptions) => {
      process.exitCode = await (await import('./compare.ts')).compare(commands, options);
    });

  program
    .command('stats')
    .description('the summary of a session')
    .argument('<file>', 'a session')
    .option('--json', 'as JSON')
    .action(async (file: string, options: { json?: boolean }) => (await import('./stats.ts')).stats(file, options));

  program
    .command('export')
    .description('write a session in a format that others read: Perfetto, Chrome, CSV, Arrow, HTML and more')
    .argument('<file>', 'a session')
    .requiredOption('--to <format>', 'csv, jsonl, arrow ... (an unknown one lists them all)')
    .option(
      '-o, --output <path>',
      'the file or folder to write; - is standard output (default: named after FILE, here)',
    )
    .option('--from <seconds>', 'from when on, counted from the start of the session', moment)
    .option('--until <seconds>', 'until when', moment)
    .option('--process <pid>', 'only this process; may be given several times', processId)
    .option('--thread <name|tid>', 'only this thread; may be given several times', oneMore)
    .option('--table <name>', 'of csv, jsonl and arrow only this table, as one file')
    .option('--force', 'replace an earlier export')
    .option('-q, --quiet', 'no progress')
    .action(async (file: string, options: ExportCommandOptions) => {
      process.exitCode = await (await import('./export.ts')).exportCommand(file, options);
    });

  program
    .command('check')
    .description('whether a recording is within its limits: exit status 0, or 1 and a line for each that is not kept')
    .usage('FILE --max METRIC=LIMIT [--max ...] [--min ...]')
    .option('--max <metric=limit>', 'at most: gil.wait_share=10%, thread.napper.wait_p95=2ms', collect, [])
    .option('--min <metric=limit>', 'at least: coverage=99%', collect, [])
    .option('--not-verdict <kind>', 'fail with this verdict: cpu_bound, io_starved ...', collect, [])
    .option('--allow-missing', 'a thread, function or mark that is not in the recording keeps its limits')
    .option('--list', 'print every metric of the recording, and its value')
    .option('--json', 'as JSON')
    .option('--markdown', 'as Markdown, with the summary')
    .option('--step-summary', 'append that to $GITHUB_STEP_SUMMARY')
    .argument('<file>', 'a session')
    .action(async (file: string, options: CheckOptions) => {
      process.exitCode = await (await import('./check.ts')).check(file, options);
    });

  program
    .command('examples')
    .description(
      'small programs that show what is said of the GIL: lists them, or records one and says what to look for',
    )
    .usage('[NAME] [options] [-- ARGS...]')
    .option('--python <python>', 'a version, a path or a command (default: the newest that can be recorded exactly)')
    .option('--where', 'only print where its script is')
    .argument('[name]', 'which one')
    .argument('[args...]', 'appended to its arguments: a size, a time')
    .action(async (name: string | undefined, more: string[], options: ExamplesOptions) =>
      exitAs(await (await import('./examples.ts')).examples(name, more, options)),
    );

  program.addCommand(libraryCommand(oneMore));

  program
    .command('serve')
    .description('the window for a browser: prints its address, on 127.0.0.1 only')
    .option('--port <n>', 'the port (default: a free one)', portNumber)
    .option('--json', 'the address as JSON')
    .action(async (options: ServeOptions) => (await import('./serve.ts')).serve(options));

  program
    .command('doctor')
    .description('what works on this machine, and what to do about the rest')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      process.exitCode = await (await import('./doctor.ts')).doctor(options);
    });

  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  return program;
}

/** Commander's words, in one line. */
function commanderLine(error: CommanderError): string {
  const words = error.message
    .replace(/^error: /, '')
    // What is wrong with an option's argument is a clause of its own.
    .replace(/ is invalid\. (.)/, (_, first: string) => ` is invalid: ${first.toLowerCase()}`)
    .replace(/\.$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const hint = error.code === 'commander.missingArgument' && words.includes("'python'");
  return hint
    ? 'there is nothing to record; name the interpreter and the program: gilscope record -- python3 script.py'
    : `${words}; see gilscope --help`;
}

function fail(line: string, status: number): void {
  process.stderr.write(`gilscope: ${plain(line)}\n`);
  process.exitCode = status;
}

async function main(argv: readonly string[]): Promise<void> {
  try {
    await build().parseAsync([...argv], { from: 'user' });
    await flushed();
    process.exit();
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return;
      fail(commanderLine(error), USAGE_STATUS);
    } else if (error instanceof UserError) {
      fail(oneLine(error), error.code === 'internal' ? DEFECT_STATUS : USAGE_STATUS);
    } else {
      const text = error instanceof Error ? (process.env.GILSCOPE_DEBUG ? error.stack : error.message) : String(error);
      fail(`gilscope itself failed: ${text}; please report this`, DEFECT_STATUS);
    }
    await flushed();
    process.exit();
  }
}

// `gilscope stats x | head`: a reader that leaves is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : DEFECT_STATUS));
process.stderr.on('error', () => undefined);
await main(process.argv.slice(2));
