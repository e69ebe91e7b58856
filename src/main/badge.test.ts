import { expect, it } from 'vitest';
import type { SessionInfo, SessionState } from '../shared/contract/types.ts';
import { countRecording } from './badge.ts';

it('tells how many sessions record, only when that changes', () => {
  const shown: number[] = [];
  const hear = countRecording((count) => shown.push(count));
  const session = (id: string, state: SessionState, gone = false) =>
    hear('session.changed', { session: { id, state } as SessionInfo, gone });
  session('a', 'starting');
  session('a', 'recording');
  session('a', 'recording');
  session('b', 'recording');
  hear('session.log', { id: 'a', line: { atNs: null, level: 'info', source: 'gilscope', text: '' } });
  session('a', 'ended');
  session('b', 'recording', true);
  expect(shown).toEqual([1, 2, 1, 0]);
});
