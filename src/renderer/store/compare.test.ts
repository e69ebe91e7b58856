import { beforeEach, describe, expect, test } from 'vitest';
import type { CompareInfo } from '../../shared/contract/compare.ts';
import { recordingsSpec, useCompare } from './compare.ts';

const comparison = (id: string): CompareInfo => ({
  id,
  title: id,
  created: '2026-11-21T00:00:00Z',
  state: 'done',
  error: null,
  spec: recordingsSpec([]),
  variants: [],
  runs: [],
  progress: { done: 0, total: 0, leftS: null },
  notes: [],
  verdict: null,
});
const store = () => useCompare.getState();

describe('comparisons', () => {
  beforeEach(() => useCompare.setState({ order: [], byId: {}, shownId: null, draft: null, picked: {}, ranges: {} }));

  test('a window opened beside one shows it; who is at the form stays there', () => {
    store().replaceAll([comparison('a'), comparison('b')]);
    expect(store().shownId).toBe('b');
    useCompare.setState({ shownId: null });
    store().replaceAll([comparison('a'), comparison('b')]);
    expect(store().shownId).toBeNull();
  });

  test('what the engine forgot is not shown any more', () => {
    store().replaceAll([comparison('a')]);
    store().replaceAll([]);
    expect(store()).toMatchObject({ order: [], shownId: null });
  });

  test('removing the shown one shows another, and forgets what was looked at', () => {
    store().replaceAll([comparison('a'), comparison('b')]);
    store().pick('b', 0, 3);
    store().pick('b', 1, 2);
    store().look('b', { start: 0, end: 1 });
    expect(store().picked.b).toEqual({ 0: 3, 1: 2 });
    store().remove('b');
    expect(store()).toMatchObject({ order: ['a'], shownId: 'a', picked: {}, ranges: {} });
  });

  test('another alignment begins with all', () => {
    store().look('a', { start: 1, end: 2 });
    store().align('share');
    expect(store()).toMatchObject({ alignment: 'share', ranges: {} });
    store().align('time');
  });
});
