/** Blame on real recordings: a thread that counts makes one wait that sleeps and wakes, and nothing of any wait is lost. */
import { expect, it } from 'vitest';
import { FileSession } from '../../src/engine/fileSession.ts';
import type { BlameReply } from '../../src/shared/contract/blame.ts';
import type { Summary } from '../../src/shared/contract/types.ts';
import { file, gilscope, newest, pythons, record } from './helpers.ts';

const PROGRAM = file(
  'blamed.py',
  `import threading, time

def countdown():
    # By CPU time, so that there are as many turns on a machine that is busy with other things.
    end = time.thread_time() + 0.6
    while time.thread_time() < end:
        n = 20_000
        while n:
            n -= 1

def doze():
    while counting.is_alive():
        time.sleep(0.002)

counting, dozing = (threading.Thread(target=f, name=f.__name__) for f in (countdown, doze))
counting.start()
dozing.start()
counting.join()
dozing.join()
`,
);
const COUNTDOWN_LINE = 3;
const DOZE_LINE = 11;

const blameOf = ({ blame = [] }: Summary, waiter: string) => blame.filter((entry) => entry.waiter === waiter);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

async function replyOf(path: string, ask: (session: FileSession) => BlameReply): Promise<BlameReply> {
  const session = await FileSession.open(path, null);
  await session.loaded;
  try {
    return ask(session);
  } finally {
    await session.close();
  }
}

it.each(pythons)('the counting thread is blamed for the wait of the other, by function ($version)', async (python) => {
  const { summary } = await record(python.path, [PROGRAM]);
  const waited = summary.processes[0].threads.find(({ name }) => name === 'doze')!.wait_s;
  expect(waited).toBeGreaterThan(0);
  const entries = blameOf(summary, 'doze');
  const counted = entries.filter(({ holder }) => holder === 'countdown');
  // While the GIL is free and the thread has no core yet, nobody is to blame but the machine.
  const blamed = sum(entries.map(({ wait_s }) => wait_s));
  expect(blamed).toBeLessThanOrEqual(waited + 1e-9);
  expect(sum(counted.map(({ wait_s }) => wait_s)) / blamed).toBeGreaterThan(0.95);
  expect(counted[0]).toMatchObject({ own: false, function: 'countdown', file: PROGRAM, line: COUNTDOWN_LINE });
  expect(counted[0].share).toBeCloseTo(counted[0].wait_s / waited, 9);
});

it('cells and what is unheld add up to each thread’s wait, to the nanosecond, in any range', async () => {
  const { file: path } = await record(newest.path, [PROGRAM]);
  const session = await FileSession.open(path, null);
  await session.loaded;
  const { model } = session;
  for (const [start, end] of [
    [0, model.endNs],
    [Math.floor(model.endNs / 3), Math.floor(model.endNs / 2)],
  ]) {
    const { waiters, cells } = model.blame({ start, end });
    const { threads } = model.stats({ start, end });
    expect(waiters.length).toBeGreaterThan(0);
    waiters.forEach(({ thread, waitNs, unheldNs }, row) => {
      const held = sum([...cells.ns].filter((_, i) => cells.waiter[i] === row));
      expect(held + unheldNs).toBe(waitNs);
      expect(waitNs / 1e9).toBe(threads.find((one) => one.thread === thread)!.waitS);
    });
    for (const { thread, waitS } of threads)
      if (waitS > 0) expect(waiters.map((waiter) => waiter.thread)).toContain(thread);
  }
  await session.close();
});

it('the places where the GIL was let go tell pre-emption from a sleep', async () => {
  const { file: path } = await record(newest.path, [PROGRAM]);
  const { releases, holds, placed } = await replyOf(path, (session) => session.model.blame());
  const of = (name: string) => releases.filter(({ place }) => place?.name === name);
  expect(sum(of('countdown').map(({ preempted }) => preempted))).toBeGreaterThan(10);
  expect(sum(of('doze').map(({ voluntary }) => voluntary))).toBeGreaterThan(10);
  expect(sum(of('doze').map(({ preempted }) => preempted))).toBeLessThan(
    sum(of('doze').map(({ voluntary }) => voluntary)) / 10,
  );
  for (const { place } of of('doze')) expect(place).toMatchObject({ file: PROGRAM, firstLine: DOZE_LINE });
  expect(placed / holds).toBeGreaterThan(0.9);
});

it('stats prints who made whom wait, and --json carries it; the estimated engine says so', async () => {
  const exact = await record(newest.path, [PROGRAM]);
  const text = await gilscope(['stats', exact.file]);
  expect(text.stdout).toContain('\nWho made whom wait\n');
  expect(text.stdout).toMatch(/^doze +countdown +countdown \(blamed\.py:3\) +[\d.]+ m?s +[\d.]+ % +\d+$/m);
  const json = JSON.parse((await gilscope(['stats', '--json', exact.file])).stdout) as Summary;
  expect(json.blame).toEqual(exact.summary.blame);
  const estimated = await record(newest.path, [PROGRAM], ['--engine', 'estimated']);
  expect((await gilscope(['stats', estimated.file])).stdout).toContain('\nWho made whom wait, estimated\n');
  const [first] = blameOf(estimated.summary, 'doze');
  expect(first).toMatchObject({ holder: 'countdown' });
});
