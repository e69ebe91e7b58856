/** What must be true after a round, whatever was done: each line of the answer says what is not. */
import { constants } from 'node:os';
import type { Summary } from '../../src/shared/contract/types.ts';
import { gilscope } from '../integration/helpers.ts';
import type { Outcome, Plain } from './round.ts';
import type { Round } from './schedule.ts';
import type { End } from './watched.ts';

const same = (a: End, b: End): boolean => a.exitCode === b.exitCode && a.signal === b.signal;
const text = (end: End): string => end.signal ?? `exit status ${end.exitCode}`;

/** How the program is to end. */
function expectedEnd({ fault, way }: Round, outcome: Outcome, plain: Plain): End {
  if (!outcome.struck) return plain;
  if (fault === 'kill target') return { exitCode: null, signal: 'SIGKILL' };
  // What is sent to `record` is passed on.
  if (fault === 'terminate target' || (fault === 'end recorder' && way === 'record'))
    return { exitCode: null, signal: 'SIGTERM' };
  return plain;
}

/** As it is when nobody records it; or, where something was sent to it, ended by that, with a part of what it says. */
function* ofTheProgram(round: Round, outcome: Outcome, plain: Plain): Generator<string> {
  const { end, stdout, stderr, said, begun } = outcome;
  const expected = expectedEnd(round, outcome, plain);
  // What was sent in its last moment may have come too late; what was sent before its first leaves nothing to run.
  if (said === plain.said && (end === null || same(end, plain))) return;
  if (!begun && outcome.struck && round.since === 'start') return;
  if (end !== null && !same(end, expected)) yield `the program ended with ${text(end)} instead of ${text(expected)}`;
  // Some programs end by themselves as what was sent ends them.
  const cut =
    !same(expected, plain) || (outcome.struck && round.fault.endsWith('target') && round.fault !== 'stop target');
  const differs = (now: string | null, then: string): boolean =>
    now !== null && (cut ? !then.startsWith(now) : now !== then);
  if (differs(said, plain.said)) yield `it said ${JSON.stringify(said)} instead of ${JSON.stringify(plain.said)}`;
  if (differs(stdout, plain.stdout)) yield `standard output: ${JSON.stringify(stdout)}`;
  if (!cut && differs(stderr, plain.stderr))
    yield `standard error: ${JSON.stringify(stderr)} instead of ${JSON.stringify(plain.stderr)}`;
}

const killed = ({ fault }: Round, { struck, recorder }: Outcome): boolean =>
  struck && fault.includes('kill recorder') && recorder?.signal === 'SIGKILL';

const RAISED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether `record` passes on such an end: signals that would dump a core of Node become a status, as a shell has it. */
function passes(recorder: End, end: End): boolean {
  if (end.signal === null || RAISED.includes(end.signal)) return same(recorder, end);
  return recorder.exitCode === 128 + constants.signals[end.signal as NodeJS.Signals];
}

function* ofTheRecorder(round: Round, outcome: Outcome, plain: Plain): Generator<string> {
  const { recorder, said, told } = outcome;
  // Before it has entered anything Ctrl-C ends it as it ends any program.
  const interrupted = round.fault === 'end recorder' && recorder?.signal === 'SIGINT' && outcome.file === null;
  if (killed(round, outcome)) return;
  if (recorder === null) {
    yield 'gilscope was left behind';
    return;
  }
  if (round.way === 'record') {
    const expected = expectedEnd(round, outcome, plain);
    const whole = said === plain.said && passes(recorder, plain);
    if (!whole && !passes(recorder, expected)) yield `gilscope ended with ${text(recorder)}, not as ${text(expected)}`;
  } else if (round.way === 'serve' && recorder.exitCode !== 0) yield `the server ended with ${text(recorder)}`;
  else if (round.way === 'attach' && recorder.exitCode !== 0 && told.length === 0 && !interrupted)
    yield `gilscope ended with ${text(recorder)} and told nothing`;
}

/** What the interpreter counted and nobody captured must show as dropped, or the process as lost, or the file as cut short. */
function* ofTheCounts(summary: Summary): Generator<string> {
  for (const process of summary.processes) {
    const excused = process.dropped > 0 || process.lost !== null || summary.damage !== null;
    for (const { id, switches_counted: counted, switches_checked: checked } of process.gils) {
      if (counted === null || checked === null) continue;
      if (checked > counted) yield `process ${process.pid}, GIL ${id}: ${checked} switches of ${counted} counted`;
      if (checked < counted && !excused)
        yield `process ${process.pid}, GIL ${id}: ${checked} of ${counted} switches, and nothing says that some are missing`;
    }
  }
}

function* ofTheSummary(round: Round, outcome: Outcome, summary: Summary): Generator<string> {
  const [main] = summary.processes;
  const cut = killed(round, outcome);
  if (summary.damage !== null && !cut && !round.fault.startsWith('f'))
    yield `the recording is damaged: ${summary.damage}`;
  if (summary.damage !== null && !/no end mark/.test(summary.damage)) yield `damaged otherwise: ${summary.damage}`;
  yield* ofTheCounts(summary);
  if (cut || round.way !== 'record' || outcome.recorder === null || summary.damage !== null) return;
  if (!passes(outcome.recorder, { exitCode: main.exit_code, signal: main.signal }))
    yield `the recording says ${main.signal ?? main.exit_code}, gilscope ended with ${text(outcome.recorder)}`;
  if (main.signal === 'SIGKILL' && main.lost === null) yield 'nothing says that the end of a killed program is missing';
}

async function ofTheFile(round: Round, outcome: Outcome): Promise<string[]> {
  const { file } = outcome;
  // Of what ended before it could say HELLO there is nothing to keep; then it is told.
  if (file === null) {
    const early = outcome.struck || killed(round, outcome) || round.way === 'attach';
    return early || outcome.told.some((line) => line.includes('nothing was recorded')) ? [] : ['there is no recording'];
  }
  const { status, stdout, stderr } = await gilscope(['stats', '--json', file]);
  if (status === 0 && stderr === '') return [...ofTheSummary(round, outcome, JSON.parse(stdout) as Summary)];
  // Killed before its first frame was written: it says that there is nothing, in one line.
  if (killed(round, outcome) && /^gilscope: [^\n]*\n$/.test(stderr)) return [];
  return [`the recording does not open: ${stderr}`];
}

export async function wrong(round: Round, outcome: Outcome, plain: Plain): Promise<string[]> {
  return [
    ...ofTheProgram(round, outcome, plain),
    ...ofTheRecorder(round, outcome, plain),
    ...(await ofTheFile(round, outcome)),
    ...outcome.left.map((command) => `left behind: ${command}`),
  ];
}
