/** Programs that mark themselves, recorded by each engine and attached to in the middle, on every interpreter of this machine. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/contract.ts';
import type { SessionInfo, Summary } from '../../src/shared/contract/types.ts';
import { sessionUntil } from './attach/recording.ts';
import { file, gilscope, pythons, record, ROOT, start, untilOutput, work } from './helpers.ts';

const HEAD = `
import sys, threading, time
sys.path.insert(0, ${JSON.stringify(join(ROOT, 'python-agent', 'marks'))})
from gilscope_agent import mark, region
`;

const NESTED = `${HEAD}
def count(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        for _ in range(10000): pass
@region("work")
def work():
    for _ in range(3):
        with region("count"):
            count(0.05)
        with region("sleep"):
            time.sleep(0.05)
        mark("turn")
threads = [threading.Thread(target=work, name="worker %d" % n) for n in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;

const ATTACHED = `${HEAD}
over = threading.Event()
def turns():
    while not over.is_set():
        with region("turn"):
            with region("inner"):
                time.sleep(0.002)
        mark("tick")
worker = threading.Thread(target=turns, name="turner")
with region("open all along"):
    worker.start()
    print("ready", flush=True)
    sys.stdin.read()
over.set()
worker.join()
print("result ok")
`;

const marksOf = ({ marks }: Summary) => Object.fromEntries(marks.by_name.map((mark) => [mark.name, mark]));

let engine: Engine;
beforeAll(() => (engine = createEngine({ shell: 'server', dataFolder: join(work, 'engine') })));
afterAll(() => engine.close());

describe.each(pythons.map((one) => [one.version!, one.path] as const))('CPython %s', (_version, python) => {
  it('regions in two threads say what was held, waited for and released', async () => {
    const { status, stderr, summary, file: path } = await record(python, [file('nested.py', NESTED)]);
    expect([status, stderr]).toEqual([0, '']);
    const { work: whole, count, sleep, turn } = marksOf(summary);
    expect([whole, count, sleep, turn].map((mark) => mark.count)).toEqual([2, 6, 6, 6]);
    expect(turn).toMatchObject({ kind: 'instant', total_s: null });
    expect(summary.marks).toMatchObject({ more: 0, dropped: 0 });
    for (const mark of [whole, count, sleep]) {
      // Nothing of their time is unknown, so the parts are the whole.
      expect(mark.held_s! + mark.wait_s! + mark.released_s!).toBeCloseTo(mark.total_s!, 6);
    }
    // Who counts by CPU time holds the GIL for all of it; who sleeps has let go for at least as long as asked.
    expect(count.held_s!).toBeGreaterThan(0.27);
    expect(sleep.released_s!).toBeGreaterThan(0.297);
    expect(count.total_s! + sleep.total_s!).toBeLessThanOrEqual(whole.total_s!);

    // A file says the same, and a range less.
    const { stdout } = await gilscope(['stats', '--json', path]);
    expect((JSON.parse(stdout) as Summary).marks).toEqual(summary.marks);
  });

  it('the estimated engine has them too', async () => {
    const { summary } = await record(python, [file('nested.py', NESTED)], ['--engine', 'estimated']);
    const marks = marksOf(summary);
    expect(['work', 'count', 'sleep', 'turn'].map((name) => marks[name].count)).toEqual([2, 6, 6, 6]);
    expect(marks.sleep.total_s!).toBeGreaterThan(0.297);
  });

  it('an attach sees those that begin from then on, and none after it has let go', async () => {
    const { child, done } = start(python, ['-S', '-c', ATTACHED]);
    await untilOutput(child, /ready\n/);
    const { id } = await engine.call('session.attach', { pid: child.pid!, engine: 'auto' });
    const turner = ({ threads }: SessionInfo) =>
      threads.find(({ name, markLevels }) => name === 'turner' && markLevels > 0);
    const seen = await sessionUntil(engine, id, (one) => turner(one)?.markLevels === 2, 'regions within regions');
    const stopped = await engine.call('session.stop', { id });
    expect(stopped.state).toBe('stopped');
    child.stdin!.end();
    expect(await done).toMatchObject({ status: 0, stdout: 'ready\nresult ok\n', stderr: '' });

    const { summary } = await engine.call('stats.query', { id });
    const names = summary.marks.by_name.map(({ name }) => name);
    expect([...names].sort()).toEqual(['inner', 'tick', 'turn']);
    const thread = turner(seen)!.idx;
    const reply = await engine.call('timeline.query', {
      id,
      start: 0,
      end: stopped.endNs,
      px: 4000,
      threads: [thread],
    });
    expect(reply.marks).toHaveLength(1);
    const [outer, inner] = reply.marks[0].levels;
    if (outer.form !== 'raw' || inner.form !== 'raw') throw new Error('raw expected');
    const told = (level: typeof outer): string[] => [...new Set(Array.from(level.name, (n) => reply.markNames[n]))];
    // The first of all may be an inner one: its outer region began before.
    expect(told(outer)).toContain('turn');
    expect(told(inner)).toEqual(['inner']);
    await engine.call('session.close', { id });
  });
});
