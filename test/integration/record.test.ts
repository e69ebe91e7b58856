/** Real programs with known answers, recorded exactly on every interpreter of this machine. */
import { describe, expect, it } from 'vitest';
import type { SummaryProcess } from '../../src/shared/contract/types.ts';
import { EventKind } from '../../src/shared/protocol/events.ts';
import { eventsOf, file, newest, overlaps, pythons, record, type GilEvent } from './helpers.ts';

const COUNTING = `
import itertools, sys, threading, time
def count(seconds):
    # By CPU time, so that the figures are the same on a machine that is busy with other things.
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        n = 200_000
        while n > 0:
            n -= 1
stop = False
def sleep():
    # No multiple of the switch interval: it would wake at the same point of the others' turns each time.
    pauses = itertools.cycle([0.0043, 0.0061, 0.0087, 0.0112])
    while not stop:
        time.sleep(next(pauses))
counters = [threading.Thread(target=count, args=(0.5,), name=f"counter {i}") for i in range(int(sys.argv[1]))]
sleeper = threading.Thread(target=sleep, name="sleeper")
for thread in counters + [sleeper]: thread.start()
for thread in counters: thread.join()
stop = True
sleeper.join()
print("done")
`;

const named = (process: SummaryProcess, name: string) => process.threads.find((thread) => thread.name === name)!;

/** Seconds from each WAIT to its TAKE of the thread that has so many waits. */
function waitsOf(events: readonly GilEvent[], count: number): number[] {
  const byThread = new Map<number, { since: number | null; waits: number[] }>();
  for (const { serial, kind, time } of events) {
    const thread = byThread.get(serial) ?? { since: null, waits: [] };
    byThread.set(serial, thread);
    if (kind === EventKind.wait) thread.since ??= time;
    if (kind !== EventKind.take || thread.since === null) continue;
    thread.waits.push((time - thread.since) / 1e9);
    thread.since = null;
  }
  const found = [...byThread.values()].filter(({ waits }) => waits.length === count);
  expect(found.length).toBeGreaterThan(0);
  return found[0].waits;
}

function covered(process: SummaryProcess): void {
  expect(process.engine).toBe('exact');
  expect(process.dropped).toBe(0);
  for (const gil of process.gils) expect(gil.switches).toBe(gil.switches_counted);
}

it('finds interpreters to test with', () => {
  expect(pythons.length).toBeGreaterThan(0);
});

describe.each(pythons.map((one) => ({ version: one.version!, python: one.path })))('Python $version', ({ python }) => {
  it('one counting thread and a sleeper, who waits a switch interval each time', async () => {
    const { summary } = await record(python, [file('counting.py', COUNTING), '1']);
    const process = summary.processes[0];
    covered(process);
    const sleeper = named(process, 'sleeper');
    expect(sleeper.waits).toBeGreaterThan(15);
    // Nobody else asks: the holder lets go when the sleeper has waited for an interval, and no sooner.
    expect(sleeper.wait_p50_s).toBeGreaterThan(0.98 * process.switch_interval_s!);
    expect(named(process, 'counter 0').preempted).toBeGreaterThan(10);
  });

  it('two counting threads without a call in their loop, and a sleeper', async () => {
    const { status, stdout, summary, file: path } = await record(python, [file('counting.py', COUNTING), '2']);
    expect([status, stdout]).toEqual([0, 'done\n']);
    const process = summary.processes[0];
    covered(process);
    const events = await eventsOf(path);
    expect(overlaps(events)).toEqual([]);

    const interval = process.switch_interval_s!;
    const sleeper = named(process, 'sleeper');
    expect(sleeper.waits).toBeGreaterThan(20);
    // It comes in the middle of a turn, and is let in at its end or at the next one's.
    expect(sleeper.wait_p50_s).toBeGreaterThan(0.2 * interval);
    expect(sleeper.wait_p95_s).toBeGreaterThan(0.8 * interval);
    expect(sleeper.voluntary).toBeGreaterThan(20);
    // A holder that the kernel takes off its core adds to some waits on a busy machine, never to most of the short ones.
    const waits = waitsOf(events, sleeper.waits).sort((x, y) => x - y);
    expect(waits[waits.length >> 2]).toBeLessThan(3 * interval);
    for (const name of ['counter 0', 'counter 1']) {
      const counter = named(process, name);
      expect(counter.held_s).toBeGreaterThan(0.2);
      expect(counter.wait_s).toBeGreaterThan(0.2);
      expect(counter.preempted).toBeGreaterThan(20);
      // Who computes here holds the GIL: the kernel's CPU clock is a second witness (it may take the holder off its core).
      // It is sampled, so short of what came after the last sample.
      expect(counter.cpu_s).toBeGreaterThan(0.1);
      expect(counter.cpu_s).toBeLessThan(1.05 * counter.held_s + 0.05);
    }
    const held = process.threads.reduce((sum, thread) => sum + thread.held_s, 0);
    const [gil] = process.gils;
    expect(held).toBeLessThanOrEqual(summary.wall_s * 1.001);
    // Free while whoever was let in waits for a core.
    expect(gil.held_s / (gil.held_s + gil.free_s)).toBeGreaterThan(0.75);
    expect(['cpu_bound', 'io_starved']).toContain(summary.verdict.kind);
  });
});

it('tiny system calls from four threads: every drop and take is there', async () => {
  const calls = 20_000;
  const script = file(
    'writes.py',
    `
import os, threading
fd = os.open(os.devnull, os.O_WRONLY)
def write():
    for _ in range(${calls}): os.write(fd, b"x")
threads = [threading.Thread(target=write, name=f"writer {i}") for i in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`,
  );
  const { status, summary, file: path } = await record(newest.path, [script]);
  expect(status).toBe(0);
  const process = summary.processes[0];
  covered(process);
  for (let i = 0; i < 4; i++) expect(named(process, `writer ${i}`).takes).toBeGreaterThanOrEqual(calls);
  expect(overlaps(await eventsOf(path))).toEqual([]);
});

it('short-lived threads by the hundred: each has its lane', async () => {
  const script = file(
    'short.py',
    `
import threading
for i in range(300):
    thread = threading.Thread(target=sum, args=(range(2000),), name=f"short {i}")
    thread.start()
    thread.join()
`,
  );
  const { summary } = await record(newest.path, [script]);
  const process = summary.processes[0];
  covered(process);
  const short = process.threads.filter(({ takes, name }) => takes > 0 && name !== 'MainThread');
  expect(short).toHaveLength(300);
  // Names come from a look around now and then: threads that live for less than that may stay without theirs, but none has another's.
  for (const { name } of short) expect(name).toMatch(/^short \d+$|^Thread|^\d+|^python/i);
});

const withSubinterpreters = pythons.filter(({ version }) => /^3\.1[2-9]/.test(version!));

it.each(withSubinterpreters.map((one) => ({ version: one.version!, python: one.path })))(
  'sub-interpreters of $version have a GIL each',
  async ({ python }) => {
    const script = file(
      'sub.py',
      `
import threading
try:
    import _interpreters as interpreters
    create = lambda: interpreters.create()
except ImportError:
    import _xxsubinterpreters as interpreters
    create = lambda: interpreters.create(isolated=True)
CODE = """
n = 3_000_000
while n > 0:
    n -= 1
"""
ids = [create() for _ in range(2)]
threads = [threading.Thread(target=interpreters.run_string, args=(i, CODE), name=f"sub {i}") for i in ids]
for thread in threads: thread.start()
for thread in threads: thread.join()
`,
    );
    const { status, stderr, summary, file: path } = await record(python, [script]);
    expect([status, stderr]).toEqual([0, '']);
    const process = summary.processes[0];
    covered(process);
    expect(process.gils).toHaveLength(3);
    for (const gil of process.gils.filter(({ id }) => id !== 0)) expect(gil.held_s).toBeGreaterThan(0.02);
    expect(overlaps(await eventsOf(path))).toEqual([]);
  },
);
