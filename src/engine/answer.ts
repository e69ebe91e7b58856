/**
 * One request of a window, answered: the same in both shells. What the engine refuses is an answer, with what to do; a defect
 * is told without its stack trace. Used by src/server/windows.ts and src/main/ipc.ts.
 */
import { isCallName, type Contract } from '../shared/contract/calls.ts';
import type { Request, Response } from '../shared/contract/messages.ts';
import { plain } from '../shared/plainText.ts';
import { toUserError, UserError } from './errors.ts';

const unknown = (name: string): UserError =>
  new UserError(
    'bad-argument',
    `this gilscope does not know ${plain(name.slice(0, 60))}: the window is of another version`,
    'reload the window; if that does not help, restart gilscope',
  );

export async function answer(engine: Contract, { id, name, args }: Request): Promise<Response> {
  try {
    if (!isCallName(name)) throw unknown(name);
    // The engine parses `args`; its type here is a claim, not a promise.
    return { id, ok: true, reply: await engine.call(name, args as never) };
  } catch (error) {
    const { message, remedy } = toUserError(error);
    return { id, ok: false, error: { message, remedy } };
  }
}
