import { expect, it } from 'vitest';
import { TerminalOutput } from './terminal.ts';
import { CALL_RUNNER } from './paths.ts';
import { sessionTitle } from '../shared/title.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const utf8 = (s: string) => new TextEncoder().encode(s);

it('gathers what comes close together, and loses nothing', async () => {
  const batches: string[] = [];
  const terminal = new TerminalOutput((bytes) => batches.push(text(bytes)));
  for (let i = 0; i < 100; i++) terminal.put(utf8(`${i};`));
  expect(batches).toEqual([]);
  await expect.poll(() => batches.length).toBe(1);
  expect(batches[0]).toBe(Array.from({ length: 100 }, (_, i) => `${i};`).join(''));
});

it('hands over a flood at once, in pieces', () => {
  const sizes: number[] = [];
  const terminal = new TerminalOutput((bytes) => sizes.push(bytes.length));
  for (let i = 0; i < 50; i++) terminal.put(new Uint8Array(10_000));
  expect(sizes.length).toBeGreaterThanOrEqual(2);
  terminal.flush();
  expect(sizes.reduce((a, b) => a + b, 0)).toBe(500_000);
});

it('replays what was shown, the oldest left out when it is too much, and says so', () => {
  const terminal = new TerminalOutput(() => undefined);
  terminal.put(utf8('first'));
  expect(terminal.replay()).toEqual({ bytes: utf8('first'), truncated: false });
  for (let i = 0; i < 20; i++) terminal.put(new Uint8Array(210_000).fill(65 + i));
  const { bytes, truncated } = terminal.replay();
  expect(truncated).toBe(true);
  expect(bytes.length).toBeLessThanOrEqual(1 << 20);
  expect(bytes.at(-1)).toBe(65 + 19);
});

it('calls a session by what runs, not by how', () => {
  expect(sessionTitle(['/usr/bin/python3', '-u', '/home/u/my app.py', '--fast'])).toBe('my app.py --fast');
  expect(sessionTitle(['python3', '-m', 'http.server', '8000'])).toBe('-m http.server 8000');
  expect(sessionTitle(['python3', '-c', 'print(1)\nprint(2)'])).toBe('-c print(1) print(2)');
  expect(sessionTitle(['python3'])).toBe('python3');
  expect(sessionTitle(['python3', `a\x1b]0;evil\x07.py`])).toBe('a ]0;evil .py');
  expect(sessionTitle(['python3', 'a.py', 'x'.repeat(100)])).toHaveLength(60);
  const call = ['--call', 'mandel:part', '--workers', '2', '--inputs', '["0"]', '--mode', 'processes'];
  expect(sessionTitle(['python3', CALL_RUNNER, ...call, '--report', '/tmp/r.json'])).toBe('mandel:part, processes');
  expect(sessionTitle(['python3', '/home/u/run_call.py', ...call])).toMatch(/^run_call.py --call/);
});
