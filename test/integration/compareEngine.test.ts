/** Comparisons over the contract, as a window uses them: pushes, sessions that are open meanwhile, cancel, close. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/contract.ts';
import { lifeOf } from '../../src/engine/procfs.ts';
import type { CompareInfo, CompareSpec, VariantSource } from '../../src/shared/contract/compare.ts';
import type { SessionInfo } from '../../src/shared/contract/types.ts';
import { newest, record, work } from './helpers.ts';

const engine = createEngine({ shell: 'server', dataFolder: join(work, 'engine') });
afterAll(() => engine.close());

const listeners = new Set<(info: CompareInfo, gone: boolean) => void>();
engine.subscribe((name, push) => {
  if (name !== 'compare.changed' || !('compare' in push)) return;
  for (const listener of listeners) listener(push.compare, push.gone === true);
});

/** Resolves with the first push of a comparison that is as wanted. */
function until(test: (info: CompareInfo, gone: boolean) => boolean): Promise<CompareInfo> {
  return new Promise((resolve) => {
    const listener = (info: CompareInfo, gone: boolean): void => {
      if (!test(info, gone)) return;
      listeners.delete(listener);
      resolve(info);
    };
    listeners.add(listener);
  });
}

const launch = (code: string) => ({
  kind: 'launch' as const,
  spec: { python: newest.path, args: ['-c', code], cwd: work, env: {}, engine: 'auto' as const },
});
const compare = (a: VariantSource, b: VariantSource, repeat: number): CompareSpec => ({
  ...{ kind: 'variants', repeat, timeLimitS: null, checkOutput: false },
  variants: [
    { name: 'A', source: a },
    { name: 'B', source: b },
  ],
});
const two = (a: string, b: string, repeat = 2): CompareSpec => compare(launch(a), launch(b), repeat);
const sessions = async (): Promise<string[]> => (await engine.call('session.list', {})).map(({ id }) => id);

describe('a comparison', () => {
  it('shows the session that runs, then the one in the middle of each variant, and closes them', async () => {
    const live = until(({ runs }) => runs.some(({ state, session }) => state === 'running' && session !== null));
    const done = until(({ state }) => state === 'done');
    const { id, state, progress, verdict } = await engine.call('compare.start', two('print(1)', 'print(2)', 3));
    expect({ state, progress, verdict }).toMatchObject({
      state: 'running',
      progress: { done: 0, total: 6 },
      verdict: null,
    });
    expect((await live).runs.filter(({ state: run }) => run === 'running')).toHaveLength(1);
    const info = await done;
    expect(info.runs.map(({ variant, round }) => [variant, round])).toEqual(
      [0, 1, 2].flatMap((n) => [
        [0, n],
        [1, n],
      ]),
    );
    expect(info.progress).toMatchObject({ done: 6, total: 6 });
    expect(info.verdict).not.toBeNull();
    for (const [variant, { shown, wall_s: wall }] of info.variants.entries()) {
      const run = info.runs[shown!];
      expect(run).toMatchObject({ variant, state: 'ended' });
      expect(run.wall_s).toBe(wall!.median);
      const reply = await engine.call('timeline.overview', { id: run.session!, px: 10 });
      expect(reply.held).toHaveLength(10);
    }
    // Only those two, of six recordings that are all there; and only they are among the recent ones.
    expect((await sessions()).sort()).toEqual(info.runs.flatMap(({ session }) => session ?? []).sort());
    expect(await sessions()).toHaveLength(2);
    for (const { path } of info.runs) expect(existsSync(path!)).toBe(true);
    const recents = (await engine.call('recents.list', {})).map(({ path }) => path);
    expect(recents.sort()).toEqual(info.variants.map(({ shown }) => info.runs[shown!].path).sort());
    const { variants } = await engine.call('compare.report', { id });
    expect(variants.map(({ runs }) => runs.length)).toEqual([3, 3]);

    // One that is closed by hand is not told as open.
    await engine.call('session.close', { id: info.runs[info.variants[0].shown!].session! });
    const [listed] = await engine.call('compare.list', {});
    expect(listed.runs[info.variants[0].shown!].session).toBeNull();
    const gone = until((_info, isGone) => isGone);
    await engine.call('compare.close', { id });
    expect((await gone).id).toBe(id);
    expect(await sessions()).toEqual([]);
    expect(await engine.call('compare.list', {})).toEqual([]);
    for (const { path } of info.runs) expect(existsSync(path!)).toBe(true);
  });

  it('leaves open what was open before', async () => {
    const recorded = await record(newest.path, ['-c', 'print(1)']);
    const { id: mine } = await engine.call('session.open', { path: recorded.file });
    const done = until(({ state }) => state === 'done');
    const before: VariantSource = { kind: 'file', path: recorded.file };
    const started = await engine.call('compare.start', compare(before, launch('print(1)'), 1));
    const info = await done;
    expect(info.runs[0].session).toBe(mine);
    expect(info.variants[0]).toMatchObject({ file: recorded.file, engine: 'exact' });
    await engine.call('compare.close', { id: started.id });
    expect(await sessions()).toEqual([mine]);
    await engine.call('session.close', { id: mine });
  });

  const waiting = 'import os, time\nwhile not os.path.exists("go"): time.sleep(0.01)';
  /** Resolves with the session of the second variant's program once that is recorded. */
  const recording = (): Promise<SessionInfo> =>
    new Promise((resolve) => {
      const leave = engine.subscribe((_name, push) => {
        if (!('session' in push) || !push.session.command.includes(waiting) || push.session.state !== 'recording')
          return;
        leave();
        resolve(push.session);
      });
    });

  it('is one at a time; cancelled, it ends its program and keeps what was measured', async () => {
    const running = recording();
    const { id } = await engine.call('compare.start', two('print(1)', waiting));
    const { pid } = (await running).processes[0];
    await expect(engine.call('compare.start', two('print(1)', 'print(2)'))).rejects.toThrow(/running already/);
    const info = await engine.call('compare.cancel', { id });
    expect(info.state).toBe('cancelled');
    expect(info.runs.map(({ state }) => state)).toEqual(['ended', 'cancelled', 'cancelled', 'cancelled']);
    expect(info.variants.map(({ wall_s: wall }) => wall?.values.length)).toEqual([1, undefined]);
    expect(lifeOf(pid)).not.toBe('alive');
    await engine.call('compare.close', { id });
    await expect(engine.call('compare.cancel', { id })).rejects.toThrow(/not there any more/);
  });

  it('whose recording is stopped by hand goes on with the next run', async () => {
    const running = recording();
    const done = until(({ state }) => state === 'done');
    const { id } = await engine.call('compare.start', two('print(1)', waiting, 1));
    await engine.call('session.stop', { id: (await running).id });
    writeFileSync(join(work, 'go'), '');
    const info = await done;
    rmSync(join(work, 'go'));
    expect(info.runs[1]).toMatchObject({ state: 'failed', error: 'its recording was stopped before it ended' });
    await engine.call('compare.close', { id });
  });

  it('is refused with nothing run when something is wrong', async () => {
    const bad = two('print(1)', 'print(2)');
    await expect(engine.call('compare.start', { ...bad, repeat: 0 })).rejects.toThrow(/repeat/);
    const nowhere = { ...launch('1'), spec: { ...launch('1').spec, python: '/nowhere/python' } };
    await expect(engine.call('compare.start', compare(launch('1'), nowhere, 1))).rejects.toThrow(/nowhere/);
    expect(await engine.call('compare.list', {})).toEqual([]);
    expect(await sessions()).toEqual([]);
  });

  it('ends its program with the engine', async () => {
    const own = createEngine({ shell: 'server', dataFolder: join(work, 'engine2') });
    const live = new Promise<string>((resolve) => {
      own.subscribe((name, push) => {
        if (name !== 'compare.changed' || !('compare' in push)) return;
        const { session } = push.compare.runs.find(({ variant, session: id }) => variant === 1 && id !== null) ?? {};
        if (session != null) resolve(session);
      });
    });
    await own.call('compare.start', two('print(1)', waiting));
    const id = await live;
    const { pid } = (await own.call('session.list', {})).find((one) => one.id === id)!.processes[0];
    await own.close();
    expect(lifeOf(pid)).not.toBe('alive');
  });
});
