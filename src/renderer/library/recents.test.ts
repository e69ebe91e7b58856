import { expect, test } from 'vitest';
import type { Recent } from '../../shared/contract/types.ts';
import { searchRecents } from '../../shared/recents.ts';
import { sortRecents } from './recents.ts';

const recent = (title: string, more: Partial<Recent> = {}): Recent => ({
  path: `/r/${title}`,
  title,
  created: '2026-11-21T10:00:00Z',
  wallS: 1,
  engine: 'exact',
  python: '3.12.1',
  bytes: 100,
  verdict: null,
  exists: true,
  spec: null,
  ...{ command: ['python3', title], threads: 2, held: 0.5, contended: 0.1, recording: false },
  ...{ name: null, note: '', tags: [] },
  ...more,
});
const titles = (list: Recent[]) => list.map((r) => r.title);

test('every word must be found, anywhere, in any case', () => {
  const list = [
    recent('countdown.py', { verdict: 'Threads take turns' }),
    recent('pool.py'),
    recent('Count.py', { python: '3.8.1' }),
  ];
  expect(titles(searchRecents(list, 'COUNT'))).toEqual(['countdown.py', 'Count.py']);
  expect(titles(searchRecents(list, 'turns count'))).toEqual(['countdown.py']);
  expect(titles(searchRecents(list, '  '))).toHaveLength(3);
  expect(searchRecents(list, 'nothing')).toEqual([]);
});

test('what the user said of a recording, and its command, are searched too', () => {
  const list = [
    recent('a.py', { name: 'Before the fix', tags: ['slow', 'ticket 7'] }),
    recent('b.py', { note: 'with the new pool', command: ['python3', 'b.py', '--workers', '8'] }),
  ];
  expect(titles(searchRecents(list, 'TICKET slow'))).toEqual(['a.py']);
  expect(titles(searchRecents(list, 'before'))).toEqual(['a.py']);
  expect(titles(searchRecents(list, 'pool --workers'))).toEqual(['b.py']);
  expect(titles(sortRecents(list, { key: 'title', descending: false }))).toEqual(['b.py', 'a.py']);
});

test('unknown values stand last in both directions', () => {
  const list = [recent('a', { wallS: 5 }), recent('b', { wallS: null }), recent('c', { wallS: 50 })];
  expect(titles(sortRecents(list, { key: 'wallS', descending: true }))).toEqual(['c', 'a', 'b']);
  expect(titles(sortRecents(list, { key: 'wallS', descending: false }))).toEqual(['a', 'c', 'b']);
});

test('versions sort as numbers', () => {
  const list = [recent('a', { python: '3.9.1' }), recent('b', { python: '3.12.1' })];
  expect(titles(sortRecents(list, { key: 'python', descending: true }))).toEqual(['b', 'a']);
});
