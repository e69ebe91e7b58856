/** Errors of the contract as the window throws, catches and shows them: what happened, and what to do about it. */
import type { UserErrorData } from '../../shared/contract/calls.ts';

export class UserError extends Error {
  readonly remedy: string | null;
  constructor({ message, remedy }: UserErrorData) {
    super(message);
    this.name = 'UserError';
    this.remedy = remedy;
  }
}

/** The caller gave up (component unmounted, newer query): never shown. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}

export const isCancelled = (error: unknown): boolean => error instanceof Cancelled;

/** The engine writes for a command line ("there is no script x"); a window shows sentences. A name in front stays as it is. */
export function asSentence(text: string): string {
  const begun = /^[a-z]+[ ,:]/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
  return /[.!?:…)”"]$/.test(begun) ? begun : begun + '.';
}

/** Any caught value as message and remedy. */
export function describeError(error: unknown): UserErrorData {
  if (error instanceof UserError) {
    const { message, remedy } = error;
    return { message: asSentence(message), remedy: remedy === null ? null : asSentence(remedy) };
  }
  if (error instanceof Error) return { message: error.message, remedy: null };
  return { message: String(error), remedy: null };
}
