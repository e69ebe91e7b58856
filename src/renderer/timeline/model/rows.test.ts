import { describe, expect, it } from 'vitest';
import type { ProcessInfo, ThreadInfo } from '../../../shared/contract/types.ts';
import { foldFlames, nextFolds } from './folds.ts';
import { pinnedRows, planRows, rowAtView, rowIndexAt, samePlan, visibleRows } from './rows.ts';

const process = (idx: number, more: Partial<ProcessInfo> = {}) =>
  ({ idx, pid: 100 + idx, ppid: 1, bornNs: idx, python: '3.12.1', ...more }) as ProcessInfo;
const thread = (idx: number, of = 0, own = false) => ({ idx, process: of, own }) as ThreadInfo;
const gil = (idx: number, of = 0) => ({
  idx,
  process: of,
  id: 0,
  bornNs: 0,
  endedNs: null,
  switches: 0,
  switchesCounted: null,
  switchesChecked: null,
});
const content = (threads: number, cores = 2) => ({
  cores,
  processes: [process(0)],
  threads: Array.from({ length: threads }, (_, i) => thread(i)),
  gils: [gil(0)],
});

describe('rows', () => {
  it('has the heights of design/README.md, one below the other', () => {
    const { rows, height } = planRows(content(3), 'auto', {});
    expect(rows.map((r) => r.kind).slice(0, 6)).toEqual(['core', 'core', 'gil', 'thread', 'thread', 'thread']);
    expect(rows.slice(0, 6).map((r) => r.height)).toEqual([52, 52, 40, 58, 58, 58]);
    rows.forEach((row, i) => expect(row.top).toBe(i === 0 ? 0 : rows[i - 1].top + rows[i - 1].height));
    expect(height).toBe(rows.at(-1)!.top + rows.at(-1)!.height);
  });

  it('leaves out our own threads, and is compact when many or when asked', () => {
    const session = { ...content(2), threads: [thread(0), thread(1, 0, true)] };
    expect(planRows(session, 'auto', {}).threads).toEqual([0]);
    expect(planRows(content(200), 'auto', {}).compact).toBe(true);
    expect(planRows(content(200), 'comfortable', {}).compact).toBe(false);
    expect(planRows(content(2), 'compact', {}).rows.find((r) => r.kind === 'thread')).toMatchObject({
      height: 36,
      bar: 14,
    });
  });

  it('has the main thread first, whichever was heard of first', () => {
    const session = { ...content(2), threads: [thread(0), { ...thread(1), main: true }, thread(2)] };
    expect(planRows(session, 'auto', {}).threads).toEqual([1, 0, 2]);
  });

  it('folds many cores into one row, and back when asked', () => {
    expect(planRows(content(1, 32), 'auto', {}).rows.filter((r) => r.kind === 'core')).toHaveLength(1);
    expect(planRows(content(1, 32), 'auto', { cores: false }).rows.filter((r) => r.kind === 'core')).toHaveLength(32);
  });

  const tree = {
    cores: 1,
    processes: [process(0), process(1, { ppid: 100, bornNs: 9 }), process(2, { ppid: 100, python: null })],
    threads: [thread(0), thread(1, 1), thread(2, 0)],
    gils: [gil(0), gil(1, 1)],
  };
  const keys = (folds: Parameters<typeof planRows>[2], session = tree) =>
    planRows(session, 'auto', folds)
      .rows.map((r) => r.key)
      .slice(1, -4);

  it('groups by process when there are several, in the order of the tree, and folds a process to its strip', () => {
    const groups = ['process0', 'gil0', 'thread0', 'thread2', 'process2', 'process1', 'gil1', 'thread1'];
    expect(keys({})).toEqual(groups);
    expect(keys({ processes: { 0: true } })).toEqual(['process0', 'gil0', 'process2', 'process1', 'gil1', 'thread1']);
    const heads = planRows(tree, 'auto', {}).rows.filter((r) => r.kind === 'process');
    expect(heads.map((r) => [r.depth, r.fold])).toEqual([
      [0, 'open'],
      [1, null],
      [1, 'open'],
    ]);
  });

  it('hides processes, shows one alone, and says how many are hidden', () => {
    expect(keys({ hidden: [0] })).toEqual(['process2', 'process1', 'gil1', 'thread1', 'hidden']);
    expect(keys({ hidden: [0], solo: 0 })).toEqual(['process0', 'gil0', 'thread0', 'thread2', 'hidden']);
    const { rows, threads } = planRows(tree, 'auto', { solo: 1 });
    expect(rows.find((r) => r.kind === 'hidden')).toMatchObject({ count: 2 });
    expect(threads).toEqual([1]);
    let folds = nextFolds(
      {},
      rows.find((r) => r.kind === 'process')!,
      'hide',
    );
    expect(folds.hidden).toEqual([1]);
    folds = nextFolds(
      folds,
      rows.find((r) => r.kind === 'process')!,
      'solo',
    );
    expect(folds.solo).toBe(1);
    expect(keys(nextFolds(folds, rows[0], 'show-all'))).toHaveLength(8);
  });

  it('starts with the strips of a large tree, the first process open', () => {
    const many = Array.from({ length: 100 }, (_, i) => process(i, { ppid: i === 0 ? 1 : 100 }));
    const session = {
      cores: 1,
      processes: many,
      threads: many.map((p) => thread(p.idx, p.idx)),
      gils: many.map((p) => gil(p.idx, p.idx)),
    };
    const plan = planRows(session, 'auto', {});
    expect(plan.threads).toEqual([0]);
    expect(plan.rows.filter((r) => r.kind === 'gil')).toHaveLength(100);
    expect(planRows(session, 'auto', { processes: { 7: false } }).threads).toEqual([0, 7]);
    expect(samePlan(plan, planRows(session, 'auto', {}))).toBe(true);
    expect(samePlan(plan, planRows(session, 'auto', { processes: { 7: false } }))).toBe(false);
  });

  it('finds rows by bisection, as a scan would', () => {
    const { rows, height } = planRows(content(300), 'auto', {});
    for (let y = 0; y < height; y += 7) {
      expect(rowIndexAt(rows, y)).toBe(rows.findIndex((r) => y >= r.top && y < r.top + r.height));
    }
    expect(rowIndexAt(rows, height + 1)).toBe(rows.length);
    expect(rowIndexAt(rows, -1)).toBe(-1);
    const { first, last } = visibleRows(rows, 1000, 1500);
    expect(rows[first].top).toBeLessThanOrEqual(1000);
    expect(rows[last].top).toBeLessThan(1500);
    expect(rows[last + 1].top).toBeGreaterThanOrEqual(1500);
  });
});

describe('rows that stay while others scroll', () => {
  const { rows } = planRows(content(200), 'auto', {});

  it('are the cores and the GIL of a single process, where there is room for both', () => {
    expect(pinnedRows(rows, 400)).toEqual({ count: 3, height: 144 });
    expect(pinnedRows(rows, 300)).toEqual({ count: 0, height: 0 });
    expect(pinnedRows([], 400)).toEqual({ count: 0, height: 0 });
  });

  it('are few enough: beside many lanes more than two cores are one row', () => {
    expect(planRows(content(3, 4), 'auto', {}).rows.filter((r) => r.kind === 'core')).toHaveLength(4);
    expect(pinnedRows(planRows(content(200, 4), 'auto', {}).rows, 400)).toEqual({ count: 2, height: 92 });
  });

  it('are what one points at there; what scrolls begins under them', () => {
    const pinned = pinnedRows(rows, 400);
    expect(rowAtView(rows, 120, 3600, pinned)?.kind).toBe('gil');
    expect(rowAtView(rows, 144, 3600, pinned)).toBe(rows[3 + 100]);
    expect(visibleRows(rows, 3600, 4000, pinned)).toEqual({ first: 103, last: 110 });
    expect(visibleRows(rows, 0, 400, pinned)).toEqual({ first: 3, last: 10 });
  });
});

describe('many processes', () => {
  const many = {
    ...content(0),
    processes: Array.from({ length: 20 }, (_, i) =>
      process(i, {
        name: i === 0 ? 'server.py' : `worker ${i}`,
        argv: ['python', 'server.py'],
        endedNs: i > 4 ? 9 : null,
        ...(i > 0 ? { ppid: 100 } : {}),
      }),
    ),
    threads: [],
    gils: [],
  };
  const plan = (folds: Parameters<typeof planRows>[2], session = many) => planRows(session, 'auto', folds).rows;
  const shown = (folds: Parameters<typeof planRows>[2]) =>
    plan(folds).flatMap((r) => (r.kind === 'process' ? [r.process] : []));

  it('can be searched by name, command and pid; few cannot and need not', () => {
    expect(plan({}).find((r) => r.kind === 'processes')).toMatchObject({ count: 20, ended: 15 });
    expect(shown({ search: 'WORKER 3' })).toEqual([3, 13]);
    expect(shown({ search: 'server 117' })).toEqual([17]);
    expect(plan({ search: '117' }).find((r) => r.kind === 'hidden')).toMatchObject({ count: 19 });
    const few = { ...many, processes: many.processes.slice(0, 3) };
    expect(plan({ search: 'nothing' }, few).filter((r) => r.kind === 'process')).toHaveLength(3);
    expect(plan({}, few).some((r) => r.kind === 'processes')).toBe(false);
  });

  it('leaves out those that have ended, and has all back', () => {
    expect(shown({ endedHidden: true })).toEqual([0, 1, 2, 3, 4]);
    const row = plan({}).find((r) => r.kind === 'hidden' || r.kind === 'process')!;
    expect(shown(nextFolds({ endedHidden: true, search: 'x', hidden: [2], solo: 3 }, row, 'show-all'))).toHaveLength(
      20,
    );
  });

  it('keeps the search in sight', () => {
    expect(pinnedRows(plan({}), 400)).toEqual({ count: 3, height: 144 });
  });
});

describe('flame charts', () => {
  const traced = (callLevels: number[]) => ({
    ...content(callLevels.length),
    threads: callLevels.map((levels, i) => ({ ...thread(i), callLevels: levels })),
  });
  const flames = (folds: Parameters<typeof planRows>[2], session = traced([3, 0, 40])) =>
    planRows(session, 'auto', folds).rows.filter((row) => row.kind === 'flame');

  it('lie under the lanes of threads that called something, as high as their levels, the first of them when many', () => {
    const { rows, flames: open } = planRows(traced([3, 0, 40]), 'auto', {});
    expect(rows.map((r) => r.key).slice(3, 8)).toEqual(['thread0', 'flame0', 'thread1', 'thread2', 'flame2']);
    expect(rows.find((r) => r.key === 'flame0')).toMatchObject({ levels: 3, of: 3, height: 8 + 3 * 15 });
    expect(rows.find((r) => r.key === 'flame2')).toMatchObject({ levels: 8, of: 40, height: 8 + 8 * 15 });
    expect(open).toEqual([0, 2]);
    const compact = planRows(traced([3]), 'compact', {}).rows.find((r) => r.kind === 'flame');
    expect(compact).toMatchObject({ height: 8 + 3 * 12 });
  });

  it('only grow while more levels come', () => {
    const heights = [1, 2, 5, 8, 9, 60].map((levels) => flames({}, traced([levels]))[0].height);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(heights.at(-1)).toBe(heights[3]);
  });

  it('fold one by one, all together, and unfold to all their levels', () => {
    const row = planRows(traced([3, 0, 40]), 'auto', {}).rows.find((r) => r.key === 'thread0')!;
    const one = nextFolds({}, row, 'fold');
    expect(flames(one).map((r) => r.key)).toEqual(['flame2']);
    const all = foldFlames(one, true);
    expect(flames(all)).toEqual([]);
    const back = nextFolds(
      all,
      planRows(traced([3, 0, 40]), 'auto', all).rows.find((r) => r.key === 'thread0')!,
      'fold',
    );
    expect(flames(back).map((r) => r.key)).toEqual(['flame0']);
    expect(flames(foldFlames(back, false)).map((r) => r.key)).toEqual(['flame0', 'flame2']);
    const deep = nextFolds({}, flames({})[1], 'levels');
    expect(flames(deep)[1]).toMatchObject({ levels: 40, height: 8 + 40 * 15 });
    expect(flames(nextFolds(deep, flames(deep)[1], 'levels'))[1]).toMatchObject({ levels: 8 });
  });

  it('a thread that called nothing has nothing to fold', () => {
    expect(planRows(traced([0]), 'auto', {}).rows.find((r) => r.kind === 'thread')).toMatchObject({ fold: null });
  });
});
