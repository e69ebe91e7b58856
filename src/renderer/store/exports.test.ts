import { beforeEach, describe, expect, test } from 'vitest';
import type { ExportInfo } from '../../shared/contract/exports.ts';
import { useExports } from './exports.ts';
import { useUi } from './ui.ts';

const info = (id: string, state: ExportInfo['state'], done = 0): ExportInfo => ({
  ...{ id, session: 's', format: 'csv', path: `/tmp/${id}`, state, done, total: 10, bytes: 0, error: null },
});
const store = () => useExports.getState();
const states = () => store().order.map((id) => `${id} ${store().byId[id].state}`);
let round = 0;
/** Ids are never used twice. */
const own = (name: string) => `${name}${round}`;

describe('exports', () => {
  beforeEach(() => {
    round++;
    useExports.setState({ order: [], byId: {}, askingFor: null });
    useUi.setState({ toasts: [] });
  });

  test('an answer that comes after the end does not bring it back to life', () => {
    store().put(info(own('a'), 'done', 10));
    store().put(info(own('a'), 'running', 2));
    expect(states()).toEqual([`${own('a')} done`]);
  });

  test('what was put away stays away', () => {
    store().put(info(own('a'), 'running'));
    store().dismiss(own('a'));
    store().put(info(own('a'), 'done'));
    store().replaceAll([info(own('a'), 'done')]);
    expect(states()).toEqual([]);
  });

  test('a window that comes later sees what runs, not what ended before', () => {
    store().replaceAll([info(own('old'), 'done'), info(own('on'), 'running')]);
    expect(states()).toEqual([`${own('on')} running`]);
    // While the connection was away it ended.
    store().replaceAll([info(own('on'), 'failed')]);
    expect(states()).toEqual([`${own('on')} failed`]);
  });

  test('one that ran in an engine that is gone is gone; how others ended is still told', () => {
    store().put(info(own('ran'), 'running'));
    store().put(info(own('ended'), 'done'));
    store().replaceAll([]);
    expect(states()).toEqual([`${own('ended')} done`]);
  });

  test('a cancelled one is told once, and that nothing was written', () => {
    store().put(info(own('a'), 'running'));
    store().put(info(own('a'), 'cancelled'));
    store().put(info(own('a'), 'cancelled'));
    expect(states()).toEqual([]);
    expect(useUi.getState().toasts.map((toast) => toast.message)).toEqual([expect.stringContaining(own('/tmp/a'))]);
  });
});
