/** The function trace on real programs with known calls and sleeps: recorded, attached to, switched on and off, and from the file again. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/contract.ts';
import { FileSession } from '../../src/engine/fileSession.ts';
import type { FunctionRow, GilTimes } from '../../src/shared/contract/functions.ts';
import type { SummaryFunction, SummaryFunctions } from '../../src/shared/contract/functions.ts';
import type { Summary } from '../../src/shared/contract/types.ts';
import { FrameKind } from '../../src/shared/protocol/frames.ts';
import { decodeTally } from '../../src/shared/protocol/functionTrace.ts';
import { enter } from './attach/recording.ts';
import { file, framesOf, gilscope, pythons, record, start, untilOutput, work } from './helpers.ts';

const minor = (version: string): number => Number(version.split('.')[1]);
const inOrder = [...pythons].sort((a, b) => minor(a.version!) - minor(b.version!));
/** The oldest, one in the middle, the newest. */
const three = [...new Set([inOrder[0], inOrder[inOrder.length >> 1], inOrder[inOrder.length - 1]])];

const WORK = `import sys, threading, time

def leaf():
    pass

def spin(seconds):
    # By CPU time, so that it is as much on a machine that is busy with other things.
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        for _ in range(10_000): pass

def broken(depth):
    if depth == 0: raise ValueError
    broken(depth - 1)

def numbers():
    for n in range(5): yield n
`;
const RECORDED = `${WORK}
def work():
    for _ in range(3):
        for _ in range(1000): leaf()
        spin(0.1)
    try: broken(50)
    except ValueError: pass
    for _ in numbers(): pass

def doze():
    for _ in range(20): time.sleep(0.01)

threads = [threading.Thread(target=f, name=f.__name__) for f in (work, doze)]
for thread in threads: thread.start()
for thread in threads: thread.join()
`;
const ATTACHED = `${WORK}
def turn():
    leaf()
    time.sleep(0.002)

def turns():
    while not over.is_set(): turn()

over = threading.Event()
worker = threading.Thread(target=turns, name="turner")
worker.start()
print("ready", flush=True)
sys.stdin.read()
over.set()
worker.join()
print("result ok", flush=True)
`;

const functionsOf = ({ processes }: Summary): SummaryFunctions => {
  const { functions } = processes[0];
  if (functions === undefined) throw new Error('its calls were not traced');
  return functions;
};
/** By its last name: with the class from Python 3.11 on. */
const named = ({ by_own: all }: SummaryFunctions, name: string): SummaryFunction => {
  const found = all.find((row) => row.name === name);
  if (found === undefined) throw new Error(`no ${name} in ${all.map((row) => row.name).join(', ')}`);
  return found;
};
const own = (rows: readonly FunctionRow[], what: keyof GilTimes): number =>
  rows.reduce((sum, row) => sum + row.own[what], 0);

let engine: Engine;
beforeAll(() => (engine = createEngine({ shell: 'server', dataFolder: join(work, 'functions') })));
afterAll(() => engine.close());

describe.each(three.map((one) => [one.version!, one.path] as const))('CPython %s', (version, python) => {
  it('counts are exact, times are those of the GIL, and the file says the same', async () => {
    const {
      status,
      stderr,
      summary,
      file: path,
    } = await record(python, [file('traced.py', RECORDED)], ['--functions']);
    expect([status, stderr]).toEqual([0, '']);
    const functions = functionsOf(summary);
    expect(functions).toMatchObject({ prorated: false, dropped: 0, reason: null });
    const [leaf, spin, broken, numbers, sleep] = ['leaf', 'spin', 'broken', 'numbers', 'sleep'].map((name) =>
      named(functions, name),
    );
    // A generator counts each time it is resumed, the last time to find its end.
    expect([leaf, spin, broken, numbers, sleep].map(({ calls }) => calls)).toEqual([3000, 3, 51, 6, 20]);
    expect(leaf).toMatchObject({ file: join(work, 'traced.py'), line: 3 });
    expect(sleep).toMatchObject({ file: 'time', line: null });
    // Who sleeps has let go for at least as long as asked; who counts by CPU time holds the GIL for all of it.
    expect(sleep.own_released_s).toBeGreaterThan(0.2);
    expect(sleep.own_held_s).toBeLessThan(0.05);
    expect(spin.held_s).toBeGreaterThan(0.28);
    expect(spin.own_held_s).toBeGreaterThan(spin.own_wait_s);
    expect(broken.total_s).toBeGreaterThanOrEqual(broken.own_s);

    const { stdout } = await gilscope(['stats', '--json', path]);
    expect(functionsOf(JSON.parse(stdout) as Summary)).toEqual(functions);
    expect((await gilscope(['stats', path])).stdout).toMatch(/^spin \(traced\.py:6\) +3 /m);
  });

  it('the estimated engine counts as exactly, and says that its times are estimated', async () => {
    const options = ['--functions', '--engine', 'estimated'];
    const { stdout, summary, file: path } = await record(python, [file('traced.py', RECORDED)], options);
    expect(stdout).toBe('');
    const functions = functionsOf(summary);
    const [leaf, spin, broken, sleep] = ['leaf', 'spin', 'broken', 'sleep'].map((name) => named(functions, name));
    expect([leaf, spin, broken, sleep].map(({ calls }) => calls)).toEqual([3000, 3, 51, 20]);
    expect(sleep.own_released_s + sleep.own_wait_s).toBeGreaterThan(0.2);
    expect(spin.held_s).toBeGreaterThan(0.2);
    expect((await gilscope(['stats', path])).stdout).toMatch(
      /^Functions: [\d,]+ calls, by their own time, estimated$/m,
    );
  });

  it('own times of a thread add up to what it held, waited and had let go of the GIL while it was traced', async () => {
    const { file: path } = await record(python, [file('traced.py', RECORDED)], ['--functions']);
    const session = await FileSession.open(path, null);
    await session.loaded;
    const { model } = session;
    const traced = new Map<number, { from: number; until: number; ns: number }>();
    for (const { payload } of (await framesOf(path)).filter(({ kind }) => kind === FrameKind.tally)) {
      const { tid, from, until } = decodeTally(payload, model.originNs!);
      const one = traced.get(tid) ?? { from, until, ns: 0 };
      expect(from).toBeGreaterThanOrEqual(one.ns === 0 ? from : one.until);
      traced.set(tid, { from: one.from, until, ns: one.ns + until - from });
    }
    for (const name of ['MainThread', 'work', 'doze']) {
      const { idx, tid } = model.threads.find((thread) => thread.name === name)!;
      const { from, until, ns } = traced.get(tid)!;
      const { rows } = model.functions({}, { thread: idx });
      const gil = model.stats({ start: from, end: until }).threads.find(({ thread }) => thread === idx)!;
      const [holdNs, waitNs, releasedNs] = (['holdNs', 'waitNs', 'releasedNs'] as const).map((what) => own(rows, what));
      expect(holdNs + waitNs + releasedNs).toBe(ns);
      const within = 20_000;
      expect(Math.abs(holdNs - gil.holdS * 1e9)).toBeLessThan(within);
      expect(Math.abs(waitNs - gil.waitS * 1e9)).toBeLessThan(within);
      expect(Math.abs(releasedNs - (gil.runningS + gil.blockedS) * 1e9)).toBeLessThan(within);
    }
    await session.close();
  });

  it('the flame chart has the calls of each thread within each other, at their time', async () => {
    const { file: path } = await record(python, [file('traced.py', RECORDED)], ['--functions']);
    const session = await FileSession.open(path, null);
    await session.loaded;
    const { model } = session;
    const shown = (name: string, search?: string) => {
      const { idx, callLevels } = model.threads.find((thread) => thread.name === name)!;
      const { threads, functions } = model.flame({ start: 0, end: model.endNs, px: 8000, threads: [idx], search });
      const [{ spans, levels }] = threads;
      expect(levels).toBe(callLevels);
      const names = new Map(functions.map((fn) => [fn.idx, fn.name]));
      return Array.from(spans.start, (begin, i) => ({
        ...{ begin, end: spans.end[i], depth: spans.depth[i], name: names.get(spans.function[i]) },
        ...{ open: spans.open[i], count: spans.count[i] },
      }));
    };
    const sleeps = shown('doze', 'time.sleep');
    expect(sleeps).toHaveLength(20);
    for (const { begin, end, count, open } of sleeps) {
      expect([count, open]).toEqual([1, 0]);
      expect(end - begin).toBeGreaterThan(10e6);
    }
    const all = shown('doze');
    const [doze] = all.filter(({ name }) => name === 'doze');
    for (const { begin, end, depth } of sleeps) {
      expect(depth).toBe(doze.depth + 1);
      expect(begin).toBeGreaterThanOrEqual(doze.begin);
      expect(end).toBeLessThanOrEqual(doze.end);
    }
    expect(shown('work', 'spin traced.py')).toHaveLength(3);
    await session.close();
  });

  it('an attach traces from then on; what runs already is seen when it ends', async () => {
    const { child, done } = start(python, ['-S', '-c', ATTACHED]);
    await untilOutput(child, /ready\n/);
    const recorder = await enter(child.pid!, ['--functions', '-d', '1']);
    const { summary } = await recorder.done;
    child.stdin!.end();
    expect(await done).toMatchObject({ status: 0, stdout: 'ready\nresult ok\n', stderr: '' });
    const functions = functionsOf(summary);
    const [leaf, turn, sleep] = ['leaf', 'turn', 'sleep'].map((name) => named(functions, name));
    expect(leaf.calls).toBeGreaterThan(50);
    for (const { calls } of [turn, sleep]) expect(Math.abs(calls - leaf.calls)).toBeLessThanOrEqual(1);
    expect(sleep.own_released_s).toBeGreaterThan(0.002 * (sleep.calls - 1));
    expect(named(functions, 'turns').total_s).toBeGreaterThan(turn.total_s);
  });

  it('is switched on and off while the program runs', async () => {
    const { child, done } = start(python, ['-S', '-c', ATTACHED]);
    await untilOutput(child, /ready\n/);
    const { id } = await engine.call('session.attach', { pid: child.pid!, engine: 'auto' });
    const ask = () => engine.call('functions.query', { id, search: 'leaf' });
    const until = async (is: (reply: Awaited<ReturnType<typeof ask>>) => boolean) => {
      for (;;) {
        const reply = await ask();
        if (is(reply)) return reply;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    expect(await ask()).toMatchObject({ calls: 0, rows: [], states: [{ on: false, ever: false, reason: null }] });
    await engine.call('functions.set', { id, on: true });
    await until(({ calls, states }) => calls > 50 && states[0].on);
    await engine.call('functions.set', { id, on: false });
    const off = await until(({ states }) => !states[0].on);
    // Nothing more comes, though the program goes on.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const later = await ask();
    expect(later.calls).toBe(off.calls);
    await engine.call('functions.set', { id, on: true });
    await until(({ calls }) => calls > off.calls + 50);

    await engine.call('session.stop', { id });
    await expect(engine.call('functions.set', { id, on: true })).rejects.toThrow(/not being recorded|nothing is being/);
    child.stdin!.end();
    expect(await done).toMatchObject({ status: 0, stdout: 'ready\nresult ok\n', stderr: '' });
    await engine.call('session.close', { id });
  });

  it('a profiler of the program’s own keeps its place; what is then not traced is told', async () => {
    const program = `${WORK}
seen = []
def profiler(frame, event, arg):
    if event == "call": seen.append(frame.f_code.co_name)
def later():
    for _ in range(300): leaf()
sys.setprofile(profiler)
later()
time.sleep(0.5)
sys.setprofile(None)
print(seen.count("leaf"), len(seen) < 310)
`;
    const { stdout, stderr, summary } = await record(python, [file('profiled.py', program)], ['--functions']);
    expect([stdout, stderr]).toEqual(['300 True\n', '']);
    const { reason, by_own: rows } = functionsOf(summary);
    if (minor(version) >= 12) {
      // Through sys.monitoring, which takes nothing from anybody.
      expect(reason).toBeNull();
      expect(rows.find(({ name }) => name === 'leaf')?.calls).toBe(300);
    } else {
      expect(reason).toMatch(/MainThread has a profiler of its own/);
    }
  });
});

/** Forks when told to, and a program started by it; each calls `leaf` a known number of times. */
const FAMILY = `${WORK}
import os, subprocess
for _ in range(100): leaf()
pid = os.fork()
if pid == 0:
    for _ in range(10): leaf()
    sys.exit(0)
os.waitpid(pid, 0)
subprocess.run([sys.executable, "-c", "def leaf(): pass\\nfor _ in range(7): leaf()"], check=True)
`;

describe('processes of a program', () => {
  it.each(three)('are traced like itself: forked and started ones ($version)', async ({ path: python }) => {
    const { status, stderr, file: path } = await record(python, [file('family.py', FAMILY)], ['--functions']);
    expect([status, stderr]).toEqual([0, '']);
    const session = await FileSession.open(path, null);
    await session.loaded;
    const { rows } = session.model.functions({}, { search: 'leaf' });
    expect(rows.map(({ calls }) => calls).sort((a, b) => b - a)).toEqual([100, 10, 7]);
    expect(new Set(rows.map((row) => row.function.process)).size).toBe(3);
    await session.close();
  });

  it('that come after the trace was switched on are traced; those after it was switched off are not', async () => {
    const [{ path: python }] = three;
    const program = `${WORK}
import os
print("ready", flush=True)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        time.sleep(0.3)
        for _ in range(10): leaf()
        time.sleep(0.3)
        os._exit(0)
    os.waitpid(pid, 0)
    print("forked", flush=True)
`;
    const { child, done } = start(python, ['-S', '-c', program]);
    await untilOutput(child, /ready\n/);
    const { id } = await engine.call('session.attach', { pid: child.pid!, engine: 'auto' });
    const turn = async (on: boolean) => {
      await engine.call('functions.set', { id, on });
      const forked = untilOutput(child, /forked\n/);
      child.stdin!.write('go\n');
      await forked;
    };
    await turn(true);
    await turn(false);
    child.stdin!.end();
    expect((await done).status).toBe(0);
    await engine.call('session.stop', { id });
    const { states, rows } = await engine.call('functions.query', { id, search: 'leaf' });
    expect(states.map(({ ever }) => ever)).toEqual([true, true, false]);
    expect(rows.map(({ function: { process }, calls }) => [process, calls])).toEqual([[1, 10]]);
    await engine.call('session.close', { id });
  });
});

const before12 = three.filter(({ version }) => minor(version!) < 12);

it.each(before12)('switching it on where a profiler is says whose place it is ($version)', async ({ path: python }) => {
  const program = `import sys, cProfile
cProfile.Profile().enable()
print("ready", flush=True)
sys.stdin.read()
print("result ok", flush=True)
`;
  const { child, done } = start(python, ['-S', '-c', program]);
  await untilOutput(child, /ready\n/);
  const { id } = await engine.call('session.attach', { pid: child.pid!, engine: 'auto' });
  await engine.call('functions.set', { id, on: true });
  let told: string | null = null;
  while (told === null) {
    [{ reason: told }] = (await engine.call('functions.query', { id })).states;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(told).toMatch(/has a profiler of its own and is not traced/);
  await engine.call('session.stop', { id });
  child.stdin!.end();
  expect(await done).toMatchObject({ status: 0, stdout: 'ready\nresult ok\n', stderr: '' });
  await engine.call('session.close', { id });
});

const from12 = three.filter(({ version }) => minor(version!) >= 12);

it.each(from12)('where it cannot be switched on, the error says why ($version)', async ({ path: python }) => {
  const program = `import sys
for tool in range(6): sys.monitoring.use_tool_id(tool, "mine")
print("ready", flush=True)
sys.stdin.read()
print("result ok", flush=True)
`;
  const { child, done } = start(python, ['-S', '-c', program]);
  await untilOutput(child, /ready\n/);
  const { id } = await engine.call('session.attach', { pid: child.pid!, engine: 'auto' });
  await expect(engine.call('functions.set', { id, on: true })).rejects.toThrow(
    /^function calls are not traced: other tools have all places in sys.monitoring/,
  );
  await engine.call('session.stop', { id });
  child.stdin!.end();
  expect(await done).toMatchObject({ status: 0, stdout: 'ready\nresult ok\n', stderr: '' });
  const [{ functions }] = (await engine.call('stats.query', { id })).summary.processes;
  expect(functions).toMatchObject({ by_own: [], calls: 0, reason: expect.stringContaining('other tools') as string });
  await engine.call('session.close', { id });
});
