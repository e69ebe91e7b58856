/** What the processes of a session say of their function trace, together. Pure. */
import type { FunctionsState } from '../../../shared/contract/functions.ts';

export interface Tracing {
  readonly on: boolean;
  /** There may be something to see. */
  readonly ever: boolean;
  /** Why it is off, or not in all threads; each once. */
  readonly reasons: readonly string[];
}

export const tracingOf = (states: readonly FunctionsState[]): Tracing => ({
  on: states.some(({ on }) => on),
  ever: states.some(({ ever }) => ever),
  reasons: [...new Set(states.flatMap(({ reason }) => reason ?? []))],
});
