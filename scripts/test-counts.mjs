/** What each kind of test runner says of its run, in one shape. Used by scripts/test.mjs. */
import { relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const LAST_WORD_CHARS = 400;

/** A failure in one line, for those who see the end of the output only. */
const lastWord = (title, message) =>
  `failed: ${title}: ${String(message).replace(/\s+/g, ' ')}`.slice(0, LAST_WORD_CHARS);

/** A check that has no parts: one passed or one failed. */
export const asOne = (run) => ({ passed: run.ok ? 1 : 0, failed: run.ok ? 0 : 1, skipped: [], slow: [] });

/** @param report what `--reporter=json` wrote */
export function fromVitest(report) {
  const files = report.testResults.map((file) => ({ ...file, name: relative(ROOT, file.name) }));
  const tests = files.flatMap((file) => file.assertionResults);
  // A file that cannot be loaded has no tests; it is still a failure.
  const unloaded = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + unloaded.length,
    skipped: tests.filter((test) => !['passed', 'failed'].includes(test.status)).map((test) => test.fullName),
    failures: [
      ...tests
        .filter((test) => test.status === 'failed')
        .map((test) => lastWord(test.fullName, test.failureMessages[0])),
      ...unloaded.map((file) => lastWord(file.name, file.message)),
    ],
    slow: [
      ...files.map((file) => [
        (file.endTime - file.startTime) / 1000,
        `${file.name} (${file.assertionResults.length})`,
      ]),
      ...files.flatMap((file) =>
        file.assertionResults.map((test) => [(test.duration ?? 0) / 1000, `${file.name} › ${test.fullName}`]),
      ),
    ],
  };
}

const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];

/** @param report what `--reporter=json` wrote */
export function fromPlaywright({ stats, errors, suites }) {
  const specs = suites.flatMap(specsOf);
  const resultsOf = (spec) => spec.tests.flatMap((test) => test.results);
  const messageOf = (spec) => resultsOf(spec).find(({ error }) => error)?.error.message;
  const nameOf = (spec) => `e2e/${spec.file}:${spec.line} ${spec.title}`;
  const secondsOf = (spec) => resultsOf(spec).reduce((sum, { duration }) => sum + duration / 1000, 0);
  const files = [...new Set(specs.map(({ file }) => file))];
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped > 0 ? [`${stats.skipped} of the window's tests, see the report`] : [],
    failures: specs.filter((spec) => !spec.ok).map((spec) => lastWord(nameOf(spec), messageOf(spec))),
    slow: [
      ...files.map((file) => {
        const all = specs.filter((spec) => spec.file === file);
        return [all.reduce((sum, spec) => sum + secondsOf(spec), 0), `e2e/${file} (${all.length})`];
      }),
      ...specs.map((spec) => [secondsOf(spec), nameOf(spec)]),
    ],
  };
}

/** The agent's own runner ends with `N passed, N failed`, and announces what it skips and what is slow itself. */
export function fromLastLine(run) {
  const lines = run.output.trimEnd().split('\n');
  const counts = /^(\d+) passed, (\d+) failed/.exec(lines.at(-1) ?? '');
  if (counts === null) throw new Error('its last line is not "N passed, N failed"');
  const skipped = lines.filter((line) => line.startsWith('skipped: ')).map((line) => line.slice('skipped: '.length));
  const failures = lines.filter((line) => /^(FAIL|ERROR)\b/.test(line)).map((line) => lastWord('agent', line));
  const slow = [...run.output.matchAll(/^slow: ([\d.]+) s (.*)$/gm)].map(([, s, name]) => [Number(s), name]);
  return { passed: Number(counts[1]), failed: Number(counts[2]), skipped, failures, slow };
}
