/** The few names that all of the contract is told in. Exported by types.ts too. */

/** Nanoseconds since the start of the session. */
export type Ns = number;
/** Index of a process in `SessionInfo.processes`. */
export type ProcIdx = number;
/** Index of a thread in `SessionInfo.threads`; kept for the life of the session, so it can key a colour. */
export type ThreadIdx = number;
/** Index of a GIL in `SessionInfo.gils`. */
export type GilIdx = number;

export type Engine = 'exact' | 'estimated';
