/**
 * CPython's own tests end the same recorded as not, in short; `npm run suites` is the long form. And scripts/suites.mjs, which
 * runs them, sees a difference where there is one.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countText, differences, judge, readResults } from '../../scripts/suite-results.mjs';
import { newest, pythons, ROOT, testEnv, work } from './helpers.ts';

const SCRIPT = join(ROOT, 'scripts', 'suites.mjs');
const SHORT = ['test_threading', 'test_fork1', 'test_sys_setprofile'];
const LIMIT_S = 120;
// Each suite runs twice, and once more where something differs; the script then kills what it started.
const TIMEOUT_MS = 10 * 60_000;

interface Ran {
  status: number;
  stdout: string;
}

function suites(args: string[]): Promise<Ran> {
  const options = { cwd: work, env: testEnv(), timeout: TIMEOUT_MS, maxBuffer: 64 << 20 };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT, '--limit', String(LIMIT_S), ...args], options, (_error, stdout) =>
      resolve({ status: child.exitCode ?? -1, stdout }),
    );
  });
}
const named = (option: string, values: string[]) => values.flatMap((value) => [option, value]);

// Distributions leave the tests out; pyenv and a build of one's own have them.
const withTests = pythons
  .filter(({ path }) => spawnSync(path, ['-c', 'import test.test_threading']).status === 0)
  .map(({ version }) => version!)
  .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
const ends = [...new Set([withTests.at(0), withTests.at(-1)])].filter((version) => version !== undefined);

it.each(ends.length > 0 ? [ends] : [])(
  "CPython's own tests of threads, forks and profilers end the same recorded as not: %s %s",
  async (...versions) => {
    const { status, stdout } = await suites([
      ...named('--python', versions),
      ...named('--suite', SHORT),
      '--jobs',
      '2',
    ]);
    const count = versions.length * SHORT.length;
    expect([status, stdout.trimEnd().split('\n').at(-1)], stdout).toEqual([0, `${count} passed, 0 failed`]);
  },
  TIMEOUT_MS + 10_000,
);

it('a suite that fails only while something records is told, with its test', async () => {
  const folder = join(work, 'own');
  mkdirSync(folder);
  // What a program can still see of the exact engine, by python-agent/README.md.
  writeFileSync(
    join(folder, 'test_seen.py'),
    `import threading, unittest
class Seen(unittest.TestCase):
    def test_alike(self): self.assertEqual(threading.active_count(), 1)
    def test_seen(self): self.assertIs(type(threading._active), dict)
    @unittest.skip("never")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
if __name__ == "__main__": unittest.main()
`,
  );
  const { status, stdout } = await suites(['--python', newest.version!, '--testdir', folder, '--suite', 'test_seen']);
  expect(status, stdout).toBe(1);
  expect(stdout).toContain('1 ok, 1 expected failure, 1 fail, 1 skip, status 2');
  const told = /^ {2}differs: (.*)$/gm;
  expect([...stdout.matchAll(told)].map(([, line]) => line)).toEqual([
    '(exit): plain status 0/status 0, recorded status 2/status 2',
    'test_seen.Seen.test_seen: plain ok/ok, recorded fail/fail; alone: plain ok/ok/ok, recorded fail/fail/fail',
  ]);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed');
});

it('results are compared by test, and those of one that is unsteady by itself are no difference', () => {
  const xml = (inside: string) => `<testsuites><testsuite>${inside}</testsuite></testsuites>`;
  const plain = readResults(xml('<testcase name="a" /><testcase name="b &lt;1&gt;"><skipped>x</skipped></testcase>'));
  const recorded = readResults(xml('<testcase name="a"><error type="E">&lt;testcase</error></testcase>'));
  expect([...plain]).toEqual([['a', 'ok'], ['b <1>', 'skip']]); // prettier-ignore
  expect(differences(plain, recorded)).toEqual([
    { id: 'a', plain: 'ok', recorded: 'error' },
    { id: 'b <1>', plain: 'skip', recorded: 'no result' },
  ]);
  expect(differences(plain, plain)).toEqual([]);
  expect(countText(plain)).toBe('1 ok, 1 skip');

  const none = { plain: [], recorded: [] };
  const often = { plain: ['ok', 'ok', 'ok'], recorded: ['fail', 'fail', 'fail'] };
  expect(judge({ plain: ['ok', 'ok'], recorded: ['fail', 'ok'] }, none)).toBe('unsteady');
  expect(judge({ plain: ['ok', 'ok'], recorded: ['fail', 'error'] }, none)).toBe('differs');
  expect(judge({ plain: ['ok', 'ok'], recorded: ['fail', 'ok'] }, often)).toBe('differs');
  expect(judge({ plain: ['ok', 'fail'], recorded: ['fail', 'fail'] }, { ...often, plain: ['fail', 'ok', 'ok'] })).toBe('unsteady'); // prettier-ignore
});
