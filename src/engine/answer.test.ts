import { expect, it } from 'vitest';
import type { Contract } from '../shared/contract/calls.ts';
import { answer } from './answer.ts';
import { UserError } from './errors.ts';

/** An engine that answers each call with its arguments, or throws what it is told to. */
const engine = (error?: Error): Contract => ({
  call: (name, args) => (error === undefined ? Promise.resolve({ name, args } as never) : Promise.reject(error)),
  subscribe: () => () => undefined,
});
const ask = { id: 7, name: 'session.stop', args: { id: 's1' } } as const;

it('carries a call and its reply', async () => {
  expect(await answer(engine(), ask)).toEqual({ id: 7, ok: true, reply: { name: 'session.stop', args: { id: 's1' } } });
});

it('tells the user what the engine refuses, and what to do', async () => {
  const refused = await answer(engine(new UserError('not-alive', 'it ended', 'start it again')), ask);
  expect(refused).toEqual({ id: 7, ok: false, error: { message: 'it ended', remedy: 'start it again' } });
});

it('says so when it does not know the call, which then reaches nobody', async () => {
  const never: Contract = { call: () => Promise.reject(new Error('reached')), subscribe: () => () => undefined };
  for (const name of ['session.teleport', '__proto__', 'hasOwnProperty', '\u001b[2J'])
    expect(await answer(never, { id: 1, name, args: {} })).toMatchObject({
      ...{ id: 1, ok: false },
      error: { message: expect.stringMatching(/does not know [ -~]+: the window is of another version/) as string },
    });
});

it('never sends a stack trace', async () => {
  const failed = await answer(engine(new TypeError('boom')), ask);
  expect(failed).toMatchObject({ ok: false });
  expect(JSON.stringify(failed)).toContain('boom');
  expect(JSON.stringify(failed)).not.toMatch(/answer\.test|node_modules/);
});
