/** `gilscope doctor` on this very machine: as whoever runs the tests, and as a user with no rights at all. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DoctorReport } from '../../src/shared/contract/types.ts';
import { GILSCOPE } from './helpers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gilscope-doctor-'));
  chmodSync(folder, 0o777);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  report: DoctorReport;
  status: number | null;
}

function doctor(env: Record<string, string> = {}, before: string[] = []): Answer {
  const [command, ...args] = [...before, process.execPath, GILSCOPE, 'doctor', '--json'];
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, GILSCOPE_HOME: join(folder, 'home'), ...env },
  });
  return { report: JSON.parse(run.stdout) as DoctorReport, status: run.status };
}

const check = ({ checks }: DoctorReport, id: string) => checks.find((one) => one.id === id)!;

it('every finding that is not ok says what it means and what to do; interpreters were really asked', () => {
  const { report, status } = doctor();
  expect(status).toBe(report.checks.some((one) => one.status === 'fail') ? 1 : 0);
  for (const one of [...report.checks, ...report.interpreters].filter((found) => found.status !== 'ok')) {
    expect(one.means, JSON.stringify(one)).toBeTruthy();
    expect(one.remedy, JSON.stringify(one)).toBeTruthy();
  }
  expect(check(report, 'sockets').status).toBe('ok');
  const exact = report.interpreters.filter(({ engine }) => engine === 'exact');
  expect(exact.length > 0).toBe(check(report, 'native').status === 'ok');
  for (const { build, path } of exact) expect(build.join(), path).toMatch(/^(debug build,)?(shared|static) libpython/);
});

it('a folder that cannot be made is told, with status 1', () => {
  const { report, status } = doctor({ GILSCOPE_HOME: '/dev/null/home' });
  expect(status).toBe(1);
  expect(check(report, 'folder')).toMatchObject({ status: 'fail', command: 'export GILSCOPE_HOME=~/gilscope' });
});

it('a temporary folder that is not there is told: nothing can be recorded', () => {
  const { report, status } = doctor({ TMPDIR: join(folder, 'none') });
  expect(status).toBe(1);
  expect(check(report, 'sockets')).toMatchObject({ status: 'fail', means: 'nothing can be recorded' });
});

it('a limit on open files is told as it was set', () => {
  const { report } = doctor({}, ['sh', '-c', 'ulimit -n 200 && exec "$@"', 'sh']);
  expect(check(report, 'files')).toMatchObject({ status: 'warn', text: 'at most 200 open files' });
});

const root = process.platform === 'linux' && process.getuid?.() === 0;

it.runIf(root)('another user hears that programs of others are out of reach', () => {
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
  const { report } = doctor({ HOME: folder, GILSCOPE_HOME: join(folder, 'theirs') }, nobody);
  expect(check(report, 'rights')).toMatchObject({ status: 'warn', text: 'user 65534, without CAP_SYS_PTRACE' });
  expect(check(report, 'folder').text).toContain(join(folder, 'theirs'));
  expect(check(report, 'sockets').status).toBe('ok');
});

it.runIf(root)('a process that may run on one core hears so', () => {
  const { report } = doctor({}, ['taskset', '-c', '0']);
  const cores = check(report, 'cores');
  expect(cores.status).toBe('warn');
  expect(cores.text).toMatch(/one core|1 core of/);
});
