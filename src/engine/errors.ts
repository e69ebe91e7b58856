/**
 * An error the user can act on: what is wrong, and what to do about it. Thrown anywhere in the engine, carried over the
 * contract as data, printed by the command line as one line. Anything else that is thrown is a defect of gilscope.
 */
import type { UserErrorData } from '../shared/contract/calls.ts';

export type UserErrorCode =
  | 'bad-argument'
  | 'not-found'
  | 'not-python'
  | 'too-old'
  | 'not-cpython'
  | 'isolated'
  | 'not-a-session'
  | 'newer-format'
  | 'exists'
  | 'not-writable'
  | 'port-in-use'
  | 'not-alive'
  | 'refused'
  | 'internal';

export class UserError extends Error {
  readonly code: UserErrorCode;
  readonly remedy: string | null;

  constructor(code: UserErrorCode, message: string, remedy: string | null = null) {
    super(message);
    this.name = 'UserError';
    this.code = code;
    this.remedy = remedy;
  }
}

/** One line: what is wrong; how to put it right. */
export function oneLine(error: UserErrorData): string {
  return error.remedy === null ? error.message : `${error.message}; ${error.remedy}`;
}

export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What a failed file operation means, in words. `doing` begins the sentence: "cannot write /x". */
export function fileError(error: unknown, doing: string): UserError {
  const code = errorCode(error);
  const words: Record<string, [UserErrorCode, string, string | null]> = {
    ENOENT: ['not-found', 'there is no such file or folder', 'check the path'],
    ENOTDIR: ['not-found', 'a part of the path is a file, not a folder', 'check the path'],
    EISDIR: ['bad-argument', 'it is a folder', 'name a file'],
    EACCES: ['not-writable', 'permission denied', 'choose another place, or change its permissions'],
    EPERM: ['not-writable', 'the system does not permit it', 'choose another place'],
    EROFS: ['not-writable', 'the file system is read-only', 'choose another place'],
    ENOSPC: ['not-writable', 'the disk is full', 'free some space, or choose another place'],
    EDQUOT: ['not-writable', 'the disk quota is used up', 'free some space, or choose another place'],
    EFBIG: ['not-writable', 'the file would grow past the limit for files here', 'raise the limit (ulimit -f)'],
    ENAMETOOLONG: ['bad-argument', 'the name is too long', 'choose a shorter one'],
    ELOOP: ['bad-argument', 'its links go round in a circle', 'check the path'],
  };
  const known = code === null ? undefined : words[code];
  if (known !== undefined) return new UserError(known[0], `${doing}: ${known[1]}`, known[2]);
  return new UserError('internal', `${doing}: ${error instanceof Error ? error.message : String(error)}`);
}

/** What crosses the contract for anything thrown; defects are told without their stack trace. */
export function toUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new UserError('internal', `gilscope itself failed: ${message}`, 'please report this');
}
