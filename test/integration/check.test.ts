/** `gilscope check` on real recordings: what it lists can be asked for, limits are kept or not, and what cannot be checked is told in one line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/shared/check/check.ts';
import { file, gilscope, newest, pythons, record, testEnv, work, type Recorded } from './helpers.ts';

const PROGRAM = file(
  'budget.py',
  `import threading, time

def spin():
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        for _ in range(1000): pass

def doze():
    for _ in range(5): time.sleep(0.005)

names = ['spin.1', 'say "hi"=1']
threads = [threading.Thread(target=spin, name=name) for name in names]
threads.append(threading.Thread(target=doze, name='napper'))
for thread in threads: thread.start()
for thread in threads: thread.join()
`,
);

const check = (...args: string[]) => gilscope(['check', ...args]);

describe.each([...new Set([pythons[0], newest])].map((one) => [one.version!, one.path]))('Python %s', (_, python) => {
  let made: Recorded;
  beforeAll(async () => {
    made = await record(python, [PROGRAM]);
  });

  it('lists metrics as they can be asked for, and their values are those of the summary', async () => {
    const listed = (await check(made.file, '--list')).stdout;
    const names = [...listed.matchAll(/^((?:[a-z]+\.)?(?:"(?:[^"\\]|\\.)*"\.\w+|\S+)) +\S/gm)]
      .map(([, name]) => name)
      .slice(1);
    expect(names).toEqual(
      expect.arrayContaining(['thread.spin.1.wait_p95', 'thread."say \\"hi\\"=1".held', 'coverage']),
    );
    const limits = names.flatMap((name) => ['--max', `${name}=${unit(listed, name)}`]);
    const ran = await check(made.file, '--json', ...limits);
    expect(ran.stderr).toBe('');
    const { results } = JSON.parse(ran.stdout) as { results: CheckResult[] };
    const value = (metric: string): number | null | undefined => results.find((one) => one.metric === metric)?.value;
    const { summary } = made;
    const napper = summary.processes[0].threads.find(({ name }) => name === 'napper')!;
    expect(value('thread.napper.wait')).toBe(napper.wait_s);
    expect(value('thread.napper.takes')).toBe(napper.takes);
    expect(value('memory.rss')).toBe(summary.memory.rss_max_bytes);
    const [gil] = summary.processes[0].gils;
    expect(value('gil.held_share')).toBeCloseTo(gil.held_s / (gil.held_s + gil.free_s), 12);
    expect(value('coverage')).toBe(1);
  });

  it('a limit that is kept: status 0; one that is not: 1 and a line', async () => {
    const kept = await check(
      made.file,
      '--max',
      'thread.spin.1.wait_share=99.9%',
      '--min',
      'switches=1',
      '--min',
      'coverage=100%',
    );
    expect(kept).toMatchObject({ status: 0, stdout: 'all 3 limits are kept\n', stderr: '' });
    const over = await check(made.file, '--max', 'gil.wait=1us', '--max', 'wall=900s', '--min', 'effective_cores=500');
    expect(over.status).toBe(1);
    const lines = over.stdout.split('\n');
    expect(lines[0]).toMatch(/^gil\.wait: [\d.,]+ m?s, over the limit of 1\.00 µs by [\d.,]+ m?s$/);
    expect(lines[1]).toMatch(/^effective_cores: [\d.]+, under the limit of 500 by [\d.]+$/);
    expect(lines[2]).toBe('2 of 3 limits are not kept');
  });
});

/** A limit of the metric's kind, by the unit of its value; beyond all that is measured here. */
function unit(listed: string, name: string): string {
  const value = listed
    .split('\n')
    .find((line) => line.startsWith(`${name} `))!
    .slice(name.length)
    .trim();
  if (/^[\d.,< ]+ %/.test(value)) return '100%';
  if (/^[\d.,]+ [KMGT]?i?B/.test(value)) return '1TiB';
  return /^([\d.,]+ (s|ms|µs|ns)|–)( |$)/.test(value) ? '900s' : '1000000000';
}

describe('for workflows and scripts', () => {
  let made: Recorded;
  beforeAll(async () => {
    made = await record(newest.path, [PROGRAM], ['--engine', 'estimated']);
  });

  it('estimated figures say so; what that engine cannot know is not within', async () => {
    const ran = await check(made.file, '--max', 'gil.wait=0s', '--max', 'wall=0s', '--min', 'coverage=1%');
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/^gil\.wait: .* \(estimated\)$/m);
    expect(ran.stdout).toMatch(/^wall: [^(]*$/m);
    expect(ran.stdout).toContain('coverage: not known, at least 1 % asked\n');
  });

  it('a verdict can be refused', async () => {
    const { kind } = made.summary.verdict;
    const ran = await check(made.file, '--not-verdict', kind);
    expect(ran).toMatchObject({ status: 1 });
    expect(ran.stdout).toContain(`verdict: ${kind}, which is not allowed`);
    const other = kind === 'no_gil' ? 'mixed' : 'no_gil';
    expect(await check(made.file, '--not-verdict', other)).toMatchObject({ status: 0 });
  });

  it('appends to the step summary of a GitHub workflow what --markdown prints', async () => {
    const path = join(work, 'step.md');
    writeFileSync(path, 'before\n');
    const args = ['check', made.file, '--max', 'thread."say \\"hi\\"=1".held=0s', '--step-summary', '--markdown'];
    const ran = await gilscope(args, { env: testEnv({ GITHUB_STEP_SUMMARY: path }) });
    expect(ran.status).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe(`before\n${ran.stdout}\n`);
    expect(ran.stdout).toContain('# gilscope: the limit is not kept\n');
    expect(ran.stdout).toMatch(
      /\| <code>thread\."say \\\\"hi\\\\"=1"\.held<\/code> \| .* \| at most 0 s \| .* \| ❌ \|/,
    );
  });

  it.each<[string, string[], RegExp]>([
    ['no limit', [], /no limit is given/],
    [
      'an unknown metric',
      ['--max', 'gil.wiat=1s'],
      /no metric gil\.wiat; there are wall, .*gil\.wait_share.*thread\.NAME/,
    ],
    ['an unknown figure', ['--max', 'thread.napper.nap=1s'], /no metric nap of a thread; there are held, wait/],
    ['an unknown thread', ['--max', 'thread.nobody.wait=1s'], /no thread "nobody"; there are .*napper/],
    ['functions that were not traced', ['--max', 'function.spin.own=1s'], /record with --functions/],
    ['no limit in it', ['--max', 'wall'], /wall is not METRIC=LIMIT/],
    ['a limit without unit', ['--max', 'wall=2'], /2 is no limit of wall: it is a time, as 2ms/],
    ['a negative one', ['--max', 'wall=-2s'], /-2s is no limit of wall/],
    ['open quotes', ['--max', 'thread."a.wait=1s'], /quotes are not closed/],
    ['an unknown verdict', ['--not-verdict', 'bad'], /no verdict bad; there are .*cpu_bound/],
    ['no workflow', ['--max', 'wall=9s', '--step-summary'], /GITHUB_STEP_SUMMARY is not set/],
  ])('%s: one line, status 2', async (_what, args, line) => {
    const ran = await gilscope(['check', made.file, ...args], { env: testEnv({ GITHUB_STEP_SUMMARY: '' }) });
    expect(ran.stderr).toMatch(line);
    expect(ran.stderr).toMatch(/^gilscope: [^\n]+\n$/);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
  });

  it('a thread that is not there may be allowed', async () => {
    const ran = await check(made.file, '--max', 'thread.nobody.wait=1s', '--allow-missing');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toContain('thread.nobody.wait: not in the recording\n');
  });

  it('a file that is no session', async () => {
    const ran = await check(file('notes.txt', 'hello'), '--max', 'wall=1s');
    expect(ran.stderr).toMatch(/^gilscope: .*not a gilscope session[^\n]*\n$/);
    expect(ran.status).toBe(2);
  });
});
