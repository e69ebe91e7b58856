/** `gilscope compare` on real programs: what is run and in which order, the figures, recordings, calls, and the memory of trees. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CompareReport } from '../../src/shared/contract/compare.ts';
import { quoteArg } from '../../src/shared/shell.ts';
import { file, gilscope, newest, pythons, record, work, type Ran } from './helpers.ts';
import { LONG_MS, three } from './trees.ts';

interface Compared extends Ran {
  report: CompareReport;
}
let count = 0;

async function compare(args: string[]): Promise<Compared> {
  const json = join(work, `compare-${++count}.json`);
  const ran = await gilscope(['compare', '--json', json, ...args]);
  if (!existsSync(json)) throw new Error(`no report; status ${ran.status}\n${ran.stdout}\n${ran.stderr}`);
  return { ...ran, report: JSON.parse(readFileSync(json, 'utf8')) as CompareReport };
}

const command = (python: string, ...args: string[]): string => [python, ...args].map(quoteArg).join(' ');

const countdown = file(
  'countdown.py',
  `import concurrent.futures, sys
def down(n):
    while n: n -= 1
    return n
if __name__ == "__main__":
    with getattr(concurrent.futures, sys.argv[1])(2) as pool:
        print(list(pool.map(down, [1_500_000] * 2)))
`,
);
const logging = file('logging_run.py', 'import sys; open(sys.argv[1], "a").write(sys.argv[2])\n');

describe('threads and processes', () => {
  it.each(three.map((python) => [python.version, python.path]))(
    'are told apart, on %s',
    async (_version, python) => {
      const ways = ['ThreadPoolExecutor', 'ProcessPoolExecutor'].map((way) => command(python, countdown, way));
      const { report, status, stdout, stderr } = await compare(['--repeat', '2', '--check-output', ...ways]);
      expect(status).toBe(0);
      const [threads, processes] = report.variants;
      expect([threads.name, processes.name]).toEqual(['ThreadPoolExecutor', 'ProcessPoolExecutor']);
      expect(threads.command).toEqual([python, countdown, 'ThreadPoolExecutor']);
      expect([threads.processes, processes.processes]).toEqual([1, 3]);
      expect([threads.engine, processes.engine]).toEqual(['exact', 'exact']);
      expect([threads.start_up, processes.start_up]).toEqual(['interpreter', 'processes']);
      expect(threads.outputs).toHaveLength(1);
      expect(processes.outputs).toEqual(threads.outputs);
      // Two threads that compute take turns; two processes do not wait for each other.
      expect(threads.switches!.preempted.min).toBeGreaterThan(0);
      expect(threads.gil_contended_share!.min).toBeGreaterThan(processes.gil_contended_share!.max);
      expect(threads.gil_wait_s!.min).toBeGreaterThan(processes.gil_wait_s!.max);
      for (const variant of report.variants) {
        expect(variant.runs).toHaveLength(2);
        variant.runs.forEach((summary, i) => {
          const [root] = summary.processes;
          expect(variant.wall_s!.values[i]).toBeCloseTo(root.ended_s! - root.born_s, 9);
          expect(variant.wall_s!.values[i]).toBeLessThanOrEqual(summary.wall_s);
        });
        expect(variant.effective_cores!.median).toBeGreaterThan(0);
        expect(variant.gil_held_share!.median + variant.gil_free_share!.median).toBeCloseTo(1, 6);
        expect(variant.start_up_s!.max).toBeLessThan(variant.wall_s!.max);
      }
      // Four runs of each are the fewest that can tell.
      expect(['too_few_runs', 'no_difference']).toContain(report.verdict.kind);
      expect(report.verdict.winner).toBeNull();
      expect(stdout).toMatch(/wall-clock .*\n/);
      expect(stdout).toContain(report.verdict.text);
      expect(
        Math.max(
          ...stdout
            .split('\n')
            .slice(0, 20)
            .map((line) => line.length),
        ),
      ).toBeLessThanOrEqual(100);
      expect(stderr).toMatch(/4 of 4 runs done/);
    },
    LONG_MS,
  );
});

describe('runs', () => {
  it('are interleaved, and no program is run more often than asked', async () => {
    const log = join(work, 'order');
    const ways = ['A', 'B', 'C'].map((letter) => command(newest.path, logging, log, letter));
    const { report, status } = await compare(['--repeat', '3', '-q', ...ways]);
    expect(status).toBe(0);
    expect(readFileSync(log, 'utf8')).toBe('ABCABCABC');
    expect(report.variants.map(({ runs }) => runs.length)).toEqual([3, 3, 3]);
  });

  it('have no input, and what they print is kept back unless asked for', async () => {
    const way = (word: string): string =>
      command(newest.path, '-c', `import sys; print("${word}", len(sys.stdin.read()))`);
    const args = ['compare', '--json', '-', '--repeat', '1', way('one'), way('two')];
    const quiet = await gilscope(args, { input: 'typed' });
    expect((JSON.parse(quiet.stdout) as CompareReport).variants).toHaveLength(2);
    expect(quiet.stderr).toContain('wall-clock');
    expect(quiet.stderr).not.toMatch(/^one/m);
    const shown = await gilscope([...args, '--show-output'], { input: 'typed' });
    expect(shown.stderr).toMatch(/^one 0$/m);
    expect(shown.stderr).toMatch(/^two 0$/m);
    expect((JSON.parse(shown.stdout) as CompareReport).schema).toBe(1);
  });

  it('of the same program have no winner', async () => {
    const way = command(newest.path, '-c', 'print(sum(range(1000)))');
    const { report, stdout } = await compare(['--repeat', '1', '--names', 'this,the same', way, way]);
    expect(report.variants.map(({ name }) => name)).toEqual(['this', 'the same']);
    expect(report.verdict.winner).toBeNull();
    expect(stdout).not.toContain(' *');
  });
});

describe('recordings', () => {
  it('are compared with each other and with commands, once each; what is not alike is said', async () => {
    const exact = await record(newest.path, [countdown, 'ThreadPoolExecutor']);
    const estimated = await record(newest.path, [countdown, 'ThreadPoolExecutor'], ['--engine', 'estimated']);
    const other = pythons.find(({ version }) => version !== newest.version)!;
    const way = command(other.path, countdown, 'ThreadPoolExecutor');
    const { report, status, stdout } = await compare(['--repeat', '2', exact.file, estimated.file, way]);
    expect(status).toBe(0);
    expect(report.variants.map(({ runs }) => runs.length)).toEqual([1, 1, 2]);
    expect(report.variants.map(({ file: from }) => from)).toEqual([exact.file, estimated.file, null]);
    expect(report.variants[0].command).toEqual([newest.path, countdown, 'ThreadPoolExecutor']);
    expect(report.variants[0].runs[0].processes[0].events).toBe(exact.summary.processes[0].events);
    expect(report.notes[0]).toMatch(/^Different engines: exact \(.*\), estimated \(.*\); only wall-clock and CPU/);
    expect(report.notes.join()).toContain(`${newest.version} (`);
    expect(report.verdict.kind).toBe('mixed_engines');
    expect(stdout).toContain(report.notes[0]);
  });
});

describe('a call', () => {
  it('runs in each way with each interpreter', async () => {
    file('shop.py', 'def total(n):\n    return sum(range(n))\n');
    const [a, b] = [three[0], three[three.length - 1]];
    const { report, status, stdout } = await compare([
      ...['--call', 'shop:total', '--args', '1000', '2000', '--workers', '2', '--modes', 'threads,processes'],
      ...['--python', `${a.path},${b.path}`, '--repeat', '1', '--check-output'],
    ]);
    expect(status).toBe(0);
    expect(report.variants.map(({ mode }) => mode)).toEqual(['threads', 'processes', 'threads', 'processes']);
    expect(report.variants.map(({ python }) => python)).toEqual([a.version, a.version, b.version, b.version]);
    for (const { call, start_up: how, outputs } of report.variants) {
      expect(call).toHaveLength(1);
      expect(call[0]).toMatchObject({ tasks: 2, results: '[499500, 1999000]' });
      expect(how).toBe('call');
      expect(outputs).toEqual(report.variants[0].outputs);
    }
    expect(stdout).toContain('all came to [499500, 1999000]');
  });

  it('that fails or takes too long says why', async () => {
    file(
      'shop3.py',
      'import time\ndef sell(n):\n    if n == 0: time.sleep(600)\n    raise KeyError("no such thing")\n',
    );
    const call = ['--call', 'shop3:sell', '--workers', '2', '--modes', 'sequential,threads', '--repeat', '1'];
    const failing = await compare([...call, '--python', newest.path, '--args', '1', '2']);
    expect(failing.status).toBe(1);
    // Nothing is left to compare the other with: it is not run.
    expect(failing.report.failed.map(({ variant }) => variant)).toEqual(['sequential']);
    expect(failing.report.failed[0].error).toMatch(/KeyError.*no such thing/);
    const slow = await compare([...call, '--python', newest.path, '--time-limit', '1', '--args', '0']);
    expect(slow.report.failed[0].error).toMatch(/longer than the time limit of 1.00 s/);
  });

  it('that is not there is told before anything is run', async () => {
    file('shop2.py', 'def total(n):\n    return n\n');
    const ran = await gilscope(['compare', '--call', 'shop2:sum_of', '--args', '1']);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^gilscope: .*shop2.*sum_of.*\n$/);
  });
});

/** Shares 64 MiB with two children after a fork, and says what the kernel says of the three while nothing changes. */
const sharing = file(
  'sharing.py',
  `import os, time
block = bytearray(64 << 20)
for page in range(0, len(block), 4096): block[page] = 1 + page % 251
children = []
read, write = os.pipe()
for _ in range(2):
    pid = os.fork()
    if pid == 0:
        os.close(write); os.read(read, 1); os._exit(0)
    children.append(pid)
def total(name):
    kib = 0
    for pid in [os.getpid(), *children]:
        for line in open("/proc/%d/smaps_rollup" % pid):
            if line.startswith(name): kib += int(line.split()[1])
    return kib * 1024
time.sleep(2)
print(total("Rss:"), total("Pss:"), flush=True)
os.close(write)
for _ in children: os.wait()
`,
);

describe.skipIf(!existsSync('/proc/self/smaps_rollup'))('memory of a tree', () => {
  it('is the largest sum at one time; pages that it shares count once in PSS', async () => {
    const { summary, stdout } = await record(newest.path, [sharing]);
    const [rss, pss] = stdout.trim().split(' ').map(Number);
    expect(summary.processes).toHaveLength(3);
    const { rss_max_bytes: rssMax, pss_max_bytes: pssMax } = summary.memory;
    expect(rss).toBeGreaterThan(3 * 64 * 2 ** 20);
    expect(Math.abs(rssMax! / rss - 1)).toBeLessThan(0.1);
    expect(Math.abs(pssMax! / pss - 1)).toBeLessThan(0.1);
    // Three times the block in one figure, once in the other.
    expect(rssMax! - pssMax!).toBeGreaterThan(1.8 * 64 * 2 ** 20);
  });
});
