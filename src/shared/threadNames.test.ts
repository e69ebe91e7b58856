import { expect, test } from 'vitest';
import type { ThreadInfo } from './contract/types.ts';
import { displayName } from './threadNames.ts';

const thread = (idx: number, name: string, process = 0) => ({ idx, name, process, tid: 100 + idx }) as ThreadInfo;

test('threads that share a name in one process are numbered', () => {
  const threads = [thread(0, 'MainThread'), thread(1, 'poll'), thread(2, 'poll'), thread(3, 'MainThread', 1)];
  const session = { threads: [...threads, thread(4, '')] };
  expect([0, 1, 2, 3, 4, 9].map((idx) => displayName(session, idx))).toEqual([
    'MainThread',
    'poll',
    'poll #2',
    'MainThread',
    'tid 104',
    'thread 9',
  ]);
});
