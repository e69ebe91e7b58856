/** `gilscope compare` with what cannot be compared, and with programs that fail, hang or are interrupted: one clear line, the right status, nothing left. */
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CompareReport } from '../../src/shared/contract/compare.ts';
import { lifeOf } from '../../src/engine/procfs.ts';
import { quoteArg } from '../../src/shared/shell.ts';
import { file, gilscope, GILSCOPE, newest, record, start, tooOld, untilOutput, work } from './helpers.ts';

const command = (...args: string[]): string => [newest.path, ...args].map(quoteArg).join(' ');
const code = (text: string): string => command('-c', text);
const log = join(work, 'was-run');
/** Leaves a trace when it is run. */
const traced = code(`open(${JSON.stringify(log)}, "a").write("x")`);
const good = code('print(1)');

const old = tooOld[0];
const script = file('script.py', 'print(1)\n');
const text = file('notes.gilscope', 'no session\n');
const newer = join(work, 'newer.gilscope');

describe('what cannot be compared is told in one line, and nothing is run', () => {
  it.each<[string, string[], RegExp]>([
    ['nothing', [], /nothing to compare; name two commands/],
    ['one command', [traced], /one alone cannot be compared/],
    ['no runs', ['--repeat', '0', traced, good], /--repeat.*whole number from 1 to 100/],
    ['half a run', ['--repeat', '1.5', traced, good], /--repeat.*whole number/],
    ['too many', Array.from({ length: 13 }, () => traced), /13 variants are more than 12/],
    ['an empty command', [traced, ''], /a command is empty/],
    ['an open quote', [traced, "python3 'a.py"], /single quote.*never closed; quote as for a shell/],
    ['no interpreter', [traced, 'ls -l'], /ls is not a Python interpreter/],
    ['a script alone', [traced, script], /neither a recording nor a whole command; quote each command as a whole/],
    ['a script with arguments', [traced, `${script} 1`], /script, not an interpreter|not executable/],
    ['a command that is not there', [traced, 'no-such-python a.py'], /no command no-such-python/],
    ['a script that is not there', [traced, command('nowhere.py')], /there is no script .*nowhere.py/],
    ['names too few', ['--names', 'A', traced, good], /1 name for 2 variants/],
    ['a name twice', ['--names', 'A,A', traced, good], /two variants are called A/],
    ['an empty name', ['--names', 'A,', traced, good], /a name in --names is empty/],
    ['a report that cannot be written', ['--json', '/nowhere/x.json', traced, good], /cannot write \/nowhere\/x.json/],
    ['a recording that is not there', [traced, 'gone.gilscope'], /cannot open .*gone.gilscope/],
    ['a recording that is none', [traced, text], /notes.gilscope is not a gilscope session/],
    ['a time limit of nothing', ['--time-limit', '0', traced, good], /--time-limit.*more than 0/],
    ['options of a call', ['--workers', '3', traced, good], /--workers is of --call only/],
    ['a call and commands', ['--call', 'a:b', traced], /with --call there are no commands/],
    ['an unknown mode', ['--call', 'a:b', '--modes', 'fibres'], /fibres is none of sequential, threads/],
    ['a folder that is not there', ['--cwd', '/nowhere', traced, good], /working folder \/nowhere does not exist/],
    ...(old === undefined
      ? []
      : [['an old Python', [traced, `${old.path} -c 1`], /is Python|not CPython/] as [string, string[], RegExp]]),
  ])('%s', async (_what, args, line) => {
    const ran = await gilscope(['compare', ...args]);
    expect(ran.stderr).toMatch(line);
    expect(ran.stderr).toMatch(/^gilscope: [^\n]+\n$/);
    expect(ran.status).toBe(2);
    expect(ran.stdout).toBe('');
    expect(existsSync(log)).toBe(false);
  });

  it('a session of a newer format', async () => {
    const { file: path } = await record(newest.path, ['-c', 'print(1)']);
    const bytes = readFileSync(path);
    bytes.writeUInt16LE(99, 8);
    writeFileSync(newer, bytes);
    const ran = await gilscope(['compare', traced, newer]);
    expect(ran.stderr).toMatch(/^gilscope: .*newer[^\n]*\n$/);
    expect(ran.status).toBe(2);
    expect(existsSync(log)).toBe(false);
  });

  it('a session that is damaged is compared up to there, and that is said', async () => {
    const { file: path } = await record(newest.path, ['-c', 'print(1)']);
    truncateSync(path, statSync(path).size - 20);
    const ran = await gilscope(['compare', '-q', '--repeat', '1', good, path]);
    expect(ran.stdout).toMatch(/cannot be read; everything up to .* is here/);
    expect(ran.status).toBe(0);
  });
});

async function report(args: string[]): Promise<{ status: number | null; stdout: string; report: CompareReport }> {
  const json = join(work, 'report.json');
  const { status, stdout } = await gilscope(['compare', '-q', '--json', json, ...args]);
  return { status, stdout, report: JSON.parse(readFileSync(json, 'utf8')) as CompareReport };
}

describe('programs that fail', () => {
  it('are not run again, and are told with their last words; the others go on', async () => {
    const bad = code('import sys; print("so far so good"); sys.exit("no such thing")');
    const ran = await report(['--repeat', '2', '--names', 'bad,A,B', bad, good, code('print(2)')]);
    expect(ran.status).toBe(1);
    expect(ran.report.failed).toEqual([{ variant: 'bad', round: 0, error: 'it ended with exit status 1' }]);
    expect(ran.report.variants.map(({ runs }) => runs.length)).toEqual([0, 2, 2]);
    expect(ran.stdout).toContain('bad, run 1 failed: it ended with exit status 1');
    expect(ran.stdout).toContain('bad said:\n  no such thing\n');
  });

  it('leave nothing to compare: the rest is not run', async () => {
    const killed = code('import os; os.kill(os.getpid(), 11)');
    const ran = await report(['--repeat', '3', '--names', 'killed,A', killed, good]);
    expect(ran.status).toBe(1);
    expect(ran.report.verdict.kind).toBe('failed');
    expect(ran.report.failed).toEqual([{ variant: 'killed', round: 0, error: 'it was ended by SIGSEGV' }]);
    expect(ran.report.variants[1].runs).toHaveLength(0);
  });

  it('print something else: no winner, status 1, when that was asked', async () => {
    const ways = ['--repeat', '1', good, code('print(2)')];
    expect((await report(ways)).status).toBe(0);
    const asked = await report(['--check-output', ...ways]);
    expect(asked.status).toBe(1);
    expect(asked.report.verdict).toMatchObject({ kind: 'different_output', winner: null });
  });

  /** Neither it nor its child heeds SIGTERM. */
  const stubborn = code(
    `import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pid = os.fork()
print("pid", os.getpid(), flush=True)
time.sleep(600)`,
  );

  it('take too long: they and what they started are ended', async () => {
    const json = join(work, 'report.json');
    const args = ['compare', '-q', '--show-output', '--json', json, '--time-limit', '1', '--repeat', '1'];
    const ran = await gilscope([...args, '--names', 'slow,A,B', stubborn, good, good]);
    expect(ran.status).toBe(1);
    const pids = [...ran.stderr.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => pid);
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(lifeOf(Number(pid)), pid).not.toBe('alive');
    const { failed, variants } = JSON.parse(readFileSync(json, 'utf8')) as CompareReport;
    expect(failed).toEqual([
      { variant: 'slow', round: 0, error: 'it took longer than the time limit of 1.00 s and was ended' },
    ]);
    expect(variants.map(({ runs }) => runs.length)).toEqual([0, 1, 1]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends the program that runs, and tells what was measured', async (signal, status) => {
    const json = join(work, `${signal}.json`);
    const args = [
      'compare',
      '-q',
      '--show-output',
      '--json',
      json,
      '--names',
      'A,B',
      good,
      code('import time, os; print("pid", os.getpid(), flush=True); time.sleep(600)'),
    ];
    const { child, done } = start(process.execPath, [GILSCOPE, ...args]);
    const [, pid] = await untilOutput(child, /^pid (\d+)$/m, 'stderr');
    child.kill(signal);
    const ran = await done;
    expect(ran.status).toBe(status);
    expect(lifeOf(Number(pid))).not.toBe('alive');
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as CompareReport;
    expect(variants.map(({ runs }) => runs.length)).toEqual([1, 0]);
    expect(ran.stdout).toContain('wall-clock');
  });
});
