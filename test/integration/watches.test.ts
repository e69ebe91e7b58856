/** Reference counts of real programs with known references: over attach, over record, in children, and from the file again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/contract.ts';
import { UserError } from '../../src/engine/errors.ts';
import type { WatchAnswer } from '../../src/shared/contract/watches.ts';
import type { Summary } from '../../src/shared/contract/types.ts';
import { FrameKind } from '../../src/shared/protocol/frames.ts';
import { decodeRefcount } from '../../src/shared/protocol/refcount.ts';
import { file, framesOf, gilscope, newest, pythons, record, start, untilOutput, work } from './helpers.ts';

let engine: Engine;
beforeAll(() => (engine = createEngine({ shell: 'server', dataFolder: join(work, 'watches') })));
afterAll(() => engine.close());

/** Does what each line of its input says. */
const OBEYS = `
import sys
class Trap:
    touched = False
    @property
    def value(self):
        Trap.touched = True
    def __getattr__(self, name):
        Trap.touched = True
trap = Trap()
item = {"key": [["watched"]]}
kept = []
print("ready", flush=True)
for line in sys.stdin:
    what, _, number = line.strip().partition(" ")
    if what == "keep":
        kept = [item["key"][0]] * int(number)
    elif what == "drop":
        item["key"].clear()
        kept = []
    elif what == "another":
        item["key"].append({"another"})
print("touched", Trap.touched, flush=True)
`;
const WATCH = '__main__:item["key"][0]';

const watchesOf = async (id: string): Promise<WatchAnswer[]> =>
  (await engine.call('watches.query', { id, start: 0, end: 1e12, px: 500 })).watches;

/** Asks until the watch is as told; the tests' own limit ends it. */
async function untilWatch(id: string, is: (watch: WatchAnswer) => boolean, expression = WATCH): Promise<WatchAnswer> {
  for (;;) {
    const found = (await watchesOf(id)).find((watch) => watch.expression === expression);
    if (found !== undefined && is(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function refusal(asked: Promise<unknown>): Promise<UserError> {
  const error: unknown = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`no refusal but ${String(error)}`);
  return error;
}

describe.each(pythons.map((one) => [one.version!, one.path] as const))('CPython %s', (_version, python) => {
  it.each(['exact', 'estimated'] as const)('%s: counts what a program keeps, and runs nothing of it', async (how) => {
    const { child, done } = start(python, ['-S', file('obeys.py', OBEYS)]);
    await untilOutput(child, /ready\n/);
    const say = (line: string): unknown => child.stdin!.write(`${line}\n`);
    const { id } = await engine.call('session.attach', { pid: child.pid!, engine: how });
    await engine.call('watches.rate', { id, rateHz: 250 });
    for (const expression of [WATCH, '__main__:trap.value', '__main__:trap.nothing', 'not.yet:here'])
      await engine.call('watches.add', { id, expression });

    expect(await untilWatch(id, ({ current }) => current === 1)).toMatchObject({ type: 'list', state: 'counted' });
    for (const number of [4, 99, 0, 7]) {
      say(`keep ${number}`);
      await untilWatch(id, ({ current }) => current === 1 + number);
    }
    say('drop');
    await untilWatch(id, ({ state }) => state === 'gone');
    say('another');
    const seen = await untilWatch(id, ({ state, current }) => state === 'counted' && current === 1);
    expect(seen).toMatchObject({ type: 'set', min: 1, max: 100, rateHz: 250 });
    const all = new Map((await watchesOf(id)).map((watch) => [watch.expression, watch]));
    expect(all.get('__main__:trap.value')).toMatchObject({ state: 'refused', current: null, min: null });
    expect(all.get('__main__:trap.value')!.reason).toContain('property');
    expect(all.get('__main__:trap.nothing')!.reason).toContain('__getattr__');
    expect(all.get('not.yet:here')).toMatchObject({ state: 'waiting', reason: 'the module not.yet is not imported' });

    await engine.call('watches.remove', { id, watch: all.get('not.yet:here')!.watch });
    await expect.poll(async () => (await watchesOf(id)).length).toBe(3);
    const stopped = await engine.call('session.stop', { id });
    const live = (await watchesOf(id)).map(({ expression, min, max }) => ({ expression, min, max }));
    child.stdin!.end();
    expect(await done).toMatchObject({ status: 0, stdout: 'ready\ntouched False\n', stderr: '' });

    const opened = await engine.call('session.open', { path: stopped.path! });
    await expect
      .poll(async () => (await watchesOf(opened.id)).map(({ expression, min, max }) => ({ expression, min, max })))
      .toEqual(live);
    expect((await refusal(engine.call('watches.add', { id: opened.id, expression: WATCH }))).message).toContain('file');
    for (const one of [id, opened.id]) await engine.call('session.close', { id: one });
  });
});

it('tells what there is to watch, and why it does not watch', async () => {
  const { child, done } = start(newest.path, ['-S', file('obeys.py', OBEYS)]);
  await untilOutput(child, /ready\n/);
  const { id } = await engine.call('session.attach', { pid: child.pid!, engine: 'auto' });
  const modules = await engine.call('watches.modules', { id, process: 0 });
  expect(modules.find(({ name }) => name === '__main__')).toMatchObject({ kind: 'main' });
  expect(modules.find(({ name }) => name === 'sys')).toMatchObject({ kind: 'library' });
  const { names } = await engine.call('watches.names', { id, process: 0, module: '__main__' });
  expect(names).toContainEqual({ name: 'trap', type: 'Trap' });
  const wrong = await refusal(engine.call('watches.add', { id, expression: 'item()' }));
  expect([wrong.message, wrong.remedy]).toEqual([
    '"item()" is no watch: it names no module: write module:name, for instance "__main__:item()"',
    'a watch is written module:name, then .attribute, ["key"] or [0]: __main__:cache["key"]',
  ]);
  expect((await refusal(engine.call('watches.names', { id, process: 0, module: 'no.such' }))).message).toContain(
    'there is no module no.such',
  );
  expect((await refusal(engine.call('watches.remove', { id, watch: 5 }))).message).toBe('this watch is there no more');
  expect((await refusal(engine.call('watches.modules', { id, process: 3 }))).message).toContain('not being recorded');
  child.stdin!.end();
  await done;
  await engine.call('session.close', { id });
});

/** So long in each state that even a crowded machine looks at it. */
const STAGES = `
import os, subprocess, sys, time
item = ["watched"]
kept = []
def stage(n):
    global kept
    kept = [item] * n
    time.sleep(0.5)
for n in (0, 4, 99): stage(n)
if sys.argv[1:] == ["family"]:
    if os.fork() == 0:
        stage(9)
        os._exit(0)
    os.wait()
    subprocess.run([sys.executable, __file__])
`;

describe('record --watch', () => {
  it('has the counts in summary, table and file', async () => {
    const program = file('stages.py', STAGES);
    const watch = ['--watch', '__main__:item', '--watch', '__main__:__doc__', '--watch-rate', '200'];
    const { summary, file: path, status } = await record(newest.path, [program], watch);
    expect(status).toBe(0);
    expect(summary.watches).toHaveLength(2);
    expect(summary.watches![0]).toMatchObject({
      pid: summary.processes[0].pid,
      expression: '__main__:item',
      state: 'counted',
      type: 'list',
      max: 100,
    });
    const rounds = (await framesOf(path)).filter(({ kind }) => kind === FrameKind.refcount);
    // Rows are in no order: the first that was asked for may have come into being after the second.
    const counts = rounds.flatMap(
      ({ payload }) => decodeRefcount(payload).rows.find(({ watch }) => watch === 1)?.count ?? [],
    );
    expect(counts.filter((count, i) => count !== counts[i - 1])).toEqual(expect.arrayContaining([1, 5, 100]));
    const stats = await gilscope(['stats', path]);
    expect(stats.stdout).toMatch(/__main__:item +list +\d+ +100 +/);
    const json = JSON.parse((await gilscope(['stats', '--json', path])).stdout) as Summary;
    expect(json.watches).toEqual(summary.watches);
  });

  it('watches in children too, forked and started anew', async () => {
    const { summary } = await record(newest.path, [file('stages.py', STAGES), 'family'], ['--watch', '__main__:item']);
    const [parent, forked, anew] = summary.processes;
    const of = (pid: number) => summary.watches!.filter((watch) => watch.pid === pid);
    expect(of(parent.pid)).toMatchObject([{ max: 100 }]);
    expect(of(forked.pid)).toMatchObject([{ min: 10 }]);
    expect(of(anew.pid)).toMatchObject([{ max: 100 }]);
  });

  it('refuses what is no watch, and starts nothing', async () => {
    const marker = join(work, 'started');
    const program = file('marks.py', `open(${JSON.stringify(marker)}, "w")`);
    for (const [options, why] of [
      [['--watch', 'item'], 'it names no module'],
      [['--watch', '__main__:f()'], 'it calls nothing'],
      [['--watch-rate', '0'], 'a rate is a number of samples a second'],
      [['--watch-rate', '1001'], 'a rate is a number of samples a second'],
    ] as const) {
      const ran = await gilscope(['record', ...options, '--', newest.path, program]);
      expect([ran.status, ran.stderr.split('\n').length]).toEqual([2, 2]);
      expect(ran.stderr).toContain(why);
    }
    expect(() => readFileSync(marker)).toThrow('ENOENT');
  });
});
