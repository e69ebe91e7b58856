import { describe, expect, test, vi } from 'vitest';
import { decodeRequest, encodeMessage, type Message } from '../../shared/contract/messages.ts';
import { Client } from './client.ts';
import { asSentence, Cancelled, UserError } from './errors.ts';
import type { PipeEvents } from './pipe.ts';
import { nextDelay, tokenOfHash } from './websocket.ts';

/** A client whose other end is this test: what it sent, and a way to answer. */
function pair(open = true) {
  const sent: ReturnType<typeof decodeRequest>[] = [];
  let events: PipeEvents | null = null;
  const client = new Client((e) => {
    events = e;
    return {
      send: (packet, refused) => {
        if (open) sent.push(decodeRequest(packet));
        else refused();
      },
      retryNow: () => undefined,
      close: () => undefined,
    };
  });
  const say = (message: Message) => events!.onPacket(encodeMessage(message));
  return { client, sent, say, events: events! };
}

describe('the client', () => {
  test('answers find their question, in any order', async () => {
    const { client, sent, say } = pair();
    const a = client.call('session.stop', { id: 'a' });
    const b = client.call('session.close', { id: 'b' });
    expect(sent.map((r) => r.name)).toEqual(['session.stop', 'session.close']);
    say({ id: sent[1].id, ok: true, reply: null });
    say({ id: sent[0].id, ok: false, error: { message: 'no such session', remedy: 'open it again' } });
    await expect(b).resolves.toBeNull();
    await expect(a).rejects.toMatchObject({ message: 'no such session', remedy: 'open it again' });
  });
  test('a late answer after a time-out is dropped', async () => {
    vi.useFakeTimers();
    try {
      const { client, sent, say } = pair();
      const answer = client.call('app.info', {}, { timeoutMs: 1000 });
      const failed = expect(answer).rejects.toBeInstanceOf(UserError);
      vi.advanceTimersByTime(1000);
      await failed;
      say({ id: sent[0].id, ok: false, error: { message: 'late', remedy: null } });
    } finally {
      vi.useRealTimers();
    }
  });
  test('a cancelled call fails as cancelled, before and after it was sent', async () => {
    const { client } = pair();
    const abort = new AbortController();
    const answer = client.call('app.info', {}, { signal: abort.signal });
    abort.abort();
    await expect(answer).rejects.toBeInstanceOf(Cancelled);
    await expect(client.call('app.info', {}, { signal: abort.signal })).rejects.toBeInstanceOf(Cancelled);
  });
  test('losing the connection fails what is open; so does calling without one', async () => {
    const { client, events } = pair();
    const answer = client.call('app.info', {});
    events.onStatus('lost');
    await expect(answer).rejects.toBeInstanceOf(UserError);
    await expect(pair(false).client.call('app.info', {})).rejects.toBeInstanceOf(UserError);
  });
  test('pushes and status reach those who listen', () => {
    const { client, say, events } = pair();
    const pushes: string[] = [];
    const statuses: string[] = [];
    const stop = client.subscribe((name) => pushes.push(name));
    client.onStatus((status) => statuses.push(status));
    const push: Message = { push: 'terminal.data', body: { id: 'a', bytes: new Uint8Array([1]) } };
    say(push);
    stop();
    say(push);
    events.onStatus('open');
    events.onStatus('open');
    expect(pushes).toEqual(['terminal.data']);
    expect(statuses).toEqual(['connecting', 'open']);
  });
});

test('the token of an address', () => {
  expect(tokenOfHash('#token=0123456789abcdef')).toBe('0123456789abcdef');
  expect(tokenOfHash('#0123456789abcdef')).toBe('0123456789abcdef');
  expect(tokenOfHash('#start')).toBeNull();
  expect(tokenOfHash('#a b c d e f g h')).toBeNull();
  expect(tokenOfHash('')).toBeNull();
});

test('what the engine says becomes a sentence; names and paths are left alone', () => {
  expect(asSentence('there is no script /x.py')).toBe('There is no script /x.py.');
  expect(asSentence('check its path')).toBe('Check its path.');
  expect(asSentence('/x.py is a folder')).toBe('/x.py is a folder.');
  expect(asSentence('python3.7 is too old (3.8 or later is needed)')).toBe(
    'python3.7 is too old (3.8 or later is needed)',
  );
  expect(asSentence('Already one.')).toBe('Already one.');
});

test('back-off grows and is bounded', () => {
  expect(nextDelay(0)).toBe(300);
  expect(nextDelay(1)).toBeGreaterThan(nextDelay(0));
  expect(nextDelay(50)).toBe(5000);
});
