/**
 * What a live session records: a program it starts (launch.ts), or one that runs already (attachTarget.ts). Everything in which
 * the two differ stands here; liveSession.ts knows neither.
 */
import type { LaunchSpec, SessionInfo } from '../shared/contract/types.ts';
import type { Program } from './program.ts';

/** Where the agent is to knock. */
export interface DoorAddress {
  path: string;
  token: string;
}

/** How we got into a program that ran already. */
export interface Entrance {
  how: NonNullable<SessionInfo['attached']>;
  /** Takes away what lets children of the target reach us. */
  release(): void;
}

/** Our numbers for processes that, in another pid namespace, know each other by others. */
export interface Pids {
  /** `-own`, which no process has, for what ended before anybody could look. */
  ours(own: number): number;
  /** The same for one that has ended. */
  ended(own: number): number;
}

/** Of a program in our own namespace. */
export const SAME_PIDS: Pids = { ours: (own) => own, ended: (own) => own };

/** What is recorded besides the GIL. */
export interface Tracing {
  /** The Python processes that the program starts; they are, when left out. */
  children?: boolean | undefined;
  /** The function and line at which a thread lets go; it is, when left out. */
  sites?: boolean | undefined;
  /** Every call, from the start. Of a launch the LaunchSpec says so. */
  functions?: boolean | undefined;
  /** Looks into long holds a second, of the exact engine; 0: none. 50 when left out. Of a launch the LaunchSpec says so. */
  looksHz?: number | undefined;
}

export interface Target {
  readonly kind: SessionInfo['kind'];
  /** The whole command line, the interpreter first. */
  readonly command: readonly string[];
  readonly cwd: string | null;
  /** How to start it again; null when it was not started here. */
  readonly spec: LaunchSpec | null;
  readonly ppid: number;
  /** Starts the program, or takes hold of it. Throws UserError. */
  open(door: DoorAddress): Promise<Program>;
  /** Brings the agent into a program that does not carry it in itself; null for one that does. Throws UserError. */
  enter(door: DoorAddress): Promise<Entrance | null>;
  readonly pids: Pids;
  /** Why no agent ever reported, as far as can be told from outside. */
  whyNothing(): string;
}
